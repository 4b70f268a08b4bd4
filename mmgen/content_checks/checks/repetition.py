"""What is said twice: a word in a row, or some words in a row."""

from __future__ import annotations

import re
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
    """Four words or six Chinese characters in a row that come twice."""
    text = context.loose
    words = re.findall(r"[^\W_]+", text.lower()) if not CJK.search(text) else re.findall(r"[\u4e00-\u9fff]", text)
    size = 6 if CJK.search(text) else 4
    grams = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    twice = next((g for i, g in enumerate(grams) if g in grams[:i]), None)
    return " ".join(twice) if twice else ""


DOUBLED_WORDS = Check("doubled_words", "fail", _doubled)
REPETITION = Check("repetition", "warn", _repeated)
