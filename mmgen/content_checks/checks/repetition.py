"""What is said twice: a word in a row, or some words in a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mmgen.content_checks.check import Check, Context
from mmgen.facts.fact import Fact
from mmgen.facts.values import CJK


def doubled(text: str, facts: Sequence[Fact] = ()) -> str:
    """The first word said twice in a row (``Puma Puma``, 黑色黑色) that no single fact says twice, or ``""``."""
    for match in re.finditer(r"\b([^\W\d_]{2,})\s+\1\b|([\u4e00-\u9fff]{2,4})\2", text, re.I):
        if not any(match.group(0).lower() in fact.value.lower() for fact in facts):
            return match.group(0)
    return ""


def _doubled(text: str, context: Context) -> str:
    return doubled(text, context.facts)


def _repeated(_text: str, context: Context) -> str:
    """Four words or six Chinese characters in a row that come twice, and not as often in the facts: a shop's own
    sentences may name their product again and again."""
    text = context.loose
    is_chinese = bool(CJK.search(text))
    said = Counter(gram for fact in context.facts for gram in _grams(fact.value, is_chinese))
    twice = (gram for gram, times in Counter(_grams(text, is_chinese)).items() if times > max(1, said[gram]))
    return " ".join(next(twice, ()))


def _grams(text: str, is_chinese: bool) -> list[tuple[str, ...]]:
    words = re.findall(r"[\u4e00-\u9fff]" if is_chinese else r"[^\W_]+", text.lower())
    size = 6 if is_chinese else 4
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


DOUBLED_WORDS = Check("doubled_words", "fail", _doubled)
REPETITION = Check("repetition", "warn", _repeated)
