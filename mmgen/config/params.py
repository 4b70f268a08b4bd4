"""The base of every typed parameter set: frozen, and an unknown key is an error that names its nearest neighbour."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Entry = TypeVar("Entry")


class Params(BaseModel):
    """Parameters of one transform or one part of the system. Values come from ``conf/*.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        text = json.dumps([version, *map(str, also), self.model_dump(mode="json")], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def nearest(word: str, known: list[str]) -> str:
    """`` Did you mean 'x'?`` for the closest known word, or the list of what is known."""
    close = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.5)
    for name in known:
        if close and name.lower() == close[0]:
            return f" Did you mean {name!r}?"
    return f" Known: {', '.join(sorted(known))}."


def entry_named(entries: Mapping[str, Entry], name: str, what: str) -> Entry:
    """The entry of a registry. ValueError, with the nearest name, where there is none; ``what`` says what is named."""
    if name not in entries:
        raise ValueError(f"no {what} is called {name!r}.{nearest(name, list(entries))}")
    return entries[name]


def explain(model: type[BaseModel], issue: Any, where: str) -> str:
    """One line for one pydantic error, naming the nearest key where the key is unknown."""
    path = [str(part) for part in issue["loc"]]
    name = ".".join(path)
    if issue["type"] != "extra_forbidden":
        return f"{where}: {name}: {issue['msg']}"
    owner: Any = model
    for part in path[:-1]:
        field = owner.model_fields.get(part) if isinstance(owner, type) and issubclass(owner, BaseModel) else None
        owner = field.annotation if field else None
    known = list(owner.model_fields) if isinstance(owner, type) and issubclass(owner, BaseModel) else []
    return f"{where}: unknown key {name!r}.{nearest(path[-1], known)}"
