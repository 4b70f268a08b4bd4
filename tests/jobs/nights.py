"""Whole nights in one process: a shop, a home, and each job's own ``run`` on the session's Spark."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from mmgen.catalog.importer import ImportResult, import_file
from mmgen.catalog.source_map import load_source_map
from mmgen.catalog.tables import open_catalog, product_content
from mmgen.config.config import Config, load_config
from mmgen.engine.context import JobContext
from mmgen.engine.step import Outcome
from mmgen.pipeline import BY_NAME, JOBS, ROOT, job_file, job_python
from mmgen.registry.aliases import CANDIDATE, CHAMPION
from mmgen.registry.fitting import registry
from mmgen.registry.tracker import Tracker
from mmgen.store.contracts import dataset_names
from mmgen.store.datasets import Dataset

D1, D2 = "2026-11-01", "2026-11-02"
MAP = ROOT / "conf" / "sources" / "sample.toml"
Row = dict[str, Any]

TINY = ROOT / "benchmarks" / "tiny_model.toml"
SMALL = (
    TINY.read_text(encoding="utf-8")
    + """
[train]
min_steps = 40
max_steps = 40
batch_rows = 8
warmup_steps = 5
checkpoint_every = 40
validate_every = 20
bootstrap_rounds = 10
min_token_count = 1
timeout_s = 30

[encoders.image]
side_px = 32
widths = [8, 16]
min_rows = 16
min_products = 4
schedule = { epochs = 1, min_steps = 6, max_steps = 6, batch_rows = 8, learning_rate = 3e-3 }

[encoders.audio]
steps = 16
units = 8
min_rows = 4
schedule = { epochs = 1, min_steps = 6, max_steps = 6, batch_rows = 8, learning_rate = 3e-3 }

[report]
num_samples = 8
"""
)
"""A model that takes seconds; everything else is as it ships."""


@cache
def job_module(name: str) -> ModuleType:
    """A job's entry point, loaded by its path: ``jobs`` is no package."""
    spec = importlib.util.spec_from_file_location(f"job_{name}", job_file(BY_NAME[name]))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Night:
    """What one run of a date left behind: each job's result, and the state afterwards."""

    ds: str
    results: dict[str, Outcome | str]
    fingerprints: dict[str, str]
    """dataset -> hash of the committed files of all dates"""
    content: list[Row]
    """product_content, in order"""
    reads: dict[str, set[str]]
    """job -> the datasets that it asked for, its own among them"""
    on_spark: set[str]
    """the jobs that asked for the Spark session"""

    def outcome(self, name: str) -> Outcome:
        """The result of a job that makes a dataset."""
        found = self.results[name]
        assert isinstance(found, Outcome), found
        return found


@dataclass
class WatchedContext(JobContext):
    """A context that notes which datasets its job asks for, and whether it asks for Spark."""

    asked: set[str] = field(default_factory=set)
    session: Any = None
    uses_spark: bool = False

    @property
    def spark(self) -> Any:
        """The shared session in place of one of its own."""
        self.uses_spark = True
        return self.session

    def dataset(self, name: str) -> Dataset:
        self.asked.add(name)
        return super().dataset(name)

    def metadata(self, outcome: Outcome) -> dict[str, str]:
        """Records the versions of all declared inputs, which is no reading of them."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self, "asked", set())
            return super().metadata(outcome)


@dataclass
class Shop:
    """A home with a catalogue, and the Spark session that its jobs run on."""

    home: Path
    spark: Any
    catalogue_url: str = ""
    config: Config = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / "small.toml"
        file.write_text(SMALL, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MMGEN_HOME", str(self.home))
            patch.setenv("MMGEN_CATALOGUE_URL", self.catalogue_url)
            patch.delenv("MLFLOW_TRACKING_URI", raising=False)
            self.config = load_config(file)
        self.engine = open_catalog(self.config.catalogue_url)

    def import_products(self, products_csv: Path) -> ImportResult:
        """Make the catalogue's products those of the file."""
        return import_file(self.engine, products_csv, load_source_map(MAP))

    def context(self, name: str, ds: str, run_id: str) -> WatchedContext:
        """A job's context that takes notes."""
        return WatchedContext(name, self.config, ds, run_id, session=self.spark)

    def run_job(self, name: str, ds: str, run_id: str) -> Outcome | str:
        """What ``jobs/<name>.py`` does."""
        return self.watch_job(name, ds, run_id)[0]

    def watch_job(self, name: str, ds: str, run_id: str) -> tuple[Outcome | str, WatchedContext]:
        """A job's result, and the context with what it noted."""
        if BY_NAME[name].environment == "encoders":
            return self.watch_encoder_job(name, ds, run_id)
        run: Callable[[JobContext], Outcome | str] = job_module(name).run
        ctx = self.context(name, ds, run_id)
        return run(ctx), ctx

    def watch_encoder_job(
        self, name: str, ds: str, run_id: str, *options: str, settings: str = ""
    ) -> tuple[str, WatchedContext]:
        """The same in the encoders' environment. ``settings``: lines of TOML before the shop's own."""
        python = job_python("encoders")
        if subprocess.run([python, "-c", "import petastorm, tensorflow"], capture_output=True, check=False).returncode:
            pytest.skip("there is no encoders' environment here: make env")
        config = self.home / "encoders.toml"
        config.write_text(settings + SMALL, encoding="utf-8")
        script = str(Path(__file__).with_name("encoder_job.py"))
        environment = {**os.environ, "MMGEN_HOME": str(self.home), "MMGEN_CATALOGUE_URL": self.catalogue_url}
        environment.pop("MLFLOW_TRACKING_URI", None)
        done = subprocess.run(
            [python, script, name, ds, run_id, str(config), *options],
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout.splitlines()[-1])
        ctx = self.context(name, ds, run_id)
        ctx.asked.update(found["asked"])
        return found["line"], ctx

    def night(self, ds: str, run_id: str) -> Night:
        """All jobs of one date, in order. A model is made the champion as soon as it is registered."""
        results: dict[str, Outcome | str] = {}
        contexts: dict[str, WatchedContext] = {}
        for job in JOBS:
            results[job.name], contexts[job.name] = self.watch_job(job.name, ds, run_id)
            if job.is_training:
                self.promote(job.output, "1")
        fingerprints = {name: self.dataset(name).fingerprint() for name in dataset_names()}
        reads = {name: ctx.asked for name, ctx in contexts.items()}
        on_spark = {name for name, ctx in contexts.items() if ctx.uses_spark}
        return Night(ds, results, fingerprints, self.content(), reads, on_spark)

    def promote(self, output: str, version: str) -> None:
        """What ``mmgen promote`` does: forty steps on fifty products rarely beat the baselines. Nothing where there is
        no version: a shop without baskets has no graph model."""
        modality = output.removesuffix("_encoder").removesuffix("_model")
        tracker = Tracker(self.config.tracking_store) if output == "champion" else registry(self.config, modality)
        if tracker.version_of(CHAMPION) is None and tracker.version_of(CANDIDATE):
            tracker.set_alias(CHAMPION, version)

    def copy(self, home: Path, catalogue_url: str = "") -> Shop:
        """All that a run has written so far, in a home of its own. The model registry's files stay where they are."""
        self.engine.dispose()  # SQLite puts its log into the database
        shutil.copytree(self.home, home)
        return Shop(home, self.spark, catalogue_url)

    def dataset(self, name: str) -> Dataset:
        """A dataset of this home."""
        return Dataset(name, self.home)

    def files(self, name: str, ds: str) -> list[str]:
        """A partition's committed files, below the dataset's folder."""
        dataset = self.dataset(name)
        return [str(Path(file).relative_to(dataset.path)) for file in dataset.files(ds=[ds])]

    def rows(self, name: str, ds: str, *columns: str) -> list[Row]:
        """A partition's keys, reject reasons and chosen columns."""
        dataset = self.dataset(name)
        wanted = [*dataset.contract.keys, "reject_reason", *columns]
        return [row for batch in dataset.batches(dataset.files(ds=[ds]), wanted) for row in batch.to_pylist()]

    def table(self, which: sa.Table) -> list[Row]:
        """A table of the catalogue, in the order of its key."""
        with self.engine.connect() as connection:
            query = sa.select(which).order_by(*which.primary_key)
            return [dict(row) for row in connection.execute(query).mappings()]

    def content(self) -> list[Row]:
        """The published content, every column of it."""
        return self.table(product_content)


def read_export(path: Path) -> list[dict[str, str]]:
    """The rows of the shop's file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_export(path: Path, rows: list[dict[str, str]]) -> Path:
    """The shop's file again."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
