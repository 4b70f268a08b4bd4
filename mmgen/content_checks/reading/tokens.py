"""A text as tokens: words, numbers, single Chinese characters and marks, each with its place. Linear in the text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)*)|(?P<cjk>[{CJK}])"
    rf"|(?P<word>[^\W\d_{CJK}]+(?:['’](?=[^\W\d_{CJK}])[^\W\d_{CJK}]+)*)|(?P<mark>[^\s\w]|_)"
)
_ENDINGS = ("ing", "es", "ed", "en", "er", "s", "e", "n", "d")
_MAX_ENDINGS, _MIN_STEM = 2, 3
_HYPHENS = frozenset("-‐‑–—")


class Token(NamedTuple):
    """``key`` in lower case, compatible forms made one; ``start``, ``end``: characters of the text.

    ``kind``: ``word``, ``number``, ``cjk`` or ``mark``. ``glued``: nothing stands between it and the one before;
    ``hyphened``: a hyphen does.
    """

    key: str
    start: int
    end: int
    kind: str
    glued: bool = False
    hyphened: bool = False


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens; a hyphen between two words, with no space at it, is none but a property of the second."""
    found: list[Token] = []
    end, hyphen_at = -1, -1
    for match in _TOKEN.finditer(text):
        raw, start = match.group(0), match.start()
        if raw in _HYPHENS and start == end and found[-1].kind != "mark" and text[start + 1 : start + 2].isalnum():
            hyphen_at = start + 1
            continue
        kind = match.lastgroup or "mark"
        kind = kind if kind != "word" or raw[0].isalpha() else "mark"
        found.append(Token(_key(raw), start, match.end(), kind, start == end, start == hyphen_at))
        end = match.end()
    return tuple(found)


@lru_cache(maxsize=65536)
def _key(raw: str) -> str:
    key = unicodedata.normalize("NFC", raw).casefold().replace("’", "'")
    return key[:-2] if key.endswith("'s") and len(key) > 3 else key


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of the tokens of a text."""
    return tuple(token.key for token in tokens_of(text))


@lru_cache(maxsize=65536)
def stem(key: str) -> str:
    """What the forms of a word have in common, roughly: endings of number and case taken off a longer word.

    It is only ever compared with other stems, so it need be no word.
    """
    if len(key) > 5 and key.endswith(("ies", "ied")):
        return key[:-3] + "y"
    for _ in range(_MAX_ENDINGS):
        ending = next((one for one in _ENDINGS if key.endswith(one) and len(key) - len(one) >= _MIN_STEM), "")
        key = key[: len(key) - len(ending)]
    return key
