"""Faithfulness: what no fact explains is named; synonyms and other forms of a fact's words are not."""

from __future__ import annotations

import pytest

from mmgen.content_checks.faithfulness import FreeWords, unsupported
from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from tests.facts.records import product

FREE = FreeWords(
    frozenset(["comes", "come", "take", "look", "range", "season", "shoes"]),
    frozenset({"这款", "为", "颜色", "产地", "适合", "采用", "材质", "净含量"}),
)
SHOE = facts_of(
    product("p", "en", "Nike Men Zoom Grey Running Shoes", ["Shoes"], "Nike", "Lactose-free glue. Machine wash.",
            colour="Grey", gender="Men", season="Fall", year="2011")
)  # fmt: skip
TEA = facts_of(
    product("q", "zh", "无糖乌龙茶", ["饮料", "茶饮料"], "清溪", None, 口味="乌龙", 净含量="500ml", 颜色="棕色")
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("The Nike Zoom shoes for men come in grey.", [], id="all_said"),
        pytest.param("Gray shoe from the autumn 2011 season.", [], id="synonyms_and_numbers"),
        pytest.param("The Nike Zoom shoes come in red.", ["red"], id="colour"),
        pytest.param("Nike shoes for women.", ["women"], id="gender"),
        pytest.param("Nike leather shoes.", ["leather"], id="material"),
        pytest.param("Nike shoes from 2012.", ["2012"], id="number"),
        pytest.param("Nike shoes for summer.", ["summer"], id="season"),
        pytest.param("Two Nike shoes.", ["Two"], id="number_word"),
        pytest.param("Nike shoes by Adidas.", ["Adidas"], id="brand"),
        pytest.param("Take the Range shoes.", ["Range"], id="capitalised_free_word"),
        pytest.param("Comfortable, lightweight Nike shoes.", ["Comfortable", "lightweight"], id="adjectives"),
        pytest.param("Nike shoes with lactose.", ["lactose"], id="denied_by_the_record"),
        pytest.param("Nike shoes, not for men.", ["not"], id="negation"),
        pytest.param("Machine wash.", [], id="written_words"),
        pytest.param("Nike 跑鞋.", ["跑鞋"], id="other_script"),
    ],
)
def test_english(text: str, found: list[str]) -> None:
    assert unsupported(text, SHOE, "en", FREE) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("清溪这款无糖乌龙茶，净含量为500ml。", [], id="all_said"),
        pytest.param("清溪乌龙茶，颜色为棕色。", [], id="part_of_the_title"),
        pytest.param("清溪乌龙茶，颜色为红色。", ["红色"], id="colour"),
        pytest.param("清溪乌龙茶，净含量为330ml。", ["330"], id="number"),
        pytest.param("清溪乌龙茶，适合女士。", ["女士"], id="gender"),
        pytest.param("清溪乌龙茶，采用玻璃材质。", ["玻璃"], id="material"),
        pytest.param("清溪乌龙茶，清香回甘。", ["清香回甘"], id="adjectives"),
        pytest.param("清溪乌龙茶，有糖。", ["糖"], id="denied_by_the_record"),
    ],
)
def test_chinese(text: str, found: list[str]) -> None:
    assert unsupported(text, TEA, "zh", FREE) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Rice, 1.5 kg.", [], id="as_it_is"),
        pytest.param("Rice, 15 kg.", ["15"], id="without_its_point"),
        pytest.param("Rice, 1,5 kg.", ["1,5"], id="with_a_comma"),
    ],
)
def test_a_number_is_that_number(text: str, found: list[str]) -> None:
    assert unsupported(text, facts_of(product("p", "en", "Rice", [], None, None, weight="1.5 kg")), "en", FREE) == found


def test_another_language_has_no_free_words() -> None:
    facts = [Fact("title", "title", "Zapatillas de lona", "title")]
    assert unsupported("Zapatillas de lona.", facts, "es", FREE) == []
    assert unsupported("Zapatillas nuevas de lona.", facts, "es", FREE) == ["nuevas"]


def test_a_conflicting_claim_supports_nothing() -> None:
    facts = facts_of(product("p", "en", "Nike Shoes", ["Shoes"], "Nike", None, colour="Blue", main_color="Black"))
    assert unsupported("Black Nike shoes.", facts, "en", FREE) == ["Black"]
    assert unsupported("Blue Nike shoes.", facts, "en", FREE) == ["Blue"]
