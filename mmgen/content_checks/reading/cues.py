"""What stands behind a cue (``made of``) or before one (打造), whatever words it is."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.tokens import Token, tokens_of

_JOINTS = frozenset(":：为是")
"""May stand between a cue and what it is about."""
_ENDS = frozenset(".!?;。！？；…|•,:，：、()（）[]【】—–")
_CUE_TOKENS = 8


def cued_phrases(text: str, words: Lexicon) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """(class of the cue, the tokens behind it up to a mark) for every cue of a text."""
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        size, kinds = words.cues.at(tokens, at)
        if size:
            start = at + size
            is_joined = start < len(tokens) and tokens[start].key in _JOINTS
            start += is_joined
            is_said = is_joined or words.marks["labels"].at(tokens, at)[0] != size
            end = start
            while end < len(tokens) and end - start < _CUE_TOKENS and tokens[end].key not in _ENDS:
                end += 1
            for kind in kinds if is_said else ():
                yield kind, tokens[start:end]
        yield from _before(tokens, at, words)
        at += max(size, 1)


def _before(tokens: tuple[Token, ...], at: int, words: Lexicon) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """What stands before a Chinese cue, from the last mark or word of grammar on."""
    size, kinds = words.cues_behind.at(tokens, at)
    if not size or tokens[at].kind != "cjk":
        return
    start = at
    while start > max(at - _CUE_TOKENS, 0) and tokens[start - 1].kind == "cjk":
        start -= 1
    for kind in kinds:
        yield kind, tokens[start:at]
