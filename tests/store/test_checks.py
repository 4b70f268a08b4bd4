"""Checks: what stops a partition, what only warns, what is too small to judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.store.checks import CheckFailedError, audit, require
from mmgen.store.contracts import contract


def staged(tmp_path: Path, rows: list[dict[str, Any]], name: str = "clean_images") -> list[Path]:
    file = tmp_path / "part-0.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=contract(name).file_schema), file)
    return [file]


def row(number: int, **changed: Any) -> dict[str, Any]:
    base = {"product_id": f"p{number}", "input_hash": "i", "config_hash": "c", "content_hash": "h", "brightness": 0.5}
    return base | changed


REJECT = {"reject_reason": "image_truncated"}


@pytest.mark.parametrize(
    ("rows", "failed", "warned"),
    [
        ([row(i) for i in range(60)], [], []),
        ([], [], []),
        ([row(0, **REJECT)], [], []),
        ([row(i, **(REJECT if i < 4 else {})) for i in range(60)], [], []),
        ([row(i, **(REJECT if i < 9 else {})) for i in range(60)], [], ["few_rejects"]),
        ([row(i, **(REJECT if i < 31 else {})) for i in range(60)], ["error_budget"], ["few_rejects"]),
        ([row(i, reject_reason="input_rejected") for i in range(60)], [], []),
        ([row(1), row(1)], ["one_row_a_key"], []),
        ([row(1, product_id=None)], ["product_id_present"], []),
        ([row(1, input_hash=None)], ["input_hash_present"], []),
        ([row(1), row(2, config_hash=None, **REJECT)], ["config_hash_present"], []),
        ([row(1, brightness=1.5)], ["brightness_in_range"], []),
        ([row(1, reject_reason="bored")], ["reject_reason_known"], []),
        ([row(1, perceptual_hash="abc")], ["hash_length"], []),
    ],
    ids=[
        "clean",
        "empty partition",
        "one bad row alone",
        "a few rejects",
        "many rejects warn",
        "a bad batch fails",
        "what was rejected before is counted there",
        "key twice",
        "key missing",
        "hash of the inputs missing",
        "hash of the configuration missing, also of a rejected row",
        "out of range",
        "unknown reason",
        "wrong length",
    ],
)
def test_gate(tmp_path: Path, rows: list[dict[str, Any]], failed: list[str], warned: list[str]) -> None:
    result = audit(contract("clean_images"), staged(tmp_path, rows))
    assert [o.name for o in result.failed] == failed
    assert [o.name for o in result.warned] == warned
    assert result.num_rows == len(rows)
    if failed:
        with pytest.raises(CheckFailedError, match=failed[0]):
            require("clean_images", result)
    else:
        require("clean_images", result)


@pytest.mark.parametrize(
    ("changed", "failed", "warned", "detail"),
    [
        ({}, [], [], ""),
        (dict.fromkeys(range(9), REJECT), [], ["few_rejects"], "9 of 60 rows"),
        ({59: {"product_id": "p0"}}, ["one_row_a_key"], [], "2 of 60 rows"),
        ({5: {"brightness": 1.5}, 45: {"brightness": -1.0}}, ["brightness_in_range"], [], "2 of 60 rows"),
        ({59: {"input_hash": None}}, ["input_hash_present"], [], "1 of 60 rows"),
    ],
    ids=[
        "clean",
        "rejects all in one part",
        "key twice, in two parts",
        "out of range in two parts",
        "missing in the last",
    ],
)
def test_parts_are_judged_as_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[int, dict[str, Any]],
    failed: list[str],
    warned: list[str],
    detail: str,
) -> None:
    """Nine rejects of sixty only warn, though they are nearly half of the first twenty rows."""
    monkeypatch.setattr("mmgen.store.checks.CHUNK_ROWS", 20)
    result = audit(contract("clean_images"), staged(tmp_path, [row(i, **changed.get(i, {})) for i in range(60)]))
    assert [o.name for o in result.failed] == failed
    assert [o.name for o in result.warned] == warned
    assert [o.detail for o in result.failed + result.warned] == [detail] * bool(detail)
    assert result.num_rows == 60


def test_an_audit_counts_rejects_by_reason(tmp_path: Path) -> None:
    rows = [row(0), row(1, **REJECT), row(2, **REJECT), row(3, reject_reason="image_blank")]
    assert audit(contract("clean_images"), staged(tmp_path, rows)).rejects == {"image_truncated": 2, "image_blank": 1}


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"is_deleted": False}, []),
        ({"is_deleted": None}, ["is_deleted_present"]),
        ({"is_deleted": None, "reject_reason": "transform_failed"}, []),
    ],
    ids=["there", "missing", "missing of a rejected row"],
)
def test_a_required_column_of_its_own(tmp_path: Path, changed: dict[str, Any], failed: list[str]) -> None:
    """A product of which nobody knows whether it left would drop out of every later dataset without a word."""
    base = {"product_id": "p1", "input_hash": "i", "config_hash": "c", "content_hash": "h"}
    files = staged(tmp_path, [base | changed], "raw_products")
    assert [o.name for o in audit(contract("raw_products"), files).failed] == failed
