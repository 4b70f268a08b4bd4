"""Cells that hold more than one value: lists as JSON, pairs of a name and a value in one of the ways that shops write
them. Lists become lists, pairs become columns of their own, which are then read as any column is."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from typing import Any

from mmgen.catalog.readers import Row, Source
from mmgen.profile.names import normalised, pair_words

SAMPLE_ROWS = 300
TRIED_CELLS = 60
"""Of a column the first filled ones, which decide whether it is looked into."""
MOST = 0.8
"""Share of a column's cells that have to be of one form."""
OFTEN = 0.02
"""Share of a column's cells that have to have a name for it to become a column."""
MIN_CELLS = 2
MAX_CELL_CHARS = 50_000
MAX_NAME_CHARS = 40
MAX_COLUMNS = 200
LONG_ITEM = 10
"""Median length, in characters, from which different items of a list are parts of one text."""

Pairs = list[tuple[str, str]]

_HASH = re.compile(r'("(?:[^"\\]|\\.)*")\s*=>\s*')
_NIL = re.compile(r"(?<=: )nil\b|(?<=:)nil\b")
_PAIR = re.compile(r"\s*(?P<name>[^:：|;；\n<>]{1,40}?)\s*[:：]\s*(?P<value>[^\s/][^\n]{0,2000})\s*")
_SPACED = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_PATH = re.compile(r"(?:[a-z]{2,6}:)?/|\S+\.[a-z]{3,4}$", re.I)
_MARKS = ("|", "\n", "；", ";")


@dataclass(frozen=True)
class Cells:
    """``pairs``: column -> names that become columns; ``lists``: column -> what stands between a list's items."""

    pairs: dict[str, frozenset[str]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def applied(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with its lists as lists and its pairs in columns of their own; what is rare stays where it was."""
        made = dict(row)
        for name, mark in self.lists.items():
            if isinstance(text := row.get(name), str) and (items := list_in(text)) is not None:
                made[name] = mark.join(items)
        for name, wanted in self.pairs.items():
            if not isinstance(text := row.get(name), str) or (pairs := pairs_in(text)) is None:
                continue
            rest = []
            for key, value in pairs:
                if key in wanted and not str(made.get(key) or "").strip():
                    made[key] = value
                elif made.get(key) != value:
                    rest.append(f"{key}: {value}")
            made[name] = "; ".join(rest)
        return made


def unfolded(source: Source, is_known: bool) -> Source:
    """A source whose cells hold one value each, or a list; itself where they do already. ``is_known``: its system is
    known, so that a mark within a text is that system's own."""
    cells = cells_of(source.read_rows(), is_known)
    if not cells.pairs and not cells.lists:
        return source

    def rows() -> Iterator[Row]:
        for row in source.read_rows():
            yield cells.applied(row) if isinstance(row, dict) else row

    names = [name for wanted in cells.pairs.values() for name in sorted(wanted)]
    return Source(list(dict.fromkeys([*source.columns, *names])), rows, source.warnings)


def cells_of(rows: Iterable[Row], is_known: bool) -> Cells:
    """What the first rows show of the columns' cells."""
    columns: dict[str, list[str]] = {}
    for row in islice(rows, SAMPLE_ROWS):
        for name, value in row.items() if isinstance(row, dict) else ():
            if isinstance(value, str) and value.strip():
                columns.setdefault(str(name), []).append(value)
    found = Cells()
    for name, texts in columns.items():
        if len(texts) < MIN_CELLS:
            continue
        parse = plain_pairs_in if is_known else pairs_in
        if _most(texts[:TRIED_CELLS], parse) and (wanted := _often([parse(text) for text in texts])):
            found.pairs[name] = wanted
        elif _most(texts[:TRIED_CELLS], list_in):
            found.lists[name] = _mark_of([items for text in texts if (items := list_in(text)) is not None])
    return found


def pairs_in(text: str) -> Pairs | None:
    """The pairs of a cell, in any form; None where it is none. At least two, unless a form of data says it is one."""
    found = plain_pairs_in(text)
    if found is None and "<" not in text and len(text) <= MAX_CELL_CHARS and (":" in text or "：" in text):
        found = _text_pairs(text)
    return found


def plain_pairs_in(text: str) -> Pairs | None:
    """The pairs of a cell that is data or a table: JSON, a hash of Ruby's or Python's, rows or definitions in HTML."""
    stripped = text.strip()
    if len(stripped) > MAX_CELL_CHARS:
        return None
    if stripped[:1] in ("{", "["):
        return _data_pairs(_data_in(stripped))
    return _table_pairs(stripped) if stripped[:1] == "<" and ("<t" in stripped or "<dl" in stripped) else None


def list_in(text: str) -> list[str] | None:
    """The items of a cell that is a list; of a list of lists each as a path. None where it is none."""
    if text.strip()[:1] != "[" or len(text) > MAX_CELL_CHARS:
        return None
    found = _data_in(text.strip())
    if not isinstance(found, list):
        return None
    if all(isinstance(item, list) for item in found):
        return [" > ".join(" ".join(str(level).split()) for level in item) for item in found]
    if not all(isinstance(item, str | int | float) for item in found):
        return None
    return [item for one in found if (item := " ".join(str(one).split()))]


def _most(texts: list[str], parse: Callable[[str], object]) -> bool:
    # A first look at a few spares the rest of the columns, which are nearly all
    few = texts[:: max(1, len(texts) // 5)]
    if sum(parse(text) is not None for text in few) < 0.5 * len(few):
        return False
    return sum(parse(text) is not None for text in texts) >= MOST * len(texts)


def _often(cells: list[Pairs | None]) -> frozenset[str]:
    """The names that many cells have; none where most pairs have names of their own, as sentences with a colon do."""
    counts = Counter(name for pairs in cells if pairs is not None for name in dict(pairs))
    wanted = {name for name, count in counts.most_common(MAX_COLUMNS) if count >= max(2, OFTEN * len(cells))}
    is_table = sum(counts[name] for name in wanted) >= 0.5 * counts.total()
    return frozenset(wanted) if is_table else frozenset()


def _mark_of(lists: list[list[str]]) -> str:
    """What to set between the items of lists: a blank between parts of one text, a mark that no item has elsewhere."""
    items = [item for found in lists for item in found]
    lengths = sorted(map(len, items)) or [0]
    is_varied = len(set(items)) >= 0.9 * len(items)
    is_text = lengths[len(lengths) // 2] >= LONG_ITEM and is_varied and not any(_PATH.match(item) for item in items)
    if is_text and sum(len(found) > 1 for found in lists) and len(items) > len(lists):
        return " "
    return next((mark for mark in (", ", "; ", " | ") if not any(mark.strip() in item for item in items)), "\n")


def _data_in(text: str) -> Any:
    """JSON, or what Ruby and Python print; None where it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if "=>" in text:
        try:
            return json.loads(_NIL.sub("null", _HASH.sub(r"\1: ", text)))
        except (ValueError, RecursionError):
            return None
    try:
        return ast.literal_eval(text) if "'" in text else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _data_pairs(found: Any) -> Pairs | None:
    """The pairs of an object, of a list of objects with a name and a value, or of a list of ``name: value``."""
    if isinstance(found, dict):
        inner = next(iter(found.values())) if len(found) == 1 else None
        if isinstance(inner, dict | list):
            return _data_pairs(inner)
        pairs = [(_name(str(key)), _value(value)) for key, value in found.items()]
    elif isinstance(found, list) and found and all(isinstance(item, dict) for item in found):
        pairs = [pair for item in found if (pair := _object_pair(item)) is not None]
    elif isinstance(found, list) and found and all(isinstance(item, str) for item in found):
        matches = [_PAIR.fullmatch(item.strip()) for item in found]
        pairs = [(_name(match["name"]), match["value"].strip()) for match in matches if match is not None]
        if len(pairs) < MOST * len(found):
            return None
    else:
        return None
    kept = [(name, value) for name, value in pairs if value and _is_name(name)]
    return kept or None


def _object_pair(item: dict[str, Any]) -> tuple[str, str] | None:
    halves = {kind: value for kind in ("name", "value") for key, value in item.items()
              if normalised(str(key)) in pair_words(kind) and isinstance(value, str | int | float)}  # fmt: skip
    return (_name(str(halves["name"])), _value(halves["value"])) if len(halves) == 2 else None


def _text_pairs(text: str) -> Pairs | None:
    """``Size: 10 | Condition: used``: all parts are pairs, and there are two of them."""
    for mark in _MARKS:
        parts = [part for part in text.split(mark) if part.strip()]
        matches = [match for part in parts if (match := _PAIR.fullmatch(part))]
        if len(parts) > 1 and len(matches) == len(parts):
            pairs = [(_name(match["name"]), match["value"].strip()) for match in matches]
            return pairs if all(_is_name(name) for name, _ in pairs) else None
    return None


def _table_pairs(text: str) -> Pairs | None:
    """The pairs of a table of two columns, or of definitions, where hardly a word stands outside of it."""
    table = _Table()
    table.feed(text)
    pairs = [(_name(row[0]), row[1]) for row in table.rows if len(row) == 2 and row[1] and _is_name(_name(row[0]))]
    inside = sum(len(cell) for row in table.rows for cell in row)
    is_all = bool(table.rows) and len(pairs) >= MOST * len(table.rows)
    return pairs if is_all and len(pairs) > 1 and table.num_outside <= 0.1 * inside else None


class _Table(HTMLParser):
    """Rows of cells: ``tr`` with ``th`` and ``td``, or ``dt`` with its ``dd``."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.num_outside = 0
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        """A row, or a cell of it, begins."""
        if tag in ("tr", "dt"):
            self.rows.append([])
        if tag in ("td", "th", "dt", "dd") and self.rows:
            self.rows[-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        if tag in ("td", "th", "dt", "dd"):
            self._is_cell = False

    def handle_data(self, data: str) -> None:
        """Words, in a cell or outside of the table."""
        words = " ".join(data.split())
        if self._is_cell and words:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {words}".strip()
        else:
            self.num_outside += len(words)


def _name(text: str) -> str:
    """A name in one line, without the blanks that set two characters as wide as four (``开 本``)."""
    return _SPACED.sub("", " ".join(text.split())).strip(" :：")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME_CHARS and any(c.isalpha() for c in text) and not text.lower().startswith("http")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_value, value)))
    if value is None or isinstance(value, dict):
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else " ".join(str(value).split())
