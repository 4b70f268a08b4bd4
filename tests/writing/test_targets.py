"""What the text decoder learns, and what of its samples says as much as a specification."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.record import facts_of
from mmgen.models.text.sentences import Sentences, split_sentences
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.writing.fitting import allowed_slots, form_of
from mmgen.writing.slots import realise
from mmgen.writing.specification import compose
from mmgen.writing.targets import training_targets
from tests.facts.records import EMPTY, OTHERS, product
from tests.facts.records_en import ENGLISH
from tests.facts.records_zh import CHINESE

PARAMS = DescriptionParams()
MUG = product("w01", "en", "Oslo", ["Mugs"], "Nordhem", "Holds 250 ml. Do not microwave.", colour="red")
FULL = (
    "<title> . <kind_name> : <kind> ; <brand_name> : <brand> . <sentence_1> <sentence_2> <other_1_name> : <other_1> ."
)


@pytest.mark.parametrize("example", [pytest.param(r, id=r["product_id"]) for r in [*CHINESE, *ENGLISH]])
def test_targets_begin_right_and_can_be_realised(example: dict[str, Any]) -> None:
    targets = training_targets(example)
    locale, facts = example["locale"][:2], facts_of(example)
    assert {text[0] for text in targets.texts} == {f"<bos:description:{locale}>", f"<bos:ad_copy:{locale}>"}
    assert targets == training_targets(example)
    for text, slots in zip(targets.texts, targets.slots, strict=True):
        kind = "description" if "description" in text[0] else "ad_copy"
        assert {token for token in text[1:] if token[0] == "<"} <= slots <= allowed_slots(facts)
        assert realise(text, facts)
        assert form_of(kind, facts, locale, PARAMS).is_kept_by(text[1:])


@pytest.mark.parametrize("example", [pytest.param(EMPTY, id="empty"), pytest.param(OTHERS[0], id="another_language")])
def test_no_targets(example: dict[str, Any]) -> None:
    assert [text for text in training_targets(example).texts if len(text) > 1] == []


def test_the_shops_sentences_are_slots() -> None:
    assert training_targets(MUG).texts[0] == ["<bos:description:en>", *FULL.split()]
    short = training_targets(MUG, DescriptionParams(written_chars=40)).texts[0]
    assert {"<sentence_1>", "<sentence_2>"} <= set(short)


def test_what_one_shop_teaches_can_be_said_of_all_its_products() -> None:
    shop = [training_targets(example) for example in [*ENGLISH, *CHINESE, MUG]]
    vocabulary = Vocabulary.build((text for product in shop for text in product.texts), min_count=1)
    sentences = Sentences.learn(shop, vocabulary)
    for product_ in shop:
        assert all(sentences.attests(text[0], "", text[1:]) for text in product_.texts)
    assert split_sentences(FULL.split())[0] == ["<title>", "."]


@pytest.mark.parametrize(
    ("kind", "tokens", "is_enough"),
    [
        pytest.param("description", FULL, True, id="all"),
        pytest.param("description", FULL.replace("<sentence_1> ", ""), False, id="a_sentence_left_out"),
        pytest.param("description", FULL.replace("<sentence_2> ", ""), False, id="a_warning_left_out"),
        pytest.param("description", FULL.replace("<sentence_1> <sentence_2>", "<sentence_2> <sentence_1>"), False,
                     id="another_order"),
        pytest.param("description", FULL.replace("<title> . ", ""), False, id="no_title"),
        pytest.param("description", f"{FULL} <title> .", False, id="a_slot_twice"),
        pytest.param("description", f"<unk> {FULL}", False, id="unknown_word"),
        pytest.param("ad_copy", "<title> · <kind> · <other_1_name> : <other_1>", True, id="line"),
        pytest.param("ad_copy", "<title> · <kind>", True, id="short_line"),
        pytest.param("ad_copy", "<kind> · <brand>", False, id="no_name"),
    ],
)  # fmt: skip
def test_a_sample_says_as_much_as_a_specification(kind: str, tokens: str, is_enough: bool) -> None:
    assert form_of(kind, facts_of(MUG), "en", PARAMS).is_kept_by(tokens.split()) is is_enough


def test_only_slots_of_the_specification_are_open() -> None:
    facts = facts_of(MUG)
    tokens = compose(facts, "en", "description", 0).tokens
    assert form_of("description", facts, "en", PARAMS).open_slots == {t for t in tokens if t.startswith("<")}
    lines = form_of("ad_copy", facts, "en", PARAMS)
    assert lines.open_slots == {"<title>", "<kind>", "<other_1>", "<other_1_name>"}
