"""Two fields that contradict each other say neither; a title contradicts nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from tests.facts.records import product


def row(fields: list[tuple[str, str, str]], title: str, path: list[str], locale: str) -> list[Fact]:
    """The facts of a product whose import says these (role, name, value)."""
    items = [{"column": f"c{i}", "role": role, "name": {locale: name}, "value": value}
             for i, (role, name, value) in enumerate(fields)]  # fmt: skip
    example: dict[str, Any] = product("p", locale, title, path) | {"facts": json.dumps(items)}
    return facts_of(example)


@pytest.mark.parametrize(
    ("fields", "path", "locale", "kept", "disputed"),
    [
        pytest.param([("colour", "Colour", "Grey"), ("colour", "Colour", "Black")], [], "en", [], ["Grey | Black"],
                     id="two_colours"),
        pytest.param([("colour", "Colour", "Blue"), ("colour", "Colour", "Navy Blue")], [], "en", ["Navy Blue"], [],
                     id="one_says_more"),
        pytest.param([("material", "Upper", "Leather"), ("material", "Lining", "Textile")], [], "en",
                     ["Leather", "Textile"], [], id="two_parts"),
        pytest.param([("measure", "Weight", "1 kg"), ("measure", "Weight", "900 g")], [], "en", [], ["1 kg | 900 g"],
                     id="two_weights"),
        pytest.param([("measure", "Weight", "1 kg"), ("measure", "Weight", "1 KG")], [], "en", ["1 kg"], [],
                     id="one_weight_twice"),
        pytest.param([("size", "Size", "5"), ("size", "Size", "5 10")], [], "en", [], ["5 | 5 10"], id="two_numbers"),
        pytest.param([("gender", "Gender", "Women")], ["Shoes", "Men"], "en", [], ["Women | Men"],
                     id="the_category_is_for_others"),
        pytest.param([("gender", "Gender", "Women")], ["Women", "Men's style"], "en", [], ["Women | Men's style"],
                     id="one_of_the_categories"),
        pytest.param([("gender", "Gender", "Unisex")], ["Men"], "en", ["Unisex"], [], id="unisex"),
        pytest.param([("gender", "适用性别", "男")], ["鞋", "女鞋"], "zh", [], ["男 | 女鞋"], id="chinese"),
        pytest.param([("gender", "适用性别", "男女")], ["鞋", "女鞋"], "zh", ["男女"], [], id="chinese_unisex"),
        pytest.param([("gender", "Geschlecht", "Damen")], ["Herren"], "de", [], ["Damen | Herren"], id="german"),
        pytest.param([("colour", "Farbe", "rot"), ("colour", "Farbe", "blau")], [], "de", [], ["rot | blau"],
                     id="german_colours"),
        pytest.param([("colour", "C", "a"), ("colour", "C", "b"), ("colour", "C", "c")], [], "en", [],
                     ["a | b", "c"], id="three"),
    ],
)  # fmt: skip
def test_fields(
    fields: list[tuple[str, str, str]], path: list[str], locale: str, kept: list[str], disputed: list[str]
) -> None:
    facts = row(fields, "X1", path, locale)
    assert [fact.value for fact in facts if fact.slot.startswith("other_")] == kept
    assert [fact.value for fact in facts if fact.slot.startswith("conflict_")] == disputed


@pytest.mark.parametrize(
    ("title", "field"),
    [
        pytest.param("Norrby Grey Mug", ("colour", "Colour", "charcoal"), id="colour"),
        pytest.param("Leather Look Leggings", ("material", "Material", "95% polyester"), id="look"),
        pytest.param("Men Slippers", ("gender", "Gender", "Women"), id="gender"),
        pytest.param("Set of 6 cups", ("number", "Quantity", "4"), id="number"),
    ],
)
def test_a_title_stands_whole_beside_a_field(title: str, field: tuple[str, str, str]) -> None:
    facts = row([field], title, [], "en")
    assert [(fact.slot, fact.value) for fact in facts] == [("title", title), ("other_1", field[2]), ("price", "99 USD")]
