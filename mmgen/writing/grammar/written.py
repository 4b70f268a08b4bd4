"""What a text keeps of a written description, and whether it has to name the product before it."""

from __future__ import annotations

import itertools
import re

from mmgen.facts.fact import Fact
from mmgen.facts.title import CONNECTORS, segments
from mmgen.facts.words import canon

Facts = dict[str, Fact]
# These name the product; all other facts can be said after the written sentences.
_NAMING = frozenset({"title", "name", "short_name", "brand", "article", "articles", "mass", "model", "family"})


def written_slots(facts: Facts, longest: int) -> list[str]:
    """The slots of the first written sentences that fit in ``longest`` characters; one at least where there is any."""
    tokens: list[str] = []
    length = 0
    for slot in sorted(slot for slot in facts if slot.startswith("sentence_")):
        length += len(facts[slot].value) + 1
        if tokens and length > longest:
            break
        tokens.append(f"<{slot}>")
    return tokens


def lead_slots(facts: Facts, written: list[str], language: str) -> list[str]:
    """The slots that name the product before written sentences which don't; none where they do."""
    if "title" not in facts or not written:
        return []
    texts = " ".join(facts[slot[1:-1]].value for slot in written)
    later = [fact.value for slot, fact in facts.items() if slot not in _NAMING and not slot.startswith("sentence_")]
    if language != "zh":
        return [] if _names_en(texts, facts["title"].value, later) else ["<title>"]
    name = facts["name"].value if "name" in facts else facts["title"].value
    brand = facts["brand"].value if "brand" in facts else ""
    if _names_zh(texts, name, [*later, brand]) and brand.lower() in texts.lower():
        return []
    own = ["<name>"] if "name" in facts else ["<title>"]
    return [*(["<brand>"] if brand and brand.lower() not in name.lower() and "name" in facts else []), *own]


def _names_en(texts: str, title: str, later: list[str]) -> bool:
    """Whether a text says a title's words, but those that join phrases and those of facts that can follow."""
    said = words_of(texts)
    parts = re.findall(r"[^\W_]+", texts)
    said |= {canon(one + two) for one, two in itertools.pairwise(parts)}  # ``water melon``
    return words_of(title) - words_of(" ".join(later)) - {canon(word) for word in CONNECTORS} <= said


def _names_zh(texts: str, name: str, later: list[str]) -> bool:
    for value in sorted(filter(None, later), key=len, reverse=True):
        name = name.replace(value, "")
    rest = re.sub(r"[\W_]+", "", name)
    return rest in texts or (rest[-2:] in texts and all(part in texts for part in segments(rest)))


def words_of(text: str) -> set[str]:
    """The words of an English text, in one form for all spellings and numbers."""
    return {canon(word) for word in re.findall(r"[^\W_]+", text)}
