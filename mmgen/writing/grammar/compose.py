"""Drafts by grammar: every sentence plan is made of slots and function words, so it can't say more than the facts do.

A written description is kept in its own words and the facts that it leaves out are added.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.config.params import entry_named
from mmgen.facts.fact import Fact, by_slot
from mmgen.facts.values import text_length
from mmgen.kinds import KINDS
from mmgen.writing.delex import realise
from mmgen.writing.grammar import compose_en, compose_zh
from mmgen.writing.grammar.written import written_slots

_LIMITS = DescriptionParams()
_DRAWS = 8


@dataclass(frozen=True)
class Draft:
    """A text and the tokens it was realised from (no begin token). Both are empty where there are no facts."""

    tokens: list[str]
    text: str


def compose(facts: Sequence[Fact], locale: str, kind: str, seed: int, limits: DescriptionParams = _LIMITS) -> Draft:
    """A text of ``kind``: sentences where the kind is prose, else a line. The same arguments give the same draft.

    A line is the longest of several drawn that fits the length aimed at, else the shortest. Raises ValueError for a
    kind that there is not.
    """
    entry = entry_named(KINDS, kind, "kind of content")
    if not any(fact.slot != "price" and not fact.slot.startswith("conflict_") for fact in facts):
        return Draft([], "")
    rng = random.Random(seed)  # noqa: S311  # variety, not secrecy
    language = language_of(locale)
    if entry.is_prose:
        return _description(facts, language, rng, limits)
    return _line(facts, language, rng, kind, limits)


def is_well_formed(tokens: Sequence[str], locale: str) -> bool:
    """Whether sampled tokens keep the grammar that slots can't: each slot once, number agreement, an end mark."""
    slots = [t for t in tokens if t.startswith("<") and not t.startswith("<bos:")]
    if not slots or len(slots) != len(set(slots)) or "<unk>" in slots:
        return False
    return compose_en.agrees(tokens) if language_of(locale) == "en" else True


def _description(facts: Sequence[Fact], language: str, rng: random.Random, limits: DescriptionParams) -> Draft:
    longest = limits.longest_written(language)
    write: Callable[[dict[str, Fact], random.Random, int], list[str]] = {
        "en": compose_en.description,
        "zh": compose_zh.description,
    }.get(language, _own_words)
    tokens = write(by_slot(facts), rng, longest)
    return Draft(tokens, realise(tokens, facts, language))


def _line(facts: Sequence[Fact], language: str, rng: random.Random, kind: str, limits: DescriptionParams) -> Draft:
    write: Callable[[dict[str, Fact], random.Random], list[str]] = {
        "en": compose_en.ad_copy,
        "zh": compose_zh.ad_copy,
    }.get(language, _own_line)
    aim = limits.content.limits(kind, language)[1]
    drafts = [
        Draft(tokens, realise(tokens, facts, language))
        for tokens in (write(by_slot(facts), rng) for _ in range(_DRAWS))
    ]
    fitting = [draft for draft in drafts if text_length(draft.text, language) <= aim]
    if fitting:
        return rng.choice(sorted(fitting, key=lambda d: -len(d.text))[:3])
    return min(drafts, key=lambda d: len(d.text))


def _own_words(facts: dict[str, Fact], rng: random.Random, longest: int) -> list[str]:
    """Another language: the written sentences, or the title and the attributes as the shop words them."""
    written = written_slots(facts, longest)
    if written:
        return written
    tokens = [*_own_line(facts, rng), "."]
    others = [slot for slot in facts if slot.startswith("other_")][:4]
    for i, slot in enumerate(others):
        tokens += [f"<{slot}_name>", ":", f"<{slot}>", ";" if i + 1 < len(others) else "."]
    return tokens


def _own_line(facts: dict[str, Fact], _rng: random.Random) -> list[str]:
    for slot in ("short_name", "title", "name", "brand", "family"):
        if slot in facts:
            return [f"<{slot}>"]
    return [f"<{next(iter(facts))}>"]
