"""Values of columns: numbers, money, dates, locales. The whole column decides what one value leaves open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mmgen.values.dates import date_format, is_never, time_of
from mmgen.values.locales import locale_of
from mmgen.values.money import Money, money_of, price_of, says_price
from mmgen.values.numbers import NumberFormat, list_parts, number_format, number_of

POINT, COMMA = NumberFormat(".", ","), NumberFormat(",", ".")


@pytest.mark.parametrize(
    ("values", "locale", "form"),
    [
        (["1.299,00", "1.299"], "en", COMMA),
        (["1,299.00", "1,299"], "de", POINT),
        (["1.299"], "de", COMMA),
        (["1.299"], "en", POINT),
        (["1 299,50", "12"], "fr", NumberFormat(",", " ")),
        (["1.234.567"], "en", COMMA),
        (["1,25 kg", "0.9 kg"], "zh", None),
        (["12,50", "15.99", "1.299,00"], "de", COMMA),
        (["12,50", "15.99", "1.299,00"], "en", None),
        (["red", ""], "tlh", None),
    ],
)
def test_a_column_has_one_number_format(values: list[str], locale: str, form: NumberFormat | None) -> None:
    assert number_format(values, locale) == form


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("1.299", COMMA, "1299"),
        ("1.299", POINT, "1.299"),
        ("1.299", None, None),
        ("15.99", COMMA, "15.99"),
        ("1,7", None, "1.7"),
        ("0,125", None, "0.125"),
        ("1'299.90", None, "1299.90"),
        ("1,29,999.00", POINT, "129999.00"),
        ("-5", None, "-5"),
        ("1.2.3", None, None),
        ("12 34", None, None),
        ("twelve", None, None),
        ("", None, None),
    ],
)
def test_a_number_is_read_by_the_format(text: str, form: NumberFormat | None, number: str | None) -> None:
    assert number_of(text, form) == (Decimal(number) if number else None)


@pytest.mark.parametrize(
    ("text", "form", "locale", "amount", "currency"),
    [
        ("1.299,00 €", COMMA, "de", "1299.00", "EUR"),
        ("1.299 €", COMMA, "de", "1299", "EUR"),
        ("15.99 USD", COMMA, "de", "15.99", "USD"),
        ("EUR 12,50", COMMA, "de", "12.50", "EUR"),
        ("1299.-", COMMA, "de", "1299", None),
        ("CHF 1'299.90", POINT, "de-CH", "1299.90", "CHF"),
        ("¥39.9", POINT, "zh", "39.9", "CNY"),
        ("1,299元", POINT, "zh-CN", "1299", "CNY"),
        ("¥1,200", POINT, "ja", "1200", "JPY"),
        ("$5", POINT, "en-AU", "5", "AUD"),
        ("$97.000", COMMA, "es", "97000", None),
        ("$97.000", COMMA, "es-CL", "97000", "CLP"),
        ("499 kr", COMMA, "sv", "499", "SEK"),
        ("12,00 zł", COMMA, "pl", "12.00", "PLN"),
    ],
)
def test_money_has_an_amount_and_a_currency(
    text: str, form: NumberFormat, locale: str, amount: str, currency: str | None
) -> None:
    assert money_of(text, form, locale) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12.0), ("12.50", 12.5), ("12,50", 12.5), ("1,299", 1299.0), ("1,299.00", 1299.0), ("1.299,00 €", 1299.0),
        ("$ 5", 5.0), ("1 299,00", 1299.0), ("1'299.50", 1299.5), ("1.234.567", 1234567.0), ("0", 0.0), ("USD 7.", 7.0),
        ("nan", None), ("inf", None), ("1e5", None), ("0,125", 0.125), ("0,5", 0.5), ("5 20", None), ("1 2345", None),
        ("1\u202f299,9", 1299.9), ("1,29,900.00", 129900.0),
    ],
)  # fmt: skip
def test_a_price_that_one_can_read_is_read_in_any_form(text: str, expected: float | None) -> None:
    found = money_of(text, POINT, "en")
    assert (None if found is None else float(found.amount)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01", "2024-05-01T00:00:00Z"), ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("2024-05-01 10:00:00.5", "2024-05-01T10:00:00Z"), ("2024-05-01T10:00:00+08:00", "2024-05-01T02:00:00Z"),
        ("2024/5/1", "2024-05-01T00:00:00Z"), ("2024.5.1 07:08", "2024-05-01T07:08:00Z"),
        ("1714521600", "2024-05-01T00:00:00Z"), ("", None), (None, None), ("yesterday", None), ("2024-13-01", None),
    ],
)  # fmt: skip
def test_a_date_that_begins_with_the_year_needs_no_format(text: str | None, expected: str | None) -> None:
    assert time_of(text) == expected


@pytest.mark.parametrize("text", ["19,99-29,99", "1.299", "-5", "from 3 to 4", "free", "", "9" * 200])
def test_a_doubtful_price_is_none(text: str) -> None:
    """Three decimals are no price in a currency that has two: it may be thousands."""
    assert money_of(text, POINT, "en") is None


@pytest.mark.parametrize(
    ("values", "locale", "text", "time"),
    [
        (["01.10.2026 14:05", "31.12.2026"], "en", "01.10.2026 14:05", "2026-10-01T14:05:00Z"),
        (["12/25/2026", "01/02/2026"], "en", "01/02/2026", "2026-01-02T00:00:00Z"),
        (["25/12/2026", "01/02/2026"], "en", "01/02/2026", "2026-02-01T00:00:00Z"),
        (["01/02/2026"], "en", "01/02/2026", None),
        (["01/02/2026"], "en-GB", "01/02/2026", "2026-02-01T00:00:00Z"),
        (["01/02/2026"], "fr", "01/02/2026", "2026-02-01T00:00:00Z"),
        (["01.10.2026", "12/25/2026"], "en", "12/25/2026", None),
        ([], "en", "2026-10-01T23:30:00-05:00", "2026-10-02T04:30:00Z"),
        ([], "zh", "2026年10月1日", "2026-10-01T00:00:00Z"),
        ([], "en", "1767225600", "2026-01-01T00:00:00Z"),
        ([], "en", "1767225600000", "2026-01-01T00:00:00Z"),
        ([], "en", "0000-00-00 00:00:00", None),
        (["31.02.2026"], "de", "31.02.2026", None),
        (["3/14/2026 2:05 PM", "4/5/2026 12:05 AM"], "en", "4/5/2026 12:05 AM", "2026-04-05T00:05:00Z"),
        (["13/1/2026 2:05 p.m."], "en", "13/1/2026 2:05 p.m.", "2026-01-13T14:05:00Z"),
        (["13/1/2026 14:05 pm"], "en", "13/1/2026 14:05 pm", None),
        ([], "de", "1. Mai 2026", "2026-05-01T00:00:00Z"),
        ([], "en", "Sept 3, 2026 9:30", "2026-09-03T09:30:00Z"),
        ([], "es", "5 de mayo de 2026", "2026-05-05T00:00:00Z"),
        ([], "en", "3 Red 2026", None),
    ],
)
def test_a_column_has_one_order_of_day_and_month(values: list[str], locale: str, text: str, time: str | None) -> None:
    assert time_of(text, date_format(values, locale)) == time


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("0000-00-00 00:00:00", True),
        ("0000-00-00", True),
        ("2026-01-01", False),
        ("1970-01-01 00:00:00", True),
        ("01/01/1900", True),
        ("1970-01-01 05:00:00", False),
    ],
)
def test_a_date_that_says_never(text: str, never: bool) -> None:
    assert is_never(text) is never


@pytest.mark.parametrize(
    ("text", "mark", "parts"),
    [
        ("42,5", ",", ["42,5"]),
        ("rot, 42,5,XL", ",", ["rot", " 42,5", "XL"]),
        ("EN 71-1, EN 71-2", ",", ["EN 71-1", " EN 71-2"]),
        ("1,25 kg;2,5 kg", ";", ["1,25 kg", "2,5 kg"]),
    ],
)
def test_a_comma_of_a_number_parts_no_list(text: str, mark: str, parts: list[str]) -> None:
    assert list_parts(text, mark) == parts


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("English", "en"), ("Chinese", "zh"), ("Deutsch", "de"), ("French", "fr"), ("中文", "zh"), ("Français", "fr"),
        ("EN-gb", "en-GB"), ("en_US", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("de", "de"), ("Japanisch", "ja"),
        ("русский", "ru"), ("Klingonese", None), ("Klingonisch", None), ("tlh", None),
        ("ger", "de"), ("ENG", "en"), ("English (UK)", "en-GB"), ("Español (México)", "es-MX"), ("中文（简体）", "zh"),
        ("Red (L)", None), ("xx", None), ("a sentence of words", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_locale_has_one_form(text: str | None, locale: str | None) -> None:
    assert locale_of(text) == locale


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Price: Rs. 399", True), ("only 12,50 €", True), ("仅售99元", True), ("CHF 10", True), ("5 kr", True),
        ("S$20 off", True), ("2 all in one", False), ("a 5 F capacitor", False), ("10 L bottle", False),
        ("24 K gold", False), ("USB 3.0", False), ("Vitamin D 1000 IU", False),
    ],
)  # fmt: skip
def test_whether_a_sentence_names_a_price(text: str, expected: bool) -> None:
    assert says_price(text) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["19", "21", "18.50"], ("18.50", None, True)),
        (["19.00", "19"], ("19.00", None, False)),
        (["19 EUR"], ("19", "EUR", False)),
        (["ab 19,99 €"], ("19.99", "EUR", True)),
        (["from $19"], ("19", "USD", True)),
        (["¥99起"], ("99", "CNY", True)),
        (["19,99-29,99 €"], ("19.99", "EUR", True)),
        (["$10.00 – $15.00", "$9"], ("9", "USD", True)),
        (["49€90"], ("49.90", "EUR", False)),
        (["1 299€00"], ("1299.00", "EUR", False)),
        (["49€ 90 Tage"], None),
        (["１，２９９．００元"], ("1299.00", "CNY", False)),
        (["￥３９起"], ("39", "CNY", True)),
        (["9,99 €/Stück"], ("9.99", "EUR", False)),
        (["25元/件"], ("25", "CNY", False)),
        (["$.99"], ("0.99", "USD", False)),
        (["Fr. 49.–"], ("49", "CHF", False)),
        (["Rs.999/-"], ("999", "INR", False)),
        (["12 all in"], ("12", None, False)),
        (["-5"], None),
        (["19", "on request"], None),
        ([], None),
    ],
    ids=str,
)
def test_the_lowest_of_several_prices(texts: list[str], expected: tuple[str, str | None, bool] | None) -> None:
    found = price_of(texts, None, "de")
    assert found == (None if expected is None else Money(Decimal(expected[0]), *expected[1:]))
