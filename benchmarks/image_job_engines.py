"""One engine of bench_image_job, as a process of its own: reads photos from Parquet, cleans them, writes Parquet.

    python image_job_engines.py ENGINE FOLDER

Then for each output folder named on a line of standard input: does the work, and answers with the seconds it took. All
engines call the same function on batches of 64 rows, that of mmgen's ``clean_images`` job.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mmgen.clean.image.rows import VERSION, clean_images
from mmgen.config.clean import ImageParams
from mmgen.engine.work import Work, complete
from mmgen.store.contracts import Contract, contract

BATCH_ROWS = 64
NUM_PROCESSES = 2
Run = Callable[[Path], None]


@cache
def recipe() -> tuple[Work, Contract]:
    params = ImageParams()
    transform = partial(clean_images, params=params)
    return Work(params.digest(VERSION), transform, needs="data"), contract("clean_images")


def cleaned(batch: pa.RecordBatch) -> pa.RecordBatch:
    """What every engine calls."""
    return complete(batch, *recipe())


def cleaned_table(table: pa.Table) -> pa.Table:
    return pa.Table.from_batches([cleaned(batch) for batch in table.combine_chunks().to_batches()])


# --- the engines: each gives a function that does the whole job once -----------------------------------------------


def _one_file(task: tuple[str, str]) -> None:
    source, target = task
    schema = recipe()[1].file_schema
    with pq.ParquetWriter(target, schema, compression="none", use_dictionary=False) as writer:
        for batch in pq.ParquetFile(source).iter_batches(BATCH_ROWS):
            writer.write_batch(cleaned(batch))


def bare(folder: Path) -> Run:
    """Two processes that are there already, a file at a time: what the machine can do."""
    import multiprocessing

    pool = multiprocessing.get_context("spawn").Pool(NUM_PROCESSES)

    def run(out: Path) -> None:
        out.mkdir(parents=True)
        pool.map(_one_file, [(str(p), str(out / p.name)) for p in sorted(folder.glob("*.parquet"))], chunksize=1)

    return run


def spark(folder: Path) -> Run:
    """The job's own way: what ``mmgen.engine.derive`` calls."""
    from mmgen.engine.parts import write_parts
    from mmgen.engine.spark import session
    from mmgen.pipeline import job_environment

    os.environ.update(job_environment())
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--master local[{NUM_PROCESSES}] pyspark-shell"
    made = session("bench_image_job", BATCH_ROWS)
    made.sparkContext.setLogLevel("ERROR")
    work, agreed = recipe()

    def run(out: Path) -> None:
        out.mkdir()
        write_parts(out, agreed, work, made.read.parquet(str(folder)))

    return run


def ray(folder: Path) -> Run:
    import ray as engine

    engine.init(num_cpus=NUM_PROCESSES, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    engine.data.DataContext.get_current().enable_progress_bars = False

    def run(out: Path) -> None:
        rows = engine.data.read_parquet(str(folder))
        made = rows.map_batches(cleaned_table, batch_format="pyarrow", batch_size=BATCH_ROWS)
        made.write_parquet(str(out), compression="none", use_dictionary=False)

    return run


def daft(folder: Path) -> Run:
    import daft as engine

    names = pq.read_schema(next(iter(sorted(folder.glob("*.parquet"))))).names
    schema = recipe()[1].file_schema
    kind = engine.DataType.from_arrow_type(pa.struct(list(schema)))

    def work(*columns: engine.Series) -> pa.Array:
        arrays = [column.to_arrow() for column in columns]
        arrays = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
        types = [pa.binary() if name == "data" else pa.string() for name in names]
        batch = pa.RecordBatch.from_arrays([a.cast(t) for a, t in zip(arrays, types, strict=True)], names)
        return cleaned(batch).to_struct_array()

    function = engine.udf(return_dtype=kind, batch_size=BATCH_ROWS)(work)

    def run(out: Path) -> None:
        rows = engine.read_parquet(f"{folder}/*.parquet").select(function(*[engine.col(n) for n in names]).alias("row"))
        rows.select(engine.col("row").unnest()).write_parquet(str(out), compression="none")

    return run


ENGINES: dict[str, Callable[[Path], Run]] = {"bare": bare, "spark": spark, "ray": ray, "daft": daft}


def lines() -> Iterator[str]:
    while line := sys.stdin.readline():
        yield line.strip()


def main() -> None:
    run = ENGINES[sys.argv[1]](Path(sys.argv[2]))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # engines print what they like; answers have a stream of their own
    print("ready", file=answers, flush=True)
    for out in lines():
        started = time.perf_counter()
        run(Path(out))
        print(time.perf_counter() - started, file=answers, flush=True)


if __name__ == "__main__":
    # Ray sends functions of the script itself by value, and their cache with them; of a module, by name
    import image_job_engines

    image_job_engines.main()
