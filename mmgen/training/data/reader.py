"""What training readers share: the order of an epoch, the shuffle buffer, batches, and going on in the middle.

The order of an epoch. The row groups are put in an order that seed and epoch decide, the same on all ranks. The ranks
share that row of rows out in equal consecutive parts (one row more or less), so each reads its own row groups, and two
at most are read twice. Rows are drawn from a shuffle buffer, into which row groups go whole, or slice by slice where
they are large; where all rows fit into the buffer, they stay in memory and an epoch is one permutation of them.

Every row comes exactly once an epoch, and every rank gets the same number of batches: no batch is dropped, filled up
or masked, instead a rank's rows are spread evenly over its batches: of s or s + 1 rows on all ranks. So the mean over
the ranks of a batch's mean weighs no row more than (s + 1) / s of another (decision 22).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.models.examples import ExampleArrays, columns_of_models
from mmgen.seeds import seed_of
from mmgen.store.parquet import open_parquet
from mmgen.training.data.ahead import one_ahead
from mmgen.training.data.columns import Columns, concat, num_rows, row_bytes, take
from mmgen.training.data.shuffle import ShuffleBuffer
from mmgen.training.data.snapshot import RowGroup, Snapshot
from mmgen.training.distributed.ranks import Ranks

SHUFFLE_BYTES = 512 * 1024**2
SLICE_BYTES = 8 * 1024**2  # read at once; whole row groups of feature tables
MEDIA_STEP_ROWS = 64  # a dictionary hides how large its values are, so few of a media column's rows are decoded at once


@dataclass(frozen=True)
class Slice:
    """Rows of one row group, in the steps in which they were decoded."""

    steps: list[Columns]
    num_bytes: int


class Reader(ABC):
    """Batches of a rank, epoch after epoch, from a seeded order; gone on from anywhere by ``state_dict``.

    Holds at most ``shuffle_bytes`` of rows, or the largest row group's slice and a batch where these are larger.
    Raises ValueError where there are fewer rows than ranks.
    """

    def __init__(
        self,
        train: Snapshot,
        batch_rows: int,
        seed: int,
        ranks: Ranks,
        shuffle_rows: int,
        shuffle_bytes: int = SHUFFLE_BYTES,
        columns: Sequence[str] = (),
    ):
        self.num_rows = train.num_rows
        if not self.num_rows:
            raise ValueError("no row of the examples is in split 'train': nothing to train on")
        if self.num_rows < ranks.world_size:
            raise ValueError(f"{self.num_rows} training rows are too few for {ranks.world_size} processes: start fewer")
        self.train, self.batch_rows, self.seed, self.ranks = train, batch_rows, seed, ranks
        self.shuffle_rows, self.shuffle_bytes = shuffle_rows, shuffle_bytes
        self.columns = tuple(columns) or columns_of_models()
        self.slice_bytes = min(SLICE_BYTES, max(1, shuffle_bytes // 8))
        self.first, self.end = (self.num_rows * r // ranks.world_size for r in (ranks.rank, ranks.rank + 1))
        smallest, largest = self.num_rows // ranks.world_size, -(-self.num_rows // ranks.world_size)
        # A rank with fewer batches than rows only: where batch_rows is 1, the ranks with a row more have a batch of 2.
        self.num_batches = min(-(-largest // batch_rows), smallest)
        self._epoch = self._batch = 0
        self._kept: Columns | None = None
        self._fits = self.num_rows <= shuffle_rows

    # --- the interface ------------------------------------------------------------------------------------------

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """The ``num_batches`` batches of ``epoch`` but the first ``skip``; at most ``batch_rows`` rows each."""
        return map(_examples, self.column_batches(epoch, skip))

    def column_batches(self, epoch: int, skip: int = 0) -> Iterator[Columns]:
        """The same as columns, of any table."""
        bounds = np.arange(self.num_batches + 1) * (self.end - self.first) // self.num_batches
        if (kept := self._keep()) is not None:
            order = self._generator("rows", epoch).permutation(self.num_rows)[self.first : self.end]
            for start, end in zip(bounds[skip:-1], bounds[skip + 1 :], strict=True):
                yield take(kept, order[start:end])
            return
        for number, batch in enumerate(self._streamed(epoch, np.diff(bounds).tolist())):
            if number >= skip:
                yield batch

    def __iter__(self) -> Iterator[ExampleArrays]:
        """Batches from where the reader stands, endlessly."""
        return map(_examples, self.stream())

    def stream(self) -> Iterator[Columns]:
        """The same as columns, of any table. ``state_dict`` counts a batch as soon as it is handed out."""
        while True:
            for batch in self.column_batches(self._epoch, self._batch):
                self._epoch, self._batch = divmod(self._epoch * self.num_batches + self._batch + 1, self.num_batches)
                yield batch

    def state_dict(self) -> dict[str, int]:
        """Where the reader stands: the epoch, the batches of it that were handed out, and for how many ranks."""
        return {"epoch": self._epoch, "batch": self._batch, "world_size": self.ranks.world_size}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on from ``state``. ValueError in the middle of an epoch that other ranks had shared out differently."""
        if state["batch"] and state["world_size"] != self.ranks.world_size:
            raise ValueError(
                f"the epoch was begun by {state['world_size']} processes and can't be finished by "
                f"{self.ranks.world_size}: go on with as many, or from the epoch's start"
            )
        self._epoch, self._batch = state["epoch"], state["batch"]

    # --- the order ----------------------------------------------------------------------------------------------

    def _generator(self, purpose: str, epoch: int, *also: int) -> np.random.Generator:
        return np.random.default_rng(seed_of(purpose, self.seed, epoch, *also))

    def _keep(self) -> Columns | None:
        """All rows, if they fit into the buffer; all ranks find the same."""
        if self._fits and self._kept is None:
            parts: list[Columns] = []
            held = 0
            for part in (part for group in self.train.groups for part in self._slices(group)):
                parts += part.steps
                held += part.num_bytes
                if held > self.shuffle_bytes:
                    self._fits = False
                    return None
            self._kept = concat(parts)
        return self._kept

    def _streamed(self, epoch: int, sizes: Sequence[int]) -> Iterator[Columns]:
        """Batches of ``sizes`` rows, drawn from the shuffle buffer."""
        rank = (self.ranks.rank, self.ranks.world_size)
        held = max(1, self.shuffle_bytes - 3 * self.slice_bytes)  # one slice is read, one waits, one goes in
        buffer = ShuffleBuffer(self.shuffle_rows, held, self._generator("buffer", epoch, *rank))
        slices = one_ahead(part for group in self._own_groups(epoch) for part in self._slices(group))
        part = next(slices, None)
        for size in sizes:
            while part and (buffer.has_room(part.num_bytes) or buffer.num_rows < size):
                for rows in part.steps:
                    buffer.add(rows, row_bytes(rows))
                part = next(slices, None)
            yield buffer.draw(size)

    def _own_groups(self, epoch: int) -> Iterator[RowGroup]:
        """This rank's part of the epoch's row groups: rows ``first`` to ``end`` of the order that all ranks share."""
        start = 0
        for index in self._generator("groups", epoch).permutation(len(self.train.groups)):
            group = self.train.groups[index]
            first, end = (max(0, min(len(group.rows), place - start)) for place in (self.first, self.end))
            if first < end:
                yield replace(group, rows=group.rows[first:end])
            start += len(group.rows)

    def _slices(self, group: RowGroup) -> Iterator[Slice]:
        """The rows of a group that count, in slices of about ``slice_bytes``."""
        with open_parquet(group.path) as file:
            names = [name for name in self.columns if name in file.schema_arrow.names]
            steps: list[Columns] = []
            start = held = 0
            for step in self._read(file, group, names, _step_rows(file, group.number, names, self.slice_bytes)):
                first, end = np.searchsorted(group.rows, [start, start + num_rows(step)])
                is_whole = end - first == num_rows(step)
                steps.append(step if is_whole else take(step, group.rows[first:end] - start))
                start += num_rows(step)
                held += int(row_bytes(steps[-1]).sum())
                if held >= self.slice_bytes:
                    yield Slice(steps, held)
                    steps, held = [], 0
            if held:
                yield Slice(steps, held)

    @abstractmethod
    def _read(self, file: pq.ParquetFile, group: RowGroup, names: list[str], step_rows: int) -> Iterator[Columns]:
        """All rows of a row group, ``step_rows`` at a time."""


def _examples(columns: Columns) -> ExampleArrays:
    return ExampleArrays.from_columns({name: cast(Sequence[Any], values) for name, values in columns.items()})


def num_bytes(file: pq.ParquetFile, number: int, names: Sequence[str]) -> int:
    """Bytes of some columns of a row group, uncompressed but encoded: a repeated value of a dictionary counts once."""
    meta = file.metadata.row_group(number)
    columns = [meta.column(i) for i in range(meta.num_columns)]
    return sum(c.total_uncompressed_size for c in columns if c.path_in_schema.split(".")[0] in names)


def _step_rows(file: pq.ParquetFile, number: int, names: Sequence[str], most_bytes: int) -> int:
    """Rows to decode at once, about an eighth of ``most_bytes``: Arrow takes a third longer over 5 MB than over one."""
    size, rows = num_bytes(file, number, names), file.metadata.row_group(number).num_rows
    rows = max(1, min(rows, most_bytes // 8 * rows // max(1, size)))
    is_media = any(pa.types.is_binary(file.schema_arrow.field(name).type) for name in names)
    return min(rows, MEDIA_STEP_ROWS) if is_media else int(rows)
