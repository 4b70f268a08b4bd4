"""What a column's name can mean, in any of the languages that there are data for.

A name is compared whole first, then without the words that change nothing (``product colour``), then without a unit
(``weight_kg``); a phrase that is marked as telling is found anywhere in it (``supplier`` in ``main_supplier_no``).
No word decides alone because it stands last.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import Any

from mmgen.profile.roles import Disposition, Role

WHOLE, QUALIFIED, PART, TELLING = 1.0, 0.9, 0.6, 0.8
"""Weights of a match: the whole name; without words that change nothing; a part of it; a phrase marked as telling."""

_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARK = re.compile(r"[\s_\-./:;,|*#!?'’`\"&+=<>()（）\[\]【】\\]+")
_BRACKET = re.compile(r"[(\[（【](?P<inside>[^()\[\]（）【】]{1,40})[)\]）】]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_NUMBERED = re.compile(r"\s*\d{1,2}$")
_SPACED = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
"""Blanks that a page sets between two characters to make them as wide as four (``开 本``)."""
_LANGUAGE = re.compile(
    r" (?:ar|bg|ca|cs|da|de|el|en|es|et|fi|fr|hr|hu|it|ja|ko|lt|lv|nl|no|pl|pt|ro|ru|sk|sl|sr|sv|tr|uk|zh)"
    r"(?: [a-z]{2})?$"
)
_ABBREVIATED = re.compile(r"([^\W\d_]+)(\.?)")
MIN_CUT_CHARS = 3
MAX_NAME_CHARS = 200


@dataclass(frozen=True)
class Concept:
    """One meaning of a column. ``skips``: values such as "new" are left out; ``is_zero_said``: a zero is a value;
    ``holds``: what a column that is kept back holds, where its values agree."""

    key: str
    role: Role
    disposition: Disposition
    skips: bool = False
    is_zero_said: bool = False
    holds: Role | None = None


@dataclass(frozen=True)
class Match:
    """A concept that a name can mean. ``weight``: 0 to 1; ``language`` of the name; ``phrase`` that was found.

    ``similarity``: 0 to 1, of a name that is not the phrase and near it in meaning.
    """

    concept: Concept
    weight: float
    language: str
    phrase: str
    similarity: float | None = None


@dataclass(frozen=True)
class Reading:
    """A name taken apart: its ``matches``, the best first, and the ``unit`` in it."""

    words: str
    matches: tuple[Match, ...]
    unit: str | None = None

    @property
    def best(self) -> Match | None:
        """The most likely meaning."""
        return self.matches[0] if self.matches else None


@lru_cache(maxsize=4096)
def read_name(name: str, locale: str = "en") -> Reading:
    """What a column's name can mean; ``locale`` decides between languages that share a word."""
    cut = name[:MAX_NAME_CHARS]
    bare, inside = _BRACKET.sub(" ", cut), [match["inside"] for match in _BRACKET.finditer(cut)]
    words, whole = normalised(bare) or normalised(cut), normalised(cut)
    unit = next((found for text in inside if (found := unit_named(normalised(text)))), None)
    home = locale.replace("_", "-").split("-")[0].lower()
    joined = folded(_MARK.sub(" ", unicodedata.normalize("NFKC", cut)).strip())  # "MwSt" is one word
    matches = [*_whole(whole, home), *_whole(words, home), *_telling(whole)]
    matches += [match for match in _whole(joined, home) if match.weight == WHOLE]
    if (spoken := without_language(words)) is not None:  # title_de, "nom FR", "name en US"
        matches += [match for match in _whole(spoken, home) if match.weight > PART]
    if "." in cut:
        matches += _abbreviated(cut)
    if unit is None and (split := _without_unit(words)):
        stem, found = split
        if not any(match.weight == WHOLE for match in matches):
            unit = found
            matches += _whole(stem, home)
    return Reading(words, tuple(sorted(_best_of_each(matches), key=partial(_order, home))), unit)


def _order(home: str, match: Match) -> tuple[float, bool, bool]:
    """The heaviest first; of two meanings of one name that which is hidden, since saying it would do harm."""
    return -match.weight, match.concept.disposition is not Disposition.HIDE, match.language != home


def normalised(name: str) -> str:
    """A name in small letters without marks of any kind, words apart: ``baseColour`` -> ``base colour``."""
    text = unicodedata.normalize("NFKC", name)
    return _SPACED.sub("", folded(_MARK.sub(" ", _CAMEL.sub(" ", text)).strip()))


def without_language(words: str) -> str | None:
    """A normalised name without the language, and the number, behind it: ``nom fr`` -> ``nom``; None without one."""
    bare = _LANGUAGE.sub("", _NUMBERED.sub("", words))
    return bare if bare and bare != _NUMBERED.sub("", words) else None


def folded(text: str) -> str:
    """Small letters without accents (``größe`` and ``groesse`` stay two spellings, ``référence`` is ``reference``)."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f"))


def unit_named(text: str) -> str | None:
    """The unit that a folded text is the name of."""
    return _units().get(text)


def unit_words(unit: str, language: str) -> str:
    """A unit as customers read it after a number."""
    said: dict[str, str] = _unit_data().get(unit, {}).get("say", {})
    return said.get(language, said.get("en", unit) if language != "en" else unit)


def label_of(concept: str) -> dict[str, str]:
    """The names of a concept that customers read, by language."""
    return {language: labels[concept] for language, labels in _labels().items() if labels.get(concept)}


def names_in(languages: Collection[str]) -> Iterator[tuple[Concept, str, str]]:
    """(meaning, name, language) of every name that there is data for in some languages."""
    for name, pairs in _names().items():
        yield from ((concept, name, language) for concept, language in pairs if language in languages)


@cache
def words_of(kind: str) -> frozenset[str]:
    """Values that mean ``yes``, ``no``, either (``flag``), nothing new (``skip``), no value (``none``), not yet
    (``pending``), a kind of record in a shop's system (``system``), and words in names of columns that tell an
    amount ``of_money`` or a code (``of_code``); folded, of all languages."""
    kinds = ("yes", "no") if kind == "flag" else (kind,)
    return frozenset(
        word for data in _data().values() for name in kinds for word in _list(data["values"].get(name, ""))
    )


def speaks_of(words: str, kind: str) -> bool:
    """Whether a normalised name has a word of a ``kind`` in it: ``of_money`` anywhere, ``of_code`` at either end.

    A word that begins with a dash is the end of compounds: ``-preis`` of ``staffelpreis``.
    """
    parts, known = _NUMBERED.sub("", words).split(" "), words_of(kind)
    told = parts if kind == "of_money" else [parts[0], parts[-1]]
    if not known.isdisjoint(told):
        return True
    return any(
        any(part.endswith(word[1:]) for part in told) if word[0] == "-" else bool(_CJK.search(word)) and word in words
        for word in known
    )


@cache
def word_for_yes(language: str) -> str:
    """How a language says yes: the first of its words for it; English for a language without a file."""
    data = _data()
    return data.get(language, data["en"])["values"]["yes"].split(",")[0].strip()


@cache
def pair_words(kind: str) -> frozenset[str]:
    """Words that make one of two columns the ``name`` of an attribute or its ``value``, normalised."""
    data = tomllib.loads(files("mmgen.profile").joinpath("pairs.toml").read_text(encoding="utf-8"))
    return frozenset(normalised(word) for word in data[kind].split(","))


def _whole(words: str, home: str) -> list[Match]:
    """Matches of a whole name, else of the name without qualifiers and a number."""
    table = _names()
    if found := table.get(words):
        return [Match(concept, WHOLE, language, words) for concept, language in found]
    for stem in _stems(words):
        if found := table.get(stem):
            return [Match(concept, QUALIFIED, language, stem) for concept, language in found]
    return _parts(words, home)


def _abbreviated(name: str) -> list[Match]:
    """Meanings of a name whose words are cut by a point (``Kurzbez.``, ``Art.-Nr.``), where all that fit agree."""
    parts = _ABBREVIATED.findall(unicodedata.normalize("NFKC", name))
    cut = [(folded(word), bool(dot)) for word, dot in parts]
    if not any(is_cut and len(word) >= MIN_CUT_CHARS for word, is_cut in cut):
        return []
    pattern = re.compile(r"\s?".join(re.escape(word) + (r"[^\W\d_]*" if is_cut else "") for word, is_cut in cut))
    found = {pair for known, pairs in _names().items() if pattern.fullmatch(known) for pair in pairs}
    if len({concept.key for concept, _ in found}) != 1:
        return []
    concept, language = sorted(found, key=lambda pair: pair[1])[0]
    return [Match(concept, QUALIFIED, language, name.strip())]


def _stems(words: str) -> list[str]:
    """A name without the qualifiers at either end, and without a number behind: shorter and shorter."""
    stems, text = list[str](), _NUMBERED.sub("", words)
    if text != words:
        stems.append(text)
    while (shorter := _shortened(text)) is not None:
        stems.append(shorter)
        text = shorter
    return stems


def _shortened(text: str) -> str | None:
    first, _, after = text.partition(" ")
    before, _, last = text.rpartition(" ")
    if after and first in _qualifiers():
        return after
    if before and last in _qualifiers():
        return before
    if _CJK.search(text):
        for word in _cjk_qualifiers():
            if text.startswith(word) and len(text) > len(word):
                return text[len(word) :]
            if text.endswith(word) and len(text) > len(word):
                return text[: -len(word)]
    return None


def _parts(words: str, home: str) -> list[Match]:
    """Meanings at the end of a longer name in the shop's own words (``strap colour``, ``couleur du cadre``): a hint,
    which values confirm."""
    table, parts = _names(), words.split(" ")
    tails = [" ".join(parts[at:]) for at in range(1, len(parts))]
    # "Material de la herramienta": where a small word follows, the first word says what it is
    tails += [" ".join(parts[:at]) for at in range(1, len(parts) - 1) if parts[at] in _qualifiers()]
    if _CJK.search(words):
        tails = [words[at:] for at in range(1, len(words) - 1)]
    for tail in tails:
        found = [pair for pair in table.get(tail, ()) if pair[1] in (home, "en")]
        if found:
            return [Match(concept, PART, language, tail) for concept, language in found]
    return []


def _telling(words: str) -> list[Match]:
    padded = f" {words} "
    matches = []
    for phrase, (concept, language) in _marked().items():
        if phrase in padded:
            name = phrase.strip()
            matches.append(Match(concept, WHOLE if name == words else TELLING, language, name))
    return matches


def _without_unit(words: str) -> tuple[str, str] | None:
    """(name, unit) of a name that ends in a unit: ``play time minutes``, ``重量克``."""
    parts = words.split(" ")
    for size in (2, 1):
        if len(parts) > size and (unit := unit_named(" ".join(parts[-size:]))):
            return " ".join(parts[:-size]), unit
    return None


def _best_of_each(matches: list[Match]) -> list[Match]:
    best: dict[str, Match] = {}
    for match in matches:
        held = best.get(match.concept.key)
        if held is None or match.weight > held.weight:
            best[match.concept.key] = match
    return list(best.values())


# --- the data --------------------------------------------------------------------------------------------------------


@cache
def concepts() -> dict[str, Concept]:
    """Every meaning that there is."""
    data = tomllib.loads(files("mmgen.profile").joinpath("concepts.toml").read_text(encoding="utf-8"))
    return {
        key: Concept(key, Role(row["role"]), Disposition(row["do"]), row.get("skip", False), row.get("zero", False),
                     Role(row["holds"]) if "holds" in row else None)
        for key, row in data.items()
    }  # fmt: skip


@cache
def _data() -> dict[str, dict[str, dict[str, str]]]:
    folder = files("mmgen.profile").joinpath("names")
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    ordered = sorted(found, key=lambda item: item.name != "en.toml")
    return {item.name.removesuffix(".toml"): tomllib.loads(item.read_text(encoding="utf-8")) for item in ordered}


@cache
def _labels() -> dict[str, dict[str, str]]:
    return {
        language: {key: text.partition(":")[0].strip() for key, text in data["names"].items()}
        for language, data in _data().items()
    }


@cache
def _names() -> dict[str, list[tuple[Concept, str]]]:
    """Normalised name -> what it can mean, English first."""
    table: dict[str, list[tuple[Concept, str]]] = {}
    for language, data in _data().items():
        for key, text in data["names"].items():
            label, _, names = text.partition(":")
            for name in [label, *names.split(",")]:
                words = normalised(name.strip().removeprefix("~"))
                pair = (concepts()[key], language)
                if words and pair not in table.setdefault(words, []):
                    table[words].append(pair)
    return table


@cache
def _marked() -> dict[str, tuple[Concept, str]]:
    """What tells the meaning of any name that it stands in, as whole words but in Chinese."""
    table: dict[str, tuple[Concept, str]] = {}
    for language, data in _data().items():
        for key, text in data["names"].items():
            for name in text.partition(":")[2].split(","):
                if name.strip().startswith("~"):
                    phrase = normalised(name.strip()[1:])
                    padded = phrase if _CJK.search(phrase) else f" {phrase} "
                    table.setdefault(padded, (concepts()[key], language))
    return table


@cache
def _qualifiers() -> frozenset[str]:
    return frozenset(word for data in _data().values() for word in _list(data["qualifiers"]["words"]))


@cache
def _cjk_qualifiers() -> tuple[str, ...]:
    return tuple(sorted((word for word in _qualifiers() if _CJK.search(word)), key=len, reverse=True))


@cache
def _unit_data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("mmgen.profile").joinpath("units.toml").read_text(encoding="utf-8"))


@cache
def _units() -> dict[str, str]:
    return {name: unit for unit, row in _unit_data().items() for name in _list(str(row["names"]))}


def _list(text: str) -> list[str]:
    return [folded(word.strip()) for word in text.split(",") if word.strip()]
