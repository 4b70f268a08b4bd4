"""The base of every typed parameter set: frozen, and an unknown key is an error that names its nearest neighbour."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from mmgen.hashes import sha256_of_json

MAX_PLACES = 3
"""Tables that a misplaced key may stand in, above which naming them helps nobody."""
SURE = 0.8
"""How alike two words are (0 to 1) where one is taken for the other misspelt, whatever else it may be."""

Entry = TypeVar("Entry")


class Params(BaseModel):
    """Parameters of one transform or one part of the system. Values come from ``conf/*.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _lay_over_defaults(cls, values: Any) -> Any:
        """A table that names some of its keys keeps the field's default for the others, at any depth.

        Pydantic alone would build the table from its class: keys that have no default of their own would be demanded,
        and the others would silently be the class's rather than the field's.
        """
        if not isinstance(values, dict):
            return values
        laid = dict(values)
        for name, field in cls.model_fields.items():
            if isinstance(laid.get(name), dict):
                default = field.get_default(call_default_factory=True)
                if isinstance(default, BaseModel):
                    laid[name] = _laid_over(default, laid[name])
        return laid

    @classmethod
    def load(cls, values: dict[str, Any], where: str = "config") -> Self:
        """Build from parsed TOML. Raises ValueError with one readable line for each wrong key or value."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ValueError("\n".join(explain(cls, issue, where) for issue in error.errors())) from None

    def digest(self, version: int, *also: object) -> str:
        """The config hash of a transform, 16 hex digits: its parameters, its code's version, and what else it rests on
        (a model's version, a seed)."""
        return sha256_of_json([version, *map(str, also), self.model_dump(mode="json")])[:16]


def _laid_over(default: BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    below = {name: value for name, value in default if name not in values}
    for name, value in values.items():
        own = getattr(default, name) if name in type(default).model_fields else None
        below[name] = _laid_over(own, value) if isinstance(own, BaseModel) and isinstance(value, dict) else value
    return below


def nearest(word: str, known: list[str]) -> str:
    """`` Did you mean 'x'?`` for the closest known word, or the list of what is known."""
    close = closest(word, known, 0.5)
    return f" Did you mean {close!r}?" if close else f" Known: {', '.join(sorted(known))}."


def closest(word: str, known: list[str], cutoff: float) -> str | None:
    """The known word that is most like ``word``, whatever their case; None where none reaches ``cutoff`` (0 to 1)."""
    close = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=cutoff)
    return next((name for name in known if close and name.lower() == close[0]), None)


def entry_named(entries: Mapping[str, Entry], name: str, what: str) -> Entry:
    """The entry of a registry. ValueError, with the nearest name, where there is none; ``what`` says what is named."""
    if name not in entries:
        raise ValueError(f"no {what} is called {name!r}.{nearest(name, list(entries))}")
    return entries[name]


def explain(model: type[BaseModel], issue: Any, where: str) -> str:
    """One line for one pydantic error. Of an unknown key it names the table that the key belongs to, where there is
    one, else the nearest key."""
    path = tuple(str(part) for part in issue["loc"])
    name = ".".join(path)
    if issue["type"] != "extra_forbidden":
        return f"{where}: {name}: {issue['msg']}"
    *table, key = path
    tables = dict(_tables(model))
    own = tables.get(tuple(table))
    known = list(own.model_fields) if own else []
    return f"{where}: unknown key {name!r}.{_place(key, tuple(table), tables, known) or nearest(key, known)}"


def _tables(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """A model and all those below it, by the path of their table."""
    yield path, model
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is not None:
            yield from _tables(inner, (*path, name))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a field's type, also where the field may be None."""
    kinds = typing.get_args(annotation) or (annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _place(
    key: str, table: tuple[str, ...], tables: dict[tuple[str, ...], type[BaseModel]], known: list[str]
) -> str | None:
    """Where a key that is unknown in ``table`` belongs: above it, below it, else in another one. None where it is no
    key of any, or more likely a misspelt one of its own table."""
    homes = [path for path, model in tables.items() if key in model.model_fields]
    outer = [path for path in homes if path == table[: len(path)]]
    if not outer and (not homes or closest(key, known, SURE)):
        return None
    below = [path for path in homes if path[: len(table)] == table]
    places = outer[-1:] or below or homes
    if len(places) > MAX_PLACES:
        return None
    if all(_model_in(tables[path].model_fields[key].annotation) for path in places):
        return f" The table is {_headers([(*path, key) for path in places])}."
    if places == [()]:
        return f" {key!r} stands above all tables: write it before the first line in square brackets."
    return f" {key!r} is a key of {_headers(places)}: write it there."


def _headers(tables: list[tuple[str, ...]]) -> str:
    return " or ".join(f"[{'.'.join(table)}]" for table in tables)
