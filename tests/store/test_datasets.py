"""Datasets: one transaction a partition, whatever happens beside or in the middle."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.store.datasets import ContractBrokenError, Dataset

DS = "2026-11-01"


def stage(dataset: Dataset, ds: str, ids: list[str], mark: str = "a") -> Path:
    """An attempt of ``text_features`` with one row an id."""
    attempt = dataset.stage(ds)
    rows = [
        {"product_id": i, "input_hash": mark, "config_hash": "c", "content_hash": mark + i, "embedding": [0.5]}
        for i in ids
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=dataset.contract.file_schema), attempt / "part-0.parquet")
    return attempt


def marks(dataset: Dataset, ds: str = DS) -> set[str]:
    """Which writers' rows a partition holds."""
    return {m for b in dataset.batches(dataset.files(ds=[ds]), ["input_hash"]) for m in b.column(0).to_pylist()}


def test_staged_rows_are_invisible_until_committed(home: Path) -> None:
    dataset = Dataset("text_features", home)
    attempt = stage(dataset, DS, ["p1", "p2"])
    assert dataset.files() == []
    dataset.commit(DS, attempt, {"run_id": "r1"})
    assert [(p.ds, p.num_rows) for p in dataset.partitions()] == [(DS, 2)]
    assert dataset.history(1)[0].metadata["run_id"] == "r1"


def test_a_rerun_replaces_its_partition_alone(home: Path) -> None:
    dataset = Dataset("text_features", home)
    for ds, ids in ((DS, ["p1"]), ("2026-11-02", ["p2"]), (DS, ["p1", "p3"])):
        dataset.commit(ds, stage(dataset, ds, ids), {})
    assert [(p.ds, p.num_rows) for p in dataset.partitions()] == [(DS, 2), ("2026-11-02", 1)]


def test_an_empty_attempt_empties_the_partition(home: Path) -> None:
    dataset = Dataset("text_features", home)
    dataset.commit(DS, stage(dataset, DS, ["p1"]), {})
    dataset.commit(DS, dataset.stage(DS), {})
    assert dataset.partitions() == []


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-10-31", {}), ("2026-11-01", {"p1": "a", "p2": "a"}), ("2026-11-02", {"p1": "b", "p2": "a"})],
    ids=["before anything", "first date", "second date"],
)
def test_newest_row_of_each_key_as_of_a_date(home: Path, until: str, expected: dict[str, str]) -> None:
    dataset = Dataset("text_features", home)
    dataset.commit(DS, stage(dataset, DS, ["p1", "p2"], "a"), {})
    dataset.commit("2026-11-02", stage(dataset, "2026-11-02", ["p1"], "b"), {})
    table = dataset.newest(["input_hash"], until=until)
    assert dict(zip(*(table.column(n).to_pylist() for n in ("product_id", "input_hash")), strict=True)) == expected


@pytest.mark.parametrize(
    "schema",
    [
        pa.schema([("product_id", pa.string())]),
        pa.schema([("product_id", pa.int64()), ("input_hash", pa.string())]),
    ],
    ids=["columns missing", "wrong type"],
)
def test_files_that_break_the_contract_are_not_committed(home: Path, schema: pa.Schema) -> None:
    dataset = Dataset("text_features", home)
    attempt = dataset.stage(DS)
    pq.write_table(schema.empty_table(), attempt / "part-0.parquet")
    with pytest.raises(ContractBrokenError, match="embedding"):
        dataset.commit(DS, attempt, {})
    assert not dataset.exists()


def _writer(home: Path, mark: str, start: Any, rounds: int) -> None:
    dataset = Dataset("text_features", home)
    attempts = [stage(dataset, DS, [f"p{i}" for i in range(20)], f"{mark}{r}-") for r in range(rounds)]
    for attempt in attempts:
        start.wait()
        dataset.commit(DS, attempt, {"run_id": mark})


def test_two_writers_of_one_partition_leave_one_writers_rows(home: Path) -> None:
    rounds = 15
    dataset = Dataset("text_features", home)
    context = mp.get_context("spawn")
    start = context.Barrier(2)
    writers = [context.Process(target=_writer, args=(home, mark, start, rounds)) for mark in "ab"]
    for process in writers:
        process.start()
    for process in writers:
        process.join(120)
    assert [process.exitcode for process in writers] == [0, 0]
    assert len(marks(dataset)) == 1
    assert dataset.partitions()[0].num_rows == 20


def test_delta_rs_keeps_both_of_two_stale_overwrites_and_settling_keeps_one(home: Path) -> None:
    """The known hole, forced: both transactions are prepared before either is committed."""
    from deltalake import DeltaTable
    from deltalake.transaction import CommitProperties

    dataset = Dataset("text_features", home)
    dataset.commit("2026-10-01", stage(dataset, "2026-10-01", ["p0"]), {})
    stale = [DeltaTable(str(dataset.path)) for _ in range(2)]
    for table, mark in zip(stale, "ab", strict=True):
        attempt = stage(dataset, DS, ["p1", "p2"], mark)
        adds = [dataset._add_action(DS, f) for f in dataset.staged_files(attempt)]
        properties = CommitProperties(custom_metadata={"ds": DS, "attempt": attempt.name})
        table.create_write_transaction(
            adds, "overwrite", table.schema(), ["ds"], [("ds", "=", DS)], commit_properties=properties
        )
    dataset._settle(DS)
    assert marks(dataset) == {"b"}
    assert [(p.ds, p.num_rows) for p in dataset.partitions()] == [("2026-10-01", 1), (DS, 2)]


def _endless_writer(home: Path) -> None:
    dataset = Dataset("text_features", home)
    for number in range(10_000):
        dataset.commit(DS, stage(dataset, DS, ["p1", "p2", "p3"], f"n{number}-"), {})


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.11, 0.2, 0.35])
def test_a_writer_killed_at_any_moment_leaves_a_whole_partition(home: Path, delay_s: float) -> None:
    dataset = Dataset("text_features", home)
    dataset.commit(DS, stage(dataset, DS, ["p1", "p2", "p3"], "old-"), {})
    process = mp.get_context("spawn").Process(target=_endless_writer, args=(home,))
    process.start()
    while dataset.version() < 3 and process.is_alive():
        time.sleep(0.01)
    time.sleep(delay_s)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert len(marks(dataset)) == 1
    assert dataset.partitions()[0].num_rows == 3
    dataset.commit(DS, stage(dataset, DS, ["p1", "p2", "p3"], "new-"), {})
    assert marks(dataset) == {"new-"}


def test_fingerprint_changes_with_the_rows_and_not_with_notes(home: Path) -> None:
    dataset = Dataset("text_features", home)
    dataset.commit(DS, stage(dataset, DS, ["p1"]), {})
    before = dataset.fingerprint(until=DS)
    dataset.note(DS, {"computed": "0"})
    assert dataset.fingerprint(until=DS) == before
    dataset.commit(DS, stage(dataset, DS, ["p1"]), {})
    assert dataset.fingerprint(until=DS) != before


def test_vacuum_removes_what_a_crash_left_and_keeps_what_stands(home: Path) -> None:
    dataset = Dataset("text_features", home)
    dataset.commit(DS, stage(dataset, DS, ["p1"]), {})
    left = stage(dataset, DS, ["p9"])
    old = time.time() - 30 * 24 * 3600
    for file in left.glob("*"):
        os.utime(file, (old, old))
    dataset.vacuum(retention_hours=24)
    assert not list(left.glob("*.parquet"))
    assert marks(dataset) == {"a"}


def test_places_of_a_few_products(home: Path) -> None:
    dataset = Dataset("text_features", home)
    for ds, ids in ((DS, ["p1", "p2", "p3"]), ("2026-11-02", ["p1"]), ("2026-11-03", ["p2"])):
        dataset.commit(ds, stage(dataset, ds, ids), {})
    found = dataset.places(["p1", "p2", "gone"], until="2026-11-02").sort_by("product_id")
    assert found.to_pydict() == {"product_id": ["p1", "p2"], "ds": ["2026-11-02", DS]}
    assert dataset.places(["p1"], until="2026-10-31").num_rows == 0
