"""What the gate knows of words: ``words/<language>.toml``, read once and validated. Code knows no word of any language.

A language is a file. Where a language has none, English words are looked for, and what is not known is only counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from babel import Locale
from pydantic import BaseModel, ConfigDict

from mmgen.content_checks.reading.tokens import Token, keys_of

Phrase = tuple[str, ...]
CLASSES = (
    "colour",
    "material",
    "size",
    "audience",
    "pronoun",
    "certificate",
    "promise",
    "comparison",
    "origin",
    "kind",
    "brand",
    "substance",
    "feature",
    "device",
)
MARKS = (
    *("plain", "lacks", "lacks_weakly", "denies", "denied_by", "looks", "looks_before", "contrasts", "affirms"),
    *("compares", "and_a_half", "works", "daily", "packs", "nothing", "between", "each_one", "packed", "made_at"),
    *("joins", "each", "pieces", "pure", "throughout", "only", "transparent", "beside", "beside_behind"),
    *("determines", "apart", "along", "limits", "limits_open", "limits_behind", "forbids"),
    *("indefinite", "calls", "labels"),
    *("prevents", "decimal", "in_place", "under", "over", "about", "under_behind", "over_behind", "about_behind"),
)
"""Tables of ``[marks]``: ``plain`` is what only looks like a mark or a claim; ``pure`` stands before a material that
alone is used, ``throughout`` beside one that all parts are of, ``only`` beside people that alone it is for. A kind of
thing is named behind what ``determines``, ``transparent`` words between, but not behind ``beside`` (``for a desk``).
``apart`` says that something is not in the box, ``along`` that it is. Behind ``limits`` stands all that a thing is for
(``only in``), as between ``limits_open`` and ``limits_behind`` (``for ... only``); behind ``forbids`` what a warning
tells not to do. An ``indefinite`` article names the product where it opens a clause or stands behind what ``calls`` it
something. ``labels`` are cues that say something with a colon or the like behind them alone. What ``compares`` has
another thing behind it. ``between`` may stand between a Chinese number and its classifier, ``each_one`` before one says
of what each has, but where it is ``packed``. ``packs`` stand before a number of the product itself (``set of``).
``made_at`` is what is done at a place, ``in_place`` right before its name. ``works`` are kinds of things whose titles
say nothing of them; ``daily`` that a number is a day's; ``nothing`` opens a fact by which its name is missing."""
TURNING = (
    *("plain", "lacks", "lacks_weakly", "denies", "looks_before", "compares", "contrasts"),
    *("pure", "throughout", "only"),
)
"""Those that turn the sense of what follows; of two as long the first counts."""
_FOLDER = "words"
_EACH = "each"
"""Stands for the parent in a line whose names are all different things."""
_NONE: tuple[int, list[str]] = (0, [])


class _File(BaseModel):
    """A word file as it is written: tables of comma lists. An unknown table is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colour: dict[str, str]
    material: dict[str, str]
    audience: dict[str, str]
    certificate: dict[str, str]
    promise: dict[str, str] = {}
    origin: dict[str, str] = {}
    endings: dict[str, str] = {}
    size: dict[str, str] = {}
    pronoun: dict[str, str] = {}
    comparison: dict[str, str] = {}
    kind: dict[str, str] = {}
    brand: dict[str, str] = {}
    substance: dict[str, str] = {}
    feature: dict[str, str] = {}
    device: dict[str, str] = {}
    numbers: dict[str, str] = {}
    loose_numbers: dict[str, str] = {}
    units: dict[str, str] = {}
    currency: dict[str, str] = {}
    classifiers: dict[str, str] = {}
    modifiers: dict[str, str] = {}
    marks: dict[str, str] = {}
    parts: dict[str, str] = {}
    main_parts: dict[str, str] = {}
    cues: dict[str, str] = {}
    cues_behind: dict[str, str] = {}
    generic: dict[str, str] = {}
    function: dict[str, str] = {}
    puffery: dict[str, str] = {}
    weak: dict[str, str] = {}
    wholes: dict[str, str] = {}
    rounded: dict[str, str] = {}
    turned_by: dict[str, str] = {}
    frees: dict[str, str] = {}


@dataclass(slots=True)
class _Node:
    """What is said of the phrase that ends here, and by the next key what goes on."""

    values: list[str] = field(default_factory=list)
    following: dict[str, _Node] = field(default_factory=dict)


@dataclass
class Phrases:
    """Phrases to values, found from the left, the longest first.

    ``tree``: by the first key what goes on, so that a walk ends at the first key that leads nowhere.
    """

    values: dict[Phrase, list[str]] = field(default_factory=dict)
    tree: dict[str, _Node] = field(default_factory=dict)

    def add(self, phrase: str, value: str) -> None:
        """Add a phrase as it is written; an empty one is none."""
        keys = keys_of(phrase)
        if not keys or value in self.values.setdefault(keys, []):
            return
        self.values[keys].append(value)
        node = self.tree.setdefault(keys[0], _Node())
        for key in keys[1:]:
            node = node.following.setdefault(key, _Node())
        node.values = self.values[keys]

    def at(self, tokens: tuple[Token, ...], start: int) -> tuple[int, list[str]]:
        """(how many tokens, values) of the longest phrase that begins at ``start``; (0, []) where none does."""
        node = self.tree.get(tokens[start].key)
        if node is None:
            return _NONE
        best, end, size = _NONE, len(tokens), 0
        while node is not None:
            size += 1
            if node.values:
                best = (size, node.values)
            start += 1
            node = node.following.get(tokens[start].key) if start < end and node.following else None
        return best


@dataclass(frozen=True)
class Lexicon:
    """The words of a language. ``entries``: phrase -> ``class/key``; ``parents``: what a ``class/key`` is a kind of.

    ``cues``, ``cues_behind``: phrase -> the class of what stands behind, before it. ``marks``: what turns a claim, see
    ``MARKS``; ``turning``: those of ``TURNING`` in one table. ``weak``: what is a claim only where a cue or a fact says
    so. ``parts``: phrase -> the part's one name; ``main_parts``: those that a thing is mainly made of. ``shades``: what
    goes before a colour -> ``dark`` or the like. ``turned_by``: ``before`` and ``behind`` a word, what makes it its
    opposite, and ``endings`` of the words that one before turns. ``frees``: a claim -> what is missing, then.
    """

    language: str
    entries: Phrases
    parents: Mapping[str, str]
    units: Phrases
    currency: Phrases
    numbers: Phrases
    loose_numbers: frozenset[Phrase]
    classifiers: Phrases
    vague: frozenset[str]
    cues: Phrases
    cues_behind: Phrases
    marks: Mapping[str, Phrases]
    turning: Phrases
    parts: Phrases
    main_parts: frozenset[str]
    shades: Mapping[str, str]
    generic: frozenset[str]
    function: frozenset[str]
    articles: frozenset[str]
    puffery: Phrases
    weak: frozenset[Phrase]
    wholes: Mapping[str, frozenset[str]]
    rounded: frozenset[str]
    turned_by: Mapping[str, frozenset[str]]
    frees: Mapping[str, frozenset[str]]


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file of."""
    found = (path.name for path in files("mmgen.content_checks").joinpath(_FOLDER).iterdir())
    return tuple(sorted(name[:-5] for name in found if name.endswith(".toml")))


@cache
def lexicon_of(language: str) -> Lexicon:
    """The words of a language; a Chinese or other text has English words in it, too, so these are always known.

    Raises ValueError (pydantic's) for a file that is not as it has to be.
    """
    own = [_read(name) for name in dict.fromkeys(("en", language)) if name in languages()]
    entries, parents = Phrases(), dict[str, str]()
    for name, one in zip(dict.fromkeys(("en", language)), own, strict=False):
        _add_entries(one, entries, parents, name == "en")
    _add_countries(language, entries)
    last = own[-1]
    return Lexicon(
        language=language,
        entries=entries,
        parents=parents,
        units=_phrases(one.units for one in own),
        currency=_phrases(one.currency for one in own),
        numbers=_phrases(table for one in own for table in (one.numbers, one.loose_numbers)),
        loose_numbers=frozenset(
            keys_of(word) for one in own for line in one.loose_numbers.values() for word in _listed(line)
        ),
        vague=frozenset(word for one in own for word in _listed(one.classifiers.get("vague", ""))),
        classifiers=_phrases(one.classifiers for one in own),
        cues=_phrases(one.cues for one in own),
        cues_behind=_phrases(one.cues_behind for one in own),
        marks={name: _phrases([{name: one.marks.get(name, "")} for one in own]) for name in MARKS},
        turning=_phrases({name: one.marks.get(name, "")} for name in TURNING for one in own),
        parts=_phrases(one.parts for one in own),
        main_parts=frozenset(word for one in own for word in _listed(one.main_parts.get("names", ""))),
        shades={word: shade for one in own for shade, line in one.modifiers.items() for word in _listed(line)},
        generic=frozenset(word for one in own for word in _listed(one.generic.get("words", ""))),
        function=frozenset([*_listed(last.function.get("words", "")), *_calendar(language)]),
        articles=frozenset(_listed(last.function.get("articles", last.function.get("words", "")))),
        puffery=_phrases(one.puffery for one in own),
        weak=frozenset(keys_of(word) for one in own for word in _listed(one.weak.get("words", ""))),
        wholes={key: frozenset(_listed(line)) for one in own for key, line in one.wholes.items()},
        turned_by={at: frozenset(_listed(last.turned_by.get(at, ""))) for at in ("before", "behind", "endings")},
        frees={key: frozenset(_listed(line)) for one in own for key, line in one.frees.items()},
        rounded=frozenset(unit for one in own for unit in _listed(one.rounded.get("units", ""))),
    )


def _add_entries(one: _File, entries: Phrases, parents: dict[str, str], is_named: bool) -> None:
    """``is_named``: whether the keys are names themselves, as they are in English."""
    for kind in CLASSES:
        for key, line in getattr(one, kind).items():
            parent, has_parent, names = line.rpartition(": ")
            endings = _listed(one.endings.get(kind, ""))
            if parent == _EACH:
                for name in _listed(names):
                    _add(entries, name, f"{kind}/{name}", endings)
                continue
            if has_parent:
                parents[f"{kind}/{key}"] = f"{kind}/{parent}"
            own_name = [key.replace("_", " ")] if is_named and kind != "origin" else []
            for name in [*own_name, *_listed(names or line)]:
                _add(entries, name, f"{kind}/{key}", endings)


def _add(entries: Phrases, name: str, value: str, endings: Iterable[str]) -> None:
    """A name, and with each ending that leaves it the same."""
    for ending in ("", *endings):
        entries.add(f"{name}{ending}", value)


def _add_countries(language: str, entries: Phrases) -> None:
    """The names of countries, as babel has them in the language."""
    for name in dict.fromkeys(("en", language)):
        known = Locale.parse(name).territories if name in _babel_languages() else {}
        for code, country in known.items():
            if len(code) == 2 and code.isalpha() and len(country) > 1:
                entries.add(country, f"origin/{code}")


def _calendar(language: str) -> Iterator[str]:
    """The names of days and months: words with a capital that name nobody."""
    if language in _babel_languages():
        known = Locale.parse(language)
        for names in (known.days, known.months):
            for name in names["format"]["wide"].values():
                yield from keys_of(name) if name.isascii() or language != "zh" else ()


@cache
def _babel_languages() -> frozenset[str]:
    from babel.localedata import locale_identifiers

    return frozenset(locale_identifiers())


def _phrases(tables: Iterable[Mapping[str, str]]) -> Phrases:
    found = Phrases()
    for table in tables:
        for value, names in table.items():
            for name in _listed(names):
                found.add(name, value)
    return found


def _listed(text: str) -> list[str]:
    return [part for raw in text.split(",") if (part := raw.strip())]


@cache
def _read(language: str) -> _File:
    text = files("mmgen.content_checks").joinpath(_FOLDER, f"{language}.toml").read_text(encoding="utf-8")
    return _File.model_validate(tomllib.loads(text))
