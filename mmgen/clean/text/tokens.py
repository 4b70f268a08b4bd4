"""Tokens for features and search: lower-cased words without punctuation and stop words, in any language.

Languages with spaces go through spaCy's blank tokenizer, Chinese through jieba with its own dictionary; Japanese and
Thai, for which neither has a segmenter without a download, become overlapping pairs of characters, script by script.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from mmgen.clean.text.language import LATIN, UNKNOWN, stop_words

# "Top", "full" and "side" say what a garment is, though a stop list for prose drops them
_PRODUCT_WORDS = frozenset({"top", "bottom", "full", "front", "back", "side"})
_MAX_TOKEN_CHARS = 64
_MAX_STRINGS = 400_000  # spaCy remembers every string it saw: a long-lived worker starts afresh beyond this
_RUNS = re.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf々〆]+|[\u3041-\u309f]+|[\u30a0-\u30ff]+|[\u0e01-\u0e4f]+|[^\\W_\u3041-\u30ff\u4e00-\u9fff\u0e01-\u0e4f]+"
)
_PAIRED = re.compile("[\u3400-\u9fff\u3041-\u30ff\u0e01-\u0e4f]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_ALNUM = re.compile(r"[^\W_]+")


def matching_form(text: str) -> str:
    """NFKC and case-folded: full-width letters, ligatures and cases that look alike compare equal."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def title_key(title: str) -> str:
    """The title's letters and digits, in matching form, single spaces between: equal for copies that differ in form."""
    return " ".join(_ALNUM.findall(matching_form(title)))


def tokenize(text: str, language: str, max_tokens: int) -> list[str]:
    """At most ``max_tokens`` tokens of ``text`` (any form), in order. Where all are stop words, they are kept."""
    text = matching_form(text)
    if _HAN.search(text) and language not in ("ja", "th"):
        words = _chinese(text)
    elif language in ("ja", "th"):
        words = _pairs(text)
    else:
        words = _spaced(text)
    dropped = _dropped_words(language)
    tokens = [word for word in words if word not in dropped and len(word) <= _MAX_TOKEN_CHARS]
    return (tokens or words)[:max_tokens]


@cache
def _dropped_words(language: str) -> frozenset[str]:
    """What to drop: the language's stop words; for Chinese also English ones, which its titles mix in."""
    if language == UNKNOWN:
        return frozenset()
    words = stop_words(language) | (stop_words("en") if language not in LATIN else frozenset())
    return words - _PRODUCT_WORDS | {"'s", "’s"}


def _spaced(text: str) -> list[str]:
    return [word for token in _blank_pipeline().tokenizer(text) if (word := token.text) and _is_word(word)]


def _is_word(word: str) -> bool:
    return word.isalnum() or any(character.isalnum() for character in word)


def _chinese(text: str) -> list[str]:
    return [word for word in _segmenter().cut(text, HMM=True) if _is_word(word)]


def _pairs(text: str) -> list[str]:
    words: list[str] = []
    for run in _RUNS.findall(text):
        if _PAIRED.match(run) and len(run) > 2:
            words += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            words.append(run)
    return words


_pipeline: Any = None


def _blank_pipeline() -> Any:
    """English rules: they split off punctuation and units, and are safe for every language with spaces."""
    global _pipeline  # one a process: building it takes 0.2 s
    if _pipeline is None or len(_pipeline.vocab.strings) > _MAX_STRINGS:
        import spacy

        _pipeline = spacy.blank("en")
        _pipeline.max_length = 10_000_000
    return _pipeline


@cache
def _segmenter() -> Any:
    """jieba with its dictionary built in memory.

    Its own start-up would log to stderr and read a pickle-like cache from the shared temporary folder, where another
    user may have put one.
    """
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
