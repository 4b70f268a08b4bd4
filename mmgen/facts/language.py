"""The words of a language, read from ``languages/<language>.toml``: the one place that knows any.

A new language is a file. Where a language has none, the words of all of them are looked for in its texts, so that no
warning is lost, and nothing is labelled.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_FOLDER = "languages"
_ROLES = "roles"
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True)
class Name:
    """What a column of a file is called: ``label`` as customers read it, ``columns`` as files write it, humanised."""

    label: str
    columns: frozenset[str]


@dataclass(frozen=True)
class Words:
    """The words of one language; all in lower case but the labels. ``people``: group of people -> their names."""

    labels: Mapping[str, str]
    names: Mapping[str, Name]
    empty: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    no_kinds: frozenset[str]
    abbreviations: frozenset[str]
    points_back: tuple[str, ...]
    warnings: tuple[str, ...]
    no_warnings: tuple[str, ...]
    people: Mapping[str, tuple[str, ...]]


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file of."""
    found = (path.name for path in files(__package__).joinpath(_FOLDER).iterdir())
    return tuple(sorted(name[:-5] for name in found if name.endswith(".toml") and name != f"{_ROLES}.toml"))


@cache
def words_of(language: str) -> Words:
    """The words of a language (``en``); of all of them, without labels and names, where it has no file."""
    if language in languages():
        return _words([_read(language)])
    return _words([{**_read(one), "labels": {}, "names": {}} for one in languages()])


@cache
def unsayable(group: str) -> re.Pattern[str]:
    """``puffery``, ``profanity`` or ``instructions`` (to a model) in any language."""
    return re.compile("|".join(part for one in languages() for part in _read(one)["unsayable"][group]), re.I)


@cache
def columns() -> Mapping[str, str]:
    """What files call their columns, humanised and in lower case -> the key of ``names``."""
    return {column: key for one in languages() for key, name in words_of(one).names.items() for column in name.columns}


def role_of(key: str) -> str:
    """The role of what a key of ``names`` stands for."""
    role: str = _read(_ROLES).get(key, "attribute")
    return role


def says_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text has one of the phrases: as whole words, or anywhere where it is Chinese. Upper case counts as
    lower case."""
    return bool(_pattern(tuple(phrases)).search(text))


def without(text: str, phrases: Iterable[str]) -> str:
    """A text without the phrases."""
    return _pattern(tuple(phrases)).sub(" ", text)


def starts_with(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text begins with one of the phrases."""
    return bool(_pattern(tuple(phrases)).match(text))


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Matches what ``says_any`` says; nothing where there are no phrases."""
    parts = [
        re.escape(phrase) if _CJK.search(phrase) else rf"(?<!\w){re.escape(phrase)}(?!\w)"
        for phrase in sorted(phrases, key=lambda one: (-len(one), one))
    ]
    return re.compile("|".join(parts) or r"(?!)", re.I)


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(_FOLDER, f"{name}.toml").read_text(encoding="utf-8"))


def _words(tables: list[dict[str, Any]]) -> Words:
    """One or several files put together."""

    def listed(table: str, key: str) -> tuple[str, ...]:
        parts = (part.strip().lower() for one in tables for part in one[table].get(key, "").split(","))
        return tuple(dict.fromkeys(filter(None, parts)))

    groups = dict.fromkeys(group for one in tables for group in one["people"])
    return Words(
        labels={key: label for one in tables for key, label in one["labels"].items()},
        names={key: _name(line) for one in tables for key, line in one["names"].items()},
        empty=frozenset(listed("values", "empty")),
        yes=frozenset(listed("values", "yes")),
        no=frozenset(listed("values", "no")),
        no_kinds=frozenset(listed("kinds", "none")),
        abbreviations=frozenset(listed("sentences", "abbreviations")),
        points_back=listed("sentences", "points_back"),
        warnings=listed("warnings", "words"),
        no_warnings=listed("warnings", "except"),
        people={group: listed("people", group) for group in groups},
    )


def _name(line: str) -> Name:
    """``Colour: color, colours``."""
    label, _, columns = line.partition(":")
    return Name(label.strip(), frozenset(part.strip().lower() for part in columns.split(",")))
