"""Dates as shops write them. A column has one order of day and month, which all its values decide together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from babel import Locale, UnknownLocaleError

_LONG_NUMBER = re.compile(r"^\d{9,11}(\.\d+)?$|^\d{13}$")  # seconds or milliseconds since 1970
_YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})|^(\d{4})年(\d{1,2})月(\d{1,2})日")
_YEAR_LAST = re.compile(r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ ,T]+(\d{1,2}:\d{2}(?::\d{2})?))?$")
_NEVER = re.compile(r"^0{2,4}[-/.]0{2}[-/.]0{2,4}(?:[T ][0:.Z]*)?$")


def is_never(text: str) -> bool:
    """Whether a date is the way in which databases say that there is none: ``0000-00-00 00:00:00``."""
    return bool(_NEVER.match(text.strip()))


def date_format(values: Iterable[str], locale: str) -> str | None:
    """``DMY.``, ``DMY/``, ``MDY/`` ... : order and mark of dates whose year stands last.

    None where the column leaves it open or mixes marks. Dates that begin with the year need no format.
    """
    marks, first_over, second_over = set[str](), False, False
    for value in values:
        if match := _YEAR_LAST.match(value.strip()):
            marks.add(match[2])
            first_over |= int(match[1]) > 12
            second_over |= int(match[3]) > 12
    if len(marks) != 1 or (first_over and second_over):
        return None
    mark = marks.pop()
    if first_over or second_over:
        return ("DMY" if first_over else "MDY") + mark
    return "DMY." if mark == "." else _of_locale(locale, mark)


def time_of(text: str | None, form: str | None = None) -> str | None:
    """``YYYY-MM-DDTHH:MM:SSZ`` from ISO 8601, ``2024/5/1``, seconds since 1970, or by ``form`` (of ``date_format``).

    Without a zone it is UTC. None where the text is no date, or one whose day and month could be either.
    """
    text = (text or "").strip()
    if not text:
        return None
    try:
        moment = _moment(text, form)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else None


def _moment(text: str, form: str | None) -> datetime:
    if _LONG_NUMBER.match(text):
        return datetime.fromtimestamp(float(text) / (1000 if len(text) == 13 else 1), tz=UTC)
    if (match := _YEAR_LAST.match(text)) and form is not None and match[2] == form[3]:
        day, month = (match[1], match[3]) if form.startswith("DMY") else (match[3], match[1])
        return datetime.fromisoformat(f"{match[4]}-{int(month):02d}-{int(day):02d}T{(match[5] or '00:00').zfill(5)}")
    return datetime.fromisoformat(_YEAR_FIRST.sub(_iso, text))


def _iso(match: re.Match[str]) -> str:
    year, month, day = (part for part in match.groups() if part)
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _of_locale(locale: str, mark: str) -> str | None:
    """Day or month first, where the locale names a country or its language has one order; English has two."""
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    if found.language == "en" and found.territory is None:
        return None
    pattern = found.date_formats["short"].pattern.lower()
    return ("DMY" if pattern.find("d") < pattern.find("m") else "MDY") + mark
