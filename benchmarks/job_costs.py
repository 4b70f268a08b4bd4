"""What jobs cost: their own entry points in one process on one Spark session, measured from outside.

The session and all that a first run loads are paid before, on a tiny shop: what a later run takes is beyond start-up.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
import threading
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from mmgen.pipeline import BY_NAME, job_arguments, job_environment, job_file

MIB = 2**20
SAMPLE_S = 0.2


@dataclass
class Peaks:
    """Largest resident memory seen, in MiB."""

    driver_jvm: float = 0.0
    job: float = 0.0  # the job's own Python process
    worker: float = 0.0  # the largest of Spark's Python workers
    workers: float = 0.0  # all of them at one time; pages that they share count in each


@dataclass(frozen=True)
class Cost:
    """What one job took."""

    job: str
    wall_s: float
    cpu_s: float  # of the job, the JVM and all Python workers
    line: str  # what the job printed
    worker_mib: float  # the largest of Spark's Python workers while it ran; they live on from job to job


@dataclass
class Night:
    """What the jobs of a date took, in order."""

    costs: list[Cost] = field(default_factory=list)
    peaks: Peaks = field(default_factory=Peaks)

    @property
    def cpu_s(self) -> float:
        return sum(cost.cpu_s for cost in self.costs)

    @property
    def wall_s(self) -> float:
        return sum(cost.wall_s for cost in self.costs)

    def of(self, job: str) -> Cost:
        return next(cost for cost in self.costs if cost.job == job)


def prepare() -> None:
    """The environment in which ``mmgen run`` starts a job."""
    os.environ.update(job_environment())
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--master local[*] --conf spark.ui.showConsoleProgress=false pyspark-shell"


class Watch:
    """CPU time and memory of this process and of all below it, looked at five times a second.

    A process's time counts up to when it was last seen, so what ends between two looks loses a fraction of a second.
    """

    def __init__(self) -> None:
        self.peaks = Peaks()
        self.worker_mib = 0.0  # as of the last reset
        self._seconds: dict[tuple[int, float], float] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def cpu_s(self) -> float:
        """Seconds so far, of processes that have ended as well."""
        with self._lock:
            self._look()
            return sum(self._seconds.values())

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            with self._lock:
                self._look()

    def _look(self) -> None:
        me = psutil.Process()
        workers = [0.0]
        for process in [me, *me.children(recursive=True)]:
            try:
                with process.oneshot():
                    name, rss = process.name(), process.memory_info().rss / MIB
                    self._seconds[process.pid, process.create_time()] = sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
            if process.pid == me.pid:
                self.peaks.job = max(self.peaks.job, rss)
            elif name == "java":
                self.peaks.driver_jvm = max(self.peaks.driver_jvm, rss)
            elif name.startswith("python"):  # what the JVM is about to start has its size and a thread's name
                workers.append(rss)
        self.worker_mib = max(self.worker_mib, *workers)
        self.peaks.worker = max(self.peaks.worker, self.worker_mib)
        self.peaks.workers = max(self.peaks.workers, sum(workers))


def run_night(home: Path, ds: str, jobs: list[str], config: Path | None = None) -> Night:
    """Run the jobs of a date, each by its entry point, and measure them. SystemExit where one fails."""
    os.environ["MMGEN_HOME"] = str(home)
    watch = Watch()
    night = Night(peaks=watch.peaks)
    try:
        for job in jobs:
            cost = _run(watch, job, ds, config)
            night.costs.append(cost)
            print(
                f"  {home.name} {ds} {job}: {cost.cpu_s:.1f} s CPU, {cost.wall_s:.1f} s, "
                f"workers up to {cost.worker_mib:,.0f} MiB",
                file=sys.stderr,
            )
    finally:
        watch.stop()
    return night


def _run(watch: Watch, job: str, ds: str, config: Path | None) -> Cost:
    printed, arguments = io.StringIO(), sys.argv
    sys.argv = [str(job_file(BY_NAME[job])), *job_arguments(ds, config=str(config) if config else None)]
    started, cpu, watch.worker_mib = time.perf_counter(), watch.cpu_s(), 0.0
    try:
        with redirect_stdout(printed):
            runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        sys.argv = arguments
    return Cost(job, time.perf_counter() - started, watch.cpu_s() - cpu, printed.getvalue().strip(), watch.worker_mib)


def stop_spark() -> None:
    """End the session and its JVM."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def import_shop(products_csv: Path, home: Path) -> Any:
    """Import a shop's file into the home's catalogue."""
    from mmgen.catalog.importer import import_file
    from mmgen.catalog.source_map import load_source_map
    from mmgen.catalog.tables import open_catalog

    home.mkdir(parents=True, exist_ok=True)
    engine = open_catalog(f"sqlite:///{home / 'catalogue.db'}")
    try:
        return import_file(engine, products_csv, load_source_map(products_csv.parent / "map.toml"))
    finally:
        engine.dispose()


def make_champion(home: Path, config: Path) -> None:
    """Let the newest fusion model be the champion, as ``mmgen promote`` does: trained quickly, it beats no baseline."""
    from mmgen.config.config import load_config
    from mmgen.registry.aliases import CANDIDATE, CHAMPION
    from mmgen.registry.tracker import Tracker

    os.environ["MMGEN_HOME"] = str(home)
    tracker = Tracker(load_config(config).tracking_store)
    candidate = tracker.version_of(CANDIDATE)
    if tracker.version_of(CHAMPION) is None and candidate is not None:
        tracker.set_alias(CHAMPION, candidate)
