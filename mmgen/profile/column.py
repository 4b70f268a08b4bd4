"""A column of a shop's file, and the profile of all its columns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mmgen.profile.roles import Disposition, Role
from mmgen.values.numbers import NumberFormat

FILLED_JUMP = 0.25
DISTINCT_JUMP = 0.4
"""Changes of a share (0 to 1) from one file to the next that are worth a warning."""


@dataclass(frozen=True)
class Column:
    """What one column is.

    ``proposed``: what the values and names led to; ``disposition`` differs from it where a person decided.
    ``labels``: language -> the name that customers read. ``unit``: of bare numbers. ``separator``: of lists; of
    a kind of product ``/`` parts levels.
    ``filled``, ``distinct``, ``confidence``: 0 to 1. ``evidence``: why, in words.
    """

    name: str
    role: Role
    disposition: Disposition
    proposed: Disposition
    concept: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    separator: str | None = None
    number: NumberFormat | None = None
    date: str | None = None
    languages: tuple[str, ...] = ()
    filled: float = 0.0
    distinct: float = 0.0
    relations: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True)
class Profile:
    """What the columns of a source are, in the order of the file."""

    source: str
    locale: str
    columns: dict[str, Column]
    system: str | None = None
    num_rows: int = 0

    def with_decisions(self, before: Profile | None, said: dict[str, Disposition]) -> Profile:
        """Keep what a person decided: in the file of the profile before, and in the map (``said``), which wins."""
        columns = {}
        for name, column in self.columns.items():
            old = before.columns.get(name) if before else None
            if old is not None and old.role == column.role:
                column = replace(column, labels=old.labels or column.labels)
            if old is not None and old.disposition != old.proposed:
                column = replace(column, disposition=old.disposition)
            if name in said:
                column = replace(column, disposition=said[name])
            columns[name] = column
        return replace(self, columns=columns)

    def named(self, disposition: Disposition) -> list[str]:
        """The columns of a disposition."""
        return [name for name, column in self.columns.items() if column.disposition == disposition]

    def unclear(self) -> list[str]:
        """Columns that are used and not said because nothing tells what they are: for a person to open."""
        return [
            name
            for name, column in self.columns.items()
            if column.disposition is Disposition.USE and column.proposed is Disposition.USE and column.concept is None
        ]

    def differences(self, before: Profile) -> list[str]:
        """What changed since the profile ``before``, a line each that names the column."""
        lines = [f"column {name!r} is gone" for name in before.columns if name not in self.columns]
        lines += [f"column {name!r} is new: {self.columns[name].role}, {self.columns[name].disposition}"
                  for name in self.columns if name not in before.columns]  # fmt: skip
        for name, column in self.columns.items():
            if name in before.columns:
                lines += _changes(before.columns[name], column)
        return lines


def _changes(old: Column, new: Column) -> list[str]:
    lines = []
    if old.role != new.role:
        lines.append(f"column {new.name!r} was {old.role} and is {new.role} now ({', '.join(new.samples[:3])})")
    if abs(old.filled - new.filled) > FILLED_JUMP:
        lines.append(f"column {new.name!r} was filled in {old.filled:.0%} of the rows and is in {new.filled:.0%} now")
    if abs(old.distinct - new.distinct) > DISTINCT_JUMP:
        lines.append(f"column {new.name!r} had {old.distinct:.0%} different values and has {new.distinct:.0%} now")
    for what in ("number", "date", "separator"):
        before, after = getattr(old, what), getattr(new, what)
        if before and after and before != after:
            lines.append(f"column {new.name!r}: its {what} was {_shown(before)} and is {_shown(after)} now")
    if old.languages[:1] != new.languages[:1] and old.languages and new.languages:
        lines.append(f"column {new.name!r} was mostly in {old.languages[0]} and is in {new.languages[0]} now")
    return lines


def _shown(value: NumberFormat | str) -> str:
    """A format as a person recognises it: numbers on one of them."""
    return repr(value if isinstance(value, str) else example_of(value))


def example_of(form: NumberFormat) -> str:
    """A number as a format writes it: ``1.234,5``."""
    return f"1{form.group}234{form.decimal}5"
