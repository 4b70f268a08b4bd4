"""Numbers in a text, with their units, compared as values: 1,25 kg is 1250 g."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from mmgen.content_checks.lexicon import Words

_NUMBER = r"\d{1,12}(?:[.,\u00a0 '’]\d{3})*(?:[.,]\d{1,6})?"
TOLERANCE = 0.001


@dataclass(frozen=True)
class Quantity:
    """``values``: what the number may mean (``1.299`` may be one and a bit, or a thousand and more), in base units.

    ``dimension``: what it measures, ``""`` of a bare number. ``start`` and ``end``: its place in the text.
    """

    text: str
    values: tuple[float, ...]
    dimension: str
    start: int
    end: int

    def equals(self, other: Quantity) -> bool:
        """Whether the two may be the same value of the same dimension."""
        same = self.dimension == other.dimension
        return same and any(abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) for a in self.values for b in other.values)


def quantities_of(text: str, words: Words) -> list[Quantity]:
    """The numbers of a text, number words of the language among them, each with its unit where one follows."""
    found: list[Quantity] = []
    for match in _pattern(words).finditer(text):
        number, unit = match.group("number"), (match.group("unit") or "").lower()
        name = _unit_named(unit, words)
        plain = words.numbers.get(number.lower())
        if plain is None and not number[0].isdigit():
            continue
        if plain is not None and (number.lower() in words.loose or not (name or words.spaced)):
            continue
        raw = (float(plain),) if plain is not None else _readings(number)
        factor, offset, dimension = _base(name)
        values = tuple(value * factor + offset for value in raw)
        found.append(Quantity(match.group(0).strip(), values, dimension, match.start(), match.end()))
    return _with_ranges(found, text)


def _with_ranges(found: list[Quantity], text: str) -> list[Quantity]:
    """Numbers joined by a dash or a cross (``30 x 40 cm``, ``10-12 l``) have the unit of the last of them."""
    for at in range(len(found) - 2, -1, -1):
        one, following = found[at], found[at + 1]
        between = text[one.end : following.start].strip().lower()
        if not one.dimension and following.dimension and between in ("x", "×", "*", "-", "–", "to", "至", "~", "到"):
            unit = following.values[0] / (_readings_of(following)[0] or 1)
            values = tuple(value * unit for value in one.values)
            found[at] = Quantity(one.text, values, following.dimension, one.start, one.end)
    return found


def _readings_of(quantity: Quantity) -> tuple[float, ...]:
    digits = re.match(_NUMBER, quantity.text)
    return _readings(digits.group(0)) if digits else (quantity.values[0],)


def _readings(number: str) -> tuple[float, ...]:
    """``1,25`` -> 1.25; ``1.299`` -> 1.299 or 1299; ``1.299,50`` -> 1299.5."""
    plain = re.sub(r"[\u00a0 '’]", "", number)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return (float(plain),)
    last = plain[plain.rindex(marks[-1]) + 1 :]
    whole = float(re.sub(r"[.,]", "", plain))
    as_decimal = float(re.sub(r"[.,](?=.*[.,])", "", plain).replace(",", "."))
    if len(set(marks)) == 1 and len(marks) > 1:
        return (whole,)
    if len(marks) == 1 and len(last) == 3 and not plain.startswith("0"):
        return (as_decimal, whole)
    return (as_decimal,)


@cache
def _pattern(words: Words) -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(words.units, key=len, reverse=True))
    spelt = "|".join(re.escape(word) for word in sorted(words.numbers, key=len, reverse=True))
    if words.spaced:
        unit = rf"(?:[\s-]?(?P<unit>(?:{units}))(?:s|es)?(?![\w]))?"
        return re.compile(rf"(?:(?<![\w.,])|(?<=\dx))(?P<number>{_NUMBER}|(?:{spelt})(?!\w)){unit}", re.I)
    return re.compile(
        rf"(?:(?<![A-Za-z\d.,])|(?<=\dx))(?P<number>{_NUMBER}|(?:{spelt}))(?:\s?(?P<unit>{units}))?", re.I
    )


def _unit_named(unit: str, words: Words) -> str:
    return words.units.get(unit, "") if unit else ""


@cache
def _base(name: str) -> tuple[float, float, str]:
    """(factor, offset, dimension) of a unit. What is counted has the dimension ``count``; so have no units apart."""
    if name in ("", "count", "percent"):
        return 1.0, 0.0, name
    if name == "degC":
        return 1.0, 0.0, "temperature"
    quantity = _registry().Quantity(1, name).to_base_units()
    return float(quantity.magnitude), 0.0, str(quantity.dimensionality)


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry()
    registry.define("pound_zh = 500 gram")
    return registry
