"""The gate: what the facts say is supported, what they deny is contradicted, what is only tone passes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mmgen.content_checks.judge import Verdict, judge, unexplained
from mmgen.content_checks.lexicon import languages, words_of
from mmgen.content_checks.measures import quantities_of
from mmgen.facts.fact import Fact

MUG = [
    Fact("title", "title", "Ostra Stone Mug", "title", "title"),
    Fact("kind", "Kind", "Mugs", "category", "kind"),
    Fact("brand", "Brand", "Ostra", "brand", "brand"),
    Fact("other_1", "Colour", "Grey", "colour", "colour"),
    Fact("other_2", "Material", "Stoneware with bamboo lid", "material", "material"),
    Fact("other_3", "Capacity", "0,35 l", "capacity", "measure", "l"),
    Fact("other_4", "Waterproof", "no", "waterproof", "flag"),
    Fact("price", "price", "12.5 EUR", "price", "price"),
]
LEGGINGS = [
    Fact("title", "title", "Leather-Look Leggings", "title", "title"),
    Fact("other_1", "Material", "95% polyester, 5% elastane", "material", "material"),
    Fact("other_2", "For", "women", "gender", "gender"),
    Fact("conflict_colour", "Colour", "red", "colour", "colour"),
]
TRAIN = [
    Fact("title", "title", "Wooden Train", "title", "title"),
    Fact("sentence_1", "warning", "Not suitable for children under 3 years.", "description", "warning"),
    Fact("other_1", "Supplier", "ACME-77", "supplier", "internal"),
]
TASCHE = [
    Fact("title", "title", "Tasche Ida", "title", "title"),
    Fact("other_1", "Material", "Kunstleder", "material", "material"),
    Fact("other_2", "Farbe", "schwarz", "colour", "colour"),
    Fact("other_3", "Gewicht", "1,25 kg", "weight", "measure", "kg"),
]
TEA = [
    Fact("title", "title", "无糖乌龙茶", "title", "title"),
    Fact("brand", "品牌", "清溪", "brand", "brand"),
    Fact("other_1", "净含量", "500毫升", "net", "measure"),
    Fact("other_2", "颜色", "棕色", "colour", "colour"),
    Fact("other_3", "产地", "福建", "origin", "origin"),
]


def failing(verdicts: Sequence[Verdict]) -> set[str]:
    return {verdict.kind for verdict in verdicts if verdict.fails}


@pytest.mark.parametrize(
    ("facts", "text", "locale", "kinds"),
    [
        pytest.param(MUG, "A lovely grey mug in stoneware, 350 ml.", "en", set(), id="supported"),
        pytest.param(MUG, "It holds 0.35 litres; the price is 12.50 €.", "en", set(), id="units_and_price"),
        pytest.param(MUG, "A mug with bamboo lid.", "en", set(), id="part"),
        pytest.param(MUG, "A bamboo mug.", "en", {"material"}, id="part_as_the_whole"),
        pytest.param(MUG, "A mug in charcoal.", "en", {"colour"}, id="near_shade"),
        pytest.param(MUG, "A porcelain mug.", "en", {"material"}, id="material"),
        pytest.param(MUG, "It holds 400 ml.", "en", {"number"}, id="number"),
        pytest.param(MUG, "A set of two.", "en", {"number"}, id="number_word"),
        pytest.param(MUG, "Yours for 19 €.", "en", {"price"}, id="price"),
        pytest.param(MUG, "A mug by Solvik.", "en", {"brand"}, id="brand"),
        pytest.param(MUG, "This lamp is grey.", "en", {"kind"}, id="kind"),
        pytest.param(MUG, "A mug for men.", "en", {"gender"}, id="gender"),
        pytest.param(MUG, "It is FSC certified.", "en", {"certificate"}, id="certificate"),
        pytest.param(MUG, "A waterproof mug.", "en", {"promise"}, id="answered_no"),
        pytest.param(MUG, "Made in Italy.", "en", {"origin"}, id="origin"),
        pytest.param(MUG, "Waterproof: no; Capacity: 0,35 l.", "en", set(), id="under_their_names"),
        pytest.param(MUG, "Capacity: 0.5 l.", "en", {"number"}, id="another_value_under_a_name"),
        pytest.param(MUG, "Colour: Blue.", "en", {"colour"}, id="another_colour_under_a_name"),
        pytest.param(LEGGINGS, "Leather-Look Leggings for women, 95% polyester.", "en", set(), id="look"),
        pytest.param(LEGGINGS, "These leggings are made of leather.", "en", {"material"}, id="look_as_the_thing"),
        pytest.param(LEGGINGS, "Leggings in red.", "en", {"colour"}, id="a_conflict_supports_nothing"),
        pytest.param(LEGGINGS, "Leggings without elastane.", "en", {"material"}, id="denied"),
        pytest.param(TRAIN, "Wooden Train. Not suitable for children under 3 years.", "en", set(), id="warns"),
        pytest.param(TRAIN, "Wooden Train.", "en", {"warning"}, id="warning_lost"),
        pytest.param(
            TRAIN,
            "Wooden Train ACME-77. Not suitable for children under 3 years.",
            "en",
            {"hidden", "number"},
            id="hidden",
        ),
        pytest.param(TASCHE, "Schwarze Tasche aus Kunstleder, 1250 g.", "de", set(), id="german"),
        pytest.param(TASCHE, "Blaue Tasche aus Leder.", "de", {"colour", "material"}, id="german_faults"),
        pytest.param(TEA, "清溪无糖乌龙茶，净含量为0.5升，棕色，产地福建。", "zh", set(), id="chinese"),
        pytest.param(TEA, "清溪无糖乌龙茶，净含量330ml。", "zh", {"number"}, id="chinese_number"),
        pytest.param(TEA, "红色包装，产自浙江。", "zh", {"colour", "origin"}, id="chinese_colour_and_origin"),
        pytest.param(TEA, "适合女士，通过有机认证。", "zh", {"gender", "certificate"}, id="chinese_law"),
        pytest.param(TEA, "品牌：康师傅。", "zh", {"brand"}, id="chinese_brand"),
    ],
)
def test_judge(facts: list[Fact], text: str, locale: str, kinds: set[str]) -> None:
    assert failing(judge(text, facts, locale)) == kinds


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1,25 kg", "1250 g", True),
        ("1.25 kg", "1,25 kg", True),
        ("1.250 g", "1,25 kg", True),
        ("30 cm", "300 mm", True),
        ("two pieces", "2 pcs", True),
        ("30 cm", "30 g", False),
        ("1,25 kg", "1,2 kg", False),
    ],
)
def test_quantities(one: str, other: str, same: bool) -> None:
    left, right = (quantities_of(text, words_of("en"))[0] for text in (one, other))
    assert left.equals(right) is same


def test_a_model_votes_where_no_fact_speaks() -> None:
    class Stub:
        def vote(self, premise: str, claims: Sequence[str]) -> Sequence[str]:
            return ["supported" if "Italy" in claim and "Ostra" in premise else "unsupported" for claim in claims]

    assert failing(judge("Made in Italy.", MUG, "en", model=Stub())) == set()
    assert failing(judge("A porcelain mug.", MUG, "en", model=Stub())) == {"material"}


def test_tone_is_lenient() -> None:
    assert unexplained("A lovely grey mug.", MUG, "en") == 0
    assert unexplained("Quokka zephyr mug", MUG, "en") > 0.5
    assert unexplained("Quokka zephyr mug", MUG, "en", ["quokka", "zephyr"]) == 0


def test_a_row_of_lengths_has_the_unit_of_its_last() -> None:
    close, wide = (quantities_of(text, words_of("en")) for text in ("30x40x10 cm", "30 x 40 x 10 cm"))
    assert [round(one.values[0], 3) for one in close] == [round(one.values[0], 3) for one in wide] == [0.3, 0.4, 0.1]


@pytest.mark.parametrize("language", languages())
def test_words_are_sound(language: str) -> None:
    assert words_of(language).concepts and words_of(language).units


def test_an_endless_word_is_read_in_time() -> None:
    assert judge("a" * 400_000, MUG, "en") == []
