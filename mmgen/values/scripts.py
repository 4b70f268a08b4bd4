"""Which script a locale is written in (by Babel), and whether a text was read in a wrong code page."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel.core import get_global

_LETTERS = {"Cyrl": "CYRILLIC", "Grek": "GREEK", "Arab": "ARABIC", "Hebr": "HEBREW", "Hang": "HANGUL", "Thai": "THAI",
            "Hans": "CJK", "Hant": "CJK", "Jpan": ("CJK", "HIRAGANA", "KATAKANA"), "Kore": ("HANGUL", "CJK"),
            "Latn": "LATIN", "Deva": "DEVANAGARI", "Geor": "GEORGIAN", "Armn": "ARMENIAN"}  # fmt: skip


def is_misread(text: str, locale: str | None) -> bool:
    """Whether a text has no letter of its locale's script, and mostly letters beyond ASCII of others.

    A Latin name (``iPhone 15``) is at home everywhere; ``Øåðñòÿíàÿ`` for a Russian shop is a wrong code page.
    """
    names = _letters_of((locale or "").replace("_", "-"))
    letters = [c for c in text if c.isalpha()]
    if names is None or not letters:
        return False
    foreign = sum(not c.isascii() for c in letters)
    return 2 * foreign > len(letters) and not any(unicodedata.name(c, "").startswith(names) for c in letters)


@lru_cache(maxsize=256)
def _letters_of(locale: str) -> tuple[str, ...] | None:
    """How Unicode's names of the script's letters begin; None for a locale that is not known."""
    parts = locale.split("-")
    given = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    likely = get_global("likely_subtags").get(parts[0].lower(), "")
    script = given or next((part for part in likely.split("_") if len(part) == 4), "")
    found = _LETTERS.get(script)
    return (found,) if isinstance(found, str) else None if found is None else tuple(found)
