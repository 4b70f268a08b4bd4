"""Measures in a cell: ``1,25 kg``, ``80 g/m²``, ``10-12 m²/l``, ``3/4"``, ``30x40x10 cm``.

The names of units in each language are Babel's, what they measure is pint's; no list of words is kept here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from string import ascii_letters
from typing import Any

import pint
from babel import localedata

from mmgen.values.numbers import SPACES, NumberFormat, number_of

MAX_CHARS = 80
_TOLD_IN = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "uk", "zh", "ja", "ko", "tr", "sv", "da", "cs", "hu")
_INTERNATIONAL = (
    "g", "mg", "kg", "t", "m", "mm", "cm", "km", "l", "L", "ml", "mL", "cl", "s", "min", "h", "V", "W", "kW", "A", "Ah",
    "mAh", "Hz", "kHz", "MHz", "GHz", "dB", "N", "Nm", "Pa", "J", "K", "lbs",
)  # fmt: skip
"""Symbols that are written alike everywhere, and come first. Not all that pint knows: it takes ``pcs`` for parsecs."""
_UNUSED = ("angle", "graphics")
"""Kinds of units of which no shop means the mark: ``″`` is inches here, and no part of an angle."""
_FIRST = ("mass", "length", "volume", "area")
"""Kinds that a symbol means before others: ``г`` is a gram, and a year too."""
_BETWEEN = re.compile(r"(?<=[^\W_]|[\"″”'′²³%])\s*(?:[x×*–—]|-(?!\s*-))\s*(?=\d|[.,]\d)", re.IGNORECASE)
_FRACTION = re.compile(r"^(?:(\d{1,6})[ -])?(\d{1,4})[/⁄](\d{1,4})$")
_PART = re.compile(
    rf"(?P<number>[-−+]?(?:\d{{1,6}} \d{{1,4}}[/⁄]\d{{1,4}}|\d{{1,4}}[/⁄]\d{{1,4}}|(?:\d[\d.,'’{SPACES}]*)?[.,]?\d))"
    r"\s*(?P<unit>\D.*)?",
    re.DOTALL,
)
_POWER = re.compile(r"(?<=m)[23]$")
_MARKS = {'"': "″", "”": "″", "''": "″", "'": "′", "’": "′"}


@dataclass(frozen=True)
class Measure:
    """``text``: in the shop's own words and marks. ``amounts``: its numbers in ``unit``, several of a range or sides.

    ``unit``: the canonical symbol (``kg``, ``m^2``, ``g/m^2``).
    """

    text: str
    amounts: tuple[Decimal, ...]
    unit: str | None


def measure_of(text: str, form: NumberFormat | None, unit: str | None = None) -> Measure | None:
    """One measure; None for none, for a number that can be read in two ways, and for units that are not of a kind.

    unit: of a column of bare numbers; without one a bare number is no measure.
    """
    shown = " ".join(text.split())
    if not shown or len(shown) > MAX_CHARS:
        return None
    parts = [_PART.fullmatch(part) for part in _BETWEEN.split(shown)]
    numbers = [_amount_of(part["number"], form) if part else None for part in parts]
    written = [(part["unit"] or "").strip() if part else "" for part in parts]
    if not any(written) and unit:
        shown, written[-1] = f"{shown} {unit}", unit
    found = [unit_of(name) if name else None for name in written]
    if found[-1] is None or any(name and one is None for name, one in zip(written, found, strict=True)):
        return None
    amounts = tuple(_in_unit(number, one or found[-1], found[-1]) for number, one in zip(numbers, found, strict=True))
    known = tuple(amount for amount in amounts if amount is not None)
    return Measure(shown, known, found[-1]) if len(known) == len(amounts) else None


def unit_of(name: str) -> str | None:
    """The canonical symbol of a unit's name or symbol in any language: ``Stunden`` -> ``h``; None for none."""
    top, _, below = name.strip().rstrip(".").partition("/")
    known = [_unit_named(part.strip()) for part in (top, below) if part.strip()]
    if not known or None in known or (below and len(known) == 1) or len(name) > MAX_CHARS:
        return None
    return _symbol(_registry().parse_units("/".join(f"({one})" for one in known)))


def _unit_named(name: str) -> str | None:
    """pint's expression for a simple unit. Capitals count first (``MB`` and ``Mb``), then no more."""
    exact, folded = _names()
    wanted = _POWER.sub(lambda match: "²³"[match.group() == "3"], _MARKS.get(name, name))
    return exact.get(wanted) or folded.get(wanted.casefold())


def _amount_of(numeral: str, form: NumberFormat | None) -> Decimal | None:
    match = _FRACTION.match(numeral)
    if match is None:
        return number_of(numeral, form)
    if int(match[3]) == 0:
        return None
    value = int(match[1] or 0) + Fraction(int(match[2]), int(match[3]))
    return round(Decimal(value.numerator) / Decimal(value.denominator), 6).normalize()


def _in_unit(number: Decimal | None, unit: str, wanted: str | None) -> Decimal | None:
    if number is None or unit == wanted:
        return number
    try:
        return round(_registry().Quantity(number, unit).to(wanted).magnitude, 9).normalize()
    except pint.PintError:
        return None


@cache
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Names of units -> pint's expression: as they are written, and without capitals where one unit alone is meant."""
    exact: dict[str, str] = {}
    for symbol in _INTERNATIONAL:
        exact[symbol] = symbol
    for name, expression in _told():
        exact.setdefault(name, expression)
    meant: dict[str, set[str]] = {}
    for name, expression in exact.items():
        meant.setdefault(name.casefold(), set()).add(expression)
    return exact, {name: min(found) for name, found in meant.items() if len(found) == 1}


def _told() -> Iterator[tuple[str, str]]:
    """Babel's names, the short ones before the long; of the narrowest the marks alone (``″``), as ``m`` is several."""
    told = [_unit_patterns(teller) for teller in _TOLD_IN]
    for length in ("short", "long", "narrow"):
        for units in told:
            for key in sorted(units, key=lambda key: (not key.startswith(_FIRST), key)):
                expression = _expression(key)
                for name in _patterns(units[key].get(length, {})) if expression else ():
                    if expression and (length != "narrow" or not any(map(str.isalnum, name))):
                        yield name, expression


def _unit_patterns(teller: str) -> Mapping[str, Any]:
    """Unit of CLDR -> length -> plural form -> pattern, in one language."""
    data: Any = localedata.load(teller)
    found: Mapping[str, Any] = localedata.LocaleDataDict(data)["unit_patterns"]
    return found


def _patterns(forms: Mapping[str, Any]) -> list[str]:
    """What stands beside the number in the plural forms of a unit."""
    said = [forms[key] for key in forms if key != "per"]
    names = [text.replace("{0}", "").strip().rstrip(".") for text in said if isinstance(text, str) and "{0}" in text]
    return [name for name in names if len(name) > 1 or name not in ascii_letters]  # one letter is no word


@cache
def _expression(key: str) -> str | None:
    """pint's expression for a unit of CLDR: ``area-square-meter`` -> ``meter**2``; None where pint has none."""
    kind, _, name = key.partition("-")
    if kind in _UNUSED:
        return None
    powers = {"square-": "**2", "cubic-": "**3"}
    power = next((mark for mark in powers if name.startswith(mark)), "")
    expression = name.removeprefix(power).replace("-", "_") + powers.get(power, "")
    try:
        _registry().parse_units(expression)
    except (pint.PintError, ValueError, AttributeError, AssertionError):
        return None
    return expression


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    return pint.UnitRegistry(non_int_type=Decimal)


def _symbol(unit: pint.Unit) -> str:
    return f"{unit:~C}".replace("**", "^")
