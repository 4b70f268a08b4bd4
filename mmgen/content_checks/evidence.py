"""What the facts of a product support: their claims, numbers and words, taken apart as a text is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from mmgen.content_checks.reading.claims import Claim, claims_of
from mmgen.content_checks.reading.kinds import kinds_of
from mmgen.content_checks.reading.lexicon import CLASSES, Lexicon, lexicon_of
from mmgen.content_checks.reading.quantities import Quantity, is_comparable, read_at
from mmgen.content_checks.reading.tokens import stem, tokens_of
from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of as said_words
from mmgen.facts.values import CJK

HIDDEN = ("hidden", "internal")
_ROLES = {"gender": "audience"}
_LISTED = re.compile(r"\s*[,;/、，；|]\s*")
_LISTED_NAMES = re.compile(r"\s*[,;、，；|]\s*")
"""Of certificates a slash is a part: ``ECE R44/04``."""
_NO_LIST = re.compile(r"\d")
"""An attribute with numbers counts nothing: ``1 battery, not included``."""
_WHOLE_PERCENT = 100.0
_GROWN_UP = 14.0
_AGED = Claim("audience", 0, 0, ("children",), ("audience/children",))
_MAX_COUNT = 100.0
_LACKED_TOKENS = 4
_NAME_MARKS = ("pieces", "each", "looks", "looks_before")


@dataclass(frozen=True)
class Evidence:
    """``claims``: what is so. ``numbers``: all quantities. ``words``: stems of all words. ``kinds``: what the product
    is called, and ``titled`` whether there is a title.

    ``denied``: stems of what the facts say to be missing, and never affirm; ``missing``: those, and what they affirm of
    something else. ``mixed``: keys of what is only a share of something. ``text``: all values, joined, in lower case;
    ``solid``: the same without spaces. ``named``: name of a fact in lower case -> its values.
    """

    claims: tuple[Claim, ...]
    numbers: tuple[Quantity, ...]
    words: frozenset[str]
    kinds: frozenset[str]
    titled: bool
    denied: frozenset[str]
    missing: frozenset[str]
    mixed: frozenset[str]
    text: str
    solid: str
    named: dict[str, tuple[Fact, ...]]
    roles: frozenset[str]


def is_hidden(fact: Fact) -> bool:
    """Whether a fact is known and may not be said."""
    return fact.role in HIDDEN or fact.slot.startswith(HIDDEN)


def supporting(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts that a text may rest on: neither hidden nor disputed."""
    return tuple(fact for fact in facts if not is_hidden(fact) and not fact.slot.startswith("conflict_"))


def evidence_of(facts: Sequence[Fact], language: str) -> Evidence:
    """What the facts support. Cached: several texts of a product are judged by the same facts."""
    return _evidence(supporting(facts), language)


@lru_cache(maxsize=256)
def _evidence(facts: tuple[Fact, ...], language: str) -> Evidence:
    words = lexicon_of(language)
    claims: list[Claim] = []
    numbers: list[Quantity] = []
    named: dict[str, list[Fact]] = {}
    mixed: set[str] = set()
    pieces: set[float] = set()
    numbers_each: list[Quantity] = []
    titles = frozenset(noun for f in facts if f.slot in ("title", "kind") for noun in _parts_of(f.value))
    is_work = any(_has_said(fact, "works", words) for fact in facts if fact.slot == "kind")
    for fact in facts:
        found = _claims(fact, words)
        if is_work and fact.slot == "title":  # what a book is called says not for whom it is
            found = [claim for claim in found if claim.kind != "audience"]
        claims += found
        own = _quantities(fact, words)
        if _has_mark(fact, "pieces", words):
            twice = 2.0 if _is_pair(fact, words) else 1.0
            own = [one if one.unit else replace(one, nouns=one.nouns | titles,
                                                readings=one.readings | {twice * value for value in one.readings})
                   for one in own]  # fmt: skip
            pieces |= {min(one.readings) for one in own if not one.unit and 1 < min(one.readings) <= _MAX_COUNT}
        numbers += own
        numbers_each += own if _has_mark(fact, "each", words) else []
        if any(one.unit == "percent" and _WHOLE_PERCENT not in one.readings for one in own):
            mixed.update(key for claim in found for key in claim.keys)
        if fact.role not in ("title", "sentence") and fact.name:
            named.setdefault(fact.name.casefold(), []).append(fact)
    if any(_has_said(fact, "daily", words) for fact in facts):  # 90 of one a day last 90 days
        numbers += [Quantity(one.readings, "day") for one in numbers if not one.unit and one.nouns]
    values = "\n".join(fact.value for fact in facts)
    claims += list(_freed(claims, words))
    missing = {claim.words[0] for claim in claims if claim.kind == "denial"}
    missing |= {key for fact in facts for key in _lacked(fact, words)}
    missing |= {key for fact in facts for key in _answered_no(fact, words)}
    return Evidence(
        claims=tuple(claims),
        numbers=tuple(dict.fromkeys([*numbers, *_worked_out(numbers, numbers_each, pieces)])),
        words=frozenset(stem(t.key) for f in facts for t in tokens_of(f"{f.value} {f.name}") if t.kind != "mark"),
        kinds=frozenset(key for fact in facts for key in kinds_of(fact.value, words)),
        titled=any(fact.slot == "title" for fact in facts),
        denied=frozenset(missing - _affirmed(facts, missing)),
        missing=frozenset(missing),
        mixed=frozenset(mixed),
        text="\n".join([values, *(fact.name for fact in facts)]).casefold(),
        solid="".join(values.casefold().replace("-", "").split()),
        named={name: tuple(group) for name, group in named.items()},
        roles=frozenset(_ROLES.get(fact.role, fact.role) for fact in facts),
    )


def _claims(fact: Fact, words: Lexicon) -> list[Claim]:
    """The claims of a fact; those of a field are of its class, where its words can be. For whom a warning says that it
    is not is nobody whom it is for."""
    found = _answered(fact, words) or claims_of(fact.value, words)
    if fact.role == "warning":
        found = tuple(claim for claim in found if claim.kind == "substance")
    own = _ROLES.get(fact.role, fact.role)
    part, is_look = _part_named(fact, words), _is_look(fact, words)
    settled: list[Claim] = []
    for claim in found:
        keys = tuple(key for key in claim.keys if key.startswith(f"{own}/")) if own in CLASSES else ()
        keys = keys or claim.keys
        kind = keys[0].partition("/")[0] if keys else claim.kind
        of_part = "" if claim.part in words.main_parts else claim.part
        looks = claim.looks or (is_look and kind == "material")
        settled.append(replace(claim, keys=keys, kind=kind, part=of_part or part, looks=looks, is_weak=False))
    if any(token.kind == "number" for token in tokens_of(fact.value)):  # what a rating is of: 防水指数 3000
        settled += [claim for claim in claims_of(fact.name, words) if claim.kind == "certificate"]
    return settled + ([_AGED] if own == "audience" and _is_for_children(found) else [])


def _parts_of(text: str) -> Iterator[str]:
    """The words of a text as stems; of Chinese, characters side by side."""
    tokens = tokens_of(text)
    yield from (stem(token.key) for token in tokens if token.kind == "word")
    yield from (one.key + two.key for one, two in pairwise(tokens) if one.kind == two.kind == "cjk" and two.glued)


def _is_pair(fact: Fact, words: Lexicon) -> bool:
    """Whether pairs are counted: each is two pieces, too."""
    tokens = tokens_of(f"{fact.value} {fact.unit or ''}")
    found = (words.numbers.at(tokens, at) for at in range(len(tokens)) if tokens[at].key and
             (tokens[at].key,) in words.loose_numbers)  # fmt: skip
    return any("2" in values for _, values in found)


def _is_for_children(claims: Iterable[Claim]) -> bool:
    """Whether an age says so: ``3 years and up``."""
    ages = [claim.quantity for claim in claims if claim.quantity]
    return any(q.unit == "month" or (q.unit == "year" and min(q.readings) < _GROWN_UP) for q in ages)


def _answered(fact: Fact, words: Lexicon) -> tuple[Claim, ...]:
    """``Waterproof: no`` denies what it asks, ``Waterproof: yes`` says it."""
    answer = fact.value.strip().casefold()
    if answer not in said_words(words.language).no | said_words(words.language).yes:
        return ()
    is_denied = answer in said_words(words.language).no
    return tuple(replace(claim, denied=claim.denied != is_denied) for claim in claims_of(fact.name, words))


def _answered_no(fact: Fact, words: Lexicon) -> list[str]:
    """The words of a name that a fact answers with no, or with ``not included``."""
    tokens = tokens_of(fact.value)
    is_apart = fact.slot.startswith("other_") and any(
        words.marks["apart"].at(tokens, at)[0] for at in range(len(tokens))
    )
    is_none = bool(tokens) and words.marks["nothing"].at(tokens, 0)[0] > 0
    if fact.value.strip().casefold() not in said_words(words.language).no and not is_apart and not is_none:
        return []
    text = f"{fact.name} {fact.value}" if is_apart else fact.name
    said = [stem(t.key) for t in tokens_of(text) if t.kind == "word" and t.key not in words.function]
    return [*said, *([fact.name] if CJK.search(fact.name) else [])]


def _lacked(fact: Fact, words: Lexicon) -> Iterator[str]:
    """The words of a short fact that begins by saying that something is missing: ``no built-in GPS``."""
    tokens = tokens_of(fact.value)
    size = words.marks["lacks_weakly"].at(tokens, 0)[0] if tokens else 0
    if fact.role in ("title", "sentence", "warning") or not size or len(tokens) > size + _LACKED_TOKENS:
        return
    yield from (stem(t.key) for t in tokens[size:] if t.kind == "word" and t.key not in words.function)


def _freed(claims: Sequence[Claim], words: Lexicon) -> Iterator[Claim]:
    """What the claims say to be missing by another word: ``vegan`` is free of milk."""
    for claim in claims:
        for key in claim.keys if not claim.denied else ():
            for name in words.frees.get(key.replace("/", "_"), ()):
                yield replace(claim, kind="substance", keys=(f"substance/{name}",), words=(name,), denied=True)


def _part_named(fact: Fact, words: Lexicon) -> str:
    """The part that the name of a fact is about (``Sole material``); none where a thing is mainly made of it."""
    if fact.role not in ("colour", "material", "attribute", ""):
        return ""
    tokens = tokens_of(fact.name)
    found = [words.parts.at(tokens, at) for at in range(len(tokens))]
    parts = [values[0] for size, values in found if size]
    return "" if not parts or any(part in words.main_parts for part in parts) else parts[0]


def _is_look(fact: Fact, words: Lexicon) -> bool:
    """``Plating: gold`` is no gold."""
    return _has_mark(fact, "looks", words) or _has_mark(fact, "looks_before", words)


def _has_mark(fact: Fact, name: str, words: Lexicon) -> bool:
    """Whether a mark stands in the name of a fact."""
    return name in _marks_of(fact.name, words.language)


def _has_said(fact: Fact, name: str, words: Lexicon) -> bool:
    """Whether a mark stands in what a fact says."""
    tokens = tokens_of(fact.value)
    return any(words.marks[name].at(tokens, at)[0] for at in range(len(tokens)))


@lru_cache(maxsize=4096)
def _marks_of(text: str, language: str) -> frozenset[str]:
    """The marks of ``_NAME_MARKS`` that stand in the name of a fact; a shop has few names."""
    tokens, marks = tokens_of(text), lexicon_of(language).marks
    return frozenset(name for name in _NAME_MARKS if any(marks[name].at(tokens, at)[0] for at in range(len(tokens))))


def _quantities(fact: Fact, words: Lexicon) -> list[Quantity]:
    """The numbers of a fact and of its name. A bare one has the unit of its fact, where it has one; all count what the
    name says. Those of a warning are limits, and count nothing. A list says how many there are: ``two sizes``."""
    found = [claim.quantity for claim in claims_of(fact.value, words) if claim.quantity]
    for token in tokens_of(fact.value):
        if token.kind == "number":
            found += read_at((token,), 0, words)[1]
    unit = words.units.at(tokens_of(fact.unit or "-"), 0)[1]
    found = [replace(quantity, unit=quantity.unit or unit[-1]) if unit else quantity for quantity in found]
    if fact.role == "warning":
        return [quantity for quantity in found if quantity.unit]
    nouns = frozenset([*_nouns(fact.name, words), *_nouns("" if unit else fact.unit or "", words)])
    found = [q if q.unit else replace(q, nouns=q.nouns | nouns) for q in found]
    found += [claim.quantity for claim in claims_of(fact.name, words) if claim.quantity]
    found += [*_counted_before(fact.value), *_counted_behind(fact.value, words)]
    listed = _LISTED_NAMES if fact.role == "certificate" else _LISTED
    size = 0 if _NO_LIST.search(fact.value) and fact.role == "attribute" else len(listed.split(fact.value))
    if size > 1 and fact.role in ("colour", "size", "attribute", "certificate"):
        found.append(Quantity(frozenset({float(size)}), "", nouns | {stem(fact.role)}))
    return list(dict.fromkeys(found))


def _counted_before(text: str) -> Iterator[Quantity]:
    """Numbers that stand behind what they count: 枕套2."""
    run = ""
    for token in tokens_of(text):
        if token.kind == "number" and run and token.key.isdigit():
            yield Quantity(frozenset({float(token.key)}), "", frozenset({run}))
        run = run + token.key if token.kind == "cjk" else ""


def _counted_behind(text: str, words: Lexicon) -> Iterator[Quantity]:
    """Numbers that stand right before what they count, with no classifier between: 双电机."""
    tokens = tokens_of(text)
    for at in range(len(tokens) - 2):
        size, found = words.numbers.at(tokens, at)
        run = tokens[at + 1 : at + 3]
        if size == 1 and float(found[0]) > 1 and {tokens[at].kind, *(one.kind for one in run)} == {"cjk"}:
            yield Quantity(frozenset({float(found[0])}), "", frozenset({"".join(one.key for one in run)}))


def _nouns(name: str, words: Lexicon) -> Iterator[str]:
    for token in tokens_of(name):
        if token.kind == "word" and token.key not in words.function:
            yield stem(token.key)
    run = "".join(token.key for token in tokens_of(name) if token.kind == "cjk")
    if run:
        yield run


def _worked_out(
    numbers: Sequence[Quantity], numbers_each: Sequence[Quantity], counted: set[float]
) -> Iterator[Quantity]:
    """What a count and a measure of each make together: six of 500 ml are 3 l, and a pair of 230 g is 460 g; a sheet is
    two pages."""
    counts = [min(q.readings) for q in numbers if not q.unit and not q.until and 1 < min(q.readings) <= _MAX_COUNT]
    for one in numbers:
        for count in counted if is_comparable(one.unit, "litre") or is_comparable(one.unit, "gram") else ():
            yield Quantity(frozenset(count * value for value in one.readings), one.unit)
    for one in numbers_each:
        for count in {2.0, *counts} if one.unit and one.unit != "percent" else ():
            yield Quantity(frozenset(count * value for value in one.readings), one.unit)
    for one in numbers:
        if one.until is not None and one.unit:  # from 50 to 65 cm: by 15 cm
            yield Quantity(frozenset(abs(one.until - value) for value in one.readings), one.unit)
    for one in numbers:
        if not one.unit and one.nouns and min(one.readings) > _MAX_COUNT:
            yield Quantity(frozenset(value / 2 for value in one.readings))


def _affirmed(facts: Sequence[Fact], denied: set[str]) -> set[str]:
    """Of the words that are denied somewhere those that another fact says."""
    found: set[str] = set()
    for fact in facts:
        said = frozenset[str]() if CJK.search(fact.value) else denied & {stem(t.key) for t in tokens_of(fact.value)}
        if said:
            own = (claim for claim in claims_of(fact.value, lexicon_of("en")) if claim.kind == "denial")
            found |= said.difference(*(claim.words for claim in own))
    return found
