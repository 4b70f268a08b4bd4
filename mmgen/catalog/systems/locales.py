"""Columns that say one thing in several languages (``name-en_US``, ``title_de``): the map's language is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CODES = (
    "ar bg ca cs da de el en es et fi fr he hi hr hu it ja ko lt lv nb nl no pl pt ro ru sk sl sr sv th tr uk vi zh"
)
_LANGUAGES = frozenset(_CODES.split())
_SCOPED = re.compile(
    r"^(?P<stem>.{1,80}?)[-_. ]\(?(?P<language>[a-z]{2})(?:[-_](?P<region>[A-Z]{2}|[a-z]{2}))?\)?"
    r"(?:-(?P<channel>[a-z_]{2,30}))?$"
)
_CURRENCY = re.compile(r"^(?P<stem>.{1,80}?)-(?P<currency>[A-Z]{3})$")
_UNIT = re.compile(r"^(?P<stem>.{1,80}?)-unit$")


@dataclass(frozen=True)
class Scopes:
    """How columns of a file become fewer: ``chosen`` maps the file's column to the name without its language;
    ``dropped`` say the same in other languages; ``units`` maps a column to the one that has its unit."""

    chosen: dict[str, str]
    dropped: frozenset[str]
    units: dict[str, str]
    currencies: dict[str, str]
    languages: tuple[str, ...] = ()

    def applied(self, row: Mapping[str, str]) -> dict[str, str]:
        """A row with the chosen columns alone."""
        made: dict[str, str] = {}
        for name, text in row.items():
            if name in self.dropped:
                continue
            target = self.chosen.get(name, name)
            unit = row.get(self.units.get(name, ""), "")
            made[target] = f"{text} {unit.lower()}" if text and unit else text
            if name in self.currencies:
                made[f"{target} (currency)"] = self.currencies[name] if text else ""
        return made


def scopes_of(columns: Sequence[str], locale: str, is_scoped: bool) -> Scopes:
    """Which columns to take for a locale.

    Without ``is_scoped`` (a system that is known to write so) only names that come in two languages at least count:
    ``categories_en`` alone is a name like any other.
    """
    home = locale.replace("_", "-").split("-")[0].lower()
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in columns:
        match = _SCOPED.match(column)
        if match and match["language"] in _LANGUAGES:
            groups.setdefault(match["stem"], []).append((match["language"], column))
    chosen, dropped, languages = dict[str, str](), set[str](), dict[str, None]()
    for stem, found in groups.items():
        spoken = dict.fromkeys(language for language, _ in found)
        if len(spoken) < 2 and not is_scoped:
            continue
        languages.update(spoken)
        best = next((column for language, column in found if language == home), found[0][1])
        if stem not in columns:
            chosen[best] = stem
        dropped |= {column for _, column in found if column not in chosen}
    if not is_scoped:
        return Scopes(chosen, frozenset(dropped), {}, {}, tuple(languages))
    units = {match["stem"]: column for column in columns if (match := _UNIT.match(column)) and match["stem"] in columns}
    prices: dict[str, str] = {}
    for column in columns:
        match = _CURRENCY.match(column)
        if match and match["stem"] not in chosen.values():
            chosen[column], prices[column] = match["stem"], match["currency"]
        elif match:
            dropped.add(column)
    return Scopes(chosen, frozenset(dropped | set(units.values())), units, prices, tuple(languages))
