"""Locales as shops write them: ``en``, ``EN-gb``, ``en_US``, ``English``, ``Deutsch``, ``中文``; names by Babel."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global

_WITH_PLACE = re.compile(r"^(?P<language>[^()（）]{2,25}?)\s?[(（](?P<place>[^()（）]{2,25})[)）]$")
_TAG = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
_TOLD_IN = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "uk", "zh", "ja", "ko", "tr", "sv", "da", "cs", "hu")
MAX_CHARS = 35


def locale_of(text: str | None) -> str | None:
    """The locale in one form: the language small, a script with a capital, a country large (``en-GB``).

    None where the text is no language in use: ``xx``, ``Klingonese``, a sentence.
    """
    stripped = (text or "").strip()
    if not stripped or len(stripped) > MAX_CHARS:
        return None
    if by_name := locale_named(stripped):
        return by_name
    if (match := _WITH_PLACE.match(stripped)) and (language := locale_named(match["language"]) or locale_of(match[1])):
        spelt = (locale_named(gap.join((match["language"], match["place"]))) for gap in (" ", ""))
        if found := next(filter(None, spelt), None):
            return found
        place = _place_named(match["place"])
        return f"{language}-{place}" if place and "-" not in language else None
    parts = re.split(r"[-_]", stripped)
    parts[0] = get_global("language_aliases").get(parts[0].lower(), parts[0])
    if not _TAG.match(stripped) or parts[0].lower() not in _languages():
        return None
    return "-".join([parts[0].lower(), *map(_subtag, parts[1:])])


def locale_named(text: str) -> str | None:
    """The language that a text is the name of, in any widespread language (``German``, ``Deutsch``, ``德语``)."""
    return _names().get(text.strip().casefold())


def _place_named(text: str) -> str | None:
    """The code of a country that a text is the code or the name of, in any widespread language."""
    stripped = text.strip()
    code = get_global("territory_aliases").get(stripped.upper(), [stripped.upper()])[0]
    if code in Locale.parse("en").territories and not stripped.isdigit():
        return code
    return _countries().get(stripped.casefold())


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    named = (
        (str(name).casefold(), code) for teller in _TOLD_IN for code, name in Locale.parse(teller).territories.items()
    )
    return {name: code for name, code in named if len(code) == 2}


def is_place(text: str, language: str) -> bool:
    """Whether a text names a country or a part of the world, in a language or in English: ``德国``, ``Europe``."""
    folded = text.strip().casefold()
    return folded in _places(language) or folded in _places("en")


@lru_cache(maxsize=64)
def _places(language: str) -> frozenset[str]:
    try:
        return frozenset(str(name).casefold() for name in Locale.parse(language).territories.values())
    except (UnknownLocaleError, ValueError):
        return frozenset()


def _subtag(part: str) -> str:
    return part.title() if len(part) == 4 and part.isalpha() else part.upper() if len(part) <= 3 else part.lower()


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    known = {name.split("_")[0] for name in localedata.locale_identifiers()}
    spoken = {language.split("_")[0] for found in get_global("territory_languages").values() for language in found}
    return frozenset(known | spoken) - {"root"}  # what is spoken nowhere, as Klingon, is no shop's


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Name of a language, in the widespread languages and in its own -> its code."""
    found: dict[str, str] = {}
    for teller in _TOLD_IN:
        for code, name in Locale.parse(teller).languages.items():
            is_used = code.split("_")[0] in _languages()
            if is_used and ((len(code) <= 3 and len(name) > 2) or teller in ("zh", "ja", "ko")):
                found.setdefault(name.casefold(), code.replace("_", "-"))
    for code in _TOLD_IN:
        own = Locale.parse(code).get_language_name(code)
        if own:
            found[own.casefold()] = code
    written = tomllib.loads(files("mmgen.values").joinpath("languages.toml").read_text(encoding="utf-8"))
    for code, names in written.items():
        found |= dict.fromkeys((name.strip().casefold() for name in names.split(",")), code)
    return found
