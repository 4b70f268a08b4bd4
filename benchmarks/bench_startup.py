"""What a Spark job's start costs on one machine: a JVM a job, by spark-submit, beside one that is lent to all.

    python benchmarks/bench_startup.py [--quick] [--products 300]

Each way runs the same first jobs of a night on the same shop, in a home of its own; then their tables are compared.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from report import ROOT, Section, options, publish

from job_costs import Watch

from mmgen.catalog.importer import import_file
from mmgen.catalog.source_map import load_source_map
from mmgen.catalog.tables import open_catalog
from mmgen.pipeline import BY_NAME, job_arguments, job_command, job_environment, job_file, job_python, local_spark
from mmgen.sample.shop import write_sample
from mmgen.services.warm_spark import warm_spark
from mmgen.store.datasets import Dataset

DS = "2026-11-01"
JOBS = ("extract_products", "clean_texts")
WAYS = {"spark-submit": "spark-submit, a JVM a job (a cluster's way)", "lent": "plain Python, one JVM lent to all"}
SUBMIT = "spark-submit"
PARTS = {
    "spark-submit alone, without a session": SUBMIT,
    "pandas, pyarrow, pyspark imported": "import pandas, pyarrow.dataset, pyspark.sql",
    "Great Expectations imported": "import great_expectations.expectations",
    "MLflow imported": "import mlflow",
}

NOTE = """\
CPU seconds of a job, its JVM and all Python workers, on an invented shop of {products:,} products; each way twice,
in turn and back (ABBA), median and range. *First* is `extract_products`, *later* the mean of {later}. Seconds by
the clock are of a machine with a load of {load:.0f}, and compare with each other only. After each round the tables of
all ways were compared row by row: {equal}. The parts below are CPU seconds of a process that does nothing else.
"""


def run_jobs(way: str, home: Path, jobs: tuple[str, ...]) -> list[tuple[float, float]]:
    """CPU seconds and seconds of each job, run one way. CalledProcessError where one fails."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "SPARK_"))}
    environment = {**plain, **job_environment(), **local_spark("local[*]"), "MMGEN_HOME": str(home)}
    costs = []
    watch = Watch()
    try:
        with warm_spark(home) if way == "lent" else nullcontext():
            for name in jobs:
                started, cpu = time.perf_counter(), watch.cpu_s()
                with (home / f"{name}.log").open("wb") as log:
                    subprocess.run(command(way, name), env=environment, stdout=log, stderr=log, check=True)
                costs.append((watch.cpu_s() - cpu, time.perf_counter() - started))
                print(f"  {way} {name}: {costs[-1][0]:.1f} s CPU, {costs[-1][1]:.1f} s", file=sys.stderr)
    finally:
        watch.stop()
    return costs


def command(way: str, name: str) -> list[str]:
    """How a job is started."""
    if way != SUBMIT:
        return job_command(BY_NAME[name], job_arguments(DS), "local[*]")
    submit = str(Path(job_python()).with_name(SUBMIT))
    return [submit, "--master", "local[*]", str(job_file(BY_NAME[name])), *job_arguments(DS)]


def tables(home: Path, jobs: tuple[str, ...]) -> Mapping[str, list[dict[str, Any]]]:
    """All rows of what the jobs made."""
    found = {}
    for name in jobs:
        dataset = Dataset(BY_NAME[name].output, home)
        batches = dataset.batches(dataset.files(), dataset.contract.file_schema.names)
        found[name] = sorted((row for batch in batches for row in batch.to_pylist()), key=repr)
    return found


def part_s(what: str) -> float:
    """CPU seconds of one part of a start."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
        program.write("" if what == SUBMIT else what)
        program.flush()
        arguments = [str(Path(job_python()).with_name(SUBMIT)), "--master", "local[*]"]
        arguments = [*(arguments if what == SUBMIT else [sys.executable]), program.name]
        before = os.times()
        subprocess.run(arguments, env={**os.environ, **job_environment()}, capture_output=True, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def main() -> None:
    """Measure, print, and write the section."""
    args = options(__doc__, ("--products", "size of the shop (300; --quick: 60)"))
    products = int(args.products or (60 if args.quick else 300))
    costs: dict[str, list[list[tuple[float, float]]]] = {way: [] for way in WAYS}
    load, is_equal = [], True
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty"
        shop = write_sample(Path(folder) / "shop", products).products_csv
        empty.mkdir()
        engine = open_catalog(f"sqlite:///{empty / 'catalogue.db'}")
        import_file(engine, shop, load_source_map(ROOT / "conf" / "sources" / "sample.toml"))
        engine.dispose()
        for number, order in enumerate([list(WAYS), list(reversed(WAYS))]):
            homes = {way: Path(folder) / f"{way}-{number}" for way in order}
            for way, home in homes.items():
                shutil.copytree(empty, home)
                costs[way].append(run_jobs(way, home, JOBS))
                load.append(os.getloadavg()[0])
            first, *others = (tables(home, JOBS) for home in homes.values())
            is_equal &= all(other == first for other in others)
    rows: list[list[object]] = []
    for way, title in WAYS.items():
        firsts, later = [r[0] for r in costs[way]], [r[1:] for r in costs[way]]
        means = [sum(c for c, _ in r) / len(r) for r in later]
        walls = [sum(s for _, s in r) / len(r) for r in later]
        rows.append([title, spread([c for c, _ in firsts]), spread(means), spread(walls)])
    rows += [[title, spread([part_s(what) for _ in range(2)]), "", ""] for title, what in PARTS.items()]
    note = NOTE.format(
        products=products, later=", ".join(f"`{name}`" for name in JOBS[1:]),
        load=statistics.median(load), equal="equal" if is_equal else "NOT EQUAL",
    )  # fmt: skip
    columns = ["a job's start and work", "first job, CPU s", "a later job, CPU s", "a later job, s by the clock"]
    publish(args, Section("bench_startup", "What a job's start costs", note, columns, rows))


if __name__ == "__main__":
    main()
