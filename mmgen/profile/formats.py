"""The number and the date format of a column: all its values decide together what none of them tells alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMERAL = re.compile(r"\d[\d.,'\u00a0\u202f ]*\d|\d")
_DATE = re.compile(r"^(\d{1,4})([-/.年])(\d{1,2})[-/.月](\d{1,4})")
_SPACES = "\u00a0\u202f "


def number_format(texts: Iterable[str]) -> str | None:
    """How a column writes numbers, shown on one: ``1,234.5``, ``1.234,5``, ``1 234,5``, ``1234.5``; None where no
    value has a mark that tells (``1.299`` alone can be either)."""
    decimals, groups = set[str](), set[str]()
    for text in texts:
        match = _NUMERAL.search(text)
        if match:
            decimal, group = _marks(match.group())
            decimals |= {decimal} if decimal else set()
            groups |= {group} if group else set()
    if len(decimals) > 1 or len(groups) > 1 or decimals & groups:
        return None
    decimal, group = next(iter(decimals), None), next(iter(groups), "")
    if decimal is None:
        return f"1{group}234" if group else None
    return f"1{group}234{decimal}5"


def _marks(numeral: str) -> tuple[str | None, str | None]:
    """(decimal mark, mark of thousands) of one numeral, each None where it does not tell."""
    text = "".join(" " if c in _SPACES else c for c in numeral)
    marks = [c for c in text if not c.isdigit()]
    if not marks:
        return None, None
    last, whole, tail = marks[-1], text[: text.rfind(marks[-1])], text[text.rfind(marks[-1]) + 1 :]
    if len(set(marks)) > 1:
        return (last, marks[0]) if last in ".," and marks.count(last) == 1 else (None, None)
    if len(marks) > 1 or last in " '":
        return None, last if len(tail) == 3 else None
    is_open = len(tail) == 3 and not whole.startswith("0") and len(whole) <= 3
    return (None, None) if is_open else (last, None)


def date_format(texts: Iterable[str]) -> str | None:
    """How a column writes dates: ``YYYY-MM-DD``, ``DD.MM.YYYY``, ``MM/DD/YYYY``; None where days and months cannot be
    told apart, or where the values are of several forms."""
    found: set[str] = set()
    mark, days_first, months_first = "", False, False
    for text in texts:
        match = _DATE.match(text)
        if match is None:
            return None
        if len(match[1]) == 4:
            found.add("YYYY年MM月DD日" if match[2] == "年" else match[2].join(("YYYY", "MM", "DD")))
            continue
        found.add(mark := match[2])
        days_first |= int(match[1]) > 12
        months_first |= int(match[3]) > 12
    if len(found) != 1:
        return None
    if not mark:
        return found.pop()
    if days_first == months_first:
        return "DD.MM.YYYY" if mark == "." and not months_first else None
    return mark.join(("DD", "MM", "YYYY") if days_first else ("MM", "DD", "YYYY"))
