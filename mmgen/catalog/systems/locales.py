"""Columns that say one thing in several languages (``name-en_US``, ``title_de``, ``Titel Deutsch``, ``英文名称``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mmgen.profile.names import QUALIFIED, read_name
from mmgen.profile.roles import Role
from mmgen.values.locales import locale_named, locale_of

_CODES = (
    "ar bg ca cs da de el en es et fi fr he hi hr hu it ja ko lt lv nb nl no pl pt ro ru sk sl sr sv th tr uk vi zh"
)
_LANGUAGES = frozenset(_CODES.split())
_TAG = r"(?P<locale>[A-Za-z]{2}(?:[-_](?:[A-Z]{2}|[a-z]{2}|Han[st]))?)"
_BEHIND = re.compile(rf"^(?P<stem>.{{1,80}}?)(?:[-_.: ][(\[]?|[(\[（]){_TAG}[)\]）]?(?:-(?P<channel>[a-z_]{{2,30}}))?$")
_BEFORE = re.compile(rf"^[(\[]?{_TAG}[)\]]?[-_.: ](?P<stem>.{{1,80}})$")
_MARKS = re.compile(r"[\s_\-./:|()\[\]（）【】]+")
_CURRENCY = re.compile(r"^(?P<stem>.{1,80}?)-(?P<currency>[A-Z]{3})$")
_UNIT = re.compile(r"^(?P<stem>.{1,80}?)-unit$")
TITLE = "title"
"""What columns mean that are called by a language alone, in a file without a title: ``English``, ``Deutsch``."""


@dataclass(frozen=True)
class Scopes:
    """How columns of a file become fewer.

    ``chosen`` maps the file's column to the name without its language; ``dropped`` say the same in other languages,
    which are ``further``: locale -> the file's column -> the name without its language. ``locale``: of what is chosen,
    where it is not the map's. ``units`` maps a column to the one that has its unit.
    """

    chosen: dict[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    units: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    further: dict[str, dict[str, str]] = field(default_factory=dict)
    locale: str | None = None

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

    def said_further(self, row: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What a row says in further locales: locale -> name without its language -> text that is not empty."""
        return {
            locale: {target: row[name] for name, target in columns.items() if row.get(name, "").strip()}
            for locale, columns in self.further.items()
        }


@dataclass(frozen=True)
class _Spoken:
    """A column that says ``stem`` in a locale."""

    column: str
    stem: str
    locale: str
    is_small: bool = True


def scopes_of(
    columns: Sequence[str],
    locale: str,
    is_scoped: bool,
    mapped: Collection[str] = (),
    names_things: Callable[[str], bool] = lambda _: True,
) -> Scopes:
    """Which columns to take for a locale, and which say the same in further ones.

    Without ``is_scoped`` (a system that is known to write so) only names that come in two languages at least count:
    ``categories_en`` alone is a name like any other. ``mapped``: columns that the map names are taken as they are.
    ``names_things``: whether the values of a column that is called by a language alone are names; "yes" in ``English``
    says what a manual is in.
    """
    groups = _groups(columns, is_scoped, names_things)
    home = _home(locale, groups, columns)
    chosen, further = dict[str, str](), dict[str, dict[str, str]]()
    for stem, found in groups.items():
        own = next((one for one in found if one.column in mapped), None)
        best = own or next((one for one in found if one.locale == home), None)
        target = own.column if own else stem
        if best is not None and own is None and stem not in columns:
            chosen[best.column] = stem
        for one in found:
            others = further.setdefault(one.locale, {})
            if one.locale not in (home, best.locale if best else home) and target not in others.values():
                others[one.column] = target
    taken = {one.column for found in groups.values() for one in found} - {*chosen, *mapped}
    stands_in = home if home and chosen and base_of(home) != base_of(locale) else None
    scopes = Scopes(chosen, frozenset(taken), further=_titled(further), locale=stands_in)
    return _with_units(scopes, columns) if is_scoped else scopes


def _titled(further: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The locales that products are named in; all with any column, where no column is plainly a title."""
    titled = {locale: columns for locale, columns in further.items() if any(map(_is_title, columns.values()))}
    return titled or {locale: columns for locale, columns in further.items() if columns}


def _with_units(scopes: Scopes, columns: Sequence[str]) -> Scopes:
    """Columns that hold another's unit, and prices by currency, of which the first is taken."""
    chosen, taken = dict(scopes.chosen), set(scopes.dropped)
    units = {match["stem"]: column for column in columns if (match := _UNIT.match(column)) and match["stem"] in columns}
    prices: dict[str, str] = {}
    for column in columns:
        match = _CURRENCY.match(column)
        if match and match["stem"] not in chosen.values():
            chosen[column], prices[column] = match["stem"], match["currency"]
        elif match:
            taken.add(column)
    dropped = frozenset(taken | set(units.values()))
    return replace(scopes, chosen=chosen, dropped=dropped, units=units, currencies=prices)


def base_of(locale: str) -> str:
    """The language of a locale: ``de-AT`` -> ``de``."""
    return re.split(r"[-_]", locale)[0].lower()


def is_spoken(locale: str) -> bool:
    """Whether a locale is of a language that shops write in: ``at`` in a name is no Austrian."""
    return base_of(locale) in _LANGUAGES


def _groups(columns: Sequence[str], is_scoped: bool, names_things: Callable[[str], bool]) -> dict[str, list[_Spoken]]:
    """Name without its language -> its columns, of those that count."""
    groups: dict[str, list[_Spoken]] = {}
    for spoken in _spoken(columns, names_things):
        groups.setdefault(spoken.stem, []).append(spoken)
    if is_scoped:
        return groups
    groups = {stem: found for stem, found in groups.items() if len({base_of(one.locale) for one in found}) > 1}
    titles = {one.locale for stem, found in groups.items() if _is_title(stem) for one in found}
    # ``Size IT`` beside ``Size FR`` are sizes of countries: languages, where the products are named in them, too
    return {stem: found for stem, found in groups.items() if all(one.is_small or one.locale in titles for one in found)}


def _spoken(columns: Sequence[str], names_things: Callable[[str], bool]) -> Iterator[_Spoken]:
    """The columns whose names have a language at an end, or are one."""
    for column in columns:
        match = _BEHIND.match(column) or _BEFORE.match(column)
        found = locale_of(match["locale"]) if match and match["locale"][:2].lower() in _LANGUAGES else None
        if match and found:
            yield _Spoken(column, match["stem"], found, match["locale"][:2].islower())
        elif named := _named(column):
            yield named
        elif (language := locale_named(column)) and names_things(column):
            yield _Spoken(column, _title_of(columns), language)


def _named(column: str) -> _Spoken | None:
    """A name with a language's name at an end (``Name English``, ``英文名称``) that means something without it."""
    for stem, language in _splits(column):
        found = locale_named(language)
        best = read_name(stem).best if found else None
        if found and best is not None and best.weight >= QUALIFIED:
            return _Spoken(column, stem, found)
    return None


def _splits(column: str) -> Iterator[tuple[str, str]]:
    """A name parted into what may mean something and what may be a language: at marks, in Chinese anywhere."""
    words = [word for word in _MARKS.split(column) if word]
    for at in range(1, len(words)):
        yield " ".join(words[:at]), " ".join(words[at:])
        yield " ".join(words[at:]), " ".join(words[:at])
    if len(words) == 1 and not column.isascii():
        for at in range(1, len(column)):
            yield column[at:], column[:at]
            yield column[:at], column[at:]


def _title_of(columns: Sequence[str]) -> str:
    """The column that names the products, else what it is called where only languages stand for it."""
    return next(filter(_is_title, columns), TITLE)


def _is_title(name: str) -> bool:
    best = read_name(name).best
    return best is not None and best.weight >= QUALIFIED and best.concept.role is Role.TITLE


def _home(locale: str, groups: Mapping[str, list[_Spoken]], columns: Sequence[str]) -> str | None:
    """The locale whose columns are taken: the map's, else one of its language, else where no column stands without a
    language the file's first."""
    spoken = [one.locale for found in groups.values() for one in found]
    wanted = locale_of(locale) or locale
    if wanted in spoken:
        return wanted
    of_language = next((one for one in spoken if base_of(one) == base_of(wanted)), None)
    has_own = any(stem in columns for stem in groups)
    return of_language or (None if has_own else next(iter(spoken), None))
