"""Words that no text may hold: instructions to a model, superlatives that the law forbids, profanity."""

from __future__ import annotations

import re

from mmgen.content_checks.check import Check, Context
from mmgen.facts.values import BANNED, INJECTION, PROFANITY


def _instructions(text: str, _context: Context) -> str:
    return _first(INJECTION, text)


def _superlatives(text: str, context: Context) -> str:
    """Those that the shop has not written itself in a name (``The Best of Chopin``), as the name of a field
    (``Garantie: 24 Monate``) or in a warning."""
    for fact in context.facts:
        if fact.slot.startswith("other_") and fact.name:
            text = re.sub(rf"{re.escape(fact.name)}\s?[:：]", " ", text)
        if fact.role in ("title", "kind", "brand", "warning") or fact.slot in ("title", "brand"):
            text = text.replace(fact.value, " ")
    return _first(BANNED, text)


def _profanity(text: str, _context: Context) -> str:
    return _first(PROFANITY, text)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(0) if match else ""


INSTRUCTIONS = Check("instructions", "fail", _instructions)
SUPERLATIVES = Check("superlatives", "fail", _superlatives)
PROFANE = Check("profanity", "fail", _profanity)
