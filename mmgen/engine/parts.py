"""The Parquet files of a partition: each task writes its own, and those of the tasks that succeeded are kept."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.engine.work import Work, mapper
from mmgen.store.contracts import Contract

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROW_GROUP_BYTES = 64 * 1024 * 1024
"""A task holds one row group in memory: that of a file grows until the next batch would take it beyond this."""

PAGE_BATCH_ROWS = 64
"""Whether a page is full (1 MiB) is asked after so many values, not after 1,024: these can be photos of a megabyte."""

Batches = Iterator[pa.RecordBatch]


def write_parts(
    folder: Path, contract: Contract, work: Work, fresh: DataFrame, copies: DataFrame | None = None
) -> None:
    """Run ``work`` on the rows of ``fresh``, and write them into ``folder`` beside ``copies``, rows as they stand.

    Spark may run a task twice, after a failure or on speculation, and its Python worker may die at any byte. So tasks
    write below a folder of their own, under names that no other task has, and say the name when the file is complete.
    The driver moves the files of the runs that Spark counts, and drops the rest. A run that goes on after that finds no
    folder to write in, or ends in a file that has no name any more.

    Raises what Spark raises where a task failed too often; then the folder is to be dropped.
    """
    unfinished = folder / "unfinished"
    unfinished.mkdir()
    written = fresh.mapInArrow(partial(write_part, mapper(work, contract), contract, unfinished), "name string")
    if copies is not None:
        kept = partial(write_part, partial(as_in_files, contract=contract), contract, unfinished)
        written = written.union(copies.mapInArrow(kept, "name string"))
    names = [row.name for row in written.collect()]
    for number, name in enumerate(names):
        (unfinished / name).rename(folder / part_name(number))
    if not names:
        _open(folder / part_name(0), contract).close()  # so that a partition without rows is one, too
    for _ in range(3):  # a run that Spark does not count may open its file while the folder is emptied
        shutil.rmtree(unfinished, ignore_errors=True)


def part_name(number: int) -> str:
    """The name of a partition's file."""
    return f"part-{number:05}.parquet"


def write_part(make: Callable[[Batches], Batches], contract: Contract, folder: Path, batches: Batches) -> Batches:
    """What a task does: the rows that ``make`` makes of ``batches`` go into one file. Gives its name, once complete.

    A task without rows writes no file and gives no name.
    """
    rows = make(batches)
    first = next(rows, None)
    if first is None:
        return
    path = folder / f"{uuid.uuid4().hex}.parquet"
    with _open(path, contract) as writer:
        for group in row_groups(chain([first], rows)):
            writer.write_table(group, row_group_size=group.num_rows)
    yield pa.RecordBatch.from_pydict({"name": [path.name]})


def row_groups(batches: Batches) -> Iterator[pa.Table]:
    """Batches put together up to ``ROW_GROUP_BYTES``; a larger one is a group by itself."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if held and size + batch.nbytes > ROW_GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held, size = [], 0
        held.append(batch)
        size += batch.nbytes
    if held:
        yield pa.Table.from_batches(held)


def as_in_files(batches: Batches, contract: Contract) -> Batches:
    """Rows of a dataset as they came from Spark, with the columns and types of its files."""
    schema = contract.file_schema
    for batch in batches:
        if batch.num_rows:
            columns = [batch.column(field.name).cast(field.type) for field in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _open(path: Path, contract: Contract) -> pq.ParquetWriter:
    """Media are compressed already, and a dictionary of them makes reading five times slower."""
    compression: dict[str, Any] = (
        {"compression": "none"} if contract.is_media else {"compression": "zstd", "compression_level": 3}
    )
    repeating = [leaf for field in contract.file_schema for leaf in _leaves(field.name, field.type)]
    return pq.ParquetWriter(
        path,
        contract.file_schema,
        use_dictionary=repeating,
        write_batch_size=PAGE_BATCH_ROWS if contract.is_media else None,
        write_page_index=True,  # by which a reader of a few products skips the pages of others
        **compression,
    )


def _leaves(name: str, kind: pa.DataType) -> list[str]:
    """The paths of a column in a Parquet file, less those of bytes."""
    if pa.types.is_list(kind):
        return _leaves(f"{name}.list.element", kind.value_type)
    if pa.types.is_map(kind):
        return [*_leaves(f"{name}.key_value.key", kind.key_type), *_leaves(f"{name}.key_value.value", kind.item_type)]
    return [] if pa.types.is_binary(kind) else [name]
