"""Slots and back: realising is the inverse of delexicalising, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen.generation.compose import compose
from mmgen.generation.delex import allowed_slots, delexicalise, realise, training_targets
from mmgen.generation.facts import Fact, facts_of
from tests.generation.records import CHINESE, EMPTY, ENGLISH, OTHERS

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
            assert realise(delexicalise(text, facts), facts, example["locale"]).lower() == text.lower()


@pytest.mark.parametrize("example", [pytest.param(r, id=r["product_id"]) for r in [*CHINESE, *ENGLISH]])
def test_training_targets_begin_right_and_can_be_realised(example: dict[str, Any]) -> None:
    targets = training_targets(example)
    locale = example["locale"][:2]
    assert {target[0] for target in targets} == {f"<bos:description:{locale}>", f"<bos:ad_copy:{locale}>"}
    assert targets == training_targets(example)
    facts = facts_of(example)
    for target in targets:
        assert {t for t in target[1:] if t[0] == "<"} <= allowed_slots(facts)
        assert realise(target, facts, locale)


@pytest.mark.parametrize("example", [pytest.param(EMPTY, id="empty"), pytest.param(OTHERS[0], id="another_language")])
def test_no_targets(example: dict[str, Any]) -> None:
    assert training_targets(example) == []


def test_a_written_description_is_a_target_in_its_own_words() -> None:
    milk = next(r for r in CHINESE if r["product_id"] == "c16")
    assert any("奶" in target and "<sentence_1>" not in target for target in training_targets(milk))
