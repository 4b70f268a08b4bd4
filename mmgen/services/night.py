"""Runs the pipeline's jobs one after another as processes, the same ones that Airflow starts."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any

from mmgen.pipeline import Job, is_on_this_machine, job_arguments, job_command, job_environment, local_spark
from mmgen.resources import working_folder
from mmgen.services.processes import start_tree, stop_tree
from mmgen.services.warm_spark import warm_spark

TAIL_LINES = 15
TICK_S = 0.5


@dataclass(frozen=True)
class Night:
    """What to run: the jobs of one date, and what each is given."""

    ds: str
    jobs: list[Job]
    home: Path
    environment: Mapping[str, str]
    is_full: bool = False
    retry_reasons: tuple[str, ...] = ()
    config_path: str | None = None
    spark_master: str = "local[*]"

    @property
    def run_id(self) -> str:
        """Recorded with every commit and every publication."""
        return f"cli__{self.ds}"

    @property
    def spark(self) -> dict[str, str]:
        """What jobs of this machine need to start Spark by themselves."""
        return local_spark(self.spark_master) if is_on_this_machine(self.spark_master) else {}

    @property
    def is_warm_spark_worth_it(self) -> bool:
        """Whether several jobs can use one JVM."""
        return bool(self.spark) and sum(job.kind == "spark" for job in self.jobs) > 1

    def log_file(self, job: Job) -> Path:
        """All that a job says."""
        return self.home / "logs" / self.ds / f"{job.name}.log"

    def command(self, job: Job) -> list[str]:
        """The job's command line."""
        extra = ["--full"] if self.is_full else []
        if self.retry_reasons:
            extra += ["--retry", ",".join(self.retry_reasons)]
        arguments = job_arguments(self.ds, *extra, config=self.config_path)
        return job_command(job, arguments, self.spark_master)


@dataclass(frozen=True)
class JobResult:
    """How a job ended: ``succeeded``, ``failed``, ``timed_out``. ``summary`` is the last line that it printed."""

    job: str
    status: str
    seconds: float
    summary: str
    log: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run_jobs(
    night: Night,
    started: Callable[[int, Job], None],
    tick: Callable[[float], None],
    ended: Callable[[Job, JobResult], None],
) -> list[JobResult]:
    """Run the jobs in order up to the first that fails. ``tick`` gets the seconds so far, about twice a second.

    An interrupt (also SIGTERM and SIGHUP) ends the running job with all its processes, and is raised again. One that
    comes when the last job is done changes nothing.
    """
    results: list[JobResult] = []
    with warm_spark(night.home.absolute(), night.is_warm_spark_worth_it), interruptible() as interrupts:
        for number, job in enumerate(night.jobs, start=1):
            started(number, job)
            result = run_job(night, job, tick, interrupts)
            results.append(result)
            ended(job, result)
            if result.status != "succeeded":
                break
    return results


def run_job(night: Night, job: Job, tick: Callable[[float], None], interrupts: Interrupts) -> JobResult:
    """Run one job. What it prints and logs goes to its log file."""
    log = night.log_file(job)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**night.environment, **job_environment(), **night.spark, "MMGEN_RUN_ID": night.run_id}
    begun = time.monotonic()
    with log.open("wb") as stream:
        try:
            folder = working_folder(night.home)
            process, tree = start_tree(night.command(job), environment, folder, subprocess.PIPE, stream)
        except FileNotFoundError as error:
            raise FileNotFoundError(f"{error.filename} is not there: make the jobs' environment, see README") from None
        last = LastLine(process.stdout, stream)
        try:
            with interrupts.heeded():
                is_late = _wait(process, begun + timeout_s(job), lambda: tick(time.monotonic() - begun))
        finally:
            # Also after an end by itself: a worker of a job that failed must not go on writing.
            stop_tree(tree)
        summary = last.text()
    seconds = round(time.monotonic() - begun, 1)
    if is_late:
        return JobResult(job.name, "timed_out", seconds, f"not done after {job.timeout_min} minutes", str(log))
    return JobResult(job.name, "failed" if process.returncode else "succeeded", seconds, summary, str(log))


def timeout_s(job: Job) -> float:
    """How long a job may take, the same as under Airflow."""
    return 60.0 * job.timeout_min


def _wait(process: subprocess.Popen[bytes], deadline: float, tick: Callable[[], None]) -> bool:
    """Wait for the end; True where it did not come in time."""
    while True:
        try:
            process.wait(TICK_S)
            return False
        except subprocess.TimeoutExpired:
            tick()
        if time.monotonic() > deadline:
            return True


class LastLine:
    """Copies a job's stdout into its log and keeps the last line."""

    def __init__(self, source: IO[bytes] | None, target: IO[bytes]) -> None:
        self._line = b""
        self._thread = threading.Thread(target=self._copy, args=(source, target), daemon=True)
        self._thread.start()

    def _copy(self, source: IO[bytes] | None, target: IO[bytes]) -> None:
        for line in source or ():
            target.write(line)
            target.flush()
            self._line = line.strip() or self._line

    def text(self) -> str:
        """The last line that is not blank, once the job has ended."""
        self._thread.join(timeout=5)
        return self._line.decode("utf-8", "replace")


class Interrupts:
    """Signals that end a run. They wait, but where the run waits for a job: one between the job's start and the ``try``
    that ends it, or while it is being ended, would leave its processes running."""

    def __init__(self) -> None:
        self._is_heeded = self._has_come = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """The handler of the signals."""
        self._has_come = True
        self._raise_if_due()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Within, a signal raises KeyboardInterrupt, also one that came before."""
        self._is_heeded = True
        try:
            self._raise_if_due()
            yield
        finally:
            self._is_heeded = False

    def _raise_if_due(self) -> None:
        if self._is_heeded and self._has_come:
            self._is_heeded = self._has_come = False
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """SIGTERM and SIGHUP count as Ctrl-C: whoever ends this command ends the job that it runs.

    A signal that is ignored stays so: under ``nohup`` the run goes on when its terminal closes.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heeded = [number for number in ending if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupts) for number in heeded}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tail(log: Path, lines: int = TAIL_LINES, max_bytes: int = 64 * 1024) -> list[str]:
    """The last lines of a log. Of a progress bar, which overwrites itself, the last state."""
    if not log.is_file():
        return []
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - max_bytes))
        text = stream.read().decode("utf-8", "replace")
    kept = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n")]
    return [line for line in kept if line][-lines:]
