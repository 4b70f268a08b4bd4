"""What the facts of a product support: their claims, numbers and words, taken apart as a text is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mmgen.content_checks.reading.claims import Claim, claims_of
from mmgen.content_checks.reading.lexicon import CLASSES, Lexicon, lexicon_of
from mmgen.content_checks.reading.quantities import Quantity, read_at
from mmgen.content_checks.reading.tokens import stem, tokens_of
from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of as said_words
from mmgen.facts.values import CJK

HIDDEN = ("hidden", "internal")
_ROLES = {"gender": "audience"}
_LISTED = re.compile(r"\s*[,;/、，；|]\s*")


@dataclass(frozen=True)
class Evidence:
    """``claims``: what is so. ``numbers``: all quantities, with the name of their fact. ``words``: stems of all words.

    ``denied``: stems of what the facts say to be missing, and never affirm. ``text``: all values, joined, in lower
    case; ``solid``: the same without spaces. ``named``: name of a fact in lower case -> its values.
    """

    claims: tuple[Claim, ...]
    numbers: tuple[tuple[str, Quantity], ...]
    words: frozenset[str]
    denied: frozenset[str]
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
    numbers: list[tuple[str, Quantity]] = []
    named: dict[str, list[Fact]] = {}
    for fact in facts:
        claims += _claims(fact, words)
        numbers += [(fact.name.casefold(), quantity) for quantity in _quantities(fact, words)]
        if fact.role not in ("title", "sentence") and fact.name:
            named.setdefault(fact.name.casefold(), []).append(fact)
    values = "\n".join(fact.value for fact in facts)
    denied = {key for claim in claims if claim.kind == "denial" for key in claim.words}
    affirmed = _affirmed(facts, claims)
    return Evidence(
        claims=tuple(claims),
        numbers=tuple(numbers),
        words=frozenset(stem(t.key) for f in facts for t in tokens_of(f"{f.value} {f.name}") if t.kind != "mark"),
        denied=frozenset(denied - affirmed),
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
        found = tuple(claim for claim in found if claim.kind not in ("audience", "number"))
    own = _ROLES.get(fact.role, fact.role)
    part = _part_named(fact, words)
    settled: list[Claim] = []
    for claim in found:
        keys = tuple(key for key in claim.keys if key.startswith(f"{own}/")) if own in CLASSES else ()
        keys = keys or claim.keys
        kind = keys[0].partition("/")[0] if keys else claim.kind
        settled.append(replace(claim, keys=keys, kind=kind, part=claim.part or part))
    return settled


def _answered(fact: Fact, words: Lexicon) -> tuple[Claim, ...]:
    """``Waterproof: no`` denies what it asks, ``Waterproof: yes`` says it."""
    answer = fact.value.strip().casefold()
    if answer not in said_words(words.language).no | said_words(words.language).yes:
        return ()
    is_denied = answer in said_words(words.language).no
    return tuple(replace(claim, denied=claim.denied != is_denied) for claim in claims_of(fact.name, words))


def _part_named(fact: Fact, words: Lexicon) -> str:
    """The part that the name of a fact is about: ``Sole material``."""
    if fact.role not in ("colour", "material"):
        return ""
    tokens = tokens_of(fact.name)
    for at in range(len(tokens)):
        size = words.parts.at(tokens, at)[0]
        if size:
            return "".join(stem(token.key) for token in tokens[at : at + size])
    return ""


def _quantities(fact: Fact, words: Lexicon) -> list[Quantity]:
    """The numbers of a fact. A bare one has the unit of its fact, where it has one, else it counts what its name says;
    those of a warning are limits, and count nothing. A list says how many there are of its kind: ``two sizes``."""
    found = [claim.quantity for claim in claims_of(fact.value, words) if claim.quantity]
    for token in tokens_of(fact.value):
        if token.kind == "number":
            found += read_at((token,), 0, words)[1]
    if fact.unit:
        unit = words.units.at(tokens_of(fact.unit) or tokens_of("-"), 0)[1]
        found = [replace(quantity, unit=quantity.unit or unit[-1]) if unit else quantity for quantity in found]
    if fact.role == "warning":
        found = [quantity for quantity in found if quantity.unit]
    name = _last_word(fact.name)
    found = [q if q.unit or q.noun or not name else replace(q, noun=name) for q in found]
    size = len(_LISTED.split(fact.value))
    if size > 1 and fact.role in ("colour", "size", "attribute"):
        found.append(Quantity(frozenset({float(size)}), "", _last_word(fact.role)))
    return list(dict.fromkeys(found))


def _last_word(name: str) -> str:
    words = [token for token in tokens_of(name) if token.kind == "word"]
    return stem(words[-1].key) if words else name


def _affirmed(facts: Sequence[Fact], claims: Sequence[Claim]) -> set[str]:
    """Of the words that are denied somewhere those that another fact says."""
    denied = {key for claim in claims if claim.kind == "denial" for key in claim.words}
    found: set[str] = set()
    for fact in facts:
        own = {
            key for claim in claims_of(fact.value, lexicon_of("en")) if claim.kind == "denial" for key in claim.words
        }
        if not CJK.search(fact.value):
            found |= (denied & {stem(token.key) for token in tokens_of(fact.value)}) - own
    return found
