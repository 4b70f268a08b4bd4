"""Facts under their names: what the import says may be told to customers, each with its name in their language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of
from mmgen.facts.sentences import UNSPACED, warns
from mmgen.facts.values import CJK, says_something, shown, untagged

MAX_VALUE_CHARS = 200
_WRITTEN = ("", "attribute", "audience", "care", "text", "use")
"""Roles of values that may be sentences, and so a warning."""


def named_facts(example: Mapping[str, Any], language: str) -> list[Fact]:
    """The facts of a row of ``examples`` beside its title, brand and category, in the order of the shop's file.

    Reads ``facts`` (JSON text, as ``raw_products`` has it; null: none). Raises ValueError for a text that is no JSON
    list of objects.
    """
    given = example.get("facts")
    items = json.loads(given) if isinstance(given, str) else given or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("facts is no JSON list of objects")
    found = [_told(item, language) for item in items]
    return [fact for fact in found if fact is not None]


def _told(item: Mapping[str, Any], language: str) -> Fact | None:
    names, confidence = item.get("name") or {}, item.get("confidence")
    label = str(names.get(language) or "") if isinstance(names, Mapping) else str(names)
    return _fact(shown(label), str(item.get("value") or ""), str(item.get("column") or ""), str(item.get("role") or ""),
                 language, item.get("unit"), 1.0 if confidence is None else float(confidence))  # fmt: skip


def _fact(
    name: str, raw: str, source: str, role: str, language: str, unit: str | None = None, confidence: float = 1.0
) -> Fact | None:
    """The fact, or None where it has no name in this language or its value says nothing in it."""
    value = untagged(shown(raw), language).strip(" ,;，；、")  # what a list leaves behind its last entry
    value = value.replace("_", " ") if " " not in value else value
    words = words_of(language)
    low = value.lower()
    if low in words.no | words_of("en").no or (role == "flag" and low == "0"):
        return None  # what is not so is left out: most files write a no where nobody has said anything
    is_so = low in words.yes | words_of("en").yes or (role == "flag" and low in ("1", "x"))
    if is_so and low.isascii():
        value = words.labels.get("yes", value)
    if not name or len(value) > MAX_VALUE_CHARS or not says_something(value, language):
        return None
    if CJK.search(value) and language not in UNSPACED and role not in ("brand", "model"):
        return None
    if role in _WRITTEN and len(value.split()) > 2 - bool(CJK.search(value)) and warns(value, language):
        role = "warning"
    return Fact("other", name, value, source, role, unit or None, confidence)
