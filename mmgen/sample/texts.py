"""Titles and descriptions of sample products: several ways to say the same facts, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmgen.sample.words import LOCALES, Category, Pair

TITLES: tuple[tuple[str, ...], ...] = (
    (
        "{brand} {colour} {material} {name}",
        "{brand} {name} in {colour} {material}",
        "{colour} {material} {name} by {brand}",
        "{brand} {name}, {colour}",
    ),
    (
        "{brand}{colour}{material}{name}",
        "{brand} {material}{name} {colour}",
        "{colour}{name} {brand}",
        "{brand}{name}（{colour}）",
    ),
)
PATTERNED_TITLES: tuple[tuple[str, ...], ...] = (
    ("{brand} {pattern} {name} in {colour}", "{brand} {colour} {pattern} {material} {name}"),
    ("{brand}{colour}{pattern}{name}", "{brand} {pattern}{material}{name} {colour}"),
)
OPENINGS: tuple[tuple[str, ...], ...] = (
    (
        "{a_colour} {name} by {brand}, made of {material}.",
        "This {name} from {brand} comes in {colour} and is made of {material}.",
        "{brand} makes this {name} of {material}, in {colour}.",
        "Meet the {brand} {name}: {colour}, {pattern}, and made of {material}.",
        "The {name} in {colour} {material} is one of the favourites of {brand}.",
    ),
    (
        "这款{brand}{name}采用{material}材质，颜色为{colour}。",
        "{brand}出品的{colour}{name}，以{material}制成。",
        "{colour}{name}，来自{brand}，{pattern}设计，材质为{material}。",
        "来自{brand}的{name}选用{material}，{colour}外观耐看百搭。",
        "{material}打造的{colour}{name}，是{brand}的人气之选。",
    ),
)
PATTERN_LINES: tuple[tuple[str, ...], ...] = (
    ("The {pattern} surface gives it character.", "Its {pattern} look catches the eye."),
    ("{pattern}图案增添个性。", "{pattern}外观，十分醒目。"),
)
SIZE_LINES: tuple[tuple[str, ...], ...] = (
    ("Size: {size}.", "This one is {size}.", "Here in size {size}."),
    ("规格：{size}。", "规格为{size}。", "本款为{size}。"),
)
SEASON_LINES: tuple[tuple[str, ...], ...] = (
    ("Part of the {season} collection.", "New for {season}."),
    ("{season}新品。", "属于{season}系列。"),
)


@dataclass(frozen=True)
class Facts:
    """What is true of one product, in its own language. ``size`` may be empty, ``is_plain``: it has no pattern."""

    category: Category
    locale: str
    name: str
    brand: str
    colour: str
    material: str
    size: str
    pattern: str
    season: str
    is_plain: bool


def write_title(facts: Facts, rng: np.random.Generator) -> str:
    """A title of 10 to 60 characters."""
    lang = LOCALES[facts.locale]
    title = _fill(_pick((TITLES if facts.is_plain else PATTERNED_TITLES)[lang], rng), facts)
    return title[:1].upper() + title[1:]


def write_description(facts: Facts, rng: np.random.Generator) -> str:
    """Two to six sentences: what it is, then what it does, in an order that varies."""
    lang = LOCALES[facts.locale]
    say = facts.category
    lines = [_fill(_pick(OPENINGS[lang], rng), facts)]
    middle = [_pick_pair(say.features, lang, rng)]
    if not facts.is_plain and rng.random() < 0.6:
        middle.append(_fill(_pick(PATTERN_LINES[lang], rng), facts))
    if facts.size and rng.random() < 0.6:
        middle.append(_fill(_pick(SIZE_LINES[lang], rng), facts))
    if rng.random() < 0.8:
        middle.append(_pick_pair(say.uses, lang, rng))
    order = rng.permutation(len(middle))
    lines += [middle[i] for i in order]
    if rng.random() < 0.5:
        lines.append(say.care[lang])
    if rng.random() < 0.3:
        lines.append(_fill(_pick(SEASON_LINES[lang], rng), facts))
    return (" " if facts.locale == "en" else "").join(line[:1].upper() + line[1:] for line in lines)


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _pick_pair(choices: Sequence[Pair], lang: int, rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))][lang]


def _fill(template: str, facts: Facts) -> str:
    article = "an" if facts.colour[:1] in "aeiou" else "a"
    return template.format(
        brand=facts.brand, colour=facts.colour, material=facts.material, name=facts.name, size=facts.size,
        pattern=facts.pattern, season=facts.season, a_colour=f"{article} {facts.colour}",
    )  # fmt: skip
