"""What may be said of a product, from its row and the profile: a list of facts in the order of the file."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mmgen.profile.column import Column, Profile
from mmgen.profile.evidence import is_placeholder
from mmgen.profile.names import concepts, folded, unit_words, word_for_yes, words_of
from mmgen.profile.roles import Disposition, Role
from mmgen.values.numbers import list_parts

MAX_VALUE_CHARS = 500
MAX_MARKUP_CHARS = 20_000
"""Of a value with its markup."""
MAX_FACTS = 60
_NUMBER = re.compile(r"^[+-]?\d{1,15}(?:[.,]\d{1,10})?$")
_ZERO = re.compile(r"^[+-]?0+(?:[.,]0+)?(?:\s?\D{0,8})?$")
_TAG = re.compile(r"<[^<>]{1,300}>")
_WORD = re.compile(r"\w+")
_SPOKEN = (Role.TITLE, Role.TEXT)
"""Said where they belong, not among the facts that columns give."""
_WORDLESS = (Role.FLAG, Role.BRAND)
"""What every language says alike, or by words that there are data for."""
_SPELT = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def facts_of_row(
    texts: Mapping[str, str],
    profile: Profile,
    locale: str,
    taken: Iterable[str],
    own: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """The facts of a row: ``column``, ``role``, ``name`` by language, ``value``, ``unit``, ``confidence``.

    texts: column -> text. ``taken``: columns that are fields of the product already. A value that is no value (a
    placeholder, a zero measure, "new" for a condition, a no) gives no fact, and what two columns of one meaning say
    differently neither does. ``own``: of a translation, the columns that are in its language: of the others it says
    what needs no words.
    """
    language, used = locale.replace("_", "-").split("-")[0].lower(), set(taken)
    # Where the kind of product is known, further columns of kinds would only say it otherwise
    has_kind = any(name in used and column.role is Role.KIND for name, column in profile.columns.items())
    unsaid = (*_SPOKEN, Role.KIND) if has_kind else _SPOKEN
    facts = []
    for name, column in profile.columns.items():
        if name in used or column.disposition is not Disposition.SAY or column.role in unsaid:
            continue
        value = value_of(texts.get(name, ""), column, language)
        if value is None or (own is not None and not _is_understood(column, texts[name], language, name in own)):
            continue
        facts.append(
            {
                "column": name,
                "role": str(column.role),
                "name": column.labels,
                "value": value,
                "unit": column.unit,
                "confidence": round(column.confidence, 2),
            }
        )
    return _agreeing(facts, profile)[:MAX_FACTS]


def _is_understood(column: Column, text: str, language: str, is_own: bool) -> bool:
    """Whether a fact of a translation is in its language: its name is, and its value is, or has no words."""
    wordless = column.role in _WORDLESS or not _SPELT.search(text)
    return language in column.labels and (is_own or wordless)


def value_of(text: str, column: Column, language: str) -> str | None:
    """A value as customers read it, with the column's unit; None where there is nothing to say."""
    if len(text) > MAX_MARKUP_CHARS:
        return None
    value = " ".join(_TAG.sub(" ", html.unescape(text)).split())
    if not value or len(value) > MAX_VALUE_CHARS or is_placeholder(value):
        return None
    concept = concepts().get(column.concept or "")
    if concept is not None and concept.skips and folded(value) in words_of("skip"):
        return None
    if column.role is Role.CERTIFICATE:
        value = _held_now(value, column.separator)
    if column.role is Role.FLAG:
        return word_for_yes(language) if folded(value) in words_of("yes") else None
    is_zero_said = concept is not None and concept.is_zero_said
    if column.role in (Role.MEASURE, Role.NUMBER, Role.AUDIENCE) and _ZERO.match(value) and not is_zero_said:
        return None
    if column.separator and column.role not in (Role.MEASURE, Role.NUMBER):
        value = _joined(value, column.separator, language)
    elif _NUMBER.match(value):
        value = re.sub(r"[.,]0+$", "", value)
        if column.unit:
            wide = language in ("zh", "ja") and not column.unit.isascii()
            value = f"{value}{'' if wide else ' '}{unit_words(column.unit, language)}"
    return value or None


def _held_now(value: str, separator: str | None) -> str:
    """Certificates without those that are applied for: ``CE, ENEC pending`` is CE alone."""
    parts = list_parts(value, separator.strip() or separator) if separator else [value]
    return (separator or "").join(part for part in parts if not _is_pending(folded(part)))


def _is_pending(text: str) -> bool:
    spaced = f" {' '.join(_WORD.findall(text))} "
    return any(
        (f" {word} " in spaced) if word.isascii() or " " in word else (word in text) for word in words_of("pending")
    )


def _joined(value: str, separator: str, language: str) -> str:
    """A list as customers read it."""
    mark = "、" if language in ("zh", "ja") else ", "
    parts = [part.strip() for part in list_parts(value, separator.strip() or separator)]
    return mark.join(dict.fromkeys(part for part in parts if part and not is_placeholder(part)))


def _agreeing(facts: list[dict[str, Any]], profile: Profile) -> list[dict[str, Any]]:
    """Facts of one meaning that say the same are one; those that say different things are none."""
    by_meaning: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        key = profile.columns[fact["column"]].concept or fact["column"]
        by_meaning.setdefault(key, []).append(fact)
    kept = []
    for same in by_meaning.values():
        if len({folded(fact["value"]) for fact in same}) == 1:
            kept.append(same[0])
    return sorted(kept, key=facts.index)
