"""Slots and back: realising is the inverse of delexicalising, in both languages."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from mmgen.writing.delex import delexicalise, realise
from mmgen.writing.fitting import allowed_slots, misplaced, said_twice, traits_of
from mmgen.writing.grammar.compose import compose
from mmgen.writing.grammar.product_en import Product
from mmgen.writing.targets import training_targets
from tests.facts.records import EMPTY, OTHERS, product
from tests.facts.records_en import ENGLISH
from tests.facts.records_zh import CHINESE

SHOE = [
    Fact("brand", "brand", "s.Oliver", "brand"),
    Fact("colour", "colour", "orange", "c"),
    Fact("articles", "article", "shoes", "c"),
]
BAG = [
    Fact("brand", "brand", "行者", "brand"),
    Fact("name", "name", "双肩包Pro 2", "title"),
    Fact("colour", "colour", "黑色", "c"),
]


@pytest.mark.parametrize(
    ("tokens", "facts", "locale", "text"),
    [
        pytest.param(
            "a <colour> pair from <brand> .", SHOE, "en", "An orange pair from s.Oliver.", id="an_and_capital"
        ),
        pytest.param("<brand> : <colour> <articles> ; nice .", SHOE, "en", "s.Oliver: orange shoes; nice.", id="marks"),
        pytest.param(
            "<bos:ad_copy:en> <colour> <articles> <eos>", SHOE, "en", "Orange shoes", id="begin_and_end_tokens"
        ),
        pytest.param(
            "<brand> 的 <name> ， <colour> 。", BAG, "zh", "行者的双肩包Pro 2，黑色。", id="no_spaces_in_chinese"
        ),
    ],
)
def test_realise(tokens: str, facts: list[Fact], locale: str, text: str) -> None:
    assert realise(tokens.split(), facts, locale) == text


@pytest.mark.parametrize("token", ["<material>", "<unk>"])
def test_a_slot_without_a_fact_is_an_error(token: str) -> None:
    with pytest.raises(ValueError, match="no fact for"):
        realise([token], SHOE, "en")


@pytest.mark.parametrize("example", [pytest.param(r, id=r["product_id"]) for r in [*CHINESE, *ENGLISH]])
def test_delexicalise_is_the_inverse(example: dict[str, Any]) -> None:
    facts = facts_of(example)
    for kind in ("description", "ad_copy"):
        for seed in range(5):
            text = compose(facts, example["locale"], kind, seed).text
            tokens = delexicalise(text, facts, language_of(example["locale"]))
            assert realise(tokens, facts, example["locale"]).lower() == text.lower()


@pytest.mark.parametrize("example", [pytest.param(r, id=r["product_id"]) for r in [*CHINESE, *ENGLISH]])
def test_training_targets_begin_right_and_can_be_realised(example: dict[str, Any]) -> None:
    targets = training_targets(example).texts
    locale = example["locale"][:2]
    assert {target[0] for target in targets} == {f"<bos:description:{locale}>", f"<bos:ad_copy:{locale}>"}
    assert targets == training_targets(example).texts
    facts = facts_of(example)
    for target in targets:
        assert {t for t in target[1:] if t[0] == "<"} <= allowed_slots(facts)
        assert realise(target, facts, locale)


@pytest.mark.parametrize("example", [pytest.param(EMPTY, id="empty"), pytest.param(OTHERS[0], id="another_language")])
def test_no_targets(example: dict[str, Any]) -> None:
    assert training_targets(example).texts == []


def test_a_written_description_is_a_target_in_its_own_words() -> None:
    milk = next(r for r in CHINESE if r["product_id"] == "c16")
    assert any("奶" in target and "<sentence_1>" not in target for target in training_targets(milk).texts)


def test_targets_keep_as_much_of_a_written_description_as_the_shop_does() -> None:
    text = "The soles are of natural rubber. The laces come in two lengths. Wipe the canvas with a damp cloth."
    shoes = product("w01", "en", "Toro Canvas Shoes", ["Shoes"], "Toro", text)
    for written_chars, kept in [(360, 3), (70, 2), (40, 1)]:
        targets = training_targets(shoes, DescriptionParams(written_chars=written_chars))
        wanted = {f"<sentence_{number}>" for number in range(1, kept + 1)}
        drafts = [n for n, text in enumerate(targets.texts) if "<sentence_1>" in text]
        assert drafts
        for n in drafts:
            assert wanted == {token for token in targets.texts[n] if token.startswith("<sentence_")}
            assert wanted == {token for token in targets.slots[n] if token.startswith("<sentence_")}


@pytest.mark.parametrize(
    ("tokens", "changes", "locale", "word"),
    [
        pytest.param("<brand> : <usage> red <articles>", {"usage": "sports"}, "en", "sport", id="doubled"),
        pytest.param("<brand> <articles> . they suit <usage> use .", {"usage": "sports"}, "en", "", id="apart"),
        pytest.param("<brand> <articles> , <usage>", {"usage": "casual"}, "en", "", id="different"),
        pytest.param("<name> ， 颜 色 为 <colour> 。", {"name": "黑色双肩包"}, "zh", "黑色", id="in_the_name"),
        pytest.param("<name> ， <colour> 。", {"name": "双肩包"}, "zh", "", id="not_in_the_name"),
        pytest.param("采 用 <material> 材 质 。", {"material": "牛皮材质"}, "zh", "牛皮材质", id="word_after"),
    ],
)
def test_said_twice(tokens: str, changes: dict[str, str], locale: str, word: str) -> None:
    known = {"brand": "Nike", "articles": "sports shoes", "colour": "黑色"} | changes
    assert said_twice(tokens.split(), [Fact(s, s, v, s) for s, v in known.items()], locale) == word


@pytest.mark.parametrize(
    ("tokens", "changes", "slot"),
    [
        pytest.param("<usage> <colour> <articles>", {"usage": "sports"}, "usage", id="leads"),
        pytest.param("<colour> <usage> <articles>", {"usage": "sports"}, "", id="beside_the_noun"),
        pytest.param("<usage> <colour> <articles>", {"usage": "casual"}, "", id="casual_leads"),
        pytest.param("<colour> <articles>", {"colour": "navy, red and white"}, "colour", id="a_list"),
        pytest.param("<articles> in <colour>", {"colour": "navy, red and white"}, "", id="after_the_noun"),
    ],
)
def test_misplaced(tokens: str, changes: dict[str, str], slot: str) -> None:
    known = {"articles": "track pants", "colour": "navy blue"} | changes
    assert misplaced(tokens.split(), [Fact(s, s, v, s) for s, v in known.items()], "en") == slot


SLOTS = "brand name short_name title article articles mass colour gender usage season year material other_1 sentence_1"
VALUES = ("x", "Nike Run Red Shoes", "red", "the cup", "Nike", "sports shoes", "It's good.", "12", "跑步鞋")


def test_any_facts_can_be_composed() -> None:
    rng = random.Random(0)
    for seed in range(400):
        slots = rng.sample(SLOTS.split(), rng.randint(1, 9))
        facts = [Fact(slot, slot, rng.choice(VALUES), slot) for slot in slots]
        for kind, locale in itertools.product(("description", "ad_copy"), ("en", "zh")):
            assert compose(facts, locale, kind, seed).text
            assert isinstance(traits_of(facts, locale), str)


def test_phrases_of_a_product_without_a_noun() -> None:
    product = Product({"title": Fact("title", "title", "Red", "title")})
    assert not product.stands_before("colour") and product.stands_before("title") and not product.is_telling()
