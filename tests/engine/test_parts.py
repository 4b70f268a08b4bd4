"""The files of a partition: those of counted tasks alone, row groups bounded in bytes, rows as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.engine import parts
from mmgen.engine.parts import Batches, row_groups, write_part, write_parts
from mmgen.engine.work import Work, complete
from mmgen.store.contracts import Contract, contract
from tests.conftest import ROOT
from tests.engine.test_derive import STEP

CLIPS = contract("clean_audio")


def sound(batch: pa.RecordBatch) -> dict[str, Any]:
    """A transform of ``clean_audio``: the bytes as they are."""
    nothing = {name: [None] * batch.num_rows for name in [*CLIPS.own_columns, "reject_reason"]}
    return {**nothing, "audio": batch.column("data")}


SOUND = Work("c1", sound, needs="data")


def clips(ids: list[str], num_times: int = 10) -> pa.RecordBatch:
    """What ``SOUND`` works on."""
    data = [name.encode() * num_times for name in ids]
    names = ["product_id", "input_hash", "data", "reject_reason"]
    return pa.RecordBatch.from_arrays(
        [pa.array(ids), pa.array(ids), pa.array(data), pa.nulls(len(ids), "string")], names
    )


def ids_in(folder: Path) -> list[str]:
    return sorted(name for file in folder.glob("*") for name in pq.read_table(file).column("product_id").to_pylist())


class Tasks:
    """A stand-in for a data frame whose tasks fail, are run again, and are run twice at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []
        self.left: list[Path] = []

    def mapInArrow(self, run: Callable[[Batches], Batches], _schema: str) -> Tasks:  # noqa: N802
        def breaks() -> Iterator[pa.RecordBatch]:
            yield clips(["p1"])
            raise OSError("connection reset")

        with pytest.raises(OSError, match="connection reset"):
            list(run(breaks()))
        counted = [*run(iter([clips(["p1"]), clips(["p2"])])), *run(iter([])), *run(iter([clips(["p3"])]))]
        list(run(iter([clips(["p3"])])))  # on speculation: it ended as well, and Spark takes the other's answer
        self.names = [name for batch in counted for name in batch.column("name").to_pylist()]
        self.left = list(self.folder.rglob("*.parquet"))
        return self

    def collect(self) -> list[Any]:
        from pyspark.sql import Row

        return [Row(name=name) for name in self.names]


def test_files_of_tasks_that_do_not_count_are_never_kept(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path)
    write_parts(tmp_path, CLIPS, SOUND, tasks)  # type: ignore[arg-type]
    assert (len(tasks.names), len(tasks.left)) == (2, 4), "an empty task has no file; two files are left behind"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part-00000.parquet", "part-00001.parquet"]
    assert ids_in(tmp_path) == ["p1", "p2", "p3"]


def test_a_run_that_goes_on_after_the_driver_adds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "unfinished"
    folder.mkdir()

    def slow() -> Iterator[pa.RecordBatch]:
        yield complete(clips(["p1"]), SOUND, CLIPS)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()  # the driver is through
        yield complete(clips(["p2"]), SOUND, CLIPS)

    assert len(list(write_part(lambda batches: batches, CLIPS, folder, slow()))) == 1
    with pytest.raises(FileNotFoundError):
        list(write_part(lambda batches: batches, CLIPS, folder, iter([complete(clips(["p1"]), SOUND, CLIPS)])))
    assert list(tmp_path.iterdir()) == []


RETRIED = """
import os, sys
from pathlib import Path
from mmgen.engine.parts import write_parts
from mmgen.engine.spark import session
from mmgen.engine.work import Work
from tests.engine.test_parts import CLIPS, sound

folder, marker = Path(sys.argv[1]), Path(sys.argv[2])

def dying(batch):
    if "p9" in batch.column("product_id").to_pylist() and not marker.exists():
        marker.write_text(str(sum(f.stat().st_size for f in folder.rglob("*.parquet"))))
        os._exit(1)
    return sound(batch)

spark = session("retried", 2)
rows = [(f"p{i}", "h", b"sound", None) for i in range(10)]
frame = spark.createDataFrame(rows, "product_id string, input_hash string, data binary, reject_reason string")
folder.mkdir()
write_parts(folder, CLIPS, Work("c1", dying, "data"), frame.coalesce(1))
"""


@pytest.mark.timeout(600)
def test_a_worker_that_dies_in_the_middle_is_replaced_and_leaves_nothing(tmp_path: Path) -> None:
    """In a Spark of its own: the tests' one gives up at a task's first failure."""
    folder, marker = tmp_path / "attempt", tmp_path / "died"
    environment = {**os.environ, "PYSPARK_SUBMIT_ARGS": "--master local[1,2] pyspark-shell"}
    command = [sys.executable, "-c", RETRIED, str(folder), str(marker)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(marker.read_text()) > 0, "it died with a file begun"
    assert [path.name for path in folder.iterdir()] == ["part-00000.parquet"]
    assert ids_in(folder) == [f"p{i}" for i in range(10)]


def test_a_partition_without_rows_is_a_file_without_rows(spark: Any, tmp_path: Path) -> None:
    kind = "product_id string, input_hash string, data binary, reject_reason string"
    write_parts(tmp_path, CLIPS, SOUND, spark.createDataFrame([], kind))
    [file] = tmp_path.iterdir()
    assert pq.read_table(file).num_rows == 0
    assert pq.read_schema(file).equals(CLIPS.file_schema)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], []), ([4], [4]), ([4, 4], [8]), ([4, 4, 4, 4], [8, 8]), ([20, 4, 4], [20, 8]), ([4, 20], [4, 20])],
    ids=["none", "one", "just full", "two groups", "a batch above the bound", "it comes last"],
)
def test_row_groups_are_bounded_in_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sizes: list[int], expected: list[int]
) -> None:
    monkeypatch.setattr(parts, "ROW_GROUP_BYTES", 8 * 8)
    batches = [pa.RecordBatch.from_pydict({"n": pa.array(range(size), pa.int64())}) for size in sizes]
    assert [group.num_rows for group in row_groups(iter(batches))] == expected


def test_files_have_these_row_groups_no_dictionary_of_bytes_and_a_page_index(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parts, "ROW_GROUP_BYTES", 300_000)
    batches = [complete(clips([f"p{i}{j}" for j in range(10)], 4_000), SOUND, CLIPS) for i in range(6)]
    [named] = write_part(lambda rows: rows, CLIPS, tmp_path, iter(batches))
    read = pq.read_metadata(tmp_path / named.column("name")[0].as_py())
    groups = [read.row_group(number) for number in range(read.num_row_groups)]
    assert [group.num_rows for group in groups] == [20, 20, 20]
    columns = {groups[0].column(i).path_in_schema: groups[0].column(i) for i in range(read.num_columns)}
    assert "RLE_DICTIONARY" not in columns["audio"].encodings
    assert "RLE_DICTIONARY" in columns["product_id"].encodings
    assert {column.compression for column in columns.values()} == {"UNCOMPRESSED"}
    assert all(column.has_offset_index for column in columns.values())
    assert columns["product_id"].has_column_index


def test_a_row_that_is_held_holds_none_of_what_it_was_made_from() -> None:
    """Rows wait for their row group, and 64 of them may have been made from a gigabyte of photos."""
    sink = pa.BufferOutputStream()
    given = clips([f"p{i}" for i in range(8)], 10)
    with pa.ipc.new_stream(sink, given.schema) as stream:
        stream.write_batch(given)
    message = sink.getvalue()
    [came] = list(pa.ipc.open_stream(message))
    start, end = message.address, message.address + message.size

    made = complete(came, SOUND, CLIPS)

    held = [buffer for column in made.columns for buffer in column.buffers() if buffer is not None]
    assert came.column("product_id").buffers()[2].address in range(start, end)
    assert [buffer for buffer in held if buffer.address in range(start, end)] == []


VALUES = {
    pa.binary(): b"\x00\xff",
    pa.bool_(): True,
    pa.float64(): 0.1,
    pa.float32(): 0.5,
    pa.int32(): -7,
    pa.int64(): 2**40,
    pa.string(): "黄铜",
    pa.list_(pa.float32()): [0.5, -1.0],
    pa.list_(pa.int32()): [3],
    pa.list_(pa.string()): [],
    pa.map_(pa.string(), pa.string()): [("colour", "red"), ("size", "")],
}


def filled(agreed: Contract) -> pa.Table:
    """Three rows, the second without values, with one of each type that the contract has."""
    schema = agreed.file_schema
    rows = {f.name: [VALUES[f.type], None if f.nullable else VALUES[f.type], VALUES[f.type]] for f in schema}
    return pa.table(rows | {"product_id": ["p1", "p2", "p3"]}, schema=schema)


@pytest.mark.parametrize("name", ["clean_images", "examples", "raw_products", "text_features"])
def test_copies_are_the_rows_as_they_stand(spark: Any, tmp_path: Path, name: str) -> None:
    agreed = contract(name)
    before = tmp_path / "before.parquet"
    pq.write_table(filled(agreed), before)
    rows = spark.read.schema(agreed.spark_schema).parquet(str(before))
    attempt = tmp_path / "attempt"
    attempt.mkdir()
    columns = "product_id string, input_hash string, tokens array<string>, reject_reason string"
    write_parts(attempt, agreed, STEP.work, spark.createDataFrame([], columns), rows)
    after = pq.read_table(attempt)
    assert after.schema.equals(agreed.file_schema)
    assert after.sort_by("product_id").to_pydict() == filled(agreed).to_pydict()
    again = spark.read.schema(agreed.spark_schema).parquet(str(attempt))
    assert again.orderBy("product_id").collect() == rows.orderBy("product_id").collect()
