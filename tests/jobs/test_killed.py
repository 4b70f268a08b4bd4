"""A clean job as a real process, killed at several moments: nothing of it shows, and the next run puts all right."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmgen.pipeline import BY_NAME, ROOT, job_arguments, job_command, job_environment, local_spark
from mmgen.store.datasets import Dataset
from tests.jobs.conftest import NUM_PRODUCTS, Stage
from tests.jobs.nights import D1

JOB = BY_NAME["clean_images"]
START_LIMIT_S, RUN_LIMIT_S = 120.0, 240.0
"""Idle, a run takes 12 s; the limits are for a machine that is busy with other tests."""
Moment = Callable[[Path], bool]


def start(home: Path, log: Path, *extra: str, **environment: str) -> subprocess.Popen[bytes]:
    """The job's own command in a process group of its own."""
    variables = {
        **os.environ,
        **job_environment(),
        **local_spark("local[2]"),
        "MMGEN_HOME": str(home),
        "MMGEN_CATALOGUE_URL": "",
    } | environment
    arguments = job_arguments(D1, *extra, config=str(home / "small.toml"))
    with log.open("ab") as stream:
        return subprocess.Popen(
            job_command(JOB, arguments, "local[2]"),
            cwd=ROOT, env=variables, stdout=stream, stderr=stream, start_new_session=True,
        )  # fmt: skip


def kill_at(moment: Moment, home: Path, log: Path) -> int:
    """Start the job and kill all of it, the JVM too, as soon as the moment has come; the exit code."""
    process = start(home, log)
    try:
        end = time.monotonic() + START_LIMIT_S
        while not moment(home):
            assert process.poll() is None and time.monotonic() < end, log.read_text(errors="replace")[-2000:]
            time.sleep(0.005)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        code = process.wait(timeout=30)
    return code


def attempts(home: Path) -> list[Path]:
    """Attempt folders of the partition, the committed one and those that a crash left."""
    return sorted((home / "tables" / JOB.output / f"ds={D1}").glob("attempt-*"))


def rows(home: Path) -> dict[str, dict[str, Any]]:
    """product_id -> its row as committed, bytes as a digest."""
    dataset = Dataset(JOB.output, home)
    files = dataset.files(ds=[D1])
    found = [row for batch in dataset.batches(files, dataset.contract.file_schema.names) for row in batch.to_pylist()]
    assert len(found) == len({row["product_id"] for row in found})
    return {
        row["product_id"]: {k: hashlib.sha256(v).hexdigest() if isinstance(v, bytes) else v for k, v in row.items()}
        for row in found
    }


def after(seconds: float) -> Moment:
    """So long after it was asked first."""
    begun: list[float] = []

    def moment(_home: Path) -> bool:
        begun.append(time.monotonic())
        return begun[-1] - begun[0] >= seconds

    return moment


MOMENTS: dict[str, Moment] = {
    "Spark is starting": after(4.0),
    "an attempt has just begun": lambda home: len(attempts(home)) > 0,
    "rows are being written": lambda home: any(f.stat().st_size for f in staged(home)),
}


def staged(home: Path) -> list[Path]:
    """Files of the newest attempt, those that Spark hasn't finished among them."""
    folders = sorted(attempts(home), key=lambda f: f.stat().st_mtime)[1:]
    return [file for folder in folders for file in folder.rglob("*.parquet") if file.is_file()]


@pytest.mark.timeout(900)
def test_killed_at_any_moment_and_run_again(first: Stage, tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    first.shop.copy(home)
    undisturbed = rows(home)
    assert len(undisturbed) == NUM_PRODUCTS

    # Killed before the commit, when one photo is tried once more: the partition that stood still stands.
    stands = Dataset(JOB.output, home).fingerprint()
    process = start(home, log, "--retry", "image_truncated", MMGEN_FAULT=f"{JOB.name}:commit")
    assert process.wait(timeout=RUN_LIMIT_S) != 0
    assert len(attempts(home)) == 2, "the crash came while a new attempt was ready"
    assert (Dataset(JOB.output, home).fingerprint(), rows(home)) == (stands, undisturbed)

    # From nothing, killed again and again: nothing is seen of what was staged.
    Dataset(JOB.output, home).path.rename(tmp_path / "away")
    for name, moment in MOMENTS.items():
        assert kill_at(moment, home, log) == -signal.SIGKILL, name
        assert rows(home) == {}, name
        assert Dataset(JOB.output, home).partitions() == [], name
    assert len(attempts(home)) == 2, "two of the crashes left an attempt behind"

    assert start(home, log).wait(timeout=RUN_LIMIT_S) == 0, log.read_text(errors="replace")[-3000:]
    assert rows(home) == undisturbed
    [committed] = {Path(file).parent for file in Dataset(JOB.output, home).files()}
    assert committed in attempts(home)
    assert f"{JOB.output} ds={D1}: {NUM_PRODUCTS} rows, computed {NUM_PRODUCTS}, reused 0" in log.read_text(
        errors="replace"
    )
