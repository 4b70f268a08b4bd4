"""Numbers of a text as values with units: ``1,25 kg`` is ``1250 g``. Nothing is rounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from pint import UnitRegistry

from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.tokens import Token, stem

_BETWEEN = frozenset("x×*~～至到/–—-") | {"to", "by", "and"}
_POINT_FIRST = frozenset({"en", "zh", "ja", "ko"})
"""Languages whose decimal mark is the point; the others write a comma."""
_RANGE = frozenset("~～至到–—-") | {"to"}
_EXACT, _ROUNDED = 1e-6, 0.006
_CURRENCY = "currency:"
_TEN, _HUNDRED, _TEN_THOUSAND = 10, 100, 10_000
_PAIR, _NOUN_TOKENS = 2, 4
_BOUNDS = {"under": (0.5, 1.0), "over": (1.0, 2.0), "about": (0.85, 1.15)}
"""From which share of a number to which the amount may lie."""
_DEGREE = "degree"
"""Of an angle, or of a temperature whose scale nobody says."""


@dataclass(frozen=True)
class Quantity:
    """``readings``: what the number may be, one value mostly. ``unit``: as pint knows it, ``currency:EUR``, or "".

    ``nouns``: what is counted, as stems, where there is no unit. ``is_loose``: a word that is a number only beside what
    the facts count (``one``). ``until``: the other end of a range that begins here. ``bound``: ``under``, ``over`` or
    ``about``, as a word beside it says. ``is_spelled``: it is written in words.
    """

    readings: frozenset[float]
    unit: str = ""
    nouns: frozenset[str] = frozenset()
    is_loose: bool = False
    until: float | None = None
    bound: str = ""
    is_spelled: bool = False


def read_at(tokens: tuple[Token, ...], start: int, words: Lexicon) -> tuple[int, list[Quantity]]:
    """(how many tokens, the quantities) of what begins at ``start``: ``30 x 40 cm`` are two; (0, []) for no number."""
    before = _currency_at(tokens, start, words)
    at = start + before[0]
    spelled = _number_word(tokens, at, words) if not before[0] and at < len(tokens) else (0, [])
    if spelled[0]:
        return _spelled(tokens, start, spelled, words)
    numbers, end, is_range = _run(tokens, at, words.language)
    if not numbers:
        return 0, []
    unit = before[1]
    if not unit:
        size, unit = _unit_at(tokens, end, words)
        end += size
    nouns = frozenset[str]() if unit else _nouns(tokens, end, words)
    found = [Quantity(readings, unit, nouns) for readings in numbers]
    return end - start, [replace(found[0], until=max(numbers[1])), *found[1:]] if is_range else found


def lies_within(quantity: Quantity, other: Quantity) -> bool:
    """Whether another amount of the same kind lies where a bound says: 2.6 kg are ``under three kilos``."""
    if not quantity.bound or not (quantity.unit == other.unit or is_comparable(quantity.unit, other.unit)):
        return False
    low, high = _BOUNDS[quantity.bound]
    wanted = min(_based(quantity))
    return any(low * wanted <= value <= high * wanted for value in _based(replace(other, until=None)))


def same(one: Quantity, other: Quantity, words: Lexicon) -> bool:
    """Whether two quantities are the same amount of the same kind, or the first lies in the range of the other."""
    if other.until is not None and (one.unit == other.unit or is_comparable(one.unit, other.unit)):
        low, high = _based(replace(other, until=None)), _based(Quantity(frozenset({other.until}), other.unit))
        return any(min(low) <= value <= max(high) for value in _based(one))
    if one.unit == other.unit or "" in (one.unit, other.unit) or _DEGREE in (one.unit, other.unit):
        return _meet(one.readings, other.readings, _EXACT)
    if other.unit.startswith(f"{one.unit} / "):  # 200 grams to the square metre
        return _meet(one.readings, other.readings, _EXACT)
    if not is_comparable(one.unit, other.unit):
        return False
    loose = bool({one.unit, other.unit} & words.rounded)
    return _meet(_based(one), _based(other), _ROUNDED if loose else _EXACT)


def _based(quantity: Quantity) -> frozenset[float]:
    """The readings in base units."""
    unit = quantity.unit
    return frozenset(_base(unit)(value) for value in quantity.readings) if unit else quantity.readings


@lru_cache(maxsize=4096)
def is_comparable(one: str, other: str) -> bool:
    """Whether two units measure the same."""
    if one == other:
        return True
    if not one or not other or _CURRENCY in one + other:
        return False
    return _dimension(one) == _dimension(other)


def _number_word(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, list[str]]:
    """A number in words: ``twelve``; of Chinese numerals, several are one: 五十, 一百二十."""
    size, found = words.numbers.at(tokens, at)
    if size and tokens[at].kind != "cjk" and at + size < len(tokens) and tokens[at + size].hyphened:
        more, digit_of = words.numbers.at(tokens, at + size)
        if more and float(digit_of[0]) < _TEN <= float(found[0]):  # sixty-four
            size, found = size + more, [str(float(found[0]) + float(digit_of[0]))]
    if not size or tokens[at].kind != "cjk":
        return _times(tokens, at, size, found, words)
    if near := _near_digits(tokens, at, words) or _with_decimals(tokens, at, words):
        return near
    total, digit, end = 0.0, 0.0, at
    while end < len(tokens) and tokens[end].kind == "cjk" and (step := words.numbers.at(tokens, end))[0]:
        value = float(step[1][0])
        if value < 1:
            total, digit, end = (value, 0.0, end + step[0]) if end == at else (total, digit, end)
            break
        if value >= _TEN:
            total, digit = (
                (total + (digit or 1) * value, 0.0) if value < _TEN_THOUSAND else ((total + digit) * value, 0.0)
            )
        else:
            digit = digit * _TEN + value if end > at and digit else value
        end += step[0]
    return end - at, [str(total + digit)]


def _times(tokens: tuple[Token, ...], at: int, size: int, found: list[str], words: Lexicon) -> tuple[int, list[str]]:
    """A number word with the hundreds and thousands behind it, and a half more: four hundred, two and a half."""
    end, times = at + size, float(found[0]) if size else 0.0
    while size and end < len(tokens) and (step := words.numbers.at(tokens, end))[0]:
        if tokens[end].kind != "word" or float(step[1][0]) < _HUNDRED:
            break
        times = float(step[1][0])
        found, end = [str(float(found[0]) * times)], end + step[0]
    if size and end < len(tokens) and tokens[end].kind == "word" and times >= _HUNDRED:
        more, rest = _number_word(tokens, end, words)
        if more and float(rest[0]) < times:  # two thousand five hundred
            found, end = [str(float(found[0]) + float(rest[0]))], end + more
    half = words.marks["and_a_half"].at(tokens, end)[0] if size and end < len(tokens) else 0
    return end + half - at, [str(float(found[0]) + 1 / 2)] if half else found


def _near_digits(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, list[str]] | None:
    """Two digits that follow each other, as Chinese says about how many: 三四分钟 is three or four minutes."""
    run = [words.numbers.at(tokens, one) for one in range(at, min(at + 3, len(tokens))) if tokens[one].kind == "cjk"]
    digits = [float(found[0]) if size == 1 else 0.0 for size, found in run]
    is_pair = len(digits) > 1 and 1 <= digits[0] < digits[1] < _TEN and digits[1] - digits[0] == 1
    return (2, [str(digits[0]), str(digits[1])]) if is_pair and not any(digits[2:]) else None


def _with_decimals(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, list[str]] | None:
    """A digit, the decimal mark of Chinese numbers and digits behind it: 一点二."""
    if at + 2 >= len(tokens) or not words.marks["decimal"].at(tokens, at + 1)[0]:
        return None
    digits, end = "", at + 2
    while end < len(tokens) and tokens[end].kind == "cjk" and (step := words.numbers.at(tokens, end))[0] == 1:
        if float(step[1][0]) >= _TEN:
            break
        digits, end = f"{digits}{step[1][0]}", end + 1
    return (end - at, [f"{words.numbers.at(tokens, at)[1][0]}.{digits}"]) if digits else None


def _spelled(
    tokens: tuple[Token, ...], start: int, spelled: tuple[int, list[str]], words: Lexicon
) -> tuple[int, list[Quantity]]:
    """A number word; in Chinese it is one only before a classifier or a unit."""
    end = start + spelled[0]
    value = frozenset(map(float, spelled[1]))
    size, unit = _unit_at(tokens, end, words)
    if tokens[start].kind != "cjk":
        packs = words.marks["packs"]
        is_packed = any(packs.at(tokens, at)[0] == start - at for at in range(max(start - 2, 0), start))
        nouns = frozenset[str]() if unit or is_packed else _nouns(tokens, end, words)
        is_loose = tuple(token.key for token in tokens[start:end]) in words.loose_numbers
        is_loose = is_loose and (not unit or is_comparable(unit, "second"))  # a whole week is no number
        return end + size - start, [Quantity(value, unit, nouns, is_loose, is_spelled=True)]
    is_every = value == {1.0} and start > 0 and words.marks["each"].at(tokens, start - 1)[0]
    if is_every and not tokens[start - 1].hyphened:  # 每一寸
        return 0, []
    noun_at = end + (bool(words.marks["between"].at(tokens, end)[0]) if end < len(tokens) else 0)
    counted = noun_at < len(tokens) and words.classifiers.at(tokens, noun_at)[0]
    is_loose = not unit and (value == {1.0} or len(value) > 1)  # 两三个 is no count
    if value <= {1.0, 0.5} and unit and _dimension(unit) == _dimension("second"):  # 一天 is no number, nor is 半年
        return 0, []
    tenths = _tenths_at(tokens, end + size, words) if unit else 0.0  # 两公斤六
    if tenths:
        value, size = frozenset(one + tenths for one in value), size + len(str(tenths)) - len("0.")
    if not (counted or unit):
        return 0, []
    is_each = not unit and _is_each(tokens, start, noun_at + counted, words)
    nouns = frozenset[str]() if unit or is_each else _nouns(tokens, noun_at, words)
    return end + size - start, [Quantity(value, unit, nouns, is_loose, is_spelled=True)]


def _is_each(tokens: tuple[Token, ...], start: int, end: int, words: Lexicon) -> bool:
    """Whether a Chinese number says of what each has: 单支容量, but not 单支装."""
    is_packed = end < len(tokens) and words.marks["packed"].at(tokens, end)[0]
    return bool(words.marks["each_one"].at(tokens, start)[0]) and not is_packed


def _tenths_at(tokens: tuple[Token, ...], at: int, words: Lexicon) -> float:
    """Digits behind a Chinese unit that count nothing behind them: 0.6 of 两公斤六, 0.35 of 一米三五."""
    digits = ""
    while at < len(tokens) and tokens[at].kind == "cjk" and (step := words.numbers.at(tokens, at))[0] == 1:
        value = float(step[1][0])
        if value >= _TEN:
            return 0.0
        digits += str(int(value))
        at += 1
    is_end = at >= len(tokens) or tokens[at].kind == "mark" or tokens[at].key in words.function
    return float(f"0.{digits}") if digits and is_end else 0.0


def _run(tokens: tuple[Token, ...], start: int, language: str) -> tuple[list[frozenset[float]], int, bool]:
    """The numbers side by side, with marks between, the place behind them, and whether two are the ends of a range; a
    fraction is one number."""
    found: list[frozenset[float]] = []
    ranges = 0
    at = start
    while at < len(tokens) and tokens[at].kind == "number":
        is_part = bool(found) and not (tokens[at].hyphened or tokens[at - 1].key in _BETWEEN)
        if is_part:
            break
        readings = _readings(tokens[at].key, language)
        if found and tokens[at - 1].key == "/" and len(found) == 1 and len(readings) == 1 and 0.0 not in readings:
            found = [frozenset({min(found[0]) / min(readings)})]
        else:
            ranges += bool(found) and (tokens[at].hyphened or tokens[at - 1].key in _RANGE)
            found.append(readings)
        at += 1
        if at + 1 < len(tokens) and tokens[at].key in _BETWEEN and tokens[at + 1].kind == "number":
            at += 1
    return found, at, ranges == 1 and len(found) == _PAIR


@lru_cache(maxsize=4096)
def _readings(text: str, language: str) -> frozenset[float]:
    """What a number may be. A mark before three last digits is a group's in a language that groups with it, and may be
    a decimal one where the shop did not keep to its language."""
    marks = [c for c in text if c in ".,"]
    if len(set(marks)) == 2:  # the last one is the decimal mark
        group = "," if marks[-1] == "." else "."
        return frozenset({_float(text.replace(group, "").replace(",", "."))})
    if len(marks) > 1:
        return frozenset({_float(text.replace(marks[0], ""))})
    if not marks:
        return frozenset({_float(text)})
    plain, grouped = _float(text.replace(",", ".")), _float(text.replace(marks[0], ""))
    if len(text.split(marks[0])[1]) != 3 or text.startswith("0"):
        return frozenset({plain})
    groups_with = "," if language in _POINT_FIRST else "."
    return frozenset({grouped}) if marks[0] == groups_with else frozenset({plain})


def _float(text: str) -> float:
    """Digits of any script as a number; one of more digits than a float holds is taken as so many digits."""
    try:
        return float(text[:300])
    except ValueError:
        return float(len(text))


def _unit_at(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, str]:
    if at >= len(tokens):
        return 0, ""
    size, found = words.units.at(tokens, at)
    is_number = size == 1 and tokens[at].kind == "cjk" and bool(words.numbers.at(tokens, at)[0])
    if size and not (is_number and at + 1 < len(tokens) and words.classifiers.at(tokens, at + 1)[0]):  # 两项
        return size, found[-1]
    return _currency_at(tokens, at, words)


def _currency_at(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, str]:
    if at >= len(tokens):
        return 0, ""
    size, found = words.currency.at(tokens, at)
    if size:
        return size, f"{_CURRENCY}{found[-1]}"
    return 0, ""


def _nouns(tokens: tuple[Token, ...], at: int, words: Lexicon) -> frozenset[str]:
    """What a number may count: the words behind it, up to one of grammar; of Chinese the run, with its classifier and
    without."""
    if at >= len(tokens):
        return frozenset()
    end = at
    while end < min(at + _NOUN_TOKENS, len(tokens)) and tokens[end].kind == tokens[at].kind:
        if tokens[end].kind not in ("word", "cjk") or (
            tokens[end].kind == "word" and tokens[end].key in words.function
        ):
            break
        end += 1
    if end > at and tokens[at].kind == "cjk":
        size = words.classifiers.at(tokens, at)[0]
        run = [token.key for token in tokens[at:end]]
        found = {"".join(run[start:stop]) for start in {0, size} for stop in range(start + 2, len(run) + 1)}
        return frozenset(found | ({run[0]} if size == 1 and run[0] not in words.vague else set()))
    return frozenset(stem(token.key) for token in tokens[at:end])


def _meet(one: frozenset[float], other: frozenset[float], tolerance: float) -> bool:
    return any(abs(a - b) <= tolerance * max(abs(a), abs(b)) for a in one for b in other)


@cache
def _base(unit: str) -> Callable[[float], float]:
    """From an amount in a unit to the one in base units; money is not changed."""
    if unit.startswith(_CURRENCY):
        return lambda value: value
    zero, one = (_registry().Quantity(amount, _registry().parse_expression(unit).units).to_base_units().magnitude
                 for amount in (0.0, 1.0))  # fmt: skip
    times = float(_registry().parse_expression(unit).magnitude)
    return lambda value: zero + (one - zero) * value * times


@cache
def _dimension(unit: str) -> str:
    """What a unit measures; one without a dimension, and a currency, measures itself alone."""
    if unit.startswith(_CURRENCY):
        return unit
    dimension = str(_registry().parse_expression(unit).dimensionality)
    return unit if dimension == "dimensionless" else dimension


@cache
def _registry() -> UnitRegistry[Any]:
    return UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
