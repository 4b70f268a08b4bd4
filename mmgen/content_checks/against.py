"""What speaks against a text without a list of its words: a limit that no fact sets, the opposite of a word of the
facts, and what a warning tells not to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from mmgen.content_checks.contents import CLAUSE
from mmgen.content_checks.evidence import Evidence, supporting
from mmgen.content_checks.reading.lexicon import Lexicon, lexicon_of
from mmgen.content_checks.reading.tokens import Token, stem, tokens_of
from mmgen.content_checks.verdict import Verdict
from mmgen.facts.fact import Fact

_LIMIT_TOKENS, _BEFORE_ONLY = 6, 5
_MIN_OPPOSITE, _MIN_ROOT = 6, 4
_DENYING = ("denies", "lacks", "lacks_weakly", "contrasts")
Words = frozenset[str]


def limits(text: str, known: Evidence, words: Lexicon) -> Iterator[Verdict]:
    """What a text limits a thing to (``only in a greenhouse``, 只能晴天穿) where no word of it is in the facts."""
    tokens = tokens_of(text)
    for at in range(len(tokens)):
        size = words.marks["limits"].at(tokens, at)[0]
        limited = _up_to_mark(tokens, at + size, words) if size else _before_only(tokens, at, words)
        content = [token for token in limited if _is_telling(token, words)]
        if content and not any(_is_known(one, content, known) for one in content):
            said = text[content[0].start : content[-1].end]
            yield Verdict("limit", said, "unsupported", "no fact limits it to that", content[0].start)


def _up_to_mark(tokens: tuple[Token, ...], start: int, words: Lexicon) -> list[Token]:
    """The tokens behind a place up to a mark; none where a number or a word of tone is among them."""
    end = start
    while end < min(start + _LIMIT_TOKENS, len(tokens)) and tokens[end].kind in ("word", "cjk", "number"):
        tone = words.puffery.at(tokens, end)[0]
        if tokens[end].kind == "number" or tone > (tokens[end].kind == "cjk"):  # one character may be part of any word
            return []
        end += 1
    return list(tokens[start:end])


def _before_only(tokens: tuple[Token, ...], at: int, words: Lexicon) -> list[Token]:
    """``for dry days only``: the words from the preposition on."""
    if not words.marks["limits_behind"].at(tokens, at)[0]:
        return []
    for start in range(at - 1, max(at - _BEFORE_ONLY, -1), -1):
        if tokens[start].kind != "word":
            return []
        if words.marks["limits_open"].at(tokens, start)[0]:
            return list(tokens[start + 1 : at])
    return []


def _is_telling(token: Token, words: Lexicon) -> bool:
    return token.kind in ("word", "cjk") and token.key not in words.function and token.key not in words.generic


def _is_known(token: Token, run: Sequence[Token], known: Evidence) -> bool:
    """Whether the facts have a word; of Chinese, two characters side by side."""
    if token.kind == "word":
        return stem(token.key) in known.words
    following = next((one for one in run if one.start == token.end), None)
    return following is not None and token.key + following.key in known.text


def opposites(text: str, known: Evidence, words: Lexicon) -> Iterator[Verdict]:
    """``unpainted`` where the facts say ``painted``, ``cordless`` where they have a cord, and the other way round."""
    tokens = tokens_of(text)
    for at, token in enumerate(tokens):
        if token.kind != "word" or len(token.key) < _MIN_ROOT or stem(token.key) in known.words:
            continue
        if words.puffery.at(tokens, at)[0] or token.key in words.function:
            continue
        if any(stem(other) in known.words for other in _opposites_of(token.key, words)):
            yield Verdict("denial", token.key, "contradicted", "the facts say the opposite", token.start)


def _opposites_of(key: str, words: Lexicon) -> Iterator[str]:
    is_turned = key.endswith(tuple(words.turned_by["endings"]))
    for prefix in words.turned_by["before"] if is_turned else ():
        yield f"{prefix}{key}"
        if key.startswith(prefix) and len(key) >= max(_MIN_OPPOSITE, len(prefix) + _MIN_ROOT):
            yield key.removeprefix(prefix)
    for ending in words.turned_by["behind"]:
        if key.endswith(ending) and len(key) >= len(ending) + _MIN_ROOT:
            yield key.removesuffix(ending)


def warned_of(text: str, facts: Sequence[Fact], words: Lexicon) -> Iterator[Verdict]:
    """The clauses of a text that tell to do what a warning of the facts tells not to do."""
    forbidden = _forbidden(supporting(facts), words.language)
    for match in CLAUSE.finditer(text) if forbidden else ():
        tokens = tokens_of(match.group(0))
        if _denies(tokens, words):
            continue
        said = _content(tokens, words)
        for wanted in forbidden:
            if wanted <= said:
                clause = match.group(0).strip()
                yield Verdict("warning", clause, "contradicted", "a warning speaks against it", match.start())
                break


def _denies(tokens: tuple[Token, ...], words: Lexicon) -> bool:
    """Whether a clause denies something; an idiom (``no problem``) does not."""
    at = 0
    while at < len(tokens):
        size, names = words.turning.at(tokens, at)
        if size and names[0] in _DENYING:
            return True
        at += max(size, 1)
    return False


@lru_cache(maxsize=256)
def _forbidden(facts: tuple[Fact, ...], language: str) -> tuple[Words, ...]:
    """What each warning tells not to do: all words behind what forbids; never words that the facts say besides."""
    words = lexicon_of(language)
    others = frozenset(one for f in facts if f.role != "warning" for one in _content(tokens_of(f.value), words))
    found: list[Words] = []
    for fact in facts:
        tokens = tokens_of(fact.value) if fact.role == "warning" else ()
        for at in range(len(tokens)):
            if size := words.marks["forbids"].at(tokens, at)[0]:
                end = next((n for n in range(at, len(tokens)) if tokens[n].kind == "mark"), len(tokens))
                wanted = _content(tokens[at + size : end], words)
                if wanted and not wanted <= others:
                    found.append(wanted)
                break
    return tuple(found)


def _content(tokens: Sequence[Token], words: Lexicon) -> Words:
    """Stems of the words that tell something; of Chinese, characters side by side."""
    told = [token for token in tokens if _is_telling(token, words)]
    plain = {stem(token.key) for token in told if token.kind == "word"}
    pairs = pairwise(told)
    return frozenset(plain | {a.key + b.key for a, b in pairs if a.kind == b.kind == "cjk" and a.end == b.start})
