"""A profile as a TOML file that a person reads, edits and compares."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field

from mmgen.config.params import Params
from mmgen.profile.column import Column, Profile, example_of
from mmgen.profile.roles import Disposition, Role
from mmgen.values.numbers import NumberFormat

_HEAD = """\
# What the columns of this source are, as the import of its last file found. Edit it: `disposition` decides what becomes
# of a column ("say": told to customers, "use": for models only, "hide": not kept) and `labels` how it is called.
# What differs from `proposed` was decided by a person and stays. The map's `say`, `use` and `hide` win over this file.
"""
_UNSAFE = re.compile(r"[^\w.-]+")


class ColumnFile(Params):
    """One table ``[columns."name"]`` of a profile's file."""

    role: Role
    disposition: Disposition
    proposed: Disposition | None = None
    concept: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    unit: str | None = None
    separator: str | None = None
    number: str | None = None
    date: str | None = None
    languages: list[str] = Field(default_factory=list)
    filled: float = 0.0
    distinct: float = 0.0
    relations: list[str] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)
    samples: list[str] = Field(default_factory=list)
    confidence: float = 0.0


class ProfileFile(Params):
    """A profile's file."""

    source: str
    locale: str = "en"
    system: str | None = None
    num_rows: int = 0
    columns: dict[str, ColumnFile] = Field(default_factory=dict)


def profile_path(home: Path, source: str) -> Path:
    """Where the profile of a source lies; a name that is no file's name gets another one."""
    safe = _UNSAFE.sub("_", source).strip("._") or "source"
    return home / "profiles" / f"{safe[:100]}.toml"


def to_toml(profile: Profile) -> str:
    """A profile as TOML; the same profile gives the same bytes."""
    lines = [_HEAD, f"source = {_quoted(profile.source)}", f"locale = {_quoted(profile.locale)}"]
    lines += [f"system = {_quoted(profile.system)}"] if profile.system else []
    lines.append(f"num_rows = {profile.num_rows}")
    for name, column in profile.columns.items():
        lines += ["", f"[columns.{_quoted(name)}]"]
        lines += [f"{key} = {_value(value)}" for key, value in _fields(column) if value not in (None, (), {}, "")]
    return "\n".join(lines) + "\n"


def from_toml(text: str, where: str = "profile") -> Profile:
    """A profile from TOML. Raises ValueError that names the wrong key or value."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: not TOML: {error}") from None
    file = ProfileFile.load(values, where)
    columns = {name: _column(name, row) for name, row in file.columns.items()}
    return Profile(file.source, file.locale, columns, file.system, file.num_rows)


def load_profile(path: Path) -> Profile | None:
    """The profile of the import before; None where there was none. Raises ValueError for a file that cannot be read."""
    if not path.is_file():
        return None
    try:
        return from_toml(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8: {error}") from None


def save_profile(profile: Profile, path: Path) -> None:
    """Write a profile, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(to_toml(profile), encoding="utf-8")
    fresh.replace(path)


def _fields(column: Column) -> list[tuple[str, Any]]:
    values = {key: getattr(column, key) for key in ColumnFile.model_fields}
    values["number"] = example_of(column.number) if column.number else None
    return list(values.items())


def _column(name: str, row: ColumnFile) -> Column:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row}
    values["proposed"] = row.proposed or row.disposition
    values["number"] = format_of(row.number) if row.number else None
    return Column(name=name, **values)


def format_of(example: str) -> NumberFormat | None:
    """The format that ``1.234,5`` shows; None where it is no such example."""
    if not (example.startswith("1") and example.endswith("5") and "234" in example[1:-1]):
        return None
    return NumberFormat(example[-2], example[1 : example.index("234")])


def _value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_quoted(key)} = {_quoted(item)}" for key, item in value.items()) + " }"
    return repr(value) if isinstance(value, float | int) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's, but for DEL, which TOML wants escaped, and lone surrogates, which it has not."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
