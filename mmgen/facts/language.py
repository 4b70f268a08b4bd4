"""The words of a language, read from ``languages/<language>.toml``: the one place that knows any.

A new language is a file. Where a language has none, the words of all of them are looked for in its texts, so that no
warning is lost, and its labels are those of ``labels.toml``, if it stands there.
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
_EDGE = r"\b"
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True)
class Words:
    """The words of one language; all in lower case but the labels. ``people``: group of people -> their names."""

    labels: Mapping[str, str]
    empty: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    no_kinds: frozenset[str]
    meant_for: tuple[str, ...]
    abbreviations: frozenset[str]
    points_back: tuple[str, ...]
    leads_on: tuple[str, ...]
    unfinished: tuple[str, ...]
    fillers: frozenset[str]
    buyers: tuple[str, ...]
    headings: frozenset[str]
    warnings: tuple[str, ...]
    denials: tuple[str, ...]
    no_warnings: tuple[str, ...]
    people: Mapping[str, tuple[str, ...]]


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file of."""
    found = (path.name for path in files(__package__).joinpath(_FOLDER).iterdir())
    return tuple(sorted(name[:-5] for name in found if name.endswith(".toml")))


@cache
def words_of(language: str) -> Words:
    """The words of a language (``en``); of all of them, with the labels of ``labels.toml``, where it has no file."""
    if language in languages():
        return _words([_read(language)])
    named = _labels().get(language, {})
    return _words([{**_read(one), "labels": named} for one in languages()])


@cache
def unsayable(group: str) -> re.Pattern[str]:
    """``puffery``, ``profanity`` or ``instructions`` (to a model) in any language.

    Patterns that begin at the edge of a word stand together: they are tried there alone, not at each letter.
    """
    parts = [part for one in languages() for part in _read(one)["unsayable"][group]]
    edged = "|".join(part.removeprefix(_EDGE) for part in parts if part.startswith(_EDGE))
    others = [part for part in parts if not part.startswith(_EDGE)]
    return re.compile("|".join([rf"{_EDGE}(?:{edged})", *others] if edged else others), re.I)


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
    ordered = sorted(phrases, key=lambda one: (-len(one), one))
    spaced = _one_of([phrase for phrase in ordered if not _CJK.search(phrase)])
    parts = [*([rf"(?<!\w)(?:{spaced})(?!\w)"] if spaced else []), _one_of(filter(_CJK.search, ordered))]
    return re.compile("|".join(filter(None, parts)) or r"(?!)", re.I)


def _one_of(phrases: Iterable[str]) -> str:
    """A pattern of phrases, those of one first letter together: a text is asked for few letters at a place."""
    by_letter: dict[str, list[str]] = {}
    for phrase in phrases:
        by_letter.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())


@cache
def _labels() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


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
        empty=frozenset(listed("values", "empty")),
        yes=frozenset(listed("values", "yes")),
        no=frozenset(listed("values", "no")),
        no_kinds=frozenset(listed("kinds", "none")),
        meant_for=listed("kinds", "meant_for"),
        abbreviations=frozenset(listed("sentences", "abbreviations")),
        points_back=listed("sentences", "points_back"),
        leads_on=listed("sentences", "leads_on"),
        unfinished=listed("sentences", "unfinished"),
        fillers=frozenset(listed("sentences", "fillers")),
        buyers=listed("sentences", "buyers"),
        headings=frozenset(listed("sentences", "headings")),
        warnings=listed("warnings", "words"),
        denials=listed("warnings", "denials"),
        no_warnings=listed("warnings", "except"),
        people={group: listed("people", group) for group in groups},
    )
