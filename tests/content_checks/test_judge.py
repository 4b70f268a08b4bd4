"""The gate: what is so is supported, what is wrong in law is contradicted, and tone is free."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from mmgen.content_checks.judge import judge
from mmgen.content_checks.reading import lexicon
from mmgen.content_checks.reading.lexicon import languages, lexicon_of
from mmgen.content_checks.reading.quantities import read_at, same
from mmgen.content_checks.reading.tokens import tokens_of
from mmgen.content_checks.votes import Outcome
from mmgen.facts.fact import Fact


def field(name: str, value: str, role: str, unit: str | None = None) -> Fact:
    return Fact("other_1", name, value, name.lower(), role, unit)


MUG = [
    Fact("title", "title", "Oslo Mug with Bamboo Lid", "title", "title"),
    Fact("kind", "Category", "Mugs", "category", "kind"),
    Fact("brand", "Brand", "Nordika", "brand", "brand"),
    field("Colour", "Grey", "colour"),
    field("Material", "Porcelain", "material"),
    field("Weight", "1.25", "measure", "kg"),
    field("Gender", "Women", "gender"),
    field("Use", "Tea", "use"),
    field("Finish", "Leather look", "attribute"),
    field("Safety", "BPA-free", "certificate"),
    field("Dimensions", "30x40x10 cm", "measure"),
    field("Origin", "Portugal", "origin"),
    field("Pieces", "2 cups", "number"),
    Fact("price", "Price", "12.5 EUR", "price", "price"),
    Fact("hidden_1", "Margin", "0.42", "margin", "internal"),
    Fact("conflict_1", "Shape", "round | square", "shape"),
]
BEI = [
    Fact("title", "title", "晨光保温杯", "title", "title"),
    Fact("kind", "类别", "水杯", "category", "kind"),
    Fact("brand", "品牌", "晨光", "brand", "brand"),
    field("颜色", "藏青色", "colour"),
    field("材质", "不锈钢", "material"),
    field("容量", "500ml", "measure"),
    field("适用性别", "女士", "gender"),
    field("成分", "不含双酚A", "attribute"),
    field("产地", "浙江", "origin"),
    Fact("sentence_1", "warning", "请远离儿童。", "description", "warning"),
]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("A grey porcelain mug for women.", [], id="so"),
        pytest.param("A gray mug.", [], id="spelling"),
        pytest.param("A charcoal mug.", ["colour"], id="near_colour"),
        pytest.param("A dark grey mug.", ["colour"], id="shade_that_no_fact_names"),
        pytest.param("It comes in puce.", ["colour"], id="colour_that_no_list_knows"),
        pytest.param("It comes in cornflower grey.", ["colour"], id="shade_that_no_list_knows"),
        pytest.param("A ceramic mug.", [], id="porcelain_is_ceramic"),
        pytest.param("A glass mug.", ["material"], id="material"),
        pytest.param("A leather mug.", ["material"], id="a_look_is_no_material"),
        pytest.param("A mug in leather look.", [], id="look"),
        pytest.param("A bamboo mug.", ["material"], id="a_part_is_not_the_whole"),
        pytest.param("It has a bamboo lid.", [], id="part"),
        pytest.param("Without bamboo lid.", ["material"], id="denied"),
        pytest.param("It is BPA-free.", [], id="denied_by_a_fact"),
        pytest.param("It contains BPA.", ["substance"], id="said_though_denied"),
        pytest.param("It is sugar-free.", ["substance"], id="denied_by_no_fact"),
        pytest.param("It weighs 1250 g.", [], id="other_unit"),
        pytest.param("It weighs 1.25 kg.", [], id="same_unit"),
        pytest.param("It weighs 1.2 kg.", ["number"], id="other_weight"),
        pytest.param("It weighs 125 kg.", ["number"], id="without_its_point"),
        pytest.param("It measures 30 x 40 x 10 cm.", [], id="dimensions"),
        pytest.param("It measures 30 x 40 x 12 cm.", ["number"], id="one_dimension"),
        pytest.param("A set of two cups.", [], id="number_word"),
        pytest.param("A set of three cups.", ["number"], id="other_number_word"),
        pytest.param("It costs €12.50.", [], id="price"),
        pytest.param("It costs €9.99.", ["price"], id="other_price"),
        pytest.param("A mug for men.", ["audience"], id="people"),
        pytest.param("A mug by Nordika.", [], id="brand"),
        pytest.param("A mug by Iittala.", ["brand"], id="other_brand"),
        pytest.param("Made in Portugal.", [], id="origin"),
        pytest.param("Made in Italy.", ["origin"], id="other_origin"),
        pytest.param("This kettle is made for you.", ["kind"], id="kind"),
        pytest.param("Ideal for soup.", ["use"], id="use"),
        pytest.param("Compatible with Dolce Gusto.", ["brand"], id="compatibility"),
        pytest.param("It is dishwasher safe.", ["certificate"], id="certificate"),
        pytest.param("Rated IP67.", ["code"], id="code"),
        pytest.param("With a lifetime warranty.", ["promise"], id="promise"),
        pytest.param("The margin is 0.42.", ["internal", "number"], id="hidden"),
        pytest.param("Colour: Grey; Material: Porcelain.", [], id="labelled"),
        pytest.param("Colour: Porcelain.", ["colour"], id="labelled_with_the_value_of_another"),
        pytest.param("Oslo Mug with Lid is here.", ["title"], id="title_cut"),
        pytest.param("Oslo Mug with Bamboo Lid is here.", [], id="title_whole"),
        pytest.param("A lovely, timeless mug that makes every morning calm.", [], id="tone"),
    ],
)
def test_english(text: str, wrong: list[str]) -> None:
    assert sorted({verdict.kind for verdict in judge(text, MUG, "en", is_prose=False).failing}) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("晨光保温杯，颜色为藏青色，采用不锈钢材质。", [], id="so"),
        pytest.param("这款水杯为蓝色。", [], id="navy_is_blue"),
        pytest.param("这款水杯为天蓝色。", ["colour"], id="near_colour"),
        pytest.param("颜色为黛色。", ["colour"], id="colour_that_no_list_knows"),
        pytest.param("采用玻璃材质。", ["material"], id="material"),
        pytest.param("容量0.5升。", [], id="other_unit"),
        pytest.param("容量600ml。", ["number"], id="number"),
        pytest.param("两件装。", ["number"], id="number_word"),
        pytest.param("适合男士使用。", ["audience"], id="people"),
        pytest.param("产地为浙江。", [], id="origin"),
        pytest.param("产地为广东。", ["origin"], id="other_origin"),
        pytest.param("不含双酚A。", [], id="denied_by_a_fact"),
        pytest.param("含双酚A。", ["contents", "denial", "substance"], id="said_though_denied"),
        pytest.param("不含酒精。", ["substance"], id="denied_by_no_fact"),
        pytest.param("通过3C认证。", ["certificate"], id="certificate"),
        pytest.param("终身质保。", ["promise"], id="promise"),
        pytest.param("不含塑料。", [], id="denied_where_others_are_named"),
        pytest.param("品牌为膳魔师。", ["brand"], id="brand"),
        pytest.param("Thermos水杯。", ["brand"], id="latin_brand"),
        pytest.param("颜色：天青。", ["colour"], id="labelled"),
        pytest.param("精致优雅的水杯，带来惬意时光。", [], id="tone"),
    ],
)
def test_chinese(text: str, wrong: list[str]) -> None:
    found = judge(f"{text}请远离儿童。", BEI, "zh", is_prose=False).failing
    assert sorted({verdict.kind for verdict in found}) == wrong


LEGGINGS = [
    Fact("title", "title", "Leather-Look Leggings", "title", "title"),
    field("Material", "95% polyester, 5% elastane", "material"),
    field("For", "women", "gender"),
    Fact("conflict_colour", "Colour", "red", "colour", "colour"),
]
TRAIN = [
    Fact("title", "title", "Wooden Train", "title", "title"),
    Fact("sentence_1", "warning", "Not suitable for children under 3 years.", "description", "warning"),
    Fact("hidden_1", "Supplier", "ACME-77", "supplier", "internal"),
]
TASCHE = [
    Fact("title", "title", "Tasche Ida", "title", "title"),
    field("Material", "Kunstleder", "material"),
    field("Farbe", "schwarz", "colour"),
    field("Gewicht", "1,25 kg", "measure", "kg"),
]


@pytest.mark.parametrize(
    ("facts", "text", "locale", "wrong"),
    [
        pytest.param(LEGGINGS, "Leather-Look Leggings for women, 95% polyester.", "en", [], id="look"),
        pytest.param(LEGGINGS, "Leather-Look Leggings made of leather.", "en", ["material"], id="look_as_the_thing"),
        pytest.param(LEGGINGS, "Leather-Look Leggings in red.", "en", ["colour"], id="a_conflict_supports_nothing"),
        pytest.param(LEGGINGS, "Leather-Look Leggings without elastane.", "en", ["material"], id="denied"),
        pytest.param(TRAIN, "Wooden Train. Not suitable for children under 3 years.", "en", [], id="warns"),
        pytest.param(TRAIN, "Wooden Train.", "en", ["warning"], id="warning_lost"),
        pytest.param(TRAIN, "Not suitable for children under 3 years.", "en", ["title"], id="without_its_title"),
        pytest.param(
            TRAIN,
            "Wooden Train for children, a set of 3. Not suitable for children under 3 years.",
            "en",
            ["audience", "number"],
            id="a_warning_supports_nothing",
        ),
        pytest.param(
            TRAIN,
            "Wooden Train ACME-77. Not suitable for children under 3 years.",
            "en",
            ["code", "internal"],
            id="hidden",
        ),
        pytest.param(TASCHE, "Tasche Ida: schwarze Tasche aus Kunstleder, 1250 g.", "de", [], id="german"),
        pytest.param(TASCHE, "Tasche Ida: blaue Tasche aus Leder.", "de", ["colour", "material"], id="german_faults"),
    ],
)
def test_whole_texts(facts: list[Fact], text: str, locale: str, wrong: list[str]) -> None:
    assert sorted({verdict.kind for verdict in judge(text, facts, locale).failing}) == wrong


KIT = [
    Fact("title", "title", "Halden Kit 40", "title", "title"),
    Fact("kind", "Category", "Sleeping bags", "category", "kind"),
    Fact("brand", "Brand", "Halden", "brand", "brand"),
    field("Colour", "light grey", "colour"),
    field("Protection", "IP67", "attribute"),
    field("Free from", "BPA-free, PVC-free", "attribute"),
    field("Gender", "unisex", "gender"),
    field("Shell", "80% merino wool, 20% nylon", "material"),
    field("Lining", "cotton", "material"),
    field("Plating", "gold", "material"),
    field("Length", "160-220 cm", "measure"),
    field("Weight each", "500 g", "measure"),
    field("Pieces", "6", "number"),
    field("Closure", "zip", "attribute"),
    field("Batteries", "2 AA, not included", "attribute"),
    field("Pouch", "carry pouch included", "attribute"),
]
TAO = [
    Fact("title", "title", "山谷 收纳罐 4只装", "title", "title"),
    field("颜色", "浅灰色", "colour"),
    field("防护等级", "IP67", "attribute"),
    field("不含", "不含双酚A", "attribute"),
    field("罐身", "玻璃", "material"),
    field("盖子", "竹", "material"),
    field("数量", "4只", "number"),
    field("长", "130-160厘米", "measure"),
    field("闭合方式", "拉链", "attribute"),
    field("适用性别", "男女通用", "gender"),
    field("充电线", "不含充电线", "attribute"),
    field("附件", "收纳袋", "attribute"),
]


@pytest.mark.parametrize(
    ("facts", "locale", "text", "is_wrong"),
    [
        pytest.param(KIT, "en", "A pale grey tone.", False, id="shade_in_another_word"),
        pytest.param(KIT, "en", "A dark grey tone.", True, id="another_shade"),
        pytest.param(TAO, "zh", "淡灰色。", False, id="shade_in_another_word_zh"),
        pytest.param(TAO, "zh", "深灰色。", True, id="another_shade_zh"),
        pytest.param(KIT, "en", "Protected to IP67.", False, id="protection"),
        pytest.param(KIT, "en", "Protected to IP54.", True, id="another_protection"),
        pytest.param(TAO, "zh", "达到IP54。", True, id="another_protection_zh"),
        pytest.param(KIT, "en", "It is free of PVC.", False, id="free_of"),
        pytest.param(KIT, "en", "It is not free of PVC.", True, id="not_free_of"),
        pytest.param(KIT, "en", "It contains BPA.", True, id="contains"),
        pytest.param(TAO, "zh", "含有微量双酚A。", True, id="contains_zh"),
        pytest.param(TAO, "zh", "没有收纳袋。", True, id="denied_though_there_zh"),
        pytest.param(KIT, "en", "It has no zip.", True, id="denied_though_there"),
        pytest.param(TAO, "zh", "Thermos收纳罐。", True, id="maker_beside_chinese"),
        pytest.param(TAO, "zh", "Quavonix收纳罐。", True, id="unknown_maker_beside_chinese"),
        pytest.param(TAO, "zh", "飞利浦的得意之作。", True, id="maker_zh"),
        pytest.param(KIT, "en", "Coleman has done it again.", True, id="maker_at_the_beginning"),
        pytest.param(KIT, "en", "A lovely sleeping bag.", False, id="kind"),
        pytest.param(KIT, "en", "Simply a lovely hammock.", True, id="another_kind"),
        pytest.param(KIT, "en", "Keep it beside a hammock.", False, id="kind_of_something_else"),
        pytest.param(KIT, "en", "Made for men and women.", False, id="both"),
        pytest.param(KIT, "en", "Made for women only.", True, id="one_alone"),
        pytest.param(TAO, "zh", "女士专用。", True, id="one_alone_zh"),
        pytest.param(KIT, "en", "A cotton lining.", False, id="of_its_part"),
        pytest.param(KIT, "en", "A nylon lining.", True, id="of_another_part"),
        pytest.param(KIT, "en", "Made of pure merino wool.", True, id="a_share_as_all"),
        pytest.param(KIT, "en", "It is solid gold.", True, id="plating_as_the_metal"),
        pytest.param(TAO, "zh", "连盖子都是玻璃。", True, id="all_parts_zh"),
        pytest.param(KIT, "en", "It is 180 cm long.", False, id="in_the_range"),
        pytest.param(KIT, "en", "It is 230 cm long.", True, id="outside_the_range"),
        pytest.param(TAO, "zh", "长一百五十厘米。", False, id="in_the_range_zh"),
        pytest.param(TAO, "zh", "长一百八十厘米。", True, id="outside_the_range_zh"),
        pytest.param(KIT, "en", "Three kilos in all.", False, id="all_together"),
        pytest.param(KIT, "en", "It closes with laces.", True, id="another_way"),
        pytest.param(TAO, "zh", "用魔术贴闭合。", True, id="another_way_zh"),
        pytest.param(KIT, "en", "Batteries are sold separately.", False, id="apart"),
        pytest.param(KIT, "en", "It comes with batteries.", True, id="apart_as_included"),
        pytest.param(KIT, "en", "Buy the carry pouch separately.", True, id="included_as_apart"),
        pytest.param(TAO, "zh", "收纳袋要另外买。", True, id="included_as_apart_zh"),
        pytest.param(KIT, "en", "Warmer than any other.", True, id="rank"),
        pytest.param(KIT, "en", "More than just a bag.", False, id="no_rank"),
        pytest.param(TAO, "zh", "比其他收纳罐更耐用。", True, id="rank_zh"),
        pytest.param(TAO, "zh", "性价比让人满意。", False, id="no_rank_zh"),
        pytest.param(KIT, "en", "A golden opportunity to iron out the little things.", False, id="idiom"),
        pytest.param(TAO, "zh", "金牌品质，白天黑夜都好用。", False, id="idiom_zh"),
    ],
)
def test_kinds_of_claims(facts: list[Fact], locale: str, text: str, is_wrong: bool) -> None:
    assert bool(judge(text, facts, locale, is_prose=False).failing) is is_wrong


def test_what_no_fact_says_is_told_from_what_they_deny() -> None:
    judged = judge("In red. It is FSC certified and weighs 9 kg.", KIT, "en", is_prose=False)
    assert {verdict.kind: verdict.outcome for verdict in judged.failing} == {
        "colour": "unsupported",
        "certificate": "unsupported",
        "number": "contradicted",
    }


@pytest.mark.parametrize(
    ("text", "is_prose", "is_missing"),
    [
        ("晨光保温杯。", True, True),
        ("晨光保温杯。", False, False),
        ("晨光保温杯。请远离儿童。", True, False),
        ("晨光保温杯。请远离小孩。", True, True),
    ],
)
def test_a_warning_stands_word_for_word(text: str, is_prose: bool, is_missing: bool) -> None:
    found = judge(text, BEI, "zh", is_prose=is_prose).failing
    assert ("warning" in {verdict.kind for verdict in found}) is is_missing


@pytest.mark.parametrize(
    ("locale", "material", "right", "wrong"),
    [
        ("de", "Eiche", "Aus Eiche, ohne Lack.", "Aus Buche."),
        ("fr", "Chêne", "En chêne.", "En hêtre."),
        ("es", "Roble", "De roble.", "De pino."),
        ("it", "Rovere", "In rovere.", "In faggio."),
    ],
)
def test_other_languages(locale: str, material: str, right: str, wrong: str) -> None:
    facts = [field("Material", material, "material"), field("X", "ohne Lack", "attribute")]
    assert not judge(right, facts, locale).failing
    assert [verdict.kind for verdict in judge(wrong, facts, locale).failing] == ["material"]


def test_words_of_tone_may_be_added() -> None:
    assert judge("A lovely grey mug.", MUG, "en").unexplained == 0
    assert judge("A hygge mug.", MUG, "en").unproven == ("hygge",)
    assert judge("A hygge mug.", MUG, "en", puffery=["hygge"]).unproven == ()


@pytest.mark.parametrize(
    ("one", "other", "language", "is_same"),
    [
        ("1,25 kg", "1250 g", "de", True),
        ("1.25 kg", "1250 g", "en", True),
        ("1,299 g", "1299 g", "en", True),
        ("1.299 g", "1299 g", "de", True),
        ("1.299 g", "1299 g", "en", False),
        ("12 inches", "30.5 cm", "en", True),
        ("3/4 inch", "0.75 inches", "en", True),
        ("20 °C", "68 °F", "en", True),
        ("2斤", "1 kg", "zh", True),
        ("80 g/m²", "80 gsm", "en", True),
        ("5 l", "5 kg", "en", False),
        ("5 EUR", "5 USD", "en", False),
    ],
)
def test_quantities(one: str, other: str, language: str, is_same: bool) -> None:
    words = lexicon_of(language)
    first, second = (read_at(tokens_of(text), 0, words)[1][0] for text in (one, other))
    assert same(first, second, words) is is_same


class Stub:
    """A model that knows one sentence."""

    def vote(self, premises: Sequence[str], sentence: str) -> Outcome:
        return "contradicted" if "camping" in sentence and "Use: Tea" not in premises else "unsupported"


def test_a_model_votes_on_what_the_rules_leave_open() -> None:
    facts = [fact for fact in MUG if fact.role not in ("use", "title")]
    assert not judge("Suitable for camping.", facts, "en").failing
    assert judge("Suitable for camping.", facts, "en", model=Stub()).failing
    assert not judge("A grey mug.", facts, "en", model=Stub()).failing


@pytest.mark.parametrize("language", languages())
def test_word_files_are_valid(language: str) -> None:
    assert lexicon_of(language).entries.values


def test_an_unknown_table_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def loads(_text: str) -> dict[str, Any]:
        return {"colour": {}, "material": {}, "audience": {}, "certificate": {}, "coulor": {}}

    monkeypatch.setattr(lexicon.tomllib, "loads", loads)
    lexicon._read.cache_clear()
    with pytest.raises(ValidationError, match="coulor"):
        lexicon._read("en")
    lexicon._read.cache_clear()


@pytest.mark.parametrize(
    "run", ["a", "A", "1", " ", ".", "中", "不", "-", "a ", "1 ", "1,", "a-", ",: ", "X1", "Colour: "]
)
def test_judging_is_linear(run: str) -> None:
    def seconds(length: int) -> float:
        text = (run * length)[:length]
        start = time.process_time()
        judge(text, MUG, "en")
        judge(text, BEI, "zh")
        return time.process_time() - start

    short, long = seconds(10_000), seconds(100_000)
    assert long < 40 * short + 1
