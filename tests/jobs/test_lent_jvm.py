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
JOBS = ("extract_products", "extract_media", "clean_texts")


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
        jvms = []
        for name in JOBS:
            assert run(shop, name, MMGEN_RUN_ID=name) == 0, (shop / f"{name}.log").read_text()
            jvms.append(lender._jvm)
        assert jvms[0] is not None and jvms == [jvms[0]] * len(JOBS), "one JVM for all"
        assert "Stage" in (shop / "clean_texts.log").read_text(), "what the JVM says stands in the job's own log"

        for name in JOBS:
            assert run(alone, name) == 0
        assert {name: rows(shop, name) for name in JOBS} == {name: rows(alone, name) for name in JOBS}

        assert run(shop, "clean_texts", "--full", MMGEN_FAULT="clean_texts:commit") == -9
        end = time.monotonic() + 60
        while members(jvms[0]._tree) or lender._jvm is not None:
            assert time.monotonic() < end, "the JVM of a killed job is ended"
            time.sleep(0.1)
        assert run(shop, "clean_texts", "--full") == 0
        assert rows(shop, "clean_texts") == rows(alone, "clean_texts")
    finally:
        lender.close()
