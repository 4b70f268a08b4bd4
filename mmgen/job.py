"""What every job has in common: its command line, its context, its error messages."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen import __version__
from mmgen.config.config import Config, load_config
from mmgen.contracts import dataset_names
from mmgen.datasets import Dataset
from mmgen.dates import parse_ds
from mmgen.pipeline import BY_NAME

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from mmgen.derive import Outcome

log = logging.getLogger("mmgen.job")


@dataclass
class JobContext:
    """What a job is given: its configuration, its date, its run."""

    name: str
    config: Config
    ds: str
    run_id: str
    is_full: bool = False
    is_forced: bool = False
    retry_reasons: list[str] = field(default_factory=list)
    batch_rows: int = 64
    notes: list[str] = field(default_factory=list)
    """What a person should know of the run though nothing is wrong; printed, and kept with the commit."""
    only: list[str] | None = None
    """The products that inputs are asked for, where these are few; see ``limited_to``."""

    @contextmanager
    def limited_to(self, product_ids: list[str] | None) -> Iterator[None]:
        """Inputs asked for within are read for these products alone (None: for all)."""
        self.only = product_ids
        try:
            yield
        finally:
            self.only = None

    @property
    def home(self) -> Path:
        """Everything that a run writes lies here."""
        return self.config.home

    def scratch(self) -> Path:
        """A folder for what lives no longer than the job; shared with the executors."""
        folder = self.home / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def dataset(self, name: str) -> Dataset:
        """A dataset of this home."""
        return Dataset(name, self.home)

    @property
    def input_datasets(self) -> list[str]:
        """The datasets that the job reads, from the pipeline's declaration."""
        return [name for name in BY_NAME[self.name].inputs if name in dataset_names()]

    @cached_property
    def spark(self) -> SparkSession:
        """The Spark session, started on first use."""
        from mmgen.spark import session

        return session(f"mmgen.{self.name}.{self.ds}", self.batch_rows)

    def metadata(self, outcome: Outcome) -> dict[str, str]:
        """What a commit records: the run, the code, the configuration, the counts, the inputs' versions."""
        rejects = {f"reject.{reason}": str(n) for reason, n in outcome.rejects.items()}
        return {
            "run_id": self.run_id,
            "job": self.name,
            "code_version": __version__,
            "computed": str(outcome.computed),
            "reused": str(outcome.reused),
            "seconds": str(outcome.seconds),
            "inputs": ",".join(f"{n}@{self.dataset(n).version()}" for n in self.input_datasets),
            "warnings": "; ".join(outcome.warnings),
            "notes": "; ".join(self.notes),
            **rejects,
        }

    def fault(self, phase: str) -> None:
        """Kill this process at a named phase, if ``MMGEN_FAULT`` says so: how the drills crash jobs."""
        if os.environ.get("MMGEN_FAULT") == f"{self.name}:{phase}":
            os.kill(os.getpid(), signal.SIGKILL)


def progress_lines(name: str, every_s: float = 10.0) -> Callable[[int, int], None]:
    """A progress callback for long work: a line every few seconds, in a log as in a terminal."""
    started = last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= every_s or done == total:
            last = now
            left_s = (now - started) / max(done, 1) * (total - done)
            log.info("%s: %d of %d (%.0f%%), about %.0f s left", name, done, total, 100 * done / total, left_s)

    return show


def argument_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """The options that every job takes."""
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=description)
    parser.add_argument("--ds", required=True, help="logical date, YYYY-MM-DD")
    parser.add_argument("--config", help="TOML file (default: MMGEN_CONFIG, else conf/local.toml)")
    parser.add_argument("--run-id", default=os.environ.get("MMGEN_RUN_ID"), help="recorded with every commit")
    parser.add_argument(
        "--full",
        action="store_true",
        default=os.environ.get("MMGEN_FULL") == "True",
        help="refresh every product, not only those that changed",
    )
    parser.add_argument("--retry", default="", help="compute rows rejected for these reasons again, comma-separated")
    parser.add_argument("--force", action="store_true", help="train even where there is a champion (train only)")
    return parser


def is_for_a_person(error: Exception) -> bool:
    """Whether an error's message says what to do. All else is a defect, and its traceback is wanted.

    The type itself counts: Arrow's errors, wrong bytes and wrong JSON are ValueErrors by inheritance only.
    """
    return type(error) in (ValueError, FileNotFoundError) or type(error).__module__.partition(".")[0] == "mmgen"


def main(
    name: str,
    run: Callable[[JobContext], Outcome | str],
    batch_rows: int = 64,
    argv: Sequence[str] | None = None,
) -> None:
    """Parse, run, print one line, exit 0; or exit 1 with an error that says what to do."""
    arguments = argument_parser(name, run.__doc__).parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("py4j", "great_expectations", "alembic", "mlflow", "jieba", "petastorm"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    started = time.monotonic()
    try:
        ds = parse_ds(arguments.ds)
        reasons = [r for r in arguments.retry.split(",") if r]
        run_id = arguments.run_id or f"manual__{ds}"
        config = load_config(arguments.config)
        ctx = JobContext(name, config, ds, run_id, arguments.full, arguments.force, reasons, batch_rows)
        result = run(ctx)
    except Exception as error:
        log.debug("%s failed", name, exc_info=True)
        if not is_for_a_person(error):
            log.exception("%s failed after %.1f s", name, time.monotonic() - started)
        print(f"{name}: error: {error}", file=sys.stderr)
        sys.exit(1)
    print("; ".join([result if isinstance(result, str) else result.line(), *ctx.notes]), flush=True)
