"""A shop's XML as a stream of rows: safe against documents that grow or reach out, never held as a whole.

Entities cannot be declared and nothing outside the file is read; a document type that only names itself (YML files
begin so) is let pass. Depth and sizes are bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from mmgen.profile.names import normalised, pair_words

CHUNK_BYTES = 1 << 16
MAX_DEPTH = 40
MAX_VALUE_CHARS = 1 << 20
MAX_FIELDS = 2000
"""Elements of one record."""
MAX_CATEGORIES = 500_000
MAX_NAME_CHARS = 100
MAX_PATHS = 10_000
"""Different places of elements in a document that are counted."""
PARAMETER = "param:"
"""Before the name that a feed gives a parameter: what the shop calls ``name`` is not the element of that name."""


ANY = "*"
"""Of ``Spec.parameters``: any element that has a name and a value."""
_ADDRESSES = ("href", "url", "src", "link")


@dataclass(frozen=True)
class Spec:
    """What to read of a document: the elements that are records, and what stands apart from them.

    ``depth``: where the records stand, the root at 1; 0 for anywhere. ``parameters``: the element that has a name and
    a value, either as the attribute ``name`` and its text or as two elements below it (``PARAM_NAME``, ``VAL``).
    """

    records: frozenset[str]
    categories: str | None = None
    parameters: str | None = None
    depth: int = 0


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
    leaves: list[list[tuple[str, str, str]]] = field(default_factory=list)
    """Of each open element what stands below it: element, key of the record, text."""


def spec_of(path: Path) -> Spec | None:
    """How to read a document of no known system: the most common of the elements that repeat and have two elements
    below them, nearest to the root. None where there is none. Raises ValueError as ``xml_rows`` does."""
    counts: Counter[tuple[str, ...]] = Counter()
    inner: Counter[tuple[str, ...]] = Counter()
    stack: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inner[tuple(stack)] += 1
        stack.append(_local(name))
        if len(stack) > MAX_DEPTH:
            raise ValueError(f"{path}: elements within elements, more than {MAX_DEPTH} deep: refused")
        if len(counts) < MAX_PATHS or tuple(stack) in counts:
            counts[tuple(stack)] += 1

    parser = _parser(path)
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            _parse(parser, chunk, False, path)
    _parse(parser, b"", True, path)
    tables = [one for one, count in counts.items() if len(one) > 1 and count > 1 and inner[one] >= 2 * count]
    best = min(tables, key=lambda one: (len(one), -counts[one]), default=None)
    return None if best is None else Spec(frozenset([best[-1]]), parameters=ANY, depth=len(best))


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
    state.leaves.append([])
    if not state.record_depth and name in spec.records and spec.depth in (0, len(state.path)):
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
    depth, below = len(state.path), state.leaves.pop()
    if state.record_depth and depth > state.record_depth:
        if not _is_named(state, spec, name, below):
            _field(state, spec, name, text, attributes)
    elif state.record_depth == depth:
        state.done.append({key: ", ".join(values) for key, values in _named(state, spec).items()})
        state.record_depth = 0
    elif spec.categories and name == "category" and "id" in attributes and len(state.names) < MAX_CATEGORIES:
        state.names[attributes["id"]] = (text, attributes.get("parentId", ""))
    state.path.pop()


def _is_named(state: _State, spec: Spec, name: str, below: list[tuple[str, str, str]]) -> bool:
    """Whether an element is a parameter by the two elements below it; it is put under its name then."""
    if spec.parameters not in (ANY, name) or len(below) < 2:
        return False
    found = {kind: leaf for leaf in below for kind in ("name", "value") if _is_half(leaf[0], name, kind)}
    if len(found) < 2 or not found["name"][2] or len(found["name"][2]) > MAX_NAME_CHARS:
        return False
    for _, key, text in below:
        if text:
            state.record[key].pop()
            if not state.record[key]:
                del state.record[key]
    if found["value"][2]:
        state.record.setdefault(PARAMETER + found["name"][2], []).append(found["value"][2])
    return True


def _is_half(leaf: str, outer: str, kind: str) -> bool:
    """Whether an element below ``outer`` has the name, or the value, of a pair: ``PARAM_NAME``, ``VAL``."""
    words = normalised(leaf)
    return words in pair_words(kind) or words.removeprefix(normalised(outer)).strip() in pair_words(kind)


def _field(state: _State, spec: Spec, name: str, text: str, attributes: dict[str, str]) -> None:
    state.num_fields += 1
    if state.num_fields > MAX_FIELDS:
        return
    outer = state.path[state.record_depth : -1]
    key = "_".join([*outer, name])
    if spec.parameters in (ANY, name) and attributes.get("name", "").strip():
        key, unit = PARAMETER + attributes["name"].strip(), attributes.get("unit", "").strip()
        text = text or (attributes.get("value", "").strip() if spec.parameters == ANY else "")
        text = f"{text} {unit}" if text and unit else text
    else:
        # An Atom feed's link has its address in an attribute, as pictures have in many a feed
        text = text or next((attributes[one] for one in _ADDRESSES if attributes.get(one)), "")
        if spec.parameters == ANY:
            for attribute, value in attributes.items():
                if value.strip() and value != text:
                    state.record.setdefault(f"{key}_{attribute}", []).append(value.strip())
    if text:
        state.record.setdefault(key, []).append(text)
        state.leaves[-1].append((name, key, text))


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
