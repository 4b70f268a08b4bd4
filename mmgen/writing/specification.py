"""The fall-back text: a specification in plain words, right for any noun and in any language.

A description names the product by its whole title, says which kind of thing it is and whose, gives the shop's own
sentences, and then facts under their names. An ad line is the title, the kind and one fact at most. There is no grammar
in it: nothing is inflected, nothing is joined but by marks.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.config.params import entry_named
from mmgen.facts.fact import Fact, by_slot
from mmgen.facts.sentences import split_sentences
from mmgen.facts.stated import is_stated, says
from mmgen.facts.values import key_of, text_length
from mmgen.kinds import KINDS
from mmgen.writing.slots import END_MARKS, realise

MAX_FACTS = 12
AD_FACT_CHARS = 24
FACT_FIRST = 0.15
"""The share of lines that begin with their fact, of titles that begin with a brand of several words: a large brand's
lines would all begin alike. It is no larger, or those of facts that many products share would."""
_LIMITS = DescriptionParams()
Facts = dict[str, Fact]
_UNTOLD = ("warning", "date")
"""Roles that no advert tells: what warns stands word for word in the description, and a date sells nothing."""
_TELLING = ("colour", "material", "size", "measure", "use", "number")
"""Roles that say more of a thing than others do: than its year, or for whom it is."""


@dataclass(frozen=True)
class Marks:
    """The marks of a language: behind a sentence, behind a name, between facts, between the parts of an ad line."""

    stop: str
    colon: str
    semicolon: str
    between: str


_MARKS = {"zh": Marks("。", "：", "；", "，"), "ja": Marks("。", "：", "；", "・")}
_OTHERS = Marks(".", ":", ";", "·")


@dataclass(frozen=True)
class Draft:
    """A text and the tokens it was realised from (no begin token). Both are empty where there are no facts."""

    tokens: list[str]
    text: str


def compose(
    facts: Sequence[Fact],
    locale: str,
    kind: str,
    seed: int,
    limits: DescriptionParams = _LIMITS,
    without: Collection[str] = (),
) -> Draft:
    """The first of ``drafts``, of the facts but those of some slots."""
    return drafts([fact for fact in facts if fact.slot not in without], locale, kind, seed, limits)[0]


def optional_slots(draft: Draft, facts: Sequence[Fact]) -> list[str]:
    """The slots of a description that may be left out of it, in its order: sentences and facts, but for what warns."""
    known = by_slot(facts)
    slots = [token[1:-1] for token in draft.tokens if token.startswith(("<sentence_", "<other_"))]
    return [slot for slot in slots if slot in known and known[slot].role != "warning"]


def drafts(
    facts: Sequence[Fact], locale: str, kind: str, seed: int, limits: DescriptionParams = _LIMITS
) -> list[Draft]:
    """Texts of ``kind``: a specification where the kind is prose, else lines, the fullest first.

    The next lines say less, for where something in the first may not be said. The same arguments give the same drafts;
    ``seed`` chooses the fact of a line. Raises ValueError for a kind that there is not.
    """
    entry = entry_named(KINDS, kind, "kind of content")
    known, language = _sayable(facts), language_of(locale)
    if entry.is_prose:
        found = [_fullest(known, language, kind, limits)]
    else:
        found = _drawn_lines(known, language, kind, seed, limits)
    made = [Draft(tokens, realise(tokens, facts)) for tokens in found if tokens]
    return list({draft.text: draft for draft in made}.values()) or [Draft([], "")]


def every_line(facts: Sequence[Fact], locale: str, kind: str, limits: DescriptionParams = _LIMITS) -> list[Draft]:
    """All lines that ``drafts`` draws from, for whatever seed."""
    known, language = _sayable(facts), language_of(locale)
    told = [[slot] for slot in _tellable(known, language)] or [[]]
    lines = (line for one in told for turn in (0.0, 1.0)
             for line in _lines(known, language, kind, one, turn, limits))  # fmt: skip
    return [Draft(list(line), realise(line, facts)) for line in dict.fromkeys(map(tuple, lines))]


def _sayable(facts: Sequence[Fact]) -> Facts:
    """Slot -> fact, in their order; a price is shown on a picture, and stands in no text."""
    return {slot: fact for slot, fact in by_slot(facts).items() if slot != "price"}


def _fullest(facts: Facts, language: str, kind: str, limits: DescriptionParams) -> list[str]:
    """With all that fits."""
    needed = [slot for slot, fact in facts.items() if fact.role == "warning"]
    own = [slot for slot in facts if slot.startswith("sentence_")]
    others = [slot for slot in facts if slot.startswith("other_")]
    room = limits.content.limits(kind, language)[1]  # what warns has its own room
    room -= sum(_length(facts[slot], language) for slot in ("title", "kind", "brand") if slot in facts)
    written = _fitting(own, needed, facts, language, min(room, limits.longest_written(language)))
    room -= sum(_length(facts[slot], language) for slot in written if slot not in needed)
    listed = _fitting(others, needed, facts, language, room)[:MAX_FACTS]
    listed += [slot for slot in others if slot in needed and slot not in listed]
    return _description(facts, language, written, listed)


def _length(fact: Fact, language: str) -> int:
    return text_length(f"{fact.name}: {fact.value}; " if fact.slot.startswith("other_") else fact.value, language) + 1


def _fitting(slots: list[str], needed: list[str], facts: Facts, language: str, room: int) -> list[str]:
    """The slots in order, up to the first that does not fit; those that are ``needed`` stand in any case, and have
    their room already."""
    kept: list[str] = []
    is_full = False
    for slot in slots:
        size = 0 if slot in needed else _length(facts[slot], language)
        is_full = is_full or size > room
        if slot in needed or not is_full:
            kept.append(slot)
            room -= size
    return kept


def _description(facts: Facts, language: str, written: list[str], listed: list[str]) -> list[str]:
    """``<title> . <kind_name> : <kind> ; <brand_name> : <brand> . <sentence_1> <other_1_name> : <other_1> .``"""
    marks = _MARKS.get(language, _OTHERS)
    title = facts.get("title")
    head = [slot for slot in ("kind", "brand") if slot in facts and not (title and is_stated(facts[slot], title.value))]
    tokens = ["<title>", marks.stop] if title else []
    tokens += _listed(head, facts, marks)
    tokens += [f"<{slot}>" for slot in written]
    return tokens + _listed(listed, facts, marks)


def _listed(slots: Sequence[str], facts: Facts, marks: Marks) -> list[str]:
    """Facts under their names, set apart by semicolons; one that is whole sentences is one of its own."""
    tokens: list[str] = []
    for number, slot in enumerate(slots):
        following = facts[slots[number + 1]].value if number + 1 < len(slots) else "."
        is_last = any(_is_written(value) for value in (facts[slot].value, following))
        name = [f"<{slot}_name>", marks.colon] if facts[slot].name else []
        tokens += [*name, f"<{slot}>", marks.stop if is_last else marks.semicolon]
    return tokens


def _is_written(value: str) -> bool:
    """Whether a value is a sentence, or several."""
    return value.endswith(tuple(END_MARKS)) or len(split_sentences(value)) > 1


def _drawn_lines(facts: Facts, language: str, kind: str, seed: int, limits: DescriptionParams) -> list[list[str]]:
    rng = random.Random(seed)  # noqa: S311  # variety, not secrecy
    short = _tellable(facts, language)
    return _lines(facts, language, kind, [rng.choice(short)] if short else [], rng.random(), limits)


def _lines(
    facts: Facts, language: str, kind: str, told: list[str], turn: float, limits: DescriptionParams
) -> list[list[str]]:
    """The title with its kind and one fact, as much as fits. A title that is longer than a line is the line.

    The title stands in front: behind its category ("Laptops · Replacement Battery") a thing would be sold as what it is
    for. ``turn``, 0..1, decides where the fact goes before it, and, where there is none, whether the brand is in front.
    """
    longest = limits.content.limits(kind, language)[2]
    if "title" in facts:
        thing = ["kind"] if "kind" in facts and not _repeats(facts["kind"].value, facts["title"].value) else []
        named = ["title", *thing]
        is_fact_first = turn < FACT_FIRST and _opens_with_brand(facts)
        choices = [[*told, *named] if is_fact_first else [*named, *told], named, ["title"]]
    else:
        thing = [slot for slot in (("brand", "kind") if turn < 0.5 else ("kind", "brand")) if slot in facts]
        choices = [[*thing, *told], thing, thing[:1], told, list(facts)[:1]]
    lines = [_line(choice, facts, language) for choice in choices if choice]
    known = list(facts.values())
    fitting = [line for line in lines if text_length(realise(line, known), language) <= longest]
    return fitting or lines[-1:]


def _opens_with_brand(facts: Facts) -> bool:
    """Whether the title begins with the brand, and this has several words."""
    brand = key_of(facts["brand"].value) if "brand" in facts else ""
    return " " in brand and f"{key_of(facts['title'].value)} ".startswith(f"{brand} ")


def _tellable(facts: Facts, language: str) -> list[str]:
    """The slots of short facts that may stand in an advert, and that the title does not say.

    Of several those that tell most.
    """
    title = facts["title"].value if "title" in facts else ""
    short = [
        slot
        for slot, fact in facts.items()
        if slot.startswith("other_")
        and fact.role not in _UNTOLD
        and text_length(fact.value, language) <= AD_FACT_CHARS
        and not is_stated(fact, title)
    ]
    telling = [slot for slot in short if facts[slot].role in _TELLING]
    return telling or short


def _line(slots: list[str], facts: Facts, language: str) -> list[str]:
    """``<title> · <kind> · <other_1_name> : <other_1>``"""
    marks = _MARKS.get(language, _OTHERS)
    tokens: list[str] = []
    for slot in slots:
        name = [f"<{slot}_name>", marks.colon] if slot.startswith("other_") and facts[slot].name else []
        tokens += [*([marks.between] if tokens else []), *name, f"<{slot}>"]
    return tokens


def _repeats(kind: str, title: str) -> bool:
    """Whether a title says every word of its kind, give or take an ending: ``Oslo Coffee Table`` of ``Coffee Tables``.

    Words that begin alike count as one: nothing is claimed by that, a kind is only left out of a line.
    """
    words = key_of(title).split()
    return says(title, kind) or all(any(_is_form(part, word) for word in words) for part in key_of(kind).split())


def _is_form(one: str, other: str) -> bool:
    """Whether two words differ in their last two letters at most, of five or more."""
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((size for size, (a, b) in pairs if a != b), min(len(one), len(other)))
    return shared >= 3 and max(len(one), len(other)) - shared <= 2
