"""What the values of a column show, gathered over the whole file in bounded memory."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from babel.numbers import list_currencies

from mmgen.profile.names import folded, words_of
from mmgen.values.dates import date_format
from mmgen.values.numbers import NumberFormat, narrow, number_format

MAX_DISTINCT = 200_000
"""Hashes of values that are held for a column; above, it counts as varied as its rows."""
MAX_VALUES = 400
MAX_SHAPES = 1000
MAX_DATES = 5000
MAX_NOTED = 5000
"""Different values whose separators and scripts are counted."""
MIN_PATHS, MOST_PATHS = 2, 0.8
"""Different values, and the share of them that have a mark, from which it parts levels."""
NUM_SAMPLES = 5
LONG_TEXT_CHARS = 80
MAX_WORD_CHARS = 40
TITLE_CHARS = (10, 150)
MIN_WIDE = 4
FORM_CHARS = 400
"""Of a value as much as is looked at."""


class Form(StrEnum):
    """What one value looks like."""

    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    MEASURE = "measure"
    DATE = "date"
    FLAG = "flag"
    URL = "url"
    IMAGE = "image"
    AUDIO = "audio"
    MARKUP = "markup"
    TEXT = "text"
    CODE = "code"
    WORDS = "words"


_NUMERALS = (Form.NUMBER, Form.MONEY, Form.MEASURE, Form.INTEGER)
_URL = re.compile(r"^(?:https?:)?//\S+|^www\.\S+|^[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){0,4}\.[a-z]{2,6}/\S*$", re.I)
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?|jfif)(?:[?#]\S{0,300})?\s*(?:[,;|\s]|$)", re.I)
_AUDIO = re.compile(r"\.(?:wav|mp3|flac|ogg|m4a|aac)(?:[?#]\S{0,300})?\s*(?:[,;|\s]|$)", re.I)
_INTEGER = re.compile(r"^[+-]?\d{1,18}$")
_NUMBER = re.compile(r"^[+-]?(?:\d[\d.,'\u00a0\u202f ]{0,30}|[.,]\d{1,18})%?$")
_MONEY = re.compile(
    r"^(?:(?P<before>[A-Z]{3})\s?|[$€£¥₹₽₩₺元]\s?|zł\s?|kr\.?\s?)\d[\d.,'\u00a0\u202f ]{0,20}$"
    r"|^\d[\d.,'\u00a0\u202f ]{0,20}\s?(?:(?P<after>[A-Z]{3})|[$€£¥₹₽₩₺元]|zł|kr\.?|руб\.?|円)$"
)
_MEASURE = re.compile(
    r"^[ø⌀~≈<>≤≥]?\s?\d[\d.,/ ]{0,12}(?:\s?[x×*–-]\s?\d[\d.,/]{0,12}){0,3}\s?"
    r"(?P<unit>[a-zа-яµμ°%\"”″'\u4e00-\u9fff][a-zа-я²³/°%·.\u4e00-\u9fff\d]{0,11})(?:\s?[x×*]\s?.{1,20})?$",
    re.I,
)
_SPAN = re.compile(
    r"^[±+-]?\s?\d[\d.,]{0,12}\s?(?P<unit>[°a-zµ%Ω]{0,4})\s?(?:-|–|~|\.{2,3}|bis|to|…)\s?[±+-]?\s?\d[\d.,]{0,12}\s?"
    r"[°%a-zµΩ][°a-zµ%Ω ]{0,5}(?:\s?/\s?\d[\d.,]{0,12}(?:\s?[-–~]\s?\d[\d.,]{0,12})?\s?[°%a-zµΩ]{1,4})?$",
    re.I,
)
"""From one measure to another: ``-28° - +45° C``, ``150-240 V / 50-60 Hz``."""
_DATE = re.compile(
    r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?\S{0,12})?$"
    r"|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:[ ,T]+\d{1,2}:\d{2}(?::\d{2})?\s?(?:[ap]m)?)?$"
    r"|^\d{4}年\d{1,2}月\d{1,2}日$|^\d{1,2}\.? [^\W\d]{3,10}\.? \d{4}$|^[^\W\d]{3,10}\.? \d{1,2},? \d{4}$",
    re.I,
)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,300})?/?>", re.I)
_SENTENCE_END = re.compile(r"[.!?。！？]")
_CODE = re.compile(r"^(?=\S{0,79}\d)[^\s,;]{3,80}$")
_DIGEST = re.compile(r"^[0-9a-f]{16,128}$|^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.I)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NONZERO = re.compile(r"[1-9]")
_MARKS = ("|", ";", ",", " / ", "\n")
LEVELS = "/"
"""How some shops part the levels of a category (``Clothing/Shirts``); others name two kinds so (``Hats/Caps``)."""
_LEVELS = re.compile(r"(?<=[^\W\d]) ?/ ?(?=[^\W\d])")
_SCRIPTS = {
    "ja": re.compile("[\u3041-\u30ff]"), "zh": re.compile("[\u3400-\u9fff]"), "ko": re.compile("[\uac00-\ud7a3]"),
    "ru": re.compile("[\u0400-\u04ff]"), "ar": re.compile("[\u0600-\u06ff]"), "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"), "th": re.compile("[\u0e00-\u0e7f]"), "Latin": re.compile("[A-Za-z]{2}"),
}  # fmt: skip


@dataclass
class Evidence:
    """One column's values: how many are filled, how varied they are, what they look like."""

    num_rows: int = 0
    num_filled: int = 0
    forms: Counter[Form] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    dates: dict[str, None] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)
    num_digests: int = 0
    num_noted: int = 0
    _hashes: set[int] = field(default_factory=set)
    _known: dict[str, Form] = field(default_factory=dict)

    def add(self, value: str) -> None:
        """One value; a placeholder (``N/A``) is as good as an empty one."""
        self.num_rows += 1
        text = value.strip()
        form = self._known.get(text)
        if form is None and (not text or is_placeholder(text)):
            return
        self.num_filled += 1
        if len(self._hashes) < MAX_DISTINCT:
            self._hashes.add(hash(text))
        if form is None:
            form = form_of(text)
            self._note(text, form)
        self.forms[form] += 1
        if form in _NUMERALS and len(self.shapes) < MAX_SHAPES:
            # Marks and the places of zeros tell a format: as many values as there are shapes are enough
            self.shapes[_NONZERO.sub("1", narrow(text))] += 1
        if text in self.values or len(self.values) < MAX_VALUES:
            self.values[text] += 1

    def _note(self, text: str, form: Form) -> None:
        """What is gathered of each distinct value once."""
        if len(self._known) < MAX_VALUES:
            self._known[text] = form
        if len(self.samples) < NUM_SAMPLES:
            self.samples.append(text[:LONG_TEXT_CHARS])
        if form is Form.DATE and len(self.dates) < MAX_DATES:
            self.dates.setdefault(text)
        elif form is Form.CODE:
            self.num_digests += bool(_DIGEST.match(text))
        if self.num_noted >= MAX_NOTED:
            return
        self.num_noted += 1
        cut = text[:FORM_CHARS]
        for mark in _MARKS:
            self.marks[mark] += mark in cut
        self.marks[LEVELS] += bool(_LEVELS.search(cut))
        for script, pattern in _SCRIPTS.items():
            self.scripts[script] += bool(pattern.search(cut))

    @property
    def num_distinct(self) -> int:
        """Different values; a lower bound above ``MAX_DISTINCT``."""
        return len(self._hashes)

    @property
    def filled(self) -> float:
        """Share of rows that have a value, 0 to 1."""
        return self.num_filled / self.num_rows if self.num_rows else 0.0

    @property
    def distinct(self) -> float:
        """Different values per filled row, 0 to 1."""
        return self.num_distinct / self.num_filled if self.num_filled else 0.0

    def share(self, *forms: Form) -> float:
        """Share of the filled values that look like one of ``forms``."""
        return sum(self.forms[form] for form in forms) / self.num_filled if self.num_filled else 0.0

    def is_flag(self) -> bool:
        """Whether every value is a yes or a no, in words or as 1 and 0."""
        if not self.num_filled or self.num_distinct > 4 or len(self.values) < self.num_distinct:
            return False
        found = {folded(value) for value in self.values}
        if found <= {"0", "1", "0.0", "1.0"}:
            return self.num_filled >= 2
        return found <= words_of("yes") | words_of("no")

    @property
    def median_chars(self) -> int:
        """Length of the middle one of the first different values, in characters as wide as Latin ones."""
        lengths = sorted(len(value) + len(_WIDE.findall(value)) for value in self.values)
        return lengths[len(lengths) // 2] if lengths else 0

    def is_title_like(self) -> bool:
        """Whether nearly every row has a short text of its own here: words, no markup, no address, no number."""
        is_of_words = self.share(Form.WORDS, Form.TEXT, Form.MEASURE) >= 0.9 and self.share(Form.MEASURE) < 0.3
        low, high = TITLE_CHARS
        if not is_of_words or self.filled < 0.9 or self.distinct < 0.9 or not low <= self.median_chars <= high:
            return False
        spaced = sum(" " in value or bool(_WIDE.search(value)) for value in self.values)
        return spaced >= 0.7 * len(self.values)

    def number_format(self, locale: str) -> NumberFormat | None:
        """How most of the values write numbers; None where they are none, or leave it open and the locale does, too."""
        return number_format(self.shapes.elements(), locale) if self.share(*_NUMERALS) >= 0.5 else None

    def date_format(self, locale: str) -> str | None:
        """The order of day and month, as of ``mmgen.values.dates``; None where the values are no dates."""
        return date_format(self.dates, locale) if self.share(Form.DATE) >= 0.5 else None

    def separator(self) -> str | None:
        """How lists are written in this column: the mark that stands in the most of its values, in a tenth at least."""
        total = max(1, self.num_noted)
        best = max(_MARKS, key=lambda mark: (self.marks[mark], -_MARKS.index(mark)))
        if self.marks[best] < 0.1 * total or self.share(Form.TEXT, Form.MARKUP, Form.NUMBER, Form.MONEY) > 0.5:
            return None
        return best

    def levels(self) -> str | None:
        """``LEVELS`` where nearly all values are parted by it: so they are paths, and no pairs of names."""
        is_most = self.num_noted >= MIN_PATHS and self.marks[LEVELS] >= MOST_PATHS * self.num_noted
        return LEVELS if is_most else None

    def languages(self) -> tuple[str, ...]:
        """Scripts of the values, most common first; a language where its script tells it."""
        total = sum(self.scripts.values())
        return tuple(script for script, count in self.scripts.most_common() if total and count >= 0.05 * total)


def form_of(text: str) -> Form:
    """What a value looks like. ``text``: stripped, not empty."""
    cut = narrow(text[:FORM_CHARS])
    if _INTEGER.match(cut):
        return Form.INTEGER
    if _URL.match(cut) or _IMAGE.search(cut) or _AUDIO.search(cut):
        return _media(cut)
    if len(cut) <= MAX_WORD_CHARS and folded(cut) in words_of("flag"):
        return Form.FLAG
    for form, pattern in _PATTERNS:
        if (match := pattern.match(cut)) and (form is not Form.MONEY or _is_currency(match)):
            return form
    if _MARKUP.search(cut):
        return Form.MARKUP
    num_wide = len(_WIDE.findall(cut))
    length = len(text) + num_wide
    if length > LONG_TEXT_CHARS and (_SENTENCE_END.search(cut) or length > 3 * LONG_TEXT_CHARS):
        return Form.TEXT
    is_code = _CODE.match(cut) and num_wide < MIN_WIDE  # Chinese words have no blanks between them
    return Form.CODE if is_code or _DIGEST.match(cut) else Form.WORDS


_PATTERNS = ((Form.DATE, _DATE), (Form.NUMBER, _NUMBER), (Form.MONEY, _MONEY), (Form.MEASURE, _MEASURE),
             (Form.MEASURE, _SPAN))  # fmt: skip


def _is_currency(match: re.Match[str]) -> bool:
    """Whether the three letters beside a number are a currency's: of ``SMD 2835`` they are not."""
    code = match["before"] or match["after"]
    return code is None or code in _currencies()


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _media(text: str) -> Form:
    if _AUDIO.search(text):
        return Form.AUDIO
    return Form.IMAGE if _IMAGE.search(text) else Form.URL


def is_placeholder(value: str) -> bool:
    """Whether a value says that there is none: ``N/A``, ``Does not apply``, ``暂无``."""
    return len(value) <= MAX_WORD_CHARS and folded(value.strip()) in words_of("none")
