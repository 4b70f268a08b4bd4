"""Measures as shops write them, with the names of their units in any language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mmgen.values.measures import Measure, measure_of, unit_of
from mmgen.values.numbers import NumberFormat

COMMA, POINT = NumberFormat(",", "."), NumberFormat(".", ",")


@pytest.mark.parametrize(
    ("text", "form", "amounts", "unit"),
    [
        ("1,25 kg", COMMA, "1.25", "kg"), ("2,100 g", POINT, "2100", "g"), ("1,000 hours", POINT, "1000", "h"),
        ("0,75 m", COMMA, "0.75", "m"), ("1,7 l", None, "1.7", "l"), ("80 g/m²", None, "80", "g/m^2"),
        ("10-12 m²/l", None, "10 12", "m^2/l"), ('3/4"', None, "0.75", "in"), ("1 1/2 in", None, "1.5", "in"),
        ("30x40x10 cm", None, "30 40 10", "cm"), ("30 cm x 1 m", None, "0.3 1", "m"),
        ("12 × 8.5 cm", POINT, "12 8.5", "cm"),
        ("120 Minuten", COMMA, "120", "min"), ("3 часа", None, "3", "h"), ("500 毫升", None, "500", "ml"),
        ("5 000 mAh", None, "5000", "mAh"), ("-18 °C", None, "-18", "°C"), ("2.5 GB", POINT, "2.5", "GB"),
        ("12 V", None, "12", "V"), ("1,5 Liter", COMMA, "1.5", "l"),
    ],
)  # fmt: skip
def test_a_measure_is_read(text: str, form: NumberFormat | None, amounts: str, unit: str) -> None:
    assert measure_of(text, form) == Measure(text, tuple(map(Decimal, amounts.split())), unit)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.299 kg", None), ("12", None), ("kg", None), ("", None), ("red", None), ("3 pcs", None),
        ("30 cm x 2 kg", None),
        ("3/0 in", None), ("10 cm x", None), ("5 kg or so", None), ("x" * 200, None), ("9" * 60 + " kg", None),
    ],
)  # fmt: skip
def test_what_is_no_measure_or_can_be_read_in_two_ways(text: str, form: NumberFormat | None) -> None:
    assert measure_of(text, form) is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Stunden", "h"), ("Zoll", "in"), ("英寸", "in"), ("千克", "kg"), ("г", "g"), ("с", "s"), ("s", "s"),
        ("m2", "m^2"),
        ("cm³", "cm^3"), ("MB", "MB"), ("KG", "kg"), ("lbs", "lb"), ("W", "W"), ("″", "in"), ("%", "%"),
        ("pcs", None), ("c", None), ("d", None), ("", None), ("/", None), ("nonsense", None),
    ],
)  # fmt: skip
def test_a_unit_has_names_in_all_languages(name: str, unit: str | None) -> None:
    assert unit_of(name) == unit


def test_a_columns_unit_stands_behind_its_bare_numbers() -> None:
    assert measure_of("1,25", COMMA, "kg") == Measure("1,25 kg", (Decimal("1.25"),), "kg")
    assert measure_of("500 g", COMMA, "kg") == Measure("500 g", (Decimal(500),), "g")
