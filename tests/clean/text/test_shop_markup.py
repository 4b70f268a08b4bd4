"""What shop systems write into a description besides HTML: escapes, codes of page builders, tables."""

from __future__ import annotations

import time

import pytest

from mmgen.clean.text.repair import repair
from mmgen.values.scripts import is_misread


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(
            "A table.\\nOiled by hand.\\n\\n<ul>\\n <li>55 cm</li>\\n</ul>", "A table.\nOiled by hand.\n55 cm"
        ),
        pytest.param("Soft wool.\\r\\nWarm.", "Soft wool.\nWarm."),
        pytest.param("柔软。\\n保暖。", "柔软。\n保暖。"),
        pytest.param("saved in C:\\new", "saved in C:\\new", id="a path"),
        pytest.param("write \\\\n for a break", "write \\n for a break", id="an escaped escape"),
        pytest.param(
            '[vc_row full_width="stretch"][vc_column_text]A calm light. Of paper.[/vc_column_text][/vc_row]',
            "A calm light. Of paper.",
        ),
        pytest.param('A bench for two. [gallery ids=""]The seat lifts up.', "A bench for two.\nThe seat lifts up."),
        pytest.param("[tab]One[/tab]", "One"),
        pytest.param(
            '[et_pb_text _builder_version="4.9" admin_label="x"]一只花瓶。高30厘米。[/et_pb_text]',
            "一只花瓶。高30厘米。",
        ),
        pytest.param("Cups [2 pieces] [new]", "Cups [2 pieces] [new]", id="brackets that are no code"),
        pytest.param(
            "<p>Warm.</p><table><tr><th>Size</th><th>Chest</th></tr><tr><td>S</td><td>92 cm</td></tr></table>",
            "Warm.\nSize | Chest\nS | 92 cm",
        ),
        pytest.param("<table><tr><td>One text in a layout.</td></tr></table>", "One text in a layout."),
        pytest.param("<ul><li>80% wool</li><li>20% polyamide</li></ul>", "80% wool\n20% polyamide"),
    ],
)
def test_a_text_is_shown_without_them(text: str, shown: str) -> None:
    assert repair(text) == shown


@pytest.mark.parametrize("piece", ["[", "[a", "[a_b ", '[a b="', "\\", "\\n", "[/", "<td>", " | ", "[a b=c "])
def test_time_grows_with_the_text_alone(piece: str) -> None:
    """Ten times the text takes some ten times as long, not a hundred."""

    def taken(text: str) -> float:
        start = time.process_time()
        repair(text)
        return time.process_time() - start

    short = piece * (20_000 // len(piece))
    assert taken(short * 10) < 40 * max(taken(short), 0.02)


@pytest.mark.parametrize(
    ("text", "locale", "misread"),
    [
        ("Øåðñòÿíàÿ øàïêà", "ru", True), ("畜徉ø赅", "ru", True), ("Шерстяная шапка", "ru", False),
        ("iPhone 15 Pro", "ru", False), ("Nestlé", "zh", False), ("羊毛帽", "zh-CN", False), ("羊毛帽", "ja", False),
        ("Ìüëëéíï êáðÝëï", "el", True), ("Wollmütze", "de", False), ("Шапка", "en", True), ("123", "ru", False),
        ("Øåðñòÿíàÿ", None, False), ("Øåðñòÿíàÿ", "tlh", False), ("Српска капа", "sr-Cyrl", False),
    ],
)  # fmt: skip
def test_a_text_in_the_wrong_code_page_is_told(text: str, locale: str | None, misread: bool) -> None:
    assert is_misread(text, locale) is misread
