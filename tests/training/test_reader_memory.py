"""The readers' memory has a bound of its own, whatever the rows' sizes and their row groups."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.training.readers import reader_class

MIB = 1024**2
SHUFFLE_BYTES = 32 * MIB
SCRIPT = """
import json, sys
from pathlib import Path
import pyarrow as pa
from mmgen.training.distributed.ranks import Ranks
from tests.training.readers import reader_class
from mmgen.training.data.snapshot import whole_files

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

name, shuffle_bytes, warm_up, file = sys.argv[1:]
kind = reader_class(name)
found = kind(whole_files([warm_up]), 8, 7, Ranks(), 5, int(shuffle_bytes), columns=("id", "media"))
assert sum(len(batch["id"]) for batch in found.column_batches(0)) == 20  # what is imported late counts before
found = kind(whole_files([file]), 8, 7, Ranks(), 20_000, int(shuffle_bytes), columns=("id", "media"))
before, resident_peak, arrow_peak, num_bytes = resident(), 0, 0, 0
for epoch in range(2):
    for batch in found.column_batches(epoch):
        num_bytes += sum(map(len, batch["media"]))
        resident_peak, arrow_peak = max(resident_peak, resident()), max(arrow_peak, pa.total_allocated_bytes())
print(json.dumps({"grown": resident_peak - before, "arrow": arrow_peak, "num_bytes": num_bytes}))
"""


@pytest.fixture(scope="module")
def sizes() -> list[int]:
    """Most rows are small; every tenth is 1 to 4 MiB."""
    generator = np.random.default_rng(3)
    small, large = generator.integers(1_000, 100_000, 800), generator.integers(MIB, 4 * MIB, 800)
    return np.where(np.arange(800) % 10 == 9, large, small).tolist()


def written(folder: Path, sizes: list[int], group_rows: int) -> str:
    """Random bytes, in pages of a few rows: a page is the least that any Parquet reader can read."""
    generator = np.random.default_rng(4)
    folder.mkdir(exist_ok=True)
    path = folder / f"{group_rows}.parquet"
    schema = pa.schema([("id", pa.int64()), ("media", pa.binary())])
    with pq.ParquetWriter(path, schema, use_dictionary=False, compression="none", write_batch_size=4) as writer:
        for start in range(0, len(sizes), group_rows):
            media = [generator.bytes(size) for size in sizes[start : start + group_rows]]
            ids = list(range(start, start + len(media)))
            writer.write_table(pa.table({"id": ids, "media": pa.array(media, pa.binary())}, schema), group_rows)
    return str(path)


def read(name: str, shuffle_bytes: int, file: str) -> dict[str, int]:
    warm_up = written(Path(file).with_name("warm-up"), [10] * 20, 20)
    command = [sys.executable, "-c", SCRIPT, name, str(shuffle_bytes), warm_up, file]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2], timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("name", "group_rows", "allowance"),
    [
        pytest.param("arrow", 800, 100 * MIB, id="arrow, one row group of all"),
        pytest.param("petastorm", 10, 160 * MIB, id="petastorm, small row groups"),
    ],
)
def test_memory_is_bounded(name: str, group_rows: int, allowance: int, sizes: list[int], tmp_path: Path) -> None:
    """``allowance``: what the allocators keep of freed memory (it does not grow with the data), and the batches."""
    reader_class(name)
    file = written(tmp_path, sizes, group_rows)
    found = read(name, SHUFFLE_BYTES, file)
    assert found["num_bytes"] == 2 * sum(sizes) > 12 * SHUFFLE_BYTES
    assert found["grown"] < SHUFFLE_BYTES + allowance and found["arrow"] < SHUFFLE_BYTES
    if group_rows == 800:  # or the measure would miss it
        assert read(name, 100 * SHUFFLE_BYTES, file)["grown"] > sum(sizes)
