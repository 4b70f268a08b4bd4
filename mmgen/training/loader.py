"""Reading ``examples`` into batches: a plain Arrow scan by default, or petastorm, behind one interface.

The only file that imports petastorm, and only where it is asked for. The order of rows is a function of seed and epoch alone,
and every rank gets the same number of batches of the same size, so no rank waits for another at the end of an epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from mmgen.models.arrays import ExampleArrays, concat
from mmgen.seeds import seed_of
from mmgen.training.distributed import Ranks

COLUMNS = ("product_id", "locale", "group_id", "pixels", "text_embedding", "audio_embedding", "attribute_ids")


class Reader(Protocol):
    """Batches of a rank, epoch after epoch."""

    num_rows: int
    num_batches: int

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """``num_batches - skip`` batches of ``batch_rows`` rows each, the first ``skip`` left out."""


def check_files(files: Sequence[str]) -> None:
    """Raise ValueError where there is no file, one is absent, or a folder holds a pickle that petastorm would load."""
    if not files:
        raise ValueError("no examples to read: run the examples job for this date first")
    for path in map(Path, files):
        if not path.is_file():
            raise ValueError(f"{path} is not there: read the file list from the dataset again, it may have been rewritten")
        for folder in path.parents:
            if (folder / "_common_metadata").exists():
                raise ValueError(
                    f"{folder} has a _common_metadata file, which petastorm unpickles (it can run code). mmgen never writes "
                    "one: find out where it comes from and delete it"
                )


def count_rows(files: Sequence[str], split: str) -> int:
    """Rows of a split; reads that column alone."""
    check_files(files)
    return int(pads.dataset(list(files), format="parquet").count_rows(filter=pads.field("split") == split))


def read_split(files: Sequence[str], split: str, limit: int) -> ExampleArrays | None:
    """The first ``limit`` rows of a split in the files' order, or None where it has none."""
    check_files(files)
    data = pads.dataset(list(files), format="parquet")
    parts: list[ExampleArrays] = []
    for batch in data.to_batches(columns=_known(data), filter=pads.field("split") == split, use_threads=False):
        room = limit - sum(map(len, parts))
        if room <= 0:
            break
        if batch.num_rows:
            parts.append(ExampleArrays.from_batch(batch.slice(0, room)))
    return concat(parts) if parts else None


class ArrowReader:
    """Scans row groups in a seeded order through a shuffle buffer; keeps the rows where they all fit in it."""

    def __init__(self, files: Sequence[str], batch_rows: int, seed: int, ranks: Ranks, shuffle_rows: int):
        self.num_rows = count_rows(files, "train")
        if not self.num_rows:
            raise ValueError("no row of the examples is in split 'train': nothing to train on")
        self.files, self.batch_rows, self.seed, self.ranks = sorted(files), batch_rows, seed, ranks
        self.shuffle_rows = shuffle_rows
        self.num_batches = max(1, self.num_rows // (batch_rows * ranks.world_size))
        self._kept: pa.Table | None = None

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """See ``Reader``. Fewer rows than one batch for each rank are gone through again, in another order."""
        parts: list[pa.Table] = []
        held = num_done = 0
        for block in self._own_rows(epoch):
            parts.append(block)
            held += block.num_rows
            while held >= self.batch_rows:
                table = pa.concat_tables(parts)
                batch, rest = table.slice(0, self.batch_rows), table.slice(self.batch_rows)
                parts, held = [rest], rest.num_rows
                if num_done >= skip:
                    yield ExampleArrays.from_batch(batch.combine_chunks().to_batches()[0])
                num_done += 1
                if num_done == self.num_batches:
                    return

    def _own_rows(self, epoch: int) -> Iterator[pa.Table]:
        """This rank's rows, endlessly: every world_size-th row of an order that all ranks share."""
        num_seen = lap = 0
        while True:
            generator = np.random.default_rng(seed_of("shuffle", self.seed, epoch, lap))
            for block in self._blocks(generator):
                first = (self.ranks.rank - num_seen) % self.ranks.world_size
                own = generator.permutation(block.num_rows)[first :: self.ranks.world_size]
                num_seen += block.num_rows
                for start in range(0, len(own), 4 * self.batch_rows):
                    yield block.take(own[start : start + 4 * self.batch_rows])
            lap += 1

    def _blocks(self, generator: np.random.Generator) -> Iterator[pa.Table]:
        """Training rows in blocks of at least ``shuffle_rows`` (the last one smaller), row groups in a drawn order."""
        if self._kept is not None:
            yield self._kept
            return
        groups = [(path, k) for path in self.files for k in range(pq.ParquetFile(path).num_row_groups)]
        parts: list[pa.Table] = []
        held = 0
        for index in generator.permutation(len(groups)) if self.num_rows > self.shuffle_rows else range(len(groups)):
            parts.append(_read_group(*groups[index]))
            held += parts[-1].num_rows
            if held >= self.shuffle_rows and self.num_rows > self.shuffle_rows:
                yield pa.concat_tables(parts)
                parts, held = [], 0
        if self.num_rows <= self.shuffle_rows:
            self._kept = pa.concat_tables(parts)
        if held:
            yield pa.concat_tables(parts)


class PetastormReader:
    """The same through petastorm's ``make_batch_reader``, for shops whose training already reads with it.

    Slower than the Arrow scan (measured 0.2 to 0.4 million rows of 128 floats a second, against 1.2 to 1.7), and it holds the
    training rows in memory: petastorm's own order depends on its workers' timing, so rows are put in order here.
    """

    def __init__(self, files: Sequence[str], batch_rows: int, seed: int, ranks: Ranks, shuffle_rows: int):
        self.num_rows = count_rows(files, "train")
        if not 0 < self.num_rows <= shuffle_rows:
            raise ValueError(f"the petastorm reader holds 1 to shuffle_rows={shuffle_rows} rows, there are {self.num_rows}: "
                             "raise shuffle_rows or use the arrow reader")  # fmt: skip
        self.batch_rows, self.seed, self.ranks = batch_rows, seed, ranks
        self.num_batches = max(1, self.num_rows // (batch_rows * ranks.world_size))
        self._rows = concat([_petastorm_arrays(sorted(files))])

    def batches(self, epoch: int, skip: int = 0) -> Iterator[ExampleArrays]:
        """See ``Reader``."""
        wanted = self.num_batches * self.batch_rows * self.ranks.world_size
        order: list[int] = []
        for lap in range(-(-wanted // self.num_rows)):
            order += np.random.default_rng(seed_of("shuffle", self.seed, epoch, lap)).permutation(self.num_rows).tolist()
        own = order[self.ranks.rank : wanted : self.ranks.world_size]
        for k in range(skip, self.num_batches):
            yield self._rows.take(own[k * self.batch_rows : (k + 1) * self.batch_rows])


def _petastorm_arrays(files: list[str]) -> ExampleArrays:
    """All training rows, in the order of files and row groups."""
    from petastorm import make_batch_reader

    urls = [Path(path).resolve().as_uri() for path in files]
    columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "split")}
    # dummy pool: no threads and no processes, so rows come in order and nothing is left running.
    with make_batch_reader(urls, schema_fields=[f"^{name}$" for name in columns], reader_pool_type="dummy",
                           shuffle_row_groups=False, num_epochs=1) as reader:  # fmt: skip
        for batch in reader:
            for name, values in columns.items():
                values.extend(getattr(batch, name))
    train = [i for i, split in enumerate(columns.pop("split")) if split == "train"]
    return ExampleArrays.from_columns({name: [values[i] for i in train] for name, values in columns.items()})


def _known(data: pads.Dataset) -> list[str]:
    return [name for name in COLUMNS if name in data.schema.names]


def _read_group(path: str, group: int) -> pa.Table:
    """The training rows of one row group, with the columns that training needs."""
    file = pq.ParquetFile(path)
    names = [name for name in (*COLUMNS, "split") if name in file.schema_arrow.names]
    table = file.read_row_group(group, columns=names, use_threads=False)
    return table.filter(pads.field("split") == "train").drop_columns(["split"])
