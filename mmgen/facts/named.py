"""Facts under their names: what the import says may be told to customers, each with its name in their language.

Rows of an older import have attributes alone; of these only columns are said whose names the language files know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mmgen.facts.fact import Fact
from mmgen.facts.language import columns, role_of, words_of
from mmgen.facts.sentences import UNSPACED, warns
from mmgen.facts.values import CJK, says_something, shown

MAX_VALUE_CHARS = 200
_WRITTEN = ("", "attribute", "audience", "care", "text", "use")
"""Roles of values that may be sentences, and so a warning."""
_TIMES_ONE = re.compile(r"((?:19|20)\d\d)\.0+")
_ZERO_OF = re.compile(r"[-+]?0+(?:[.,]0+)?\s*\D{0,6}")


def named_facts(example: Mapping[str, Any], language: str) -> list[Fact]:
    """The facts of a row of ``examples`` beside its title, brand and category, in the order of the shop's file.

    Reads ``facts`` (JSON text, as ``raw_products`` has it) and, where that is null, ``attributes``. Raises ValueError
    for a text that is no JSON list of objects.
    """
    given = example.get("facts")
    if given is None:
        found = [_of_attribute(*pair, language) for pair in _pairs(example.get("attributes"))]
    else:
        items = json.loads(given) if isinstance(given, str) else given
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ValueError("facts is no JSON list of objects")
        found = [_of_profile(item, language) for item in items]
    return [fact for fact in found if fact is not None]


def humanised(column: str) -> str:
    """``screenSize``, ``screen_size`` -> ``screen size``, in lower case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return " ".join(re.sub(r"[^\w%']+|_", " ", spaced).split()).lower()


def _pairs(attributes: Any) -> list[tuple[str, str]]:
    """Attributes as (name, value) texts, from a mapping or Arrow's list of pairs."""
    items: Iterable[tuple[Any, Any]] = attributes.items() if isinstance(attributes, Mapping) else attributes or []
    return [(str(name), str(value)) for name, value in items if name is not None and value is not None]


def _of_profile(item: Mapping[str, Any], language: str) -> Fact | None:
    names, column = item.get("name") or {}, str(item.get("column") or "")
    label = str(names.get(language) or "") if isinstance(names, Mapping) else str(names)
    name = shown(label) or _label(columns().get(humanised(column), ""), language)
    confidence = item.get("confidence")
    return _fact(name, str(item.get("value") or ""), column, str(item.get("role") or ""), language,
                 item.get("unit"), 1.0 if confidence is None else float(confidence))  # fmt: skip


def _of_attribute(column: str, raw: str, language: str) -> Fact | None:
    """The fact of a column whose name is plainly known; a unit behind its name (``weight_kg``) goes to the value."""
    key, unit = columns().get(humanised(column), ""), ""
    if not key:
        head, _, unit = humanised(column).rpartition(" ")
        key = columns().get(head, "")
        if not (role_of(key) == "measure" and re.fullmatch(r"[-+]?\d[\d.,]*", raw.strip())):
            return None
    role = role_of(key) if key != "brand" else "brand"
    value = _TIMES_ONE.sub(r"\1", raw.strip()) if key == "year" else raw.strip()
    is_bare = bool(re.fullmatch(r"[-+]?\d[\d.,]*", value))
    if role == "measure" and (_ZERO_OF.fullmatch(value) or (is_bare and not unit)):
        return None  # 0 kg is a gap, and a measure without its unit none
    gap = "" if language == "zh" else " "
    return _fact(_label(key, language), f"{value}{gap}{unit}" if unit else value, column, role, language, unit or None)


def _label(key: str, language: str) -> str:
    name = words_of(language).names.get(key)
    return name.label if name else ""


def _fact(
    name: str, raw: str, source: str, role: str, language: str, unit: str | None = None, confidence: float = 1.0
) -> Fact | None:
    """The fact, or None where it has no name in this language or its value says nothing in it."""
    value = shown(raw)
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
