"""The words of creatives, a file a language in ``languages``: the call to action, and how a picture is described."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from babel import Locale, UnknownLocaleError


@dataclass(frozen=True)
class Words:
    """One language's. ``price_from``: of the lowest of several prices; "" where there are no words for it.

    ``layouts``: layout -> how it is described; ``{}`` stands for the words in the picture.
    """

    call: str = "Shop now"
    product: str = ""
    price: str = "{}"
    price_from: str = ""
    comma: str = ", "
    stop: str = ". "
    layouts: dict[str, dict[str, str]] = field(default_factory=dict)


@lru_cache(maxsize=64)
def words_of(locale: str) -> Words:
    """The words for a locale (``de``, ``zh_TW`` ...); of a language without a file marks alone, and an English call."""
    folder = resources.files("mmgen.creatives").joinpath("languages")
    for name in _names(locale):
        file = folder.joinpath(f"{name}.toml")
        if file.is_file():
            values = tomllib.loads(file.read_text(encoding="utf-8"))
            layouts = {key: values.pop(key) for key in list(values) if isinstance(values[key], dict)}
            return Words(**values, layouts=layouts)
    return Words()


def _names(locale: str) -> list[str]:
    """Names of files, the closest first: by language and script, then by language."""
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return []
    if locale.lower().startswith("und"):  # babel takes an undetermined language for English
        return []
    language = str(known.language).lower()
    return [f"{language}-{str(known.script).lower()}", language] if known.script else [language]
