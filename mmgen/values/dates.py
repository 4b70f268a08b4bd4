"""Dates as shops write them. A column has one order of day and month, which all its values decide together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError

_LONG_NUMBER = re.compile(r"^\d{9,11}(\.\d+)?$|^\d{13}$")  # seconds or milliseconds since 1970
_YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})|^(\d{4})年(\d{1,2})月(\d{1,2})日")
_TIME = r"(?:[ ,T]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s?(?P<half>[ap]\.?m\.?)?)?"
_YEAR_LAST = re.compile(rf"^(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}){_TIME}$", re.I)
_SPELT = re.compile(
    r"^(?:(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º)?(?:\s|-)(?:de\s)?(?P<month>[^\W\d_]{3,12})\.?,?(?:\s|-)(?:de\s)?"
    rf"|(?P<first>[^\W\d_]{{3,12}})\.?\s(?P<second>\d{{1,2}})(?:st|nd|rd|th)?,?\s)(?P<year>\d{{4}}){_TIME}$",
    re.I,
)
_TOLD_IN = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "uk", "tr", "sv", "da", "nb", "fi", "cs", "hu")
_NEVER = re.compile(
    r"^(?:0{2,4}[-/.]0{2}[-/.]0{2,4}|(?:0001|1900|1970)[-/]0?1[-/]0?1|0?1[./]0?1[./](?:0001|1900|1970))"
    r"(?:[T ][0:.Z+]*)?$"
)
"""Also the day at which clocks and databases begin to count."""


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
    """``YYYY-MM-DDTHH:MM:SSZ`` from ISO 8601, ``2024/5/1``, seconds since 1970, a month by its name (``1. Mai 2026``),
    or by ``form`` (of ``date_format``).

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
        return _at(match, match[4], int(month), day)
    if match := _SPELT.match(text):
        named = _months().get((match["month"] or match["first"]).casefold(), 0)
        return _at(match, match["year"], named, match["day"] or match["second"])
    return datetime.fromisoformat(_YEAR_FIRST.sub(_iso, text))


def _at(match: re.Match[str], year: str, month: int, day: str) -> datetime:
    """The moment of a day and of a match's time of ``_TIME``. ValueError where there is no such day."""
    moment = datetime.fromisoformat(f"{year}-{month:02d}-{int(day):02d}T{(match['time'] or '00:00').zfill(5)}")
    if match["half"]:
        if not 1 <= moment.hour <= 12:
            raise ValueError("no such hour of half a day")
        moment = moment.replace(hour=moment.hour % 12 + 12 * (match["half"][0] in "pP"))
    return moment


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Name of a month, whole or cut, in the widespread languages -> its number, where they agree on it."""
    found: dict[str, set[int]] = {}
    for language in _TOLD_IN:
        for place in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale.parse(language).months[place][width].items():
                    found.setdefault(str(name).strip(".").casefold(), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


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
