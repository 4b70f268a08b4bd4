"""The specification: what it is, its name, the shop's sentences, facts under their names; the same for any noun."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import ContentParams, DescriptionParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from mmgen.facts.stated import coverage, is_stated
from mmgen.writing.sound_part import sound_part
from mmgen.writing.specification import compose, drafts
from mmgen.writing.writer import Request
from tests.facts.records import EMPTY, OTHERS, product
from tests.facts.records_en import ENGLISH
from tests.facts.records_zh import CHINESE

EVERY = [*ENGLISH, *CHINESE, *OTHERS]


def text_of(example: dict[str, Any], kind: str = "description", seed: int = 1, **limits: Any) -> str:
    facts = facts_of(example)
    locale = language_of(example["locale"], example["title"])
    return compose(facts, locale, kind, seed, DescriptionParams(**limits)).text


@pytest.mark.parametrize(
    ("example", "description", "line"),
    [
        pytest.param(
            product(
                "p", "en", "Oslo", ["Furniture", "Coffee Tables"], "Nordhem", "Folds flat. Seats four.", colour="oak"
            ),
            "Oslo. Category: Coffee Tables; Brand: Nordhem. Folds flat. Seats four. Colour: oak.",
            "Oslo · Coffee Tables · Colour: oak",
            id="english",
        ),
        pytest.param(
            product("p", "zh", "云朵", ["家具", "沙发"], "木居", "可拆洗。", 颜色="浅灰色", 材质="棉麻"),
            "云朵。类别：沙发；品牌：木居。可拆洗。颜色：浅灰色；材质：棉麻。",
            "云朵，沙发，材质：棉麻",
            id="chinese",
        ),
        pytest.param(
            product("p", "de", "Wasserkocher „Nord“ 1,7 l", ["Küche", "Wasserkocher"], "Ostra", None, farbe="weiß"),
            "Wasserkocher „Nord“ 1,7 l. Marke: Ostra. Farbe: weiß.",
            "Wasserkocher „Nord“ 1,7 l · Farbe: weiß",
            id="german",
        ),
        pytest.param(
            product("p", "fr", "Théière", ["Cuisine"], None, "Contient 1,2 l.", matière="grès"),
            "Théière. Catégorie: Cuisine. Contient 1,2 l. Matière: grès.",
            "Théière · Cuisine · Matière: grès",
            id="french",
        ),
        pytest.param(
            product("p", "ru", "Чайник «Норд»", ["Чайники"], None, None, цвет="белый"),
            "Чайник «Норд». Категория: Чайники. Цвет: белый.",
            "Чайник «Норд» · Цвет: белый",
            id="russian",
        ),
        pytest.param(
            product("p", "is", "Kanna", ["Eldhús"], "Ostra"),
            "Kanna. Eldhús; Ostra.",
            "Kanna · Eldhús",
            id="no_words_for_it",
        ),
        pytest.param(
            product("p", "sv", "Kanna", ["Kök"], "Ostra"),
            "Kanna. Kategori: Kök; Varumärke: Ostra.",
            "Kanna · Kök",
            id="labels_alone",
        ),
        pytest.param(
            product("p", "en", None, ["Clothing", "Dresses"], "Arden"),
            "Category: Dresses; Brand: Arden.",
            "Dresses · Arden",
            id="no_title",
        ),
        pytest.param(
            product("p", "en", "Puma Roma shoes", ["Shoes"], "Puma"),
            "Puma Roma shoes.",
            "Puma Roma shoes",
            id="a_title_that_says_it",
        ),
        pytest.param(
            product("p", "en", "What Now?", ["Books"], None, None, author="J. K. Lee", publisher="Ace"),
            "What Now? Category: Books. Author: J. K. Lee; Publisher: Ace.",
            "What Now? · Books · Author: J. K. Lee",
            id="a_question",
        ),
        pytest.param(
            product("p", "en", "Cap", ["Hats"], None, None, care="Wash cold. Line dry.", colour="red"),
            "Cap. Category: Hats. Care: Wash cold. Line dry. Colour: red.",
            "Cap · Hats · Colour: red",
            id="a_fact_of_two_sentences",
        ),
    ],
)
def test_texts(example: dict[str, Any], description: str, line: str) -> None:
    assert text_of(example) == description
    assert line in {text_of(example, "ad_copy", seed) for seed in range(12)}


@pytest.mark.parametrize("example", [pytest.param(e, id=e["product_id"]) for e in EVERY])
def test_any_record(example: dict[str, Any]) -> None:
    facts, language = facts_of(example), language_of(example["locale"])
    by_slot = {fact.slot: fact for fact in facts}
    description = compose(facts, language, "description", 1)
    assert by_slot["title"].value in description.text if "title" in by_slot else True
    assert "kind" not in by_slot or is_stated(by_slot["kind"], description.text)
    assert coverage(description.text, facts) == 1.0
    for kind, seed in itertools.product(("description", "ad_copy"), range(4)):
        draft = compose(facts, language, kind, seed)
        results = check_content(kind, draft.text, facts, language, ContentParams())
        assert status_of(results) == "approved", [result for result in results if not result.passed]
        assert draft == compose(facts, language, kind, seed)


def test_nothing_is_composed_of_nothing() -> None:
    assert [draft.tokens for draft in drafts(facts_of(EMPTY), "en", "description", 1)] == [[]]
    assert compose([], "zh", "ad_copy", 1).text == ""


def test_all_sentences_that_fit_in_their_order_and_the_first_that_does_not_ends_them() -> None:
    text = (
        "It seats four people. " * 2 + "The top is oak and oiled by hand. The legs are steel. Keep away from children."
    )
    example = product("p", "en", "Oslo", [], None, text)
    assert text_of(example) == (
        "Oslo. It seats four people. The top is oak and oiled by hand. The legs are steel. Keep away from children."
    )
    assert text_of(example, written_chars=50) == "Oslo. It seats four people. Keep away from children."


def test_a_text_may_be_as_long_as_its_warnings_make_it() -> None:
    warning = "Do not use this lamp near water, " + "or in a bath, " * 70 + "or outside."
    facts = facts_of(product("p", "en", "Oslo lamp", ["Lamps"], None, f"A lamp. {warning}", colour="red"))
    text = compose(facts, "en", "description", 1).text
    assert text == f"Oslo lamp. Category: Lamps. A lamp. {warning} Colour: red."
    assert len(text) > 900 and status_of(check_content("description", text, facts, "en", ContentParams())) == "approved"


def test_a_field_may_be_called_what_prose_may_not_say() -> None:
    example = product("p", "de", "Leuchte", ["Leuchten"], None, None, Garantie="60 Monate")
    text = text_of(example, "description", 1)
    assert text == "Leuchte. Kategorie: Leuchten. Garantie: 60 Monate."
    assert status_of(check_content("description", text, facts_of(example), "de", ContentParams())) == "approved"


@pytest.mark.parametrize(
    ("locale", "description", "without"),
    [
        pytest.param("en", "Good for skin. Sweet almond oil is inside. Kind to skin. Sweet almond oil cleans. "
                     "Do not eat.", " Sweet almond oil cleans.", id="english"),
        pytest.param("zh", "适合油性皮肤。甜杏仁油滋润。也适合干性皮肤。甜杏仁油清洁。请勿食用。",
                     "甜杏仁油清洁。", id="chinese"),
    ],
)  # fmt: skip
def test_the_sentence_that_a_check_objects_to_is_left_out_alone(locale: str, description: str, without: str) -> None:
    facts = facts_of(product("p", locale, "Lumo", [], None, description, care="Warm wash", 颜色="白色"))
    full = compose(facts, locale, "description", 1)
    found = sound_part(full, Request("description", 0, "p", locale, facts), DescriptionParams())
    assert without in full.text and found.text == full.text.replace(without, "")


@pytest.mark.parametrize(
    ("title", "locale"),
    [
        pytest.param("Replacement Battery with a Charging Cable and a Travel Pouch, "
                     "for Laptops of 13 to 17 inches of Any Make", "en", id="english"),
        pytest.param("适用于多种型号笔记本电脑的替换电池附送充电线和旅行收纳包多种规格可选升级版二代三年质保", "zh",
                     id="chinese"),
    ],
)  # fmt: skip
def test_a_title_that_is_longer_than_a_line_is_the_line(title: str, locale: str) -> None:
    example = product("p", locale, title, ["Batteries" if locale == "en" else "电池"], "Ostra", None, colour="Black")
    assert {text_of(example, "ad_copy", seed) for seed in range(12)} == {title}
    assert status_of(check_content("ad_copy", title, facts_of(example), locale, ContentParams())) == "approved"


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Replacement Battery for Laptop", "Laptops"),
        ("Shoe Polish Black", "Shoes"),
        ("Oslo Coffee Table", "Coffee Tables"),
    ],
)
def test_every_line_opens_with_the_title(title: str, category: str) -> None:
    """A thing behind its category would be sold as what it is for."""
    example = product("p", "en", title, [category], "Ostra", None, colour="Black")
    assert all(text_of(example, "ad_copy", seed).startswith(title) for seed in range(60))


@pytest.mark.parametrize(
    ("locale", "title", "brand", "some"),
    [
        ("en", "Flying Machine Men Jeans", "Flying Machine", True),
        ("de", "Haus am See Kerze", "Haus am See", True),
        ("en", "Ostra Mug", "Ostra", False),
        ("en", "Jeans by Flying Machine", "Flying Machine", False),
    ],
)
def test_some_lines_of_a_long_brand_begin_with_their_fact(locale: str, title: str, brand: str, some: bool) -> None:
    lines = [text_of(product("p", locale, title, ["X"], brand, None, colour="Black"), "ad_copy", n) for n in range(400)]
    assert all(title in line for line in lines)
    share = sum(not line.startswith(title) for line in lines) / len(lines)
    assert (0.1 < share < 0.2) if some else share == 0


VALUES = ("x", "Nike Run Red Shoes", "red", "the cup", "It's good.", "12", "跑步鞋", "a; b, c", "#1 (new)", "...")
SLOTS = ("title", "kind", "brand", "sentence_1", "sentence_2", "other_1", "other_2", "other_3")


def test_any_facts_can_be_composed() -> None:
    rng = random.Random(0)
    for seed in range(400):
        slots = [slot for slot in SLOTS if rng.random() < 0.6] or ["other_1"]
        facts = [Fact(slot, rng.choice(["", "Name"]), rng.choice(VALUES), slot, rng.choice(["", "warning"]))
                 for slot in slots]  # fmt: skip
        for kind, locale in itertools.product(("description", "ad_copy"), ("en", "zh", "sv")):
            text = compose(facts, locale, kind, seed).text
            assert text
            if kind == "description":
                assert all(fact.value in text for fact in facts if fact.role == "warning" or fact.slot == "title")
