"""What a text calls the product: a noun of the lists where it stands for the thing itself."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.tokens import Token, tokens_of

_KIND_TOKENS, _BESIDE_TOKENS, _NAMING_TOKENS = 4, 4, 10
_COMMAS = frozenset(",，、")


def kinds_of(text: str, words: Lexicon) -> Iterator[str]:
    """All kinds of things that a text names, whatever of: ``kind/key``."""
    tokens = tokens_of(text)
    for at in range(len(tokens)):
        yield from (key for key in words.entries.at(tokens, at)[1] if key.startswith("kind/"))


def is_named(tokens: tuple[Token, ...], at: int, size: int, words: Lexicon) -> bool:
    """Whether a text calls the product by a noun: ``a desk``, not ``for a desk``, ``your desk`` or ``desk lamp``."""
    end = at + size
    if tokens[at].kind == "cjk":
        near = range(max(at - _BESIDE_TOKENS, 0), at)
        beside = words.marks["beside"]
        is_beside = any(beside.at(tokens, start)[0] for start in near if tokens[start].kind == "cjk")
        if is_beside or (end < len(tokens) and words.marks["beside_behind"].at(tokens, end)[0]):
            return False
        clause = _clause_before(tokens, at)
        found = (start for start in clause if words.marks["determines"].at(tokens, start)[0])
        indefinite = words.marks["indefinite"]
        return any(not indefinite.at(tokens, one)[0] or _is_called(tokens, one, words) for one in found)
    if end < len(tokens) and (tokens[end].hyphened or _is_noun(tokens, end, words)):
        return False
    start = at - 1
    while (
        start >= max(at - _KIND_TOKENS, 0) and tokens[start].kind == "word" and tokens[start].key not in words.function
    ):
        start -= 1
    while start > 0 and (back := _transparent_before(tokens, start, words)):
        start -= back
    determines = words.marks["determines"]
    if any(determines.at(tokens, one)[0] == start + 1 - one for one in range(max(start - 3, 0), start)):
        return True
    if start < 0 or not determines.at(tokens, start)[0]:
        return False
    if words.marks["indefinite"].at(tokens, start)[0] and not _is_called(tokens, start, words):
        return False
    return not any(
        words.marks["beside"].at(tokens, one)[0] > start - one - 1 for one in range(max(start - 3, 0), start)
    )


def _clause_before(tokens: tuple[Token, ...], at: int) -> range:
    """The places before one, from the last mark on, not far."""
    start = at
    while start > max(at - _NAMING_TOKENS, 0) and tokens[start - 1].kind == "cjk":
        start -= 1
    return range(start, at)


def _is_called(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether an article opens a clause, or stands behind a word that calls the product something: ``is a desk``."""
    if at == 0 or (tokens[at - 1].kind == "mark" and (tokens[at - 1].key not in _COMMAS or tokens[at - 2].key == ".")):
        return True  # behind a comma it is one of a list, but where a title stands before
    calls = words.marks["calls"]
    return any(calls.at(tokens, one)[0] == at - one for one in range(max(at - 3, 0), at))


def _is_noun(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a word makes another thing of the noun before it: ``desk lamp``."""
    is_kind = any(key.startswith("kind/") for key in words.entries.at(tokens, at)[1])
    return is_kind or bool(words.parts.at(tokens, at)[0])


def _transparent_before(tokens: tuple[Token, ...], at: int, words: Lexicon) -> int:
    """How many tokens that end at a place say nothing of their own: ``pair of``."""
    sizes = range(1, min(at + 1, 3) + 1)
    return next((size for size in sizes if words.marks["transparent"].at(tokens, at + 1 - size)[0] == size), 0)
