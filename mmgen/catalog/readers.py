"""A shop's file as a stream of rows: CSV, JSON, JSON Lines or Parquet, never held in memory as a whole.

A row that cannot be read is an ``Unreadable`` in its place, so that the row numbers stay right and it gets counted.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.catalog.formats.csv import MAX_TRIED_ROWS, Records, ends_in_delimiter, field_limit, has_escapes
from mmgen.catalog.formats.json import Broken, flat, json_items
from mmgen.catalog.formats.woocommerce import is_woocommerce, variations_beside, woocommerce_rows
from mmgen.catalog.source_map import SourceMap
from mmgen.store.parquet import open_parquet
from mmgen.values.encodings import candidates_of, encoding_of

CHUNK_BYTES = 1 << 20
PARQUET_BATCH_ROWS = 1000
DELIMITERS = (",", "\t", ";", "|")
ASCII_BYTES = bytes(range(128))
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")  # how ``surrogateescape`` keeps a byte that the encoding has not


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be parsed: what was wrong, and its text as far as there is one."""

    detail: str
    raw: str


@dataclass(frozen=True)
class LeftOut(Unreadable):
    """A row that was read and is no product that is for sale: a draft, a hidden one."""


VARIANT_PRICES = " (variants)"
"""Behind the name of a column of prices: the one that has those of all variants, a line each."""


@dataclass(frozen=True)
class Translation:
    """The product of the row before, said in a further locale. ``own``: columns that are in its language; of the others
    the row has what they say in the first."""

    locale: str
    row: dict[str, Any]
    own: frozenset[str]


Row = dict[str, Any] | Unreadable | Translation


@dataclass(frozen=True)
class Source:
    """An opened file: its columns, and its rows on demand."""

    columns: list[str]
    read_rows: Callable[[], Iterator[Row]]
    warnings: tuple[str, ...] = ()


def open_source(path: Path, source_map: SourceMap) -> Source:
    """Open by the file's ending. Raises ValueError with the remedy where it is missing or of no known format."""
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file")
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt"):
        return _open_csv(path, source_map)
    if suffix in (".jsonl", ".ndjson"):
        return Source(_names_of(_jsonl_rows(path)), lambda: _jsonl_rows(path))
    if suffix == ".json":
        return _open_json(path, source_map)
    if suffix in (".parquet", ".pq"):
        return _open_parquet(path)
    known = ".csv, .tsv, .txt, .json, .jsonl, .ndjson, .parquet, .pq"
    raise ValueError(f"{path}: unknown format {suffix!r}. Known: {known}")


# --- CSV -------------------------------------------------------------------------------------------------------------


def _open_csv(path: Path, source_map: SourceMap) -> Source:
    encoding, warnings = source_map.encoding, list[str]()
    if encoding is None:
        encoding, warnings = detect_encoding(path, source_map.locale)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"{path}: the map's encoding {encoding!r} is not known to Python") from None
    header, delimiter = _csv_header(path, encoding, source_map)
    with _text(path, encoding) as file:
        first = list(islice(file, MAX_TRIED_ROWS))
    escapes = has_escapes(first, delimiter, len(header))
    num_cells = len(header) + ends_in_delimiter(first, delimiter, len(header))
    return Source(header, lambda: _csv_rows(path, encoding, delimiter, header, escapes, num_cells), tuple(warnings))


def detect_encoding(path: Path, locale: str = "en") -> tuple[str, list[str]]:
    """The encoding of a text file and warnings about it: a UTF-16 mark, UTF-8, else the code page under which it reads
    as a language, the locale's before others.

    UTF-8 also where a few bytes are wrong (those rows are rejected). Raises ValueError, with what the file says under
    the likeliest ones, where none is sure.
    """
    high = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sample = bytearray()
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", []
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            num_high = len(chunk.translate(None, delete=ASCII_BYTES))
            high += num_high
            bad += len(ESCAPED_BYTE.findall(text))
            if num_high and len(sample) < CHUNK_BYTES:
                sample += chunk
        bad += len(decoder.decode(b"", final=True))
    if bad <= high * 0.02:
        warnings = [f"{bad} bytes are not UTF-8: rows that hold them are rejected"] if bad else []
        return "utf-8-sig", warnings
    found = encoding_of(bytes(sample), locale)
    if found is None:
        offered = "\n".join(
            f"  encoding = {one.encoding!r:12}  ({', '.join(one.languages[:3])}): {one.sample}"
            for one in candidates_of(bytes(sample), locale)[:4]
        )
        raise ValueError(
            f"{path}: not UTF-8, and no other encoding is sure. Which of these reads right? Put its line into the map:"
            f"\n{offered}"
        )
    return found.encoding, [f"the file is not UTF-8; read as {found.encoding}: {found.sample}"]


def _csv_header(path: Path, encoding: str, source_map: SourceMap) -> tuple[list[str], str]:
    """The header's names and the delimiter: the one under which most of the map's columns, then most names, appear."""
    wanted = {*source_map.columns.named(), *source_map.ignore}
    candidates = [source_map.delimiter] if source_map.delimiter else list(DELIMITERS)
    best: tuple[tuple[int, int], list[str], str] | None = None
    for delimiter in candidates:
        with _text(path, encoding) as file, field_limit():
            try:
                names = [name.strip() for name in next(csv.reader(file, delimiter=delimiter), [])]
            except csv.Error:
                continue
        score = (len(wanted & set(names)), len(names))
        if best is None or score > best[0]:
            best = (score, names, delimiter)
    if best is None or not any(best[1]):
        raise ValueError(f"{path}: no header: the first line must name the columns")
    return _unique(best[1], path, wanted), best[2]


def _unique(names: list[str], path: Path, wanted: set[str]) -> list[str]:
    """Every column gets a name of its own: an empty one by its position, a second one by a number."""
    result: list[str] = []
    for position, name in enumerate(names, start=1):
        fresh = name or f"column_{position}"
        if fresh in result:
            if fresh in wanted:
                raise ValueError(f"{path}: the column {fresh!r} is there twice: rename one of them")
            number = 2
            while f"{fresh}_{number}" in result or f"{fresh}_{number}" in names:
                number += 1
            fresh = f"{fresh}_{number}"
        result.append(fresh)
    return result


def _csv_rows(
    path: Path, encoding: str, delimiter: str, header: list[str], escapes: bool, num_cells: int
) -> Iterator[Row]:
    """The rows; one of delimiters alone is as good as a blank line, and one that repeats the header is left out."""
    with _text(path, encoding) as file:
        for record in Records(file, delimiter, num_cells, escapes):
            if record.error:
                yield Unreadable(record.error, record.raw)
            elif any(map(ESCAPED_BYTE.search, record.cells)):
                yield Unreadable(f"line {record.line}: bytes that are not {encoding}", delimiter.join(record.cells))
            elif record.cells[0].strip() == header[0] and list(map(str.strip, record.cells[: len(header)])) == header:
                yield LeftOut(f"line {record.line} repeats the header", delimiter.join(record.cells))
            elif any(not cell.isspace() for cell in record.cells if cell):
                yield dict(zip(header, record.cells, strict=False))  # a delimiter at the end of each row is no cell


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    # UTF-16 has no single bytes to keep: what is wrong there becomes U+FFFD
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return path.open("r", encoding=encoding, errors=errors, newline="")


# --- JSON ------------------------------------------------------------------------------------------------------


def _open_json(path: Path, source_map: SourceMap) -> Source:
    """A list of objects; the products of WooCommerce's API with the file of their variations."""
    read: Callable[[], Iterator[Any]] = partial(json_items, path)
    notes: tuple[str, ...] = ()
    if is_woocommerce(next(read(), None)):
        given = path.parent / source_map.variations if source_map.variations else None
        if given is not None and not given.is_file():
            raise ValueError(f"{given}: there is no such file of variations")
        variations = given or variations_beside(path)
        read = partial(woocommerce_rows, path, variations)
        told = f"variations are read from {variations.name}" if variations else "no file of variations lies beside it"
        notes = (f"products of WooCommerce's API; {told}",)
    return Source(_names_of(_json_rows(read)), lambda: _json_rows(read), notes)


def _json_rows(read: Callable[[], Iterator[Any]]) -> Iterator[Row]:
    for number, item in enumerate(read(), start=1):
        if isinstance(item, dict):
            yield flat(item)
        elif isinstance(item, Broken):
            yield Unreadable(f"item {number}: {item.detail}", item.raw)
        else:
            yield Unreadable(f"item {number}: a {type(item).__name__}, not an object", repr(item)[:2000])


def _names_of(rows: Iterable[Row]) -> list[str]:
    """The keys of all rows, in order of appearance. A pass of its own: a wrong map must fail before a row is kept."""
    names: dict[str, None] = {}
    for row in rows:
        if isinstance(row, dict):
            names.update(dict.fromkeys(row))
    return list(names)


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except (ValueError, RecursionError) as error:
                yield Unreadable(f"line {number}: {error}", text.decode("utf-8", "replace").strip())
                continue
            if isinstance(row, dict):
                yield flat(row)
            else:
                raw = text.decode("utf-8", "replace").strip()  # JSON takes bytes that are no UTF-8 (lone surrogates)
                yield Unreadable(f"line {number}: a {type(row).__name__}, not an object", raw)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _open_parquet(path: Path) -> Source:
    try:
        columns = pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path}: not a Parquet file that can be read: {error}") from None
    return Source(list(columns), lambda: _parquet_rows(path))


def _parquet_rows(path: Path) -> Iterator[Row]:
    with open_parquet(path) as file:
        for batch in file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
            yield from _batch_rows(batch)


def _batch_rows(batch: pa.RecordBatch) -> Iterable[Row]:
    try:
        rows: list[Row] = list(batch.to_pylist())
        return rows
    except (pa.ArrowException, ValueError):  # a text that is not UTF-8, a date out of range: only its row is lost
        return [_one_row(batch.slice(index, 1)) for index in range(batch.num_rows)]


def _one_row(batch: pa.RecordBatch) -> Row:
    try:
        row: dict[str, Any] = batch.to_pylist()[0]
        return row
    except (pa.ArrowException, ValueError) as error:
        return Unreadable(str(error), "")
