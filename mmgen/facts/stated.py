"""How much of what is known a text states: values are said as they are written, so they are looked for as they are."""

from __future__ import annotations

from collections.abc import Sequence

from mmgen.facts.fact import Fact
from mmgen.facts.values import CJK, key_of

_NOT_ASKED = ("title", "price")


def is_stated(fact: Fact, text: str) -> bool:
    """Whether a text says the value of a fact, see ``says``."""
    return says(text, fact.value)


def says(text: str, value: str) -> bool:
    """Whether a text has the words of a value side by side; Chinese characters anywhere."""
    key, whole = key_of(value), key_of(text)
    return key in whole if CJK.search(key) else f" {key} " in f" {whole} "


def coverage(text: str, facts: Sequence[Fact]) -> float:
    """The share of the facts that ``text`` states, 0..1; a title, a price and what is disputed are not asked for."""
    asked = [f for f in facts if f.slot not in _NOT_ASKED and not f.slot.startswith("conflict_")]
    return sum(is_stated(fact, text) for fact in asked) / len(asked) if asked else 1.0
