"""The shape of a file that no known system made: variants under one product, attributes as pairs of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmgen.catalog.systems.system import Continued, Pairs, System
from mmgen.profile.names import QUALIFIED, normalised, pair_words, read_name
from mmgen.profile.roles import Role

_NUMBER = re.compile(r"\d{1,2}")


def shape_of(columns: Sequence[str], product_id: str | None, title: str | None, image: str | None) -> System | None:
    """A system without a name that reads a file by its shape; None where nothing has to be put together.

    columns: the file's. The map's column of each, or None: the first whose name means it is taken. A row that repeats
    the id of the row before and has no title continues it, as in any export that writes variants below a product; so
    does one that repeats its title, too, and differs in what variants differ in.
    """
    by = product_id or _meaning(columns, Role.IDENTIFIER)
    blank = title or _meaning(columns, Role.TITLE)
    pictures = image or _meaning(columns, Role.IMAGE)
    continued = Continued(by=by, blank=blank, is_repeated=True) if by and blank and by != blank else None
    pairs = pairs_of(columns)
    if continued is None and not pairs:
        return None
    notes = "a row that repeats an id, without a title or with the same one, is a variant of the product before"
    return System(name="", notes=notes, continued=continued, pairs=pairs, map={"image": pictures} if pictures else {})


def pairs_of(columns: Sequence[str]) -> list[Pairs]:
    """Numbered columns of which one names an attribute and one has its values: ``Spec 1 Name``, ``Spec 1 Value``."""
    named: dict[str, str] = {}
    valued: dict[str, str] = {}
    for column in columns:
        number = _NUMBER.search(column)
        if number is None:
            continue
        template = f"{column[: number.start()]}{{n}}{column[number.end() :]}"
        words = normalised(column[: number.start()] + " " + column[number.end() :])
        for kind, found in (("name", named), ("value", valued)):
            stem = _without(words, pair_words(kind))
            if stem is not None:
                found.setdefault(stem, template)
    return [Pairs(name=template, value=valued[stem]) for stem, template in named.items() if stem in valued]


def _without(words: str, ends: frozenset[str]) -> str | None:
    """What is left of a name without the word at its beginning or end that makes it one of a pair; None without one."""
    for end in sorted(ends, key=len, reverse=True):
        if words == end:
            return ""
        if words.endswith(f" {end}"):
            return words.removesuffix(f" {end}")
        if words.startswith(f"{end} "):
            return words.removeprefix(f"{end} ")
        if not end.isascii() and words.endswith(end):
            return words.removesuffix(end)
    return None


def _meaning(columns: Sequence[str], role: Role) -> str | None:
    for column in columns:
        best = read_name(column).best
        if best is not None and best.weight >= QUALIFIED and best.concept.role is role and best.concept.key != "code":
            return column
    return None
