"""Real jobs in a JVM that is lent: the same tables as by themselves, and nothing goes on of one that is killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from mmgen.catalog.importer import import_file
from mmgen.catalog.source_map import load_source_map
from mmgen.catalog.tables import open_catalog
from mmgen.pipeline import BY_NAME, ROOT, job_arguments, job_command, job_environment, local_spark
from mmgen.sample.shop import SampleSummary
from mmgen.services.processes import members
from mmgen.services.warm_spark import Lender, socket_file
from mmgen.store.datasets import Dataset

DS = "2026-11-01"


@pytest.fixture
def shop(sample: SampleSummary, tmp_path: Path) -> Path:
    """A home with a catalogue, and nothing else."""
    home = tmp_path / "lent"
    home.mkdir()
    engine = open_catalog(f"sqlite:///{home / 'catalogue.db'}")
    import_file(engine, sample.products_csv, load_source_map(ROOT / "conf" / "sources" / "sample.toml"))
    engine.dispose()
    return home


def run(home: Path, name: str, *extra: str, **variables: str) -> int:
    """A job as ``mmgen run`` starts it; its exit status."""
    environment = {**os.environ, **job_environment(), **local_spark("local[2]"), "MMGEN_HOME": str(home)}
    environment.pop("PYTEST_CURRENT_TEST", None)
    with (home / f"{name}.log").open("ab") as log:
        command = job_command(BY_NAME[name], job_arguments(DS, *extra), "local[2]")
        return subprocess.run(
            command, cwd=ROOT, env=environment | variables, stdout=log, stderr=log, check=False
        ).returncode


def rows(home: Path, name: str) -> list[dict[str, Any]]:
    dataset = Dataset(BY_NAME[name].output, home)
    batches = dataset.batches(dataset.files(), dataset.contract.file_schema.names)
    return sorted((row for batch in batches for row in batch.to_pylist()), key=repr)


@pytest.mark.timeout(1200)
def test_jobs_in_one_jvm(shop: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(shop, alone)
    lender = Lender(socket_file(shop))
    try:
        assert run(shop, "extract_products") == 0, (shop / "extract_products.log").read_text()
        first = lender._jvm
        assert first is not None and first.is_alive()

        assert run(shop, "clean_texts", MMGEN_FAULT="clean_texts:commit") == -9
        end = time.monotonic() + 60
        while lender._jvm is not None:
            assert time.monotonic() < end, "the JVM of a killed job is ended"
            time.sleep(0.1)
        assert members(first._tree) == [], "and that of an environment that nobody wants any more"

        assert run(shop, "clean_texts", MMGEN_RUN_ID="again") == 0
        second = lender._jvm
        assert run(shop, "clean_texts", "--full", MMGEN_RUN_ID="once more") == 0
        assert second is not None and lender._jvm is second, "one JVM for both"
        assert "Stage" in (shop / "clean_texts.log").read_text(), "what the JVM says stands in the job's own log"
    finally:
        lender.close()
    for name in ("extract_products", "clean_texts"):
        assert run(alone, name) == 0
        assert rows(shop, name) == rows(alone, name)
