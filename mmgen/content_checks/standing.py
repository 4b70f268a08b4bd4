"""What has to stand as it is: titles and warnings, word for word; and what may not stand at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mmgen.content_checks.evidence import is_hidden, supporting
from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.tokens import tokens_of
from mmgen.content_checks.verdict import Verdict
from mmgen.facts.fact import Fact
from mmgen.facts.stated import says

_WHOLE = ("title", "sentence", "warning")
_SPACE = re.compile(r"\s")
_LONG_TOKENS, _BEFORE_CHARS = 4, 12
_DENIED_CHARS = 3
_TITLE_SHARE, _MIN_TITLE_TOKENS, _MAX_TITLE_TOKENS = 0.7, 3, 60


def spans_as_given(text: str, facts: Sequence[Fact], words: Lexicon) -> list[tuple[int, int]]:
    """Where the text has a title, a sentence, a warning or a long value word for word: the shop says it.
    A value in the middle of a word does not count, nor one that is denied."""
    found: list[tuple[int, int]] = []
    low = _folded(text)
    for fact in supporting(facts):
        is_long = len(tokens_of(fact.value)) >= _LONG_TOKENS
        if fact.role not in _WHOLE and fact.slot != "title" and not is_long:
            continue
        value = _folded(fact.value).rstrip(".!。！") if fact.role == "sentence" else _folded(fact.value)
        spans = [(start, start + len(value)) for start in _places(low, value)]
        is_whole = fact.role in _WHOLE
        found += [span for span in spans if not (_is_cut if is_whole else _is_denied)(low, *span, words)]
    return found


def _is_cut(text: str, start: int, _end: int, words: Lexicon) -> bool:
    """Whether what is given is part of its own denial in Chinese: 不含乳制品 where a warning says 含乳制品."""
    tokens = tokens_of(text[max(start - _DENIED_CHARS, 0) : start])
    if not tokens or tokens[-1].kind != "cjk" or text[start - 1].isspace():
        return False
    denying = [words.marks[name] for name in ("denies", "lacks", "lacks_weakly")]
    return any(one.at(tokens, at)[0] == len(tokens) - at for one in denying for at in range(len(tokens)))


def _is_denied(text: str, start: int, end: int, words: Lexicon) -> bool:
    """Whether a word that denies stands in front, or ends in what is given (没有反光条)."""
    tokens = tokens_of(text[max(start - _BEFORE_CHARS, 0) : end])
    denying = [words.marks[name] for name in ("denies", "lacks", "lacks_weakly")]
    first = next((at for at, token in enumerate(tokens) if token.start >= min(start, _BEFORE_CHARS)), 0)
    return any(one.at(tokens, at)[0] for one in denying for at in range(first))


def title_broken(text: str, facts: Sequence[Fact], is_prose: bool) -> Iterator[Verdict]:
    """A title that does not stand whole. Prose names its product by it; a line may leave it out, but not cut it: most
    of its words from its first on, and nowhere all of it."""
    for fact in facts:
        if fact.slot != "title" or is_whole(text, fact.value):
            continue
        words = _raw(fact.value)[:_MAX_TITLE_TOKENS]
        broken = next(_broken(text, words), None) if len(words) >= _MIN_TITLE_TOKENS else None
        if broken:
            yield broken
        elif is_prose:
            yield Verdict("title", fact.value, "contradicted", "it has to stand whole", len(text))


def is_whole(text: str, title: str) -> bool:
    """Whether a title stands in a text with all its words and marks; capitals and the width of gaps don't count."""
    said, whole = (_folded(" ".join(one.split())) for one in (text, title))
    return next(_places(said, whole), None) is not None


def missing_warnings(text: str, facts: Sequence[Fact]) -> list[Verdict]:
    """The warnings of the facts that don't stand in the text, word for word."""
    low = _folded(text)
    return [
        Verdict("warning", fact.value, "contradicted", "it has to stand word for word", len(text))
        for fact in supporting(facts)
        if fact.role == "warning" and _folded(fact.value) not in low
    ]


def hidden(text: str, facts: Sequence[Fact]) -> list[Verdict]:
    """The facts that may not be said, and are, where no other fact says the same."""
    open_values = [fact.value for fact in supporting(facts)]
    return [
        Verdict(fact.role or "hidden", fact.value, "contradicted", "it may not be said", 0)
        for fact in facts
        if is_hidden(fact) and says(text, fact.value) and not any(says(value, fact.value) for value in open_values)
    ]


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    """In lower case, any space a blank, as long as the text."""
    low = text.lower()
    if len(low) != len(text):  # a letter whose small one is two
        low = "".join(small if len(small := c.lower()) == 1 else c for c in text)
    return _SPACE.sub(" ", low)


def _places(text: str, value: str) -> Iterator[int]:
    """Where a value stands as whole words; where it begins or ends with a Chinese character, anywhere."""
    start = text.find(value) if value else -1
    while start >= 0:
        end = start + len(value)
        is_cut = _joins(text[start - 1 : start], value[0]) or _joins(text[end : end + 1], value[-1])
        if not is_cut:
            yield start
        start = text.find(value, end)


def _joins(outer: str, inner: str) -> bool:
    return outer.isalnum() and inner.isalnum() and outer.isascii() and inner.isascii()


def _broken(text: str, words: list[str]) -> Iterator[Verdict]:
    """In the title's own case: prose may say some of its words for what they mean."""
    tokens, raw = tokens_of(text), _raw(text)
    for at in (at for at, word in enumerate(raw) if word == words[0]):
        if _share(raw[at : at + len(words)], words) >= _TITLE_SHARE:
            end = min(at + len(words), len(tokens)) - 1
            said = text[tokens[at].start : tokens[end].end]
            yield Verdict("title", said, "contradicted", "the title does not stand whole", tokens[at].start)
            return


def _raw(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens_of(text)]


def _share(stretch: Sequence[str], words: list[str]) -> float:
    """The share of a title's tokens that a stretch of text has, each as often as the title."""
    left = list(words)
    for word in stretch:
        if word in left:
            left.remove(word)
    return 1 - len(left) / len(words)
