"""An export system: how its files are recognised, and what its columns mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from mmgen.config.params import Params
from mmgen.profile.decide import Hint
from mmgen.profile.names import concepts
from mmgen.profile.roles import Disposition


class Continued(Params):
    """Rows that follow each other with one value in ``by`` are one product; without ``by`` those that leave ``blank``
    empty are the product's above.

    ``blank``: a row that leaves this column empty continues the row before. ``overlay``: a row that fills this column
    (a store view) says the product again; it is laid over the first where it is of the wanted language.
    ``is_repeated``: a row that repeats ``blank``, too, and differs in colour, size or price alone, is a variant.
    """

    by: str | None = None
    blank: str | None = None
    overlay: str | None = None
    is_repeated: bool = False


class Variants(Params):
    """Rows whose column ``type`` has a value of ``is``: variants, which are no products of their own.

    A variant names its ``parent``, or the parent's column ``listed`` has its variants: ``sku=A-1,color=Red|sku=A-2``.
    """

    type: str
    values: list[str] = Field(alias="is")
    id: str
    parent: str | None = None
    listed: str | None = None
    price: str | None = None


class Pairs(Params):
    """Numbered columns (``{n}``) of which one names an attribute and the other has its values."""

    name: str
    value: str
    visible: str | None = None
    separator: str | None = None
    skip: list[str] = Field(default_factory=list)


Do = Literal["say", "use", "hide"]


class System(Params):
    """One export system. Of a name such as ``"Handle|URL handle"`` the first that a file has counts.

    header: columns that a file of this system has, all of them. roots, records: of XML, the root elements and those
    that are a product. levels: the mark between the levels of a category's path, where it is not ``>``.
    handles: part of the names of columns whose values have dashes for blanks (``acero-al-carbono``).
    map: our column -> the file's. hints: column -> what it means, or what is done with it.
    """

    name: str
    header: list[str] = Field(default_factory=list)
    roots: list[str] = Field(default_factory=list)
    records: list[str] = Field(default_factory=list)
    categories: str | None = None
    parameters: str | None = None
    levels: str | None = None
    handles: str | None = None
    notes: str = ""
    scoped: bool = False
    map: dict[str, str] = Field(default_factory=dict)
    continued: Continued | None = None
    variants: Variants | None = None
    keep: dict[str, list[str]] = Field(default_factory=dict)
    pairs: list[Pairs] = Field(default_factory=list)
    packed: dict[str, str] = Field(default_factory=dict)
    hints: dict[str, str] = Field(default_factory=dict)
    ends: dict[str, Do] = Field(default_factory=dict)
    starts: dict[str, Do] = Field(default_factory=dict)
    within: dict[str, Do] = Field(default_factory=dict)

    def hints_for(self, columns: Iterable[str]) -> dict[str, Hint]:
        """What this system says of a file's columns."""
        wanted = {folded_column(name): text for name, text in self.hints.items()}
        found: dict[str, Hint] = {}
        for column in columns:
            hint = self._hint(wanted.get(folded_column(column))) or self._by_affix(column)
            if hint is not None:
                found[column] = hint
        return found

    def _by_affix(self, column: str) -> Hint | None:
        for end, text in self.ends.items():
            if column.endswith(end):
                return self._hint(text)
        for part, text in self.within.items():
            if part in column:
                label = column.partition("(")[0].strip()
                return Hint(disposition=Disposition(text), label=label or None, why=f"{self.name} means that")
        for start, text in self.starts.items():
            if column.startswith(start):
                label = column.removeprefix(start).strip()
                why = f"{self.name} shows it to customers" if text == "say" else f"{self.name} means that"
                return Hint(disposition=Disposition(text), label=label or None, why=why)
        return None

    def _hint(self, text: str | None) -> Hint | None:
        if text is None:
            return None
        why = f"{self.name} means that"
        return Hint(concept=text, why=why) if text in concepts() else Hint(disposition=Disposition(text), why=why)


@cache
def systems() -> tuple[System, ...]:
    """All systems, those with the longest header first: the most particular one is recognised."""
    folder = files("mmgen.catalog.systems")
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    loaded = [System.load(tomllib.loads(item.read_text(encoding="utf-8")), item.name) for item in found]
    return tuple(sorted(loaded, key=lambda system: -len(system.header)))


def system_of(columns: Sequence[str]) -> System | None:
    """The system whose header a file has; None where it is of no known one."""
    return next((one for one in systems() if one.header and all(column_of(name, columns) for name in one.header)), None)


def system_of_root(root: str) -> System | None:
    """The system whose XML begins with an element of this name."""
    return next((one for one in systems() if root in one.roots), None)


def column_of(names: str | None, columns: Iterable[str]) -> str | None:
    """The file's column for ``"Handle|URL handle"``; a ``*`` at the end takes any name that begins so."""
    held = {folded_column(column): column for column in reversed(list(columns))}
    for name in (names or "").split("|"):
        wanted = folded_column(name)
        if wanted in held and wanted:
            return held[wanted]
        if name.endswith("*") and (long := next((held[one] for one in held if one.startswith(wanted)), None)):
            return long
    return None


def folded_column(name: str) -> str:
    """A column's name as it is compared: without marks of what is required, spaces and capitals."""
    return re.sub(r"\s+", " ", name.replace("*", "").replace("’", "'").strip()).casefold()


def proposed_map(system: System, columns: Sequence[str]) -> dict[str, str]:
    """Our column -> the file's, for those that the file has."""
    found: Mapping[str, str | None] = {ours: column_of(theirs, columns) for ours, theirs in system.map.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}
