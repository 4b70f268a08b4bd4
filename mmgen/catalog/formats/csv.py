"""CSV as shops write it: rows that a stray quote swallows are found again, and no damaged row passes as a whole one.

A row is read by Python's ``csv`` in strict mode, so text behind a closing quote is an error and no part of the cell.
Where a row spans several lines and does not have the header's number of cells, or its later lines are whole rows by
themselves, its first line is refused and reading goes on behind it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_FIELD_CHARS = 16 * 1024 * 1024  # a quote that is never closed swallows the rest of the file: stop there
MAX_LINES = 2000
"""Of one row; a quoted description has fewer, and what a stray quote swallows is held in memory."""
MIN_CELLS = 3
"""Of a row that is recognised inside another one: a sentence with a comma looks like two cells."""
MAX_TRIED_ROWS = 2000
"""From the first of them it is told how a file is written."""
MOST = 0.9
"""Share of the first rows that have to be made alike."""
_ESCAPED_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


@dataclass(frozen=True)
class Line:
    """``number``: of the file's lines, 1 is the header."""

    number: int
    text: str


@dataclass(frozen=True)
class Record:
    """A row: its cells, or ``error`` that says why there are none. ``line``: where it begins."""

    line: int
    cells: list[str]
    error: str = ""
    raw: str = ""


class _TooLongError(Exception):
    """A row that takes more lines than any does."""


class Records:
    """The rows of an opened CSV file, header left out, as an iterator. ``escapes``: ``\\"`` is a quote in a cell."""

    def __init__(self, lines: Iterable[str], delimiter: str, num_cells: int, escapes: bool):
        self.delimiter, self.num_cells, self.escapes = delimiter, num_cells, escapes
        self._lines = (Line(number, text) for number, text in enumerate(lines, start=1))
        self._waiting: deque[Line] = deque()
        self._taken: list[Line] = []
        self._reader = self._fresh_reader()
        self._parse()  # the header

    def __iter__(self) -> Iterator[Record]:
        while True:
            with field_limit():
                record = self._next()
            if record is None:
                return
            if record.cells or record.error:
                yield record

    def _next(self) -> Record | None:
        """The next row; a blank line is one without cells."""
        cells, error = self._parse()
        if not self._taken:
            return None
        first, rest = self._taken[0], self._taken[1:]
        raw = "".join(line.text for line in self._taken[:50]).rstrip("\r\n")
        if cells is not None and not cells:
            return Record(first.number, [])
        is_damaged = cells is None or len(cells) != self.num_cells or (rest and self._hides_rows(rest))
        if is_damaged and (resumed := self._resume(rest)) is not None:
            error = f"line {first.number}: a quote opens here and is not closed"
            error += f"; it would swallow {len(rest)} more lines" if len(rest) > 1 else ""
            raw = "".join(line.text for line in self._taken[: 1 + resumed]).rstrip("\r\n")
            self._waiting.extendleft(reversed(rest[resumed:]))
            return Record(first.number, [], error, raw)
        if cells is None:
            return Record(first.number, [], error, raw)
        if len(cells) != self.num_cells:
            return Record(
                first.number, [], f"line {first.number}: {len(cells)} fields, the header has {self.num_cells}", raw
            )
        return Record(first.number, cells)

    def _parse(self) -> tuple[list[str] | None, str]:
        """(cells, "") of the next row, or (None, why not); the lines that it took are in ``_taken``."""
        self._taken = []
        try:
            return next(self._reader, []), ""
        except (csv.Error, _TooLongError) as error:
            self._reader = self._fresh_reader()
            open_still = (
                "a quote opens here and is not closed" if "unexpected end of data" in str(error) else str(error)
            )
            return None, f"line {self._taken[0].number}: {open_still}" if self._taken else str(error)

    def _fresh_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self.delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        """The lines to read, those that were put back first."""
        while (line := self._waiting.popleft() if self._waiting else next(self._lines, None)) is not None:
            self._taken.append(line)
            if len(self._taken) > MAX_LINES:
                raise _TooLongError(f"a quote is open for more than {MAX_LINES:,} lines")
            yield _ESCAPED_QUOTE.sub(r'\1""', line.text) if self.escapes else line.text

    def _hides_rows(self, lines: list[Line]) -> bool:
        """Whether all lines of a quoted cell but the last are whole rows: then a stray quote has joined them."""
        inner = [line for line in lines[:-1] if line.text.strip()]
        return self.num_cells >= MIN_CELLS and bool(inner) and all(self._is_row(line) for line in inner)

    def _resume(self, lines: list[Line]) -> int | None:
        """The place of the first of these lines that is a row by itself."""
        return next((place for place, line in enumerate(lines) if self._is_row(line)), None)

    def _is_row(self, line: Line) -> bool:
        cells = one_line(line.text, self.delimiter, self.escapes)
        return cells is not None and len(cells) == self.num_cells > 1


def one_line(text: str, delimiter: str, escapes: bool) -> list[str] | None:
    """The cells of a line that is a whole row; None for one that is none."""
    plain = _ESCAPED_QUOTE.sub(r'\1""', text) if escapes else text
    try:
        with field_limit():
            return next(csv.reader([plain], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def has_escapes(head: Sequence[str], delimiter: str, num_cells: int) -> bool:
    """Whether quotes are escaped by a backslash: more of the first rows are whole when they are read so."""
    if not any('\\"' in line for line in head):
        return False
    bad = {
        escapes: sum(bool(record.error) for record in Records(head, delimiter, num_cells, escapes))
        for escapes in (False, True)
    }
    return bad[True] < bad[False]


def ends_in_delimiter(head: Sequence[str], delimiter: str, num_cells: int) -> bool:
    """Whether each of the first rows ends in a delimiter that the header has not: one cell too many, which is empty."""
    rows = [cells for line in head[1:] if (cells := one_line(line, delimiter, escapes=False))]
    longer = sum(len(cells) == num_cells + 1 and not cells[-1].strip() for cells in rows)
    return longer > MOST * len(rows)


class field_limit:  # noqa: N801 - reads as a verb in a with statement
    """Python's limit on a CSV field is one number for the whole program: set it only while a row is read."""

    def __enter__(self) -> None:
        self.before = csv.field_size_limit(MAX_FIELD_CHARS)

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self.before)
