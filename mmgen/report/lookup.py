"""Rows of a few products out of large tables: first the keys, then only the batches that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmgen.store.datasets import Dataset

MEDIA_BATCH_ROWS = 64

Key = tuple[str, ...]
Rows = dict[Key, dict[str, Any]]
"""Values of the key columns -> the row."""


def newest_rows(
    dataset: Dataset,
    product_ids: Iterable[str],
    columns: list[str],
    until: str | None = None,
    before: str | None = None,
) -> Rows:
    """The newest row of each key of the products, of the dates <= ``until`` or < ``before``; with ``ds``.

    Memory holds the wanted rows and one batch, so ``columns`` may be media.
    """
    ids = pa.array(sorted(set(product_ids)), pa.string())
    keys = dataset.contract.keys
    found: Rows = {}
    if not len(ids):
        return found
    for file in sorted(dataset.files(until=until, before=before), key=_date_of, reverse=True):
        for row in _rows_of(file, ids, list(dict.fromkeys([*keys, *columns]))):
            found.setdefault(tuple(str(row[name]) for name in keys), {**row, "ds": _date_of(file)})
    return found


def by_product(rows: Rows) -> dict[str, dict[str, Any]]:
    """Rows of a dataset with one row a product, by its id."""
    return {key[0]: row for key, row in rows.items()}


def _date_of(file: str) -> str:
    """``.../ds=2026-11-01/attempt-x/part.parquet`` -> ``2026-11-01``."""
    return next(part[3:] for part in reversed(file.split("/")) if part.startswith("ds="))


def _rows_of(file: str, ids: pa.Array, columns: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with pq.ParquetFile(file, memory_map=True) as parquet:
        for group in range(parquet.num_row_groups):
            # One array: without a chunk, as an empty group gives, pyarrow 14's indices_nonzero ends the process
            keys = parquet.read_row_group(group, columns=["product_id"]).column(0).combine_chunks()
            wanted = set(pc.indices_nonzero(pc.is_in(keys, ids)).to_pylist())
            if wanted:
                rows += _take(parquet, group, columns, wanted)
    return rows


def _take(parquet: pq.ParquetFile, group: int, columns: list[str], wanted: set[int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    start, last = 0, max(wanted)
    for batch in parquet.iter_batches(MEDIA_BATCH_ROWS, row_groups=[group], columns=columns):
        here = [i - start for i in sorted(wanted) if start <= i < start + batch.num_rows]
        rows += batch.take(pa.array(here, pa.int64())).to_pylist() if here else []
        start += batch.num_rows
        if start > last:
            break
    return rows
