"""What is in the box: a text may not leave to the customer what is included, nor give what has to be bought apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from mmgen.content_checks.evidence import supporting
from mmgen.content_checks.reading.lexicon import Lexicon, lexicon_of
from mmgen.content_checks.reading.tokens import Token, stem, tokens_of
from mmgen.content_checks.verdict import Verdict
from mmgen.facts.fact import Fact

_SIDES = ("apart", "along")
CLAUSE = re.compile(r"[^.;:!?,。；：！？，]+")


def boxed(text: str, facts: Sequence[Fact], words: Lexicon) -> Iterator[Verdict]:
    """The clauses that say otherwise than the facts what comes along (``included``) and what apart."""
    things = _told(supporting(facts), words.language)
    if not any(things.values()):
        return
    for match in CLAUSE.finditer(text):
        side = side_of(match.group(0), words)
        if side:
            other = "along" if side == "apart" else "apart"
            said = _things([match.group(0)], words)
            if said & things[other] - things[side]:
                clause = match.group(0).strip()
                yield Verdict("contents", clause, "contradicted", f"the facts have it {other}", match.start())


@lru_cache(maxsize=256)
def _told(facts: tuple[Fact, ...], language: str) -> dict[str, frozenset[str]]:
    """Side -> the things that the facts have there."""
    words = lexicon_of(language)
    fields = [f"{fact.name} {fact.value}" for fact in facts if fact.slot.startswith("other_")]
    sides = [(text, side_of(text, words)) for text in fields]
    told = {side: [text for text, own in sides if own == side] for side in _SIDES}
    return {side: _things(texts, words) if texts else frozenset() for side, texts in told.items()}


def side_of(text: str, words: Lexicon) -> str:
    """``apart`` or ``along``, as the longest mark of a text says; ``""`` where none does."""
    tokens = tokens_of(text)
    best, found = 0, ""
    for at in range(len(tokens)):
        for side in _SIDES:
            size = words.marks[side].at(tokens, at)[0]
            if size > best:
                best, found = size, side
    return found


def _things(texts: Sequence[str], words: Lexicon) -> frozenset[str]:
    """The things that texts name: stems of words; of Chinese, characters side by side."""
    found: set[str] = set()
    for text in texts:
        tokens = tokens_of(text)
        found |= {stem(t.key) for t in tokens if t.kind == "word" and t.key not in words.function}
        found |= {one.key + two.key for one, two in pairwise(tokens) if _are_side_byside_of(one, two)}
    return frozenset(found - _marks(words.language))


@cache
def _marks(language: str) -> frozenset[str]:
    """What the marks themselves are made of."""
    marks = lexicon_of(language).marks
    return frozenset(one for side in _SIDES for phrase in marks[side].values for one in _parts(phrase))


def _are_side_byside_of(one: Token, two: Token) -> bool:
    return one.kind == two.kind == "cjk" and two.glued


def _parts(phrase: tuple[str, ...]) -> Iterator[str]:
    yield from (stem(key) for key in phrase)
    yield from (one + two for one, two in pairwise(phrase))
