"""Numbers and changes as they are read."""

from __future__ import annotations

import pytest

from mmgen.report.words import change, clip, language_tag, percent, real, seconds


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0%"), (1, "100%"), (0.981, "98.1%"), (0.99999, "> 99.9%"), (0.0001, "< 0.1%")],
)
def test_percent_never_hides_a_rest(value: float | None, shown: str) -> None:
    assert percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (float("nan"), "–"), (0.0, "0"), (0.01234, "0.0123"), (12.34, "12.3"), (-5321.4, "-5,321")],
)
def test_real_has_three_digits(value: float | None, shown: str) -> None:
    assert real(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (4.24, "4.2 s"), (185.0, "3 min 05 s"), (119.9, "2 min 00 s")]
)
def test_seconds(value: float | None, shown: str) -> None:
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((12, None), None),
        ((12, 10), ("▲ 2", "flat")),
        ((12, 10, "", "up"), ("▲ 2", "good")),
        ((12, 10, "", "down"), ("▲ 2", "bad")),
        ((8, 10, "", "down"), ("▼ 2", "good")),
        ((10, 10, "", "up"), ("=", "flat")),
        ((0.90, 0.80, "share", "up"), ("▲ 10.0 pts", "good")),
        ((0.9001, 0.9, "share", "up"), ("=", "flat")),
        ((0.901, 0.9, "share", "up"), ("▲ 0.1 pts", "flat")),
        ((0.5, 0.25, "real", "up"), ("▲ 0.250", "good")),
    ],
    ids=["unknown", "neutral", "good", "bad", "less is good", "same", "share", "too small to draw", "slight", "figure"],
)
def test_change(arguments: tuple[float, ...], expected: tuple[str, str] | None) -> None:
    found = change(*arguments)  # type: ignore[arg-type]
    assert (found and (found.text, found.tone)) == expected


@pytest.mark.parametrize(
    ("locale", "tag"),
    [("en", "en"), ("zh_CN", "zh-CN"), ("und", ""), (None, ""), ('"><script>', ""), ("x" * 40, "")],
)
def test_language_tag(locale: str | None, tag: str) -> None:
    assert language_tag(locale) == tag


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [(None, 5, ""), ("abcdef", 4, "abc…"), ("a\x00b\ud800c", 9, "ab?c"), ("长文本", 3, "长文本")],
    ids=["none", "cut", "what UTF-8 cannot hold", "fits"],
)
def test_clip(text: str | None, limit: int, shown: str) -> None:
    assert clip(text, limit) == shown
