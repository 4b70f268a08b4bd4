"""How fast rows come shuffled to training: mmgen's readers, petastorm's own loader, and a bare read of the table.

    python benchmarks/bench_readers.py [--quick]      in the encoders' environment, torch beside it (make benchmarks)

200,000 rows of 128 float32 and two integers, in row groups of 10,000, zstd, batches of 256 as torch tensors. First
every reader's rows are compared with the table's, and how well each shuffles is measured.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from report import Ratio, Section, options, publish, ratio_of

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from petastorm import make_batch_reader
from petastorm.pytorch import BatchedDataLoader

from mmgen.training.data.loader import ArrowReader
from mmgen.training.data.petastorm_reader import PetastormReader
from mmgen.training.data.reader import Reader
from mmgen.training.data.snapshot import whole_files
from mmgen.training.distributed.ranks import Ranks

Batches = Iterator[dict[str, torch.Tensor]]
Ids = npt.NDArray[np.int64]

COLUMNS = ("id", "label", "values")
WIDTH, BATCH_ROWS, GROUP_ROWS, FILES, SHUFFLE_ROWS, SEED = 128, 256, 10_000, 4, 20_000, 7
BAR_BARE, BAR_PETASTORM = 0.7, 3.0
BARE = "bare pq.read_table"
NOTE = f"""\
{{rows:,}} rows of {WIDTH} float32 and two integers, {FILES} files, row groups of {{group_rows:,}}, zstd; batches of
{BATCH_ROWS} torch tensors. mmgen and petastorm draw the row groups' order and shuffle through a buffer of
{SHUFFLE_ROWS:,} rows. All were seen to give each row of the table once, whole. Interleaved A B B A, medians (lowest to
highest) of CPU seconds, and where there is a bar of the clock. *mmgen to it*: how many times as fast mmgen's default
reader is.

How well each shuffles: *row groups in a batch*, the effective number (1 / sum of squared shares); *neighbours*, the
correlation of the stored positions of rows that follow each other, 0 is best; *displacement*, the mean distance between
stored and given position, 1 is a random permutation's; *within a row group*, the mean absolute rank correlation of
stored and given order, 0 is best.

Bars, of CPU seconds: {BAR_BARE} of the bare read, {BAR_PETASTORM:g} times the faster of petastorm's loaders.
{{verdict}}
"""


def main() -> None:
    args = options(__doc__)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    num_rows = 40_000 if args.quick else 200_000
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), num_rows)
        arrow, through_petastorm = (partial(batches_of, kind, files) for kind in (ArrowReader, PetastormReader))
        peers: dict[str, Callable[[], Batches]] = {
            "mmgen, Arrow reader (default of torch)": arrow,
            "mmgen, petastorm reader": through_petastorm,
            "petastorm BatchedDataLoader, 10 threads": partial(petastorm_batches, folder, 10),
            "petastorm BatchedDataLoader, 1 thread": partial(petastorm_batches, folder, 1),
        }
        orders = {name: order_of(make(), num_rows) for name, make in peers.items()}
        orders["a random permutation"] = np.random.default_rng(0).permutation(num_rows)
        runs: dict[str, Callable[[], object]] = {name: partial(drain, make) for name, make in peers.items()}
        runs[BARE] = partial(pq.read_table, folder)
        rounds = 1 if args.quick else 2
        ours = partial(drain, arrow)
        cpu = {name: ratio_of(ours, run, rounds) for name, run in runs.items() if run is not runs[next(iter(runs))]}
        barred = [BARE, min((name for name in cpu if name.startswith("petastorm")), key=lambda name: cpu[name].times)]
        wall = {name: ratio_of(ours, runs[name], rounds, time.perf_counter) for name in barred}
    own = next(iter(cpu.values()))
    rows: list[list[object]] = []
    for name in [*peers, BARE, "a random permutation"]:
        seconds = own.a_s if name == next(iter(peers)) else cpu[name].b_s if name in cpu else None
        speed = f"{num_rows / seconds:,.0f}" if seconds else ""
        quality = quality_of(orders[name]) if name in orders else [""] * 4
        rows.append([name, speed, cpu.get(name, ""), wall.get(name, ""), *quality])
    columns = ["", "rows/s of CPU", "mmgen to it, CPU", "mmgen to it, clock", "row groups in a batch"]
    columns += ["neighbours", "displacement", "within a row group"]
    note = NOTE.format(rows=num_rows, group_rows=group_rows_of(num_rows), verdict=verdict(cpu, orders))
    publish(args, Section("bench_readers", "Training readers: speed at equal shuffling", note, columns, rows))


def group_rows_of(num_rows: int) -> int:
    return min(GROUP_ROWS, num_rows // 20)


def write(folder: Path, num_rows: int) -> list[str]:
    """The table, in stored order of ``id``."""
    values = np.random.default_rng(SEED).normal(size=num_rows * WIDTH).astype(np.float32)
    offsets = pa.array(np.arange(num_rows + 1, dtype=np.int32) * WIDTH)
    lists = pa.ListArray.from_arrays(offsets, pa.array(values))
    table = pa.table({"id": np.arange(num_rows), "label": np.arange(num_rows) // 1000, "values": lists})
    paths = [folder / f"{number}.parquet" for number in range(FILES)]
    for number, path in enumerate(paths):
        part = table.slice(number * num_rows // FILES, num_rows // FILES)
        pq.write_table(part, path, row_group_size=group_rows_of(num_rows), compression="zstd")
    return [str(path) for path in paths]


def batches_of(kind: type[Reader], files: Sequence[str]) -> Batches:
    reader = kind(whole_files(files), BATCH_ROWS, SEED, Ranks(), SHUFFLE_ROWS, columns=COLUMNS)
    for batch in reader.column_batches(0):
        yield {name: torch.from_numpy(values) for name, values in batch.items()}


def petastorm_batches(folder: str, threads: int) -> Batches:
    """petastorm's own way to torch; 10 threads are its default."""
    fields = [f"^{name}$" for name in COLUMNS]
    reader = make_batch_reader(Path(folder).as_uri(), schema_fields=fields, seed=SEED, workers_count=threads)
    try:
        yield from BatchedDataLoader(reader, BATCH_ROWS, shuffling_queue_capacity=SHUFFLE_ROWS)
    finally:
        reader.stop()
        reader.join()


def drain(make: Callable[[], Batches]) -> int:
    """Read an epoch, looking at every tensor's size alone."""
    return sum(len(batch["values"]) for batch in make())


def order_of(batches: Batches, num_rows: int) -> Ids:
    """The stored positions in the order given. ValueError unless each row of the table came once, and whole."""
    wanted = np.random.default_rng(SEED).normal(size=num_rows * WIDTH).astype(np.float32).reshape(num_rows, WIDTH)
    ids = []
    for batch in batches:
        ids.append(batch["id"].numpy())
        if not (
            np.array_equal(batch["values"].numpy(), wanted[ids[-1]]) and (batch["label"] == batch["id"] // 1000).all()
        ):
            raise ValueError("a row's columns don't belong together")
    order = np.concatenate(ids)
    if not np.array_equal(np.sort(order), np.arange(num_rows)):
        raise ValueError("not each row once")
    return order


def quality_of(order: Ids) -> list[str]:
    """Effective row groups in a batch, correlation of neighbours, displacement, order within a row group."""
    count, group_rows = len(order), group_rows_of(len(order))
    batches = [order[i : i + BATCH_ROWS] // group_rows for i in range(0, count - BATCH_ROWS + 1, BATCH_ROWS)]
    shares = [np.unique(batch, return_counts=True)[1] / BATCH_ROWS for batch in batches]
    groups = float(np.mean([1 / (share**2).sum() for share in shares]))
    neighbours = float(np.corrcoef(order[:-1], order[1:])[0, 1])
    displacement = float(np.abs(order - np.arange(count)).mean() / (count / 3))
    places = np.argsort(order).reshape(-1, group_rows)  # where each row of a row group was given
    within = [abs(float(np.corrcoef(np.argsort(np.argsort(p)), np.arange(group_rows))[0, 1])) for p in places]
    return [f"{groups:.1f}", f"{neighbours:.3f}", f"{displacement:.2f}", f"{np.mean(within):.3f}"]


def verdict(cpu: dict[str, Ratio], orders: dict[str, Ids]) -> str:
    """Whether the bars are met, in CPU time, and against the faster of petastorm's two."""
    bare = cpu[BARE].times
    petastorm = min(ratio.times for name, ratio in cpu.items() if name.startswith("petastorm"))
    ours, theirs = (float(quality_of(order)[0]) for order in list(orders.values())[0:3:2])
    words = [
        f"{bare:.2f} of the bare read: {'met' if bare >= BAR_BARE else 'MISSED'}",
        f"{petastorm:.1f} times petastorm: {'met' if petastorm >= BAR_PETASTORM else 'MISSED'}",
        f"row groups in a batch {ours:.1f} to {theirs:.1f}: {'no worse' if ours >= 0.95 * theirs else 'WORSE'}",
    ]
    return "; ".join(words) + "."


if __name__ == "__main__":
    main()
