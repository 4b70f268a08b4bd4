"""Money in a cell: ``1.299,00 €``, ``USD 15.99``, ``¥39``, ``1299.-``. The currency by Babel's names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_currency_symbol, get_territory_currencies, list_currencies
from price_parser import Price

from mmgen.values.numbers import NUMERAL, SPACES, NumberFormat, narrow, number_of

_SYMBOL_LOCALES = ("en", "de", "fr", "es", "it", "nl", "pl", "cs", "sv", "da", "nb", "ru", "uk", "tr", "zh", "ja", "ko")
MAX_CHARS = 100
_RANGE = re.compile(
    r"(?P<low>[^\d\-–—~～]{0,8}\d[\d.,\s']{0,20}[^\d\-–—~～]{0,8}?)\s*[-–—~～]\s*(?P<high>[^\d]{0,8}\d.{0,30})"
)
_EMPTY_CENTS = re.compile(r"[.,:]\s*[-–—]+\s*$|[.,:][-–—]+(?=\s)")
_SIGN_WITHIN = re.compile(r"(?<=\d)(?P<sign>[€£$])(?=\d{2}(?!\d))")
"""``49€90``: the sign stands for the decimal mark."""


@dataclass(frozen=True)
class Money:
    """``currency``: ISO 4217, None where the text names none. ``is_lowest``: others cost more."""

    amount: Decimal
    currency: str | None
    is_lowest: bool = False


def price_of(texts: Sequence[str], form: NumberFormat | None, locale: str) -> Money | None:
    """What a product costs whose variants have these prices: the lowest, and whether it is one of several.

    A text may be a range (``19,99-29,99``) or say itself that others cost more (``ab 19,99``). None where one of them
    is no amount: it may be the lowest.
    """
    amounts: list[Money] = []
    for text in map(narrow, texts):
        ends = _RANGE.fullmatch(text.strip()) if len(text) <= MAX_CHARS else None
        parts = [ends["low"], ends["high"]] if ends else [text]
        found = [money_of(part, form, locale) for part in parts]
        if None in found:
            return None
        amounts += [replace(one, is_lowest=_says_from(text)) for one in found if one is not None]
    if not amounts:
        return None
    low = min(amounts, key=lambda one: one.amount)
    currency = low.currency or next((one.currency for one in amounts if one.currency), None)
    is_lowest = any(one.is_lowest or one.amount != low.amount for one in amounts)
    return Money(low.amount, currency, is_lowest)


def money_of(text: str, form: NumberFormat | None, locale: str) -> Money | None:
    """The one amount of a text. None for none, for several (``19,99-29,99``), for a negative one, and where the amount
    has more decimals than its currency, so that it may be thousands."""
    plain = _EMPTY_CENTS.sub("", narrow(text).strip())
    if within := _SIGN_WITHIN.search(plain):
        plain = f"{_SIGN_WITHIN.sub('.', plain)} {within['sign']}"
    numerals = NUMERAL.findall(plain)
    if len(numerals) != 1 or len(text) > MAX_CHARS:
        return None
    before, _, after = plain.partition(numerals[0])
    if before.rstrip().endswith(("-", "−")) and not before[:1].isalpha():
        return None
    amount = number_of(numerals[0].strip(SPACES), form)
    if amount is None:
        return None
    currency = _currency_beside(plain, f"{before} {after}".strip(), locale)
    exponent = amount.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    if digits == 3 and digits > get_currency_precision(currency or "EUR") and amount >= 1:
        return None
    return Money(amount, currency)


def _currency_beside(text: str, words: str, locale: str) -> str | None:
    """The currency that stands beside an amount: all the words there, or one of them (``元/件``). A word that is
    written small is no code: ``all in``."""
    parts = (part for part in re.split(r"[\s/]+", words) if not (len(part) > 2 and part.isascii() and part.islower()))
    named = (currency_of(part, locale) for part in (Price.fromstring(text).currency, words, *parts))
    return next((currency for currency in named if currency), None)


def _says_from(text: str) -> bool:
    """Whether the words beside an amount make it the lowest of several."""
    before, _, after = NUMERAL.sub("\0", text.casefold(), count=1).partition("\0")
    words = {word for side in (before, after) for word in (side.strip(" :."), *side.split())}
    return not words.isdisjoint(_from_words())


@lru_cache(maxsize=1)
def _from_words() -> frozenset[str]:
    data = tomllib.loads(files("mmgen.values").joinpath("prices.toml").read_text(encoding="utf-8"))
    return frozenset(word.strip() for word in data["from"].split(","))


def currency_of(text: str | None, locale: str) -> str | None:
    """ISO 4217 of a code, a sign or a name: ``EUR``, ``€``, ``zł``, ``元``; None where it is none."""
    wanted = (text or "").strip().strip("()").strip()
    if not wanted:
        return None
    if wanted.upper() in _codes():
        return wanted.upper()
    shared = narrow(wanted).casefold().strip(".")
    if shared in _shared():
        return _local(locale, shared) or (None if _is_unclear(locale, shared) else _shared()[shared] or None)
    return _signs().get(wanted.casefold())


def says_price(text: str) -> bool:
    """Whether a sentence names an amount of money: a number beside a currency's sign or code (``Rs. 999``)."""
    return any(
        _is_money(text[max(0, at.start() - _NEAR) : at.start()].rstrip(), text[at.end() : at.end() + _NEAR].lstrip())
        for at in _AMOUNT.finditer(text)
    )


def _is_money(before: str, after: str) -> bool:
    """Whether what stands before or after a number is a currency. A code counts in upper case alone, and none that is a
    word: ``2 ALL``; a sign of letters counts as a whole word."""
    spelt, drawn = _written_signs()
    words = [word[0] for word in (_LAST_WORD.search(before), _FIRST_WORD.match(after)) if word]
    return (
        before.endswith(drawn) or after.startswith(drawn)
        or any(_is_code(word) or word.casefold().rstrip(".") in spelt for word in words)
    )  # fmt: skip


def _is_code(word: str) -> bool:
    return word in _current() and word not in _listed("codes", "words")


_AMOUNT = re.compile(r"(?<![\d.,])\d[\d.,']*")
_LAST_WORD, _FIRST_WORD = re.compile(r"[^\W\d_]+\.?$"), re.compile(r"[^\W\d_]+")
_NEAR = 12


@cache
def _listed(table: str, key: str) -> frozenset[str]:
    """A list of ``signs.toml``."""
    return frozenset(part.strip() for part in _data()[table][key].split(","))


def _shared() -> dict[str, str]:
    """Signs that several countries use: the locale's country decides, else the one that is meant by most ("": none)."""
    return _data()["shared"]


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("mmgen.values").joinpath("signs.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _written_signs() -> tuple[frozenset[str], tuple[str, ...]]:
    """Signs of letters (``kr``, ``zł``), and those of other characters (``€``, ``元``), of money in use: gold and
    silver are goods. One Latin letter is none: 5 F is a capacity."""
    used = (sign for sign, code in _signs().items() if code in _current())
    signs = {sign.rstrip(".") for sign in (*used, *_shared(), *_listed("signs", "short")) if len(sign) < 4}
    spelt = {sign for sign in signs if sign.isalpha() and sign[0] < "\u3000"}
    return frozenset(sign for sign in spelt if len(sign) > 1), tuple(signs - spelt)


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=1)
def _signs() -> dict[str, str]:
    """Sign or name -> code, where all locales mean the same."""
    found: dict[str, set[str]] = {}
    for name in _SYMBOL_LOCALES:
        locale = Locale.parse(name)
        for code in list_currencies(locale):
            for said in (get_currency_symbol(code, locale), locale.currencies.get(code, "")):
                if said and said != code:
                    found.setdefault(said.casefold(), set()).add(code)
    return {
        sign: min(codes, key=_rank) for sign, codes in found.items() if len(codes) == 1 or min(map(_rank, codes)) == 0
    }


def _rank(code: str) -> int:
    """0 for a currency that is in use somewhere today."""
    return 0 if code in _current() else 1


@lru_cache(maxsize=1)
def _current() -> frozenset[str]:
    territories = Locale.parse("en").territories
    return frozenset(code for one in territories if len(str(one)) == 2 for code in get_territory_currencies(str(one)))


def _local(locale: str, sign: str) -> str | None:
    """The currency of the locale's country (of the language's main one), if it is written with the sign."""
    try:
        found = Locale.parse(locale.replace("-", "_"))
        country = str(found.territory or _likely(found.language) or "")
    except (UnknownLocaleError, ValueError):
        return None
    for code in get_territory_currencies(country) if country else []:
        if sign in {get_currency_symbol(code, found).casefold().strip("."), _narrow(code)}:
            return code
    return None


def _is_unclear(locale: str, sign: str) -> bool:
    """Whether a sign is that of several countries of the locale's language, and the locale names none of them."""
    language, _, country = locale.replace("-", "_").partition("_")
    return not country and sign in _data()["unclear"] and language in _listed("unclear", sign)


def _narrow(code: str) -> str:
    """The sign without the letters that tell countries apart: ``CA$`` -> ``$``, ``CN¥`` -> ``¥``."""
    return re.sub(r"[A-Za-z]+(?=[^\w\s])", "", get_currency_symbol(code, "en"))


@lru_cache(maxsize=64)
def _likely(language: str) -> str | None:
    from babel.core import get_global

    likely = get_global("likely_subtags").get(language)
    return likely.rsplit("_", 1)[-1] if likely else None
