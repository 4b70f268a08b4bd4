"""What a job is given: its configuration, its date, its run."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen import __version__
from mmgen.config.config import Config
from mmgen.pipeline import BY_NAME
from mmgen.store.contracts import dataset_names
from mmgen.store.datasets import Dataset

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from mmgen.engine.lease import Lease
    from mmgen.engine.step import Outcome


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
    lease: Lease | None = None
    """The JVM that ``spark`` runs in, where it is a lent one."""

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
        from mmgen.engine.lease import leased_jvm
        from mmgen.engine.spark import session

        self.lease = leased_jvm(self.home)
        return session(f"mmgen.{self.name}.{self.ds}", self.batch_rows)

    def close(self) -> None:
        """After success: a JVM that was lent is given back, clean. After a failure its lender ends it."""
        if self.lease is not None:
            self.spark.stop()
            self.lease.give_back()
            self.lease = None

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
