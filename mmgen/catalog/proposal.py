"""A map for a file that has none: what the system that made it says, then what the profile found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mmgen.catalog.opening import Opened
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.systems.system import column_of, proposed_map
from mmgen.profile.build import BY_VALUES
from mmgen.profile.column import Column, Profile
from mmgen.profile.decide import MIN_ROWS
from mmgen.profile.names import read_name
from mmgen.profile.roles import Role
from mmgen.values.locales import locale_of

FULL = 0.98
"""Share of rows in which a column that tells products apart has to be filled, and different."""
SURE = 0.9
_SINGLE = {"description": "description", "brand": "brand", "price": "price", "currency": "currency", "image": "image",
           "audio": "audio", "updated_at": "updated", "locale": "locale", "url": "address"}  # fmt: skip
LANGUAGES = ("locale", "book_language")
"""Meanings of columns that say in which language something is: the row, or a book."""
_ROLES = {"image": Role.IMAGE, "audio": Role.AUDIO}


@dataclass(frozen=True)
class Proposal:
    """A map as TOML's values, and what it still needs from a person; sure where it needs nothing. ``notes``: what was
    taken for something by its values alone, for a person to look over."""

    values: dict[str, Any]
    needs: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether an import can go on with it."""
        return not self.needs

    def source_map(self) -> SourceMap:
        """The map. Raises ValueError, with what is needed, where it is not sure."""
        if self.needs:
            raise ValueError("\n".join(self.needs))
        return SourceMap.load(self.values, where="the proposed map")

    def to_toml(self) -> str:
        """The map as a file, with what a person may want to change."""
        lines = ["# Proposed from the file: look it over. `mmgen profile FILE --map THIS` shows what it leads to."]
        lines += [f"# NEEDED: {line}" for text in self.needs for line in text.splitlines()]
        lines += [f"{key} = {json.dumps(self.values[key], ensure_ascii=False)}" for key in ("name", "locale")]
        lines += ["# say = []   # columns to tell customers, besides those that are plainly for them",
                  "# hide = []  # columns to keep back", "", "[columns]"]  # fmt: skip
        columns = self.values["columns"].items()
        lines += [f"{ours} = {json.dumps(theirs, ensure_ascii=False)}" for ours, theirs in columns]
        return "\n".join(lines) + "\n"


def propose(opened: Opened, name: str, locale: str) -> Proposal:
    """A map for an opened file. What is not plain is asked for, never guessed."""
    columns = opened.profile.columns
    fields: dict[str, Any] = dict(proposed_map(opened.system, opened.columns)) if opened.system else {}
    needs: list[str] = []
    if opened.system and (found := _filled_id(opened)) is not None:
        fields["product_id"] = found
    taken = set(fields.values())
    if "title" not in fields:
        _set(fields, "title", _title(columns, needs), taken)
    if "product_id" not in fields and (by_language := _by_language(opened.profile)):
        for ours, theirs in zip(("product_id", "locale"), by_language, strict=True):
            _set(fields, ours, theirs, taken)
    elif "product_id" not in fields:
        _set(fields, "product_id", _identifier(columns, taken, needs), taken)
    if "category" not in fields:
        levels = _categories(opened.profile, taken)
        _set(fields, "category", levels if len(levels) != 1 else levels[0], taken)
    for ours, concept in _SINGLE.items():
        if ours not in fields:
            _set(fields, ours, _field(columns, concept, _ROLES.get(ours), taken), taken)
    order = ["product_id", "title", "description", "category", *[key for key in _SINGLE if key != "description"]]
    ordered = {key: fields[key] for key in order if fields.get(key)}
    named = columns.get(str(fields.get("title")))
    notes = [f"title: taken from {named.name!r}; {'; '.join(named.evidence)} (such as {named.samples[0]!r})"] \
        if named is not None and BY_VALUES in named.evidence and named.samples else []  # fmt: skip
    return Proposal({"name": name, "locale": locale, "columns": ordered}, tuple(needs), tuple(notes))


def _filled_id(opened: Opened) -> str | None:
    """Of the columns that a system may have its ids in, the first that most rows fill: not all shops give SKUs."""
    names = opened.system.map.get("product_id", "").split("|") if opened.system else []
    held = (opened.profile.columns.get(column_of(name, opened.columns) or "") for name in names)
    return next((column.name for column in held if column is not None and column.filled >= FULL), None)


def header_language(names: Iterable[str]) -> str | None:
    """The language that most of a header's names are in, where none is English alone; None where it is English."""
    counts: dict[str, int] = {}
    for name in names:
        reading = read_name(name)
        spoken = {match.language for match in reading.matches if match.weight >= SURE}
        if spoken:
            for language in {"en"} if "en" in spoken else spoken:
                counts[language] = counts.get(language, 0) + 1
    best = max(counts, key=lambda language: counts[language], default="en")
    return None if best == "en" else best


def _set(fields: dict[str, Any], ours: str, theirs: Any, taken: set[str]) -> None:
    if theirs:
        fields[ours] = theirs
        taken |= {theirs} if isinstance(theirs, str) else set(theirs)


def _title(columns: dict[str, Column], needs: list[str]) -> str | None:
    found = [column for column in columns.values() if column.role is Role.TITLE and column.filled > 0.5]
    if not found:
        wordy = [
            c.name for c in columns.values() if c.role in (Role.ATTRIBUTE, Role.TEXT, Role.LIST) and c.distinct > 0.5
        ]
        needs.append(_asked("title", "which column names the products?", wordy))
        return None
    best = max(found, key=_rank)
    rivals = [c.name for c in found if c.name != best.name and _rank(c)[:1] == _rank(best)[:1] and c.distinct > 0.5
              and not any(text.startswith("repeats") for text in c.relations)]  # fmt: skip
    if rivals and best.distinct < 0.5:
        needs.append(_asked("title", "several columns may name the products", [best.name, *rivals]))
    return best.name


def _rank(column: Column) -> tuple[float, float, float]:
    return (round(column.confidence, 1), round(column.filled, 1), column.distinct)


def _identifier(columns: dict[str, Column], taken: set[str], needs: list[str]) -> str | None:
    """The column that tells products apart: an identifier by name, then by values. None is fine: ids are then made."""
    unique = [c for c in columns.values() if c.filled >= FULL and c.distinct >= FULL and c.name not in taken]
    named = [c for c in unique if c.concept == "identifier"]
    # A code that two products share is another thing's name: of a known id, the second is a duplicate
    coded = [c for c in unique if c.role is Role.IDENTIFIER and c.distinct == 1]
    if found := named or coded:
        return found[0].name
    near = [c.name for c in columns.values() if c.concept == "identifier" and c.filled > 0.5 and c.name not in taken]
    if near:
        needs.append(_asked("product_id", "no column of ids is filled and different in every row", near))
    return None


def _by_language(profile: Profile) -> tuple[str, str] | None:
    """The columns of ids and of languages, where no id is there once and each at most once a language."""
    full = [c for c in profile.columns.values() if c.filled >= FULL]
    ids = [c for c in full if c.concept == "identifier"]
    if not ids or any(c.distinct >= FULL for c in ids):
        return None
    for column in full:
        languages = round(column.distinct * column.filled * profile.num_rows)
        if column.concept in LANGUAGES and languages > 1 and all(map(locale_of, column.samples)):
            found = next((c for c in ids if c.distinct * languages >= FULL), None)
            if found is not None:
                return found.name, column.name
    return None


def _categories(profile: Profile, taken: set[str]) -> list[str]:
    """Broadest first: a level with fewer values stands above one with more."""
    columns, is_small = profile.columns, profile.num_rows < MIN_ROWS
    free = [c for c in columns.values() if c.filled > 0.1 and c.name not in taken]
    kinds = [c for c in free if c.role is Role.KIND]
    found = [c for c in kinds if "constant" not in c.relations] or kinds[:1]
    if not any(c.concept == "kind" for c in found):  # "type" is the kind of product where no column is plainly that
        # ... and where it groups them: what differs more often than every second title is what variants differ in
        titles = max((c.distinct for c in columns.values() if c.role is Role.TITLE), default=1.0)
        found += [c for c in free if c.concept == "type" and (is_small or c.distinct < min(FULL, titles / 2))]
    return [
        column.name for column in sorted(found, key=lambda column: (column.distinct, list(columns).index(column.name)))
    ]


def _field(columns: dict[str, Column], concept: str, role: Role | None, taken: set[str]) -> str | None:
    free = [c for c in columns.values() if c.name not in taken and c.filled > 0]
    found = [c for c in free if c.concept == concept or (role is not None and c.role is role)]
    if not found:
        return None
    if concept == "description":  # of several texts the longest
        return max(found, key=lambda c: (c.confidence, sum(map(len, c.samples)) * c.filled)).name
    # Of several prices not that which is zero where there is none ("0.0" for goods that are not reduced)
    return max(found, key=lambda c: (c.confidence, round(c.filled, 1), not any(map(_is_zero, c.samples)))).name


def _is_zero(text: str) -> bool:
    return bool(text) and not text.strip("0.,")


def _asked(ours: str, why: str, candidates: list[str]) -> str:
    named = ", ".join(repr(name) for name in candidates[:8])
    return f"{ours}: {why}" + (f" Candidates: {named}." if named else "") + (
        f" Write `{ours} = \"...\"` below [columns] of a map (--write-map makes one to begin with).")  # fmt: skip
