"""A shop's XML as a stream of rows: safe against documents that grow or reach out, never held as a whole.

Entities cannot be declared and nothing outside the file is read; a document type that only names itself (YML files
begin so) is let pass. Depth and sizes are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

CHUNK_BYTES = 1 << 16
MAX_DEPTH = 40
MAX_VALUE_CHARS = 1 << 20
MAX_FIELDS = 2000
"""Elements of one record."""
MAX_CATEGORIES = 500_000
PARAMETER = "param:"
"""Before the name that a feed gives a parameter: what the shop calls ``name`` is not the element of that name."""


@dataclass(frozen=True)
class Spec:
    """What to read of a document: the elements that are records, and what stands apart from them."""

    records: frozenset[str]
    categories: str | None = None
    parameters: str | None = None


@dataclass
class _State:
    """Where the parser stands."""

    path: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    record_depth: int = 0
    record: dict[str, list[str]] = field(default_factory=dict)
    num_fields: int = 0
    done: list[dict[str, str]] = field(default_factory=list)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)


def root_of(path: Path) -> str:
    """The name of a document's first element. Raises ValueError where it is no XML or not a safe one."""
    found: list[str] = []
    parser = _parser(path)
    parser.StartElementHandler = lambda name, _attributes: found.append(_local(name))
    with path.open("rb") as file:
        while not found and (chunk := file.read(CHUNK_BYTES)):
            _parse(parser, chunk, False, path)
    if not found:
        raise ValueError(f"{path}: no element: is it XML?")
    return found[0]


def xml_rows(path: Path, spec: Spec) -> Iterator[dict[str, str]]:
    """The records of a document: element -> text.

    An element that stands several times gives its values joined by ", "; an attribute of the record is ``@name``, an
    element below another one ``outer_inner``. A parameter is called ``param:`` and its attribute ``name``, with its
    ``unit`` behind the value. A category's number becomes its path.

    Raises ValueError for a document that declares entities, is too deep, or breaks off.
    """
    parser, state = _parser(path), _State()
    parser.StartElementHandler = lambda name, attributes: _start(state, spec, _local(name), attributes, path)
    parser.EndElementHandler = lambda name: _end(state, spec, _local(name))
    parser.CharacterDataHandler = lambda text: _text(state, text, path)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            _parse(parser, chunk, False, path)
            yield from state.done
            state.done.clear()
    _parse(parser, b"", True, path)
    yield from state.done


def _parser(path: Path) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> Any:
        raise ValueError(f"{path}: it declares an entity, which no product feed needs: refused")

    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def _parse(parser: expat.XMLParserType, chunk: bytes, is_last: bool, path: Path) -> None:
    try:
        parser.Parse(chunk, is_last)
    except expat.ExpatError as error:
        raise ValueError(f"{path}: not XML that can be read: {error}") from None


def _local(name: str) -> str:
    """An element's name without its namespace's prefix: ``g:price`` -> ``price``."""
    return name.rpartition(":")[2]


def _start(state: _State, spec: Spec, name: str, attributes: dict[str, str], path: Path) -> None:
    state.path.append(name)
    state.texts.append([])
    state.attributes.append(attributes)
    if len(state.path) > MAX_DEPTH:
        raise ValueError(f"{path}: elements within elements, more than {MAX_DEPTH} deep: refused")
    if not state.record_depth and name in spec.records:
        state.record_depth, state.num_fields = len(state.path), 0
        state.record = {f"@{key}": [value] for key, value in attributes.items()}


def _text(state: _State, text: str, path: Path) -> None:
    if not state.texts:
        return
    state.texts[-1].append(text)
    if sum(map(len, state.texts[-1][-2:])) > MAX_VALUE_CHARS:
        raise ValueError(f"{path}: a value of more than {MAX_VALUE_CHARS:,} characters: refused")


def _end(state: _State, spec: Spec, name: str) -> None:
    text, attributes = "".join(state.texts.pop()).strip(), state.attributes.pop()
    depth = len(state.path)
    if state.record_depth and depth > state.record_depth:
        _field(state, spec, name, text, attributes)
    elif state.record_depth == depth:
        state.done.append({key: ", ".join(values) for key, values in _named(state, spec).items()})
        state.record_depth = 0
    elif spec.categories and name == "category" and "id" in attributes and len(state.names) < MAX_CATEGORIES:
        state.names[attributes["id"]] = (text, attributes.get("parentId", ""))
    state.path.pop()


def _field(state: _State, spec: Spec, name: str, text: str, attributes: dict[str, str]) -> None:
    state.num_fields += 1
    if state.num_fields > MAX_FIELDS:
        return
    if name == spec.parameters and attributes.get("name", "").strip():
        key, unit = PARAMETER + attributes["name"].strip(), attributes.get("unit", "").strip()
        text = f"{text} {unit}" if text and unit else text
    else:
        outer = state.path[state.record_depth : -1]
        key = "_".join([*outer, name])
        # An Atom feed's link has its address in an attribute
        text = text or attributes.get("href", "")
    if text:
        state.record.setdefault(key, []).append(text)


def _named(state: _State, spec: Spec) -> dict[str, list[str]]:
    """The record with the path of its category in place of its number."""
    key = spec.categories
    if key and key in state.record:
        return state.record | {key: [_path_of(state.record[key][0], state.names)]}
    return state.record


def _path_of(number: str, names: dict[str, tuple[str, str]]) -> str:
    levels: list[str] = []
    seen: set[str] = set()
    while number in names and number not in seen:
        seen.add(number)
        name, number = names[number]
        levels.insert(0, name)
    return " > ".join(levels) or number
