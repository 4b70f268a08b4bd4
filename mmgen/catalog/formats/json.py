"""JSON as rows: a list of objects read one after another, and objects within objects as columns with a dot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK_CHARS = 1 << 20
MAX_ITEM_CHARS = 1 << 26
"""Of one object, and of a file that is one object with a list in it."""
MAX_DEPTH = 4
MAX_FIELDS = 2000
NAMES = ("name", "title", "label", "key")
VALUES = ("value", "values", "option", "options")
ADDRESSES = ("src", "url", "href")
"""How the objects of a list call what they are, what it is, and where a file of theirs lies."""


@dataclass(frozen=True)
class Broken:
    """What could not be read: why, and its beginning."""

    detail: str
    raw: str


def json_items(path: Path) -> Iterator[Any]:
    """The items of a file that is a list, or an object with one list of objects; ``Broken`` where it cannot go on.

    Raises ValueError for a file that is neither.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        start = file.read(CHUNK_CHARS)
        text = start.lstrip()
        if text.startswith("["):
            yield from _listed(text[1:], file)
            return
        text += file.read(MAX_ITEM_CHARS)
    if len(text) >= MAX_ITEM_CHARS:
        raise ValueError(f"{path}: one object of more than {MAX_ITEM_CHARS:,} characters: write a list or JSON Lines")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON that can be read: {error}. One object a line? Name it .jsonl") from None
    yield from _within(whole, path)


def _within(whole: Any, path: Path) -> Iterator[Any]:
    """The longest list of objects in an object; all of them where its keys are numbers, each with its ``parent_id``."""
    lists = {key: value for key, value in whole.items() if _is_table(value)} if isinstance(whole, dict) else {}
    if not lists:
        raise ValueError(f"{path}: no list of objects: JSON of products is a list, or an object that has one")
    if all(key.isdigit() for key in lists):
        yield from ({"parent_id": key, **item} for key, items in lists.items() for item in items)
    else:
        yield from max(lists.values(), key=len)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _listed(text: str, file: Any) -> Iterator[Any]:
    """The items of a list whose text begins behind its bracket."""
    decoder = json.JSONDecoder()
    while True:
        text = text.lstrip().removeprefix(",").lstrip()
        if text.startswith("]"):
            return
        try:
            item, end = decoder.raw_decode(text)
        except (ValueError, RecursionError) as error:
            more = file.read(CHUNK_CHARS) if len(text) < MAX_ITEM_CHARS else ""
            if not more:
                yield Broken(f"the list breaks off or cannot be read: {error}", text[:2000])
                return
            text += more
            continue
        if end == len(text) and (more := file.read(CHUNK_CHARS)):
            text += more  # a number may go on
            continue
        yield item
        text = text[end:]


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """An object as columns: ``{"size": {"width": 3}}`` is ``size.width``.

    A list of names and values gives a column a name, one of names or of pictures a list of these. What else stands in
    lists stays as it is.
    """
    made: dict[str, Any] = {}
    for key, value in row.items():
        _add(made, str(key), value, 0)
    return made


def _add(made: dict[str, Any], name: str, value: Any, depth: int) -> None:
    if len(made) >= MAX_FIELDS:
        return
    if isinstance(value, dict) and value and depth < MAX_DEPTH:
        for key, inner in value.items():
            _add(made, f"{name}.{key}", inner, depth + 1)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        _add_objects(made, name, value)
    else:
        made.setdefault(name, value)


def _add_objects(made: dict[str, Any], name: str, items: list[dict[str, Any]]) -> None:
    pairs = [(_first(item, NAMES), _first(item, VALUES)) for item in items]
    if all(isinstance(key, str) and value is not None for key, value in pairs):
        for key, value in pairs:
            made.setdefault(key if key not in made else f"{name}.{key}", value)
        return
    addresses = [_first(item, ADDRESSES) for item in items]
    if all(isinstance(one, str) for one in addresses):
        made.setdefault(name, addresses)
    elif all(isinstance(key, str) for key, _ in pairs):
        made.setdefault(name, [key for key, _ in pairs])
    else:
        made.setdefault(name, items)


def _first(item: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((item[key] for key in keys if item.get(key) not in (None, "")), None)
