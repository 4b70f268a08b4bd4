"""Extract: rows and files as they are, with hashes that follow their content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mmgen.catalog.extract import FINGERPRINT_COLUMNS, fingerprints, interval_end, product_table, read_files, row_hash

ROW: dict[str, Any] = {
    "product_id": "p1",
    "source": "s",
    "locale": "zh",
    "title": "红色连衣裙",
    "category": ["服装"],
    "attributes": {"颜色": "红色"},
    "updated_at": "2026-11-01T09:00:00Z",
    "image_path": "a.jpg",
    "media_root": "/shop",
}


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({}, True),
        ({"updated_at": "2026-11-02T00:00:00Z"}, True),
        ({"title": "红色裙"}, False),
        ({"attributes": {"颜色": "蓝色"}}, False),
        ({"media_root": "/moved"}, False),
    ],
    ids=["nothing", "time of the change alone", "title", "attribute", "media moved"],
)
def test_row_hash_follows_content(change: dict[str, Any], is_same: bool) -> None:
    assert (row_hash(ROW) == row_hash(ROW | change)) is is_same


@pytest.mark.parametrize(
    ("updated_at", "is_later"),
    [(None, False), ("2026-10-30T10:00:00Z", False), ("2026-11-01T23:59:59Z", False), ("2026-11-02T00:00:00Z", True)],
    ids=["not given", "before", "on the day", "the day after"],
)
def test_a_row_changed_later_does_not_belong_to_the_date(updated_at: str | None, is_later: bool) -> None:
    table = product_table([ROW | {"updated_at": updated_at}], "2026-11-01")
    assert table.column("is_later").to_pylist() == [is_later]
    assert table.column("attributes").to_pylist() == [[("颜色", "红色")]]


def test_interval_end_crosses_months() -> None:
    assert interval_end("2026-02-28") == "2026-03-01"


def marks(root: Path, path: str | None) -> list[str]:
    batch = pa.RecordBatch.from_pydict(
        {
            "product_id": ["p1"],
            "media_root": [str(root)],
            "image_path": pa.array([path], pa.string()),
            "audio_path": pa.array([None], pa.string()),
        }
    )
    out = next(fingerprints(iter([batch])))
    assert out.schema.names == FINGERPRINT_COLUMNS
    assert out.column("modality").to_pylist() == ["image", "audio"]
    return [str(mark) for mark in out.column("input_hash").to_pylist()]


def test_a_fingerprint_tells_a_changed_file(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"one")
    os.utime(file, ns=(1, 1))
    first = marks(tmp_path, "a.jpg")
    assert marks(tmp_path, "a.jpg") == first
    os.utime(file, ns=(2, 2))
    assert marks(tmp_path, "a.jpg")[0] != first[0]
    assert marks(tmp_path, None)[0] == first[1]  # no photo and no clip are both absent


def test_files_become_bytes_or_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"data")
    (tmp_path / "empty.wav").write_bytes(b"")
    paths = ["a.jpg", "empty.wav", "gone.jpg", "../a.jpg", "http://x/a.jpg", "copy.jpg"]
    (tmp_path / "copy.jpg").write_bytes(b"data")
    batch = pa.RecordBatch.from_pydict({"path": paths, "media_root": [str(tmp_path)] * len(paths)})
    out = read_files(batch, max_bytes=100)
    reasons = [None, "media_empty", "media_missing", "media_outside_root", "media_url_refused", None]
    assert out["reject_reason"] == reasons
    assert out["num_bytes"] == [4, None, None, None, None, 4]
    assert out["content_hash"][0] == out["content_hash"][5]
    assert len(set(out["content_hash"])) == 5
