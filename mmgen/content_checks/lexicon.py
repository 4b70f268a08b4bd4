"""The words of claims, read once from ``words/<language>.toml`` and validated: the one place that knows any.

A file has a table for each kind of claim (``concept = "word, other word"``: words of one concept say the same), and
tables of what turns a claim round (``denies``, ``imitates``, ``parts``), of number words, of units and of words that
claim nothing (``lenient``). A new language is a file; a table that a language lacks is empty.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
CLASSES = {
    "colours": "colour",
    "materials": "material",
    "people": "gender",
    "certificates": "certificate",
    "promises": "promise",
    "kinds": "kind",
    "origin": "origin",
}
"""Table of a file -> kind of claim."""
_CUES = ("kinds_named", "compatibility", "brand", "size", "denies", "imitates", "parts", "lenient")
_TABLES = frozenset([*CLASSES, *_CUES, "endings", "numbers", "units"])


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a language. ``concepts``: word -> (kind of claim, concept), for each kind of claim that it may be.

    ``cues``: ``table.key`` -> words. ``numbers``: word -> value. ``units``: word -> unit as pint knows it.
    """

    language: str
    spaced: bool
    concepts: Mapping[str, tuple[tuple[str, str], ...]]
    pattern: re.Pattern[str]
    cues: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    loose: frozenset[str]
    units: Mapping[str, str]
    lenient: frozenset[str]

    def before(self, *cues: str) -> re.Pattern[str]:
        """Matches where one of the cues' words stands right in front of the end of a text, up to a word between."""
        return _before(tuple(word for cue in cues for word in self.cues.get(cue, ())), self.spaced)

    def after(self, *cues: str) -> re.Pattern[str]:
        """Matches where one of the cues' words stands at the beginning of a text."""
        return _after(tuple(word for cue in cues for word in self.cues.get(cue, ())), self.spaced)


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file of."""
    found = files(__package__).joinpath("words").iterdir()
    return tuple(sorted(path.name[:-5] for path in found if path.name.endswith(".toml")))


@cache
def words_of(language: str) -> Words:
    """The words of a language; English ones where it has no file. Raises ValueError, naming the file, where a table
    is unknown or no text."""
    own = language if language in languages() else "en"
    tables = tomllib.loads(files(__package__).joinpath("words", f"{own}.toml").read_text(encoding="utf-8"))
    _validate(own, tables)
    concepts: dict[str, dict[tuple[str, str], None]] = {}
    for table, kind in CLASSES.items():
        for concept, line in tables.get(table, {}).items():
            for word in _listed(line) if concept != "cues" else ():
                concepts.setdefault(word, {})[kind, concept] = None
    cues = {
        f"{table}.{key}": _listed(line) for table in (*_CUES, "origin") for key, line in tables.get(table, {}).items()
    }
    for code, name in Locale.parse(own).territories.items():  # CLDR knows the countries that the file does not
        if len(code) == 2 and name.lower() not in concepts:
            concepts[name.lower()] = {("origin", code): None}
    spaced = own != "zh"
    return Words(
        own,
        spaced,
        {word: tuple(kinds) for word, kinds in concepts.items()},
        _any_of(concepts, _listed(tables.get("endings", "")), spaced),
        cues,
        {word: value for word, value in tables.get("numbers", {}).items() if word != "loose"},
        frozenset(_listed(tables.get("numbers", {}).get("loose", ""))),
        {word: unit for unit, line in tables.get("units", {}).items() for word in _listed(line)},
        frozenset(cues.get("lenient.words", ())),
    )


def _validate(language: str, tables: Mapping[str, Any]) -> None:
    unknown = set(tables) - _TABLES
    if unknown:
        raise ValueError(f"words/{language}.toml: no such table: {', '.join(sorted(unknown))}")
    for table, lines in tables.items():
        for key, line in lines.items() if isinstance(lines, dict) else [(table, lines)]:
            if not isinstance(line, int if table == "numbers" and key != "loose" else str):
                raise ValueError(f"words/{language}.toml: {table}.{key} is {type(line).__name__}")


def _listed(line: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip().lower() for part in line.split(",") if part.strip()))


def _any_of(words: Iterable[str], endings: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    """Any of the words, the longest first; whole ones, with an ending, where words are set apart by spaces."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    if not spaced:
        return re.compile("|".join(map(re.escape, ordered)) or "(?!)", re.I)
    inner = "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in ordered)
    tail = "|".join(map(re.escape, endings))
    return re.compile(rf"(?<![\w])({inner or '(?!)'})(?:{tail})?(?![\w])", re.I)


@cache
def _before(words: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    inner = "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"
    if not spaced:
        return re.compile(rf"(?:{inner})[的为:：]?$", re.I)
    return re.compile(rf"(?<!\w)(?:{inner})[\s:-]+(?:[\w'’-]{{1,20}}\s+)?$", re.I)


@cache
def _after(words: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    inner = "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"
    return re.compile(rf"^[\s-]?(?:{inner})(?!\w)" if spaced else rf"^(?:{inner})", re.I)
