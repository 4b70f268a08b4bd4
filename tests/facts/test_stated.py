"""How much of what is known a text states: values as they are written, side by side."""

from __future__ import annotations

import pytest

from mmgen.facts.record import facts_of
from mmgen.facts.stated import coverage, says
from tests.facts.records import product

TEA = facts_of(product("q", "zh", "无糖乌龙茶", ["饮料", "茶饮料"], "清溪", "清香回甘。请勿加热。", 净含量="500ml"))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        pytest.param("无糖乌龙茶，茶饮料，清溪。清香回甘。请勿加热。500ml", 1.0, id="all"),
        pytest.param("无糖乌龙茶，清溪。清香回甘。", 2 / 5, id="each_sentence_counts"),
        pytest.param("无糖乌龙茶。", 0.0, id="the_title_alone"),
    ],
)
def test_coverage(text: str, share: float) -> None:
    assert coverage(text, TEA) == pytest.approx(share)


def test_nothing_known_is_all_said() -> None:
    assert coverage("", []) == 1.0


@pytest.mark.parametrize(
    ("text", "value", "is_said"),
    [
        pytest.param("Oak, veneered", "oak", True, id="case"),
        pytest.param("Party hats", "Art", False, id="inside_a_word"),
        pytest.param("1.5 kg", "15 kg", False, id="a_number_is_that_number"),
        pytest.param("1,7 l kettle", "1,7 l", True, id="its_comma_stays"),
        pytest.param("leather-look leggings", "Leather look", True, id="marks"),
        pytest.param("颜色为红色。", "红色", True, id="chinese"),
    ],
)
def test_says(text: str, value: str, is_said: bool) -> None:
    assert says(text, value) is is_said
