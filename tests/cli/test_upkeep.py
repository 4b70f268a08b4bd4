"""Upkeep on a home with an old version of a partition."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from mmgen.cli import main
from mmgen.store.datasets import Dataset


def test_vacuum_deletes_old_versions_and_keeps_what_stands(home: Path) -> None:
    dataset = Dataset("text_features", home)
    for mark in ("old", "new"):
        attempt = dataset.stage("2026-11-01")
        row = {"product_id": "p1", "input_hash": mark, "config_hash": "c", "content_hash": mark}
        pq.write_table(pa.Table.from_pylist([row], schema=dataset.contract.file_schema), attempt / "part-0.parquet")
        dataset.commit("2026-11-01", attempt, {})
    left = dataset.stage("2026-11-01") / "part-0.parquet"
    left.write_bytes(b"a crash left this")
    long_ago = time.time() - 90 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    before = dataset.files()
    for options, count in ((["--dry-run"], 1), ([], 1), ([], 0)):
        result = CliRunner().invoke(main, ["vacuum", "--json", *options])
        assert result.exit_code == 0, result.output
        assert json.loads(result.output)["files"]["text_features"] == count
    assert dataset.files() == before
    assert Path(before[0]).exists()
