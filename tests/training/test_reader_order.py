"""What the readers promise of an epoch's order, for any table, any number of ranks, from any step."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmgen.training.data.columns import Columns
from mmgen.training.data.loader import Reader
from mmgen.training.data.snapshot import Snapshot, whole_files
from mmgen.training.distributed.ranks import Ranks
from tests.training.readers import READERS, reader_class

COLUMNS = ("id", "media", "numbers", "name", "count")


@dataclass(frozen=True)
class Table:
    """A table to read: row groups over files, rows of up to ``widest`` bytes, and how it is read."""

    num_rows: int
    group_rows: int
    num_files: int
    widest: int
    batch_rows: int
    shuffle_rows: int
    shuffle_bytes: int
    seed: int
    epoch: int

    def write(self, folder: Path) -> Snapshot:
        generator = np.random.default_rng(self.seed)
        sizes = generator.integers(0, self.widest, self.num_rows)
        rows = pa.table(
            {
                "id": pa.array(range(self.num_rows)),
                "media": pa.array([bytes(size) if size % 5 else None for size in sizes.tolist()], pa.binary()),
                "numbers": pa.array([[float(i)] * int(1 + size % 3) for i, size in enumerate(sizes)]),
                "name": pa.array([f"n{i}" if i % 3 else None for i in range(self.num_rows)]),
                "count": pa.array([i if i % 4 else None for i in range(self.num_rows)], pa.int32()),
            }
        )
        bounds = np.arange(self.num_files + 1) * self.num_rows // self.num_files
        paths = [folder / f"{number}.parquet" for number in range(self.num_files)]
        for path, (start, end) in zip(paths, itertools.pairwise(bounds), strict=True):
            pq.write_table(rows.slice(start, end - start), path, row_group_size=self.group_rows, use_dictionary=False)
        return whole_files([str(path) for path in paths])

    def reader(self, name: str, rows: Snapshot, rank: int, world_size: int) -> Reader:
        ranks = Ranks(rank, world_size)
        num_bytes = self.shuffle_bytes if name == "arrow" else max(self.shuffle_bytes, 20_000 * self.group_rows)
        return reader_class(name)(
            rows, self.batch_rows, self.seed, ranks, self.shuffle_rows, num_bytes, columns=COLUMNS
        )


TABLES = st.builds(
    Table,
    num_rows=st.integers(4, 100),
    group_rows=st.integers(1, 40),
    num_files=st.integers(1, 4),
    widest=st.sampled_from([2, 40, 3000]),
    batch_rows=st.integers(1, 40),
    shuffle_rows=st.sampled_from([1, 7, 30, 1000]),
    shuffle_bytes=st.sampled_from([200, 20_000, 10**7]),
    seed=st.integers(0, 5),
    epoch=st.integers(0, 3),
)
EXAMPLES = {"arrow": 25, "petastorm": 5}


def check_each_row_once(name: str, table: Table, world_size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = table.write(Path(folder))
        ranks = [table.reader(name, rows, rank, world_size) for rank in range(world_size)]
        batches = [list(reader.column_batches(table.epoch)) for reader in ranks]
        sizes = [[len(batch["id"]) for batch in found] for found in batches]
        assert {len(found) for found in sizes} == {ranks[0].num_batches}  # nobody waits for another at the end
        flat = [size for found in sizes for size in found]
        assert max(flat) - min(flat) <= 1 and 0 < max(flat) <= max(2, table.batch_rows)
        found = [int(i) for one in batches for batch in one for i in batch["id"]]
        assert sorted(found) == list(range(table.num_rows))  # each row once, whatever the ranks
        check_rows(table, [batch for one in batches for batch in one])
        again = [i for reader in ranks for batch in reader.column_batches(table.epoch) for i in batch["id"].tolist()]
        assert again == found  # the same seed, the same order


def check_rows(table: Table, batches: list[Columns]) -> None:
    """Each row's columns still belong together."""
    sizes = np.random.default_rng(table.seed).integers(0, table.widest, table.num_rows)
    for batch in batches:
        for row, i in enumerate(batch["id"].tolist()):
            assert batch["media"][row] == (bytes(sizes[i]) if sizes[i] % 5 else None)
            assert batch["numbers"][row].tolist() == [float(i)] * int(1 + sizes[i] % 3)
            assert batch["name"][row] == (f"n{i}" if i % 3 else None)
            assert batch["count"][row] == (i if i % 4 else None)


def check_resume(name: str, table: Table, world_size: int, steps: int) -> None:
    """Broken off after ``steps`` batches anywhere in two epochs, a new reader goes on with what would have come."""
    with tempfile.TemporaryDirectory() as folder:
        rows = table.write(Path(folder))
        for rank in range(world_size):
            reader = table.reader(name, rows, rank, world_size)
            whole = reader.stream()
            steps = min(steps, 2 * reader.num_batches)
            for _ in range(steps):
                next(whole)
            fresh = table.reader(name, rows, rank, world_size)
            fresh.load_state_dict(reader.state_dict())
            resumed = fresh.stream()
            for _ in range(reader.num_batches + 1):
                one, other = next(whole), next(resumed)
                assert one["id"].tolist() == other["id"].tolist() and one.keys() == other.keys()
            assert fresh.state_dict() == reader.state_dict()


@pytest.mark.parametrize("world_size", [1, 2, 4])
@pytest.mark.parametrize("name", READERS)
def test_each_row_comes_once_an_epoch_in_as_many_batches_on_every_rank(name: str, world_size: int) -> None:
    reader_class(name)
    limits = settings(max_examples=EXAMPLES[name], deadline=None, suppress_health_check=list(HealthCheck))
    limits(given(TABLES)(lambda table: check_each_row_once(name, table, world_size)))()


@pytest.mark.parametrize("world_size", [1, 2, 4])
@pytest.mark.parametrize("name", READERS)
def test_a_reader_goes_on_in_the_middle_of_an_epoch(name: str, world_size: int) -> None:
    reader_class(name)
    limits = settings(max_examples=EXAMPLES[name] // 2, deadline=None, suppress_health_check=list(HealthCheck))
    limits(given(TABLES, st.integers(0, 60))(lambda table, steps: check_resume(name, table, world_size, steps)))()
