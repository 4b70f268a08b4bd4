"""Texts with and without personal data, labelled, in English and Chinese, for `quality_pii.py`.

Sentences are templates (pii_templates.toml) with a place for a value. A hash of the template's own words puts it into
one of two halves: the development half, whose misses may be looked at, and the held-out half, whose may not. A text is
made of templates of one half alone. The templates were written before the masks were run on any of them.
"""

from __future__ import annotations

import hashlib
import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pii_values as values

DEVELOPMENT, HELD_OUT = "development", "held-out"

TEMPLATES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("pii_templates.toml").read_text(encoding="utf-8")
)
"""personal, neutral, and what was added to each later; for each language its templates, one a line."""

_WIDE = {",": "，", ":": "："}
_PLACE = re.compile(r"\{(\w+)\}")
_PLAIN = {
    "en": ("Soft cotton shirt with two pockets.", "A warm coat for cold days.", "Fits true to size.", "Pack of two."),
    "zh": ("纯棉短袖,柔软透气。", "适合秋冬季节穿着。", "做工精细,不起球。", "两件装。"),
}


@dataclass(frozen=True)
class Find:
    """Personal data in a text: ``text[start:end]``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Text:
    """A generated text, its language, its half, and the personal data in it."""

    text: str
    language: str
    half: str
    finds: tuple[Find, ...]


def half_of(template: str) -> str:
    """The half that a template belongs to: by a hash of its words."""
    return HELD_OUT if hashlib.sha256(template.encode()).digest()[0] & 1 else DEVELOPMENT


def templates(kind: str, language: str, half: str) -> list[str]:
    """Those of a kind ("personal", "neutral") that belong to a half; those added later are of the development half."""
    first, added = TEMPLATES[kind][language], TEMPLATES[f"{kind}_added"][language]
    lines = [line for line in first.strip().split("\n") if half_of(line) == half]
    if half == DEVELOPMENT:
        lines += [line for line in added.strip().split("\n") if line not in first]
    return lines


def fill(template: str, language: str, rng: random.Random, personal: dict[str, values.Value]) -> tuple[str, list[Find]]:
    """The template with a value in each place, and where the personal ones lie."""
    text, finds, offset = "", [], 0
    for place in _PLACE.finditer(template):
        text += _punctuated(template[offset : place.start()], language, rng)
        name = place[1]
        parts = personal[name](rng) if name in personal else [(values.NEUTRAL[name](rng).strip(), None)]
        for part, kind in parts:
            if kind is not None:
                finds.append(Find(len(text), len(text) + len(part), kind))
            text += part
        offset = place.end()
    return text + _punctuated(template[offset:], language, rng), finds


def _punctuated(text: str, language: str, rng: random.Random) -> str:
    """Chinese texts have full-width marks as often as not."""
    if language != "zh":
        return text
    return "".join(rng.choice((mark, _WIDE[mark])) if mark in _WIDE else mark for mark in text)


def texts(num: int, seed: int, elsewhere: bool = False) -> list[Text]:
    """``num`` texts, half of them of each half and, within it, of each language.

    elsewhere: with telephone numbers of other countries, in the held-out half alone.
    """
    values.seed(seed)
    rng = random.Random(seed)
    made = []
    for i in range(num):
        language = ("en", "zh")[i % 2]
        half = HELD_OUT if elsewhere or i // 2 % 2 else DEVELOPMENT
        personal = values.PERSONAL[language] | ({"phone": values.phone_elsewhere} if elsewhere else {})
        made.append(_text(language, half, rng, personal, "{phone}" if elsewhere else ""))
    return made


def _text(language: str, half: str, rng: random.Random, personal: dict[str, values.Value], wanted: str) -> Text:
    positive = [line for line in templates("personal", language, half) if wanted in line]
    neutral = templates("neutral", language, half)
    chosen = rng.choices(positive, k=rng.choices((0, 1, 2), (30, 45, 25))[0])
    chosen += rng.choices(neutral, k=rng.choices((0, 1, 2), (20, 40, 40))[0])
    chosen += rng.choices(_PLAIN[language], k=rng.choices((0, 1), (1, 2))[0])
    rng.shuffle(chosen)
    text, finds = "", []
    gap = rng.choice((" ", "\n"))
    for template in chosen:
        text += gap if text else ""
        part, found = fill(template, language, rng, personal)
        finds += [Find(len(text) + f.start, len(text) + f.end, f.kind) for f in found]
        text += part
    return Text(text, language, half, tuple(finds))
