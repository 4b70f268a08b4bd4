"""Limits that no fact sets, the opposite of what the facts say, and what a warning tells not to do."""

from __future__ import annotations

import pytest

from mmgen.content_checks.judge import judge
from mmgen.facts.fact import Fact


def facts(title: str, warning: str = "", **fields: str) -> list[Fact]:
    known = [Fact("title", "title", title, "title", "title")]
    known += [Fact("sentence_1", "warning", warning, "description", "warning")] if warning else []
    return known + [Fact(f"other_{n}", name, value, name) for n, (name, value) in enumerate(fields.items(), 1)]


@pytest.mark.parametrize(
    ("locale", "text", "fields", "is_stopped"),
    [
        pytest.param("en", "It grows only in a heated greenhouse.", {"Place": "balcony"}, True, id="only_in"),
        pytest.param("en", "It grows only on a balcony.", {"Place": "balcony"}, False, id="as_the_facts_say"),
        pytest.param("en", "Made for dry days only.", {"Weather": "waterproof"}, True, id="for_only"),
        pytest.param("en", "For oily floors only.", {"Floor": "oily floors"}, False, id="for_only_as_said"),
        pytest.param("zh", "它只能种在大棚里。", {"场所": "阳台"}, True, id="zh_only"),
        pytest.param("zh", "它只能放在阳台上。", {"场所": "阳台"}, False, id="zh_only_as_said"),
        pytest.param("en", "The rings are left unpainted.", {"Paint": "painted by hand"}, True, id="un"),
        pytest.param("en", "The jacket is lined.", {"Inside": "unlined"}, True, id="without_un"),
        pytest.param("en", "A cordless helper.", {"Cord": "2 m"}, True, id="less"),
        pytest.param("en", "An unusual, timeless piece.", {"Run time": "2 h"}, False, id="a_word_of_tone"),
        pytest.param("de", "Das Regal ist unbehandelt.", {"Holz": "behandelt mit Öl"}, True, id="de_un"),
    ],
)  # fmt: skip
def test_limits_and_opposites(locale: str, text: str, fields: dict[str, str], is_stopped: bool) -> None:
    assert bool(judge(text, facts("Oslo 7", **fields), locale, is_prose=False).failing) is is_stopped


@pytest.mark.parametrize(
    ("locale", "warning", "text", "is_stopped"),
    [
        pytest.param("en", "Do not use on dry windscreens.", "It works on dry windscreens, too.", True, id="en"),
        pytest.param("en", "Do not use on dry windscreens.", "Do not use on dry windscreens.", False, id="the_warning"),
        pytest.param("en", "Do not use on dry windscreens.", "Never on dry windscreens.", False, id="en_denied"),
        pytest.param("en", "Keep away from open flames.", "Set it beside open flames.", True, id="en_away"),
        pytest.param("zh", "请勿放入微波炉。", "放入微波炉也没问题。", True, id="zh"),
        pytest.param("zh", "含乳制品。", "我们的咖啡不含乳制品。含乳制品。", True, id="zh_in_its_own_denial"),
    ],
)  # fmt: skip
def test_what_a_warning_tells_not_to_do(locale: str, warning: str, text: str, is_stopped: bool) -> None:
    assert bool(judge(text, facts("Oslo 7", warning), locale, is_prose=False).failing) is is_stopped


@pytest.mark.parametrize(
    ("locale", "text", "fields", "is_stopped"),
    [
        pytest.param("en", "It adjusts by 15 cm.", {"Chest": "50-65 cm"}, False, id="difference"),
        pytest.param("en", "It adjusts by 20 cm.", {"Chest": "50-65 cm"}, True, id="another_difference"),
        pytest.param("zh", "两个按键都静音。", {"按键": "3 个"}, True, id="zh_count"),
        pytest.param("zh", "附两块电池。", {"电池": "不含电池"}, True, id="zh_count_of_what_is_missing"),
        pytest.param("en", "It has no GPS of its own.", {"GPS": "no built-in GPS"}, False, id="missing_with_adjective"),
        pytest.param("en", "It talks by Bluetooth.", {"Radio": "USB receiver", "Bluetooth": "no Bluetooth"}, True,
                     id="denied_beside_its_like"),
        pytest.param("en", "It holds no animal ingredients.", {"Diet": "vegan"}, False, id="vegan"),
        pytest.param("en", "Yours comes in bright orange.", {"Colour": "anthracite"}, True, id="a_shade"),
    ],
)  # fmt: skip
def test_numbers_and_what_is_missing(locale: str, text: str, fields: dict[str, str], is_stopped: bool) -> None:
    assert bool(judge(text, facts("Oslo 7", **fields), locale, is_prose=False).failing) is is_stopped


@pytest.mark.parametrize(
    ("locale", "text", "fields", "is_stopped"),
    [
        pytest.param("en", "Under three kilos.", {"Weight": "2.9 kg"}, False, id="under"),
        pytest.param("en", "Over three kilos.", {"Weight": "2.9 kg"}, True, id="over"),
        pytest.param("zh", "不到三公斤。", {"重量": "2.9 公斤"}, False, id="zh_under"),
        pytest.param("zh", "两公斤六。", {"重量": "2.6 公斤"}, False, id="zh_tenths"),
        pytest.param("zh", "每片宽一米三五。", {"宽": "1.35 米"}, False, id="zh_hundredths"),
        pytest.param("zh", "只有一点二毫米。", {"厚度": "1.2 毫米"}, False, id="zh_decimal"),
        pytest.param("zh", "只有一点五毫米。", {"厚度": "1.2 毫米"}, True, id="zh_another_decimal"),
        pytest.param("zh", "泡三四分钟。", {"冲泡": "3-4分钟"}, False, id="zh_near_digits"),
        pytest.param("en", "Six cups from one brew.", {"Capacity": "1.2 L"}, False, id="counts_another_thing"),
        pytest.param("en", "It has six handles.", {"Handles": "2"}, True, id="counts_the_thing"),
        pytest.param("en", "Wide enough for you and a rucksack.", {"Width": "72 cm"}, False, id="a_thing_along"),
        pytest.param("en", "This is a rucksack.", {"audience": "3-8 years"}, True, id="called_so"),
        pytest.param("zh", "背着书包也淋不着。", {"直径": "72 厘米"}, False, id="zh_a_thing_along"),
        pytest.param("zh", "这款书包很轻。", {"直径": "72 厘米"}, True, id="zh_called_so"),
        pytest.param("en", "Made for the Highlands.", {"Poles": "aluminium"}, False, id="a_place"),
        pytest.param("en", "Beech stays cool.", {"Handle": "beech wood", "Body": "steel"}, False, id="of_a_part"),
    ],
)  # fmt: skip
def test_everyday_words_claim_nothing(locale: str, text: str, fields: dict[str, str], is_stopped: bool) -> None:
    known = [
        *facts("Oslo 7", **fields),
        Fact("kind", "Category", "雨伞" if locale == "zh" else "Umbrellas", "c", "kind"),
    ]
    assert bool(judge(text, known, locale, is_prose=False).failing) is is_stopped
