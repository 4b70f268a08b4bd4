"""What a dataset says as of a date: of each key the newest row at or before it.

A partition holds what changed on its date. So the newest date that speaks of a key is right, also where it says that
the row was rejected. The rule stands here alone; ``mmgen.engine.spark.newest`` is its form for Spark, and a test holds
the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mmgen.store.parquet import open_parquet

INDEX_BATCH_ROWS = 65_536
_DATE = re.compile(r"(?:^|/)ds=([^/]+)(?=/)")


def date_of(file: str) -> str:
    """``.../ds=2026-11-01/attempt-x/part.parquet`` -> ``2026-11-01``; "" for a file of no partition."""
    found = _DATE.findall(file)
    return found[-1] if found else ""


def newest_rows(rows: pa.Table, keys: Sequence[str]) -> pa.Table:
    """The rows of a table that are the newest of their key by ``ds``, in the table's order."""
    last = rows.group_by(keys).aggregate([("ds", "max")]).rename_columns([*keys, "ds"])
    places = rows.select([*keys, "ds"]).append_column("place", pa.array(np.arange(rows.num_rows)))
    return rows.take(np.sort(last.join(places, keys=[*keys, "ds"]).column("place").to_numpy()))


def index_of(files: Sequence[str], keys: Sequence[str], only: Iterable[str] | None = None) -> pa.Table:
    """Of each row of the files its keys, ``ds``, ``file`` (its number in ``files``) and ``row`` (its place in that).

    ``only`` the rows of these products. Nothing but the keys is read; they are held in memory.
    """
    wanted = None if only is None else pa.array(sorted(set(only)), pa.string())
    names = [*keys, "ds", "file", "row"]
    kinds = [*([pa.string()] * (len(keys) + 1)), pa.int64(), pa.int64()]
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    parts = []
    for number, path in enumerate(files):
        start = 0
        with open_parquet(path) as file:
            for batch in file.iter_batches(INDEX_BATCH_ROWS, columns=list(keys), use_threads=False):
                size = batch.num_rows
                columns = [batch.column(name) for name in keys]
                columns += [pa.array([date_of(path)] * size, pa.string()), pa.array(np.full(size, number))]
                part = pa.Table.from_arrays([*columns, pa.array(np.arange(start, start + size))], schema=schema)
                start += size
                parts.append(part if wanted is None else part.filter(pc.is_in(part.column("product_id"), wanted)))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def newest_places(
    files: Sequence[str], keys: Sequence[str], only: Iterable[str] | None = None
) -> dict[str, NDArray[np.int64]]:
    """File -> places in it, ascending, of the rows that are the newest of their key; files without any are left out.

    Arguments as in ``index_of``.
    """
    found = newest_rows(index_of(files, keys, only), keys)
    numbers, rows = found.column("file").to_numpy(), found.column("row").to_numpy()
    return {path: np.sort(rows[numbers == n]) for n, path in enumerate(files) if np.any(numbers == n)}


def by_row_group(file: pq.ParquetFile, rows: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Places in a file as places in each of its row groups, in order; of some there may be none."""
    start = 0
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        yield group, rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + size)] - start
        start += size


def rows_at(file: pq.ParquetFile, rows: NDArray[np.int64], columns: Sequence[str], batch_rows: int) -> pa.Table:
    """The rows at these places, in order. No more than ``batch_rows`` others are in memory with them."""
    parts = []
    for group, here in by_row_group(file, rows):
        if not len(here):
            continue
        start = 0
        for batch in file.iter_batches(batch_rows, row_groups=[group], columns=list(columns), use_threads=False):
            own = here[np.searchsorted(here, start) : np.searchsorted(here, start + batch.num_rows)] - start
            if len(own):
                parts.append(batch.take(pa.array(own)))
            start += batch.num_rows
            if start > here[-1]:
                break
    if parts:
        return pa.Table.from_batches(parts)
    return file.schema_arrow.empty_table().select(list(columns))
