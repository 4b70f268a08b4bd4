"""A shop's attributes as facts: the slot by the column's name, the unit out of it, lists and codes as words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mmgen.facts import lexicon
from mmgen.facts.fact import NOUN_SLOTS, Fact
from mmgen.facts.title_nouns import head_end, noun_phrase
from mmgen.facts.values import CJK, cleaned, is_private, reading, same_value, usable
from mmgen.facts.words import number_of

MAX_OTHERS = 6
MAX_VALUE_CHARS = 60
MEASURED = ("weight", "volume", "dimensions")


def attribute_facts(
    attributes: Any, title: Any, path: list[str], language: str
) -> tuple[list[Fact], list[tuple[str, str]]]:
    """The facts of a row's attributes, and the long ones, as (column, text): what is written about the product.

    Title and category tell whether a size is what goes in (``tea canister``, 250 g) or what it weighs.
    """
    holds = any(lexicon.CONTAINER.search(kind) for kind in _kinds(title, path))
    facts: dict[str, Fact] = {}
    others: list[Fact] = []
    features: list[str] = []
    long_texts: list[tuple[str, str]] = []
    for column, raw in _pairs(attributes):
        value = cleaned(raw).replace("_", " ") if " " not in raw else cleaned(raw)
        if lexicon.is_internal(column) or not usable(value) or is_private(value):
            continue
        if len(value) > MAX_VALUE_CHARS:
            long_texts += [(column, value)] if re.search(r"[.。!?;；]", value) else []
            continue
        slot, name, value = _measured(column, value, " " if language == "en" else "")
        slot = _amount(value, holds) if slot == "size" else slot
        slot = slot if language in ("en", "zh") or slot == "brand" else None
        if value.lower() in lexicon.YES | lexicon.NO:
            features += [name.removeprefix("is ").removeprefix("has ")] if value.lower() in lexicon.YES else []
            continue
        said = reading(slot or "", value, language) if language in ("en", "zh") else value
        if said is None:
            continue
        if slot and slot not in facts:
            facts[slot] = Fact(slot, slot, said, column)
        elif not (slot and same_value(facts[slot].value, said)) and _sayable(name, language):
            others.append(Fact("other", name, said, column))
    numbered = [Fact(f"other_{i}", f.name, f.value, f.source) for i, f in enumerate(others[:MAX_OTHERS], 1)]
    features = [name for name in features if _sayable(name, language)][:3]
    yes = (
        [Fact("feature", "feature", reading("feature", ", ".join(features), language) or "", "attributes")]
        if features
        else []
    )
    return [*_noun(facts, language), *numbered, *yes], long_texts


def _pairs(attributes: Any) -> list[tuple[str, str]]:
    """Attributes as (name, value) texts, from a mapping or Arrow's list of pairs, in the order of their names."""
    items = attributes.items() if isinstance(attributes, Mapping) else attributes or []
    return sorted((str(name), str(value)) for name, value in items if name is not None and value is not None)


def _kinds(title: Any, path: list[str]) -> list[str]:
    """The phrases that tell what kind of thing a product is: its category and the parts of its title."""
    parts = re.split(r"[\s（(]", title) if isinstance(title, str) and CJK.search(title) else []
    if isinstance(title, str) and not parts:
        parts = [" ".join(title.split()[: head_end(title.split())]).strip(" ,;:")]
    return [*path[-1:], *parts]


def _noun(facts: dict[str, Fact], language: str) -> list[Fact]:
    """Attributes that name the kind of thing get the slot of their grammatical number."""
    article = facts.pop("article", None)
    if article and language == "zh":
        facts["article"] = article
    elif article and (noun := noun_phrase(article.value)):
        facts[NOUN_SLOTS[number_of(noun)]] = Fact(NOUN_SLOTS[number_of(noun)], "article", noun, article.source)
    return list(facts.values())


def _sayable(name: str, language: str) -> bool:
    """Whether an attribute's name can stand in a text of this language."""
    if language == "zh":
        return bool(CJK.search(name)) or name.isupper()
    return bool(name) and (language != "en" or not CJK.search(name))


def _measured(column: str, value: str, gap: str) -> tuple[str | None, str, str]:
    """(slot, readable name, value) of an attribute; a unit in its name (``weight_kg``) moves to the value."""
    name = lexicon.humanised(column)
    slot = lexicon.slot_of(column)
    words = name.split()
    is_number = bool(re.fullmatch(r"-?\d+(?:[.,]\d+)?", value))
    if is_number:
        value = re.sub(r"\.0+$", "", value)
    if len(words) > 1 and words[-1].lower() in lexicon.UNITS:
        slot, name = lexicon.slot_of(" ".join(words[:-1])), " ".join(words[:-1])
        value = f"{value}{gap}{words[-1]}" if is_number else value
        is_number = False
    if is_number and slot in MEASURED:
        return slot, name, ""
    return (None if is_number and slot == "quantity" else slot), name, value


def _amount(size: str, holds: bool) -> str:
    """The slot of a size by its unit: ``500 ml`` is a volume, ``100 g`` a weight, unless it goes into a container."""
    if lexicon.VOLUME.fullmatch(size):
        return "volume"
    if lexicon.WEIGHT.fullmatch(size):
        return "volume" if holds else "weight"
    return "size"
