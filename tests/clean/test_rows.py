"""What comes of a row: the reason it came with, its own, or its columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mmgen.clean.rows import RejectedError, Row, clean_media, clean_rows
from mmgen.rejects import RejectReason

COLUMNS = ("length", "reject_reason")


def clean(data: bytes) -> Row:
    if data == b"silent":
        raise RejectedError(RejectReason.AUDIO_SILENT)
    if data == b"odd":
        raise RuntimeError("a codec's own error")
    return {"length": len(data)}


CASES = {
    "clean": (b"sound", None, (5, None)),
    "rejected": (b"silent", None, (None, "audio_silent")),
    "missing": (None, None, (None, "media_missing")),
    "rejected before": (b"sound", "media_too_large", (None, "media_too_large")),
    "missing, and rejected before": (None, "media_empty", (None, "media_empty")),
}


def batch(*rows: tuple[bytes | None, str | None]) -> pa.RecordBatch:
    data, reasons = [row[0] for row in rows], [row[1] for row in rows]
    return pa.RecordBatch.from_arrays(
        [pa.array(data, pa.binary()), pa.array(reasons, pa.string())], ["data", "reject_reason"]
    )


@pytest.mark.parametrize(("data", "reason", "expected"), CASES.values(), ids=CASES)
def test_a_row(data: bytes | None, reason: str | None, expected: tuple[int | None, str | None]) -> None:
    made = clean_media(batch((data, reason)), COLUMNS, clean)
    assert [made[name] for name in COLUMNS] == [[value] for value in expected]


def test_order_and_number_stay() -> None:
    made = clean_media(batch(*((data, reason) for data, reason, _ in CASES.values())), COLUMNS, clean)
    assert list(zip(*(made[name] for name in COLUMNS), strict=True)) == [expected for _, _, expected in CASES.values()]
    assert clean_media(batch(), COLUMNS, clean) == {"length": [], "reject_reason": []}


def test_several_inputs_come_in_their_order() -> None:
    columns = {"a": ["x", None], "b": ["y", "z"], "reject_reason": pa.nulls(2, pa.string())}
    made = clean_rows(pa.RecordBatch.from_pydict(columns), ("b", "a"), ("both",), lambda b, a: {"both": (b, a)})
    assert made == {"both": [("y", "x"), ("z", None)]}


def test_what_nobody_expected_is_left_to_the_guard() -> None:
    with pytest.raises(RuntimeError, match="a codec's own error"):
        clean_media(batch((b"sound", None), (b"odd", None)), COLUMNS, clean)
