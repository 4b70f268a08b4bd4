"""Numbers as shops write them: ``1,299.00``, ``1.299,00``, ``1 299,5``, ``1'299``.

A mark before exactly three digits (``1.299``) can stand for thousands or for a decimal point. One column has one
format, so its other values decide, then the shop's locale (by Babel); what stays open is no number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

SPACES = " \u00a0\u202f\u2009"
NUMERAL = re.compile(rf"(?:(?<![\w.,])|(?<=[^\W\d]\.))\d[\d.,'’{SPACES}]*\d|(?<![\w])[.,]\d+|\d")


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE |= {0x3000: 0x20, 0xFFE5: 0xA5, 0xFFE0: 0xA2, 0xFFE1: 0xA3}


@dataclass(frozen=True)
class NumberFormat:
    """``decimal``: the mark before the fraction, "." or ","; ``group``: the mark of thousands, "" where none is."""

    decimal: str
    group: str


def narrow(text: str) -> str:
    """A text with digits and marks of full width in their common form: ``１，２９９．００``."""
    return text if text.isascii() else text.translate(_WIDE)


def number_format(values: Iterable[str], locale: str) -> NumberFormat | None:
    """The format of a column; None where neither its values nor the locale tell.

    The locale decides where the values do not, and where they disagree it has to agree with the most of them.
    """
    marks: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for value in values:
        for numeral in NUMERAL.findall(narrow(value)):
            decimal, group = marks_of(numeral)
            if decimal is None and group in (".", ","):
                decimal = "," if group == "." else "."
            marks[decimal or ""] += 1
            groups[group or ""] += 1
    del marks[""], groups[""]
    of_locale = locale_format(locale)
    best = marks.most_common(1)[0][0] if marks else None
    if best is None:
        return of_locale
    if len(marks) > 1 and (of_locale is None or of_locale.decimal != best):
        return None
    fitting = [mark for mark, _ in groups.most_common() if mark != best]
    if fitting:
        return NumberFormat(best, fitting[0])
    if of_locale is not None and of_locale.decimal == best:
        return of_locale
    return NumberFormat(best, "," if best == "." else ".")


def locale_format(locale: str) -> NumberFormat | None:
    """How a language writes numbers; None for one that Babel does not know."""
    try:
        found = Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (UnknownLocaleError, ValueError):
        return None
    decimal, group = get_decimal_symbol(found), get_group_symbol(found)
    if decimal not in (".", ","):
        return None
    return NumberFormat(decimal, " " if group in SPACES else "'" if group == "’" else group)


def number_of(text: str, form: NumberFormat | None) -> Decimal | None:
    """The number that a text is; None where it is none, or where its one mark can be read in two ways."""
    numeral = "".join(" " if c in SPACES else "'" if c == "’" else c for c in narrow(text).strip())
    sign = "-" if numeral[:1] in "-−" and numeral else ""
    numeral = numeral.lstrip("+-− ")
    if not re.fullmatch(r"(?:\d[\d.,' ]*)?\d|[.,]\d+", numeral) or len(numeral) > 40:
        return None
    decimal, group = marks_of(numeral)
    if decimal is None and group is None and re.search(r"[.,]", numeral):
        if form is None:
            return None
        mark = re.sub(r"\d", "", numeral)
        decimal, group = (mark, None) if mark == form.decimal else (None, mark)
    if group is not None and not _is_grouped(numeral, group, decimal):
        return None
    plain = numeral.replace(group, "") if group else numeral
    try:
        return Decimal(sign + (plain.replace(decimal, ".") if decimal else plain))
    except InvalidOperation:
        return None


def marks_of(numeral: str) -> tuple[str | None, str | None]:
    """(decimal mark, mark of thousands) as far as a numeral tells by itself: neither for ``1299`` and ``1.299``."""
    text = "".join(" " if c in SPACES else "'" if c == "’" else c for c in numeral)
    marks = re.sub(r"\d", "", text)
    if not marks:
        return None, None
    last = marks[-1]
    before, after = text[: text.rfind(last)], text[text.rfind(last) + 1 :]
    if len(set(marks)) > 1:
        return (last, marks[0]) if last in ".," and marks.count(last) == 1 else (None, last)
    if len(marks) > 1 or last in " '":
        return None, last
    is_open = len(after) == 3 and 0 < len(before) <= 3 and not before.startswith("0")
    return (None, None) if is_open else (last, None)


def _is_grouped(numeral: str, group: str, decimal: str | None) -> bool:
    """Whether the thousands stand in groups of three (India's lakhs: of two before the last three)."""
    whole = numeral.rsplit(decimal, 1)[0] if decimal else numeral
    parts = whole.split(group)
    return (
        all(part.isdigit() for part in parts)
        and 1 <= len(parts[0]) <= 3
        and len(parts[-1]) == 3
        and all(len(part) in (2, 3) for part in parts[1:-1])
    )
