"""The time limit of rows: what takes too long is alone in the end, and rejected; the others are made."""

from __future__ import annotations

import re
import signal
import threading
import time
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest

from mmgen.engine.patience import TooSlowError, patience
from mmgen.engine.work import apply_guarded
from mmgen.rejects import RejectReason
from mmgen.store.contracts import contract

ENDLESS = re.compile(r"(a+)+$")
SLOW, BAD = "a" * 40 + "!", "bad"


def transform(batch: pa.RecordBatch) -> dict[str, Any]:
    """Titles as they are. One that a pattern never ends with takes for ever, and hides every error but the clock's."""
    titles = batch.column("title").to_pylist()
    with suppress(Exception):
        for title in titles:
            ENDLESS.match(title)
    if BAD in titles:
        raise ValueError(BAD)
    empty = {name: [None] * batch.num_rows for name in contract("clean_texts").own_columns}
    return empty | {"title": titles, "reject_reason": [None] * batch.num_rows}


@pytest.mark.parametrize(
    "titles",
    [["x", SLOW, "y", "z"], [SLOW], ["x", BAD, SLOW], [SLOW, "x", SLOW], ["x", "y"]],
    ids=["one of four", "alone", "beside one that raises", "two", "none"],
)
def test_a_slow_row_is_rejected_alone(titles: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmgen.engine.work.ROW_LIMIT_S", 0.3)
    monkeypatch.setattr("mmgen.engine.work.MORE_S", 0.0)
    made = apply_guarded(pa.RecordBatch.from_pydict({"title": titles}), transform, contract("clean_texts"))
    reasons = {SLOW: str(RejectReason.ROW_TOO_SLOW), BAD: str(RejectReason.TRANSFORM_FAILED)}
    assert made["reject_reason"].to_pylist() == [reasons.get(title) for title in titles]
    assert made["title"].to_pylist() == [None if title in reasons else title for title in titles]


def test_the_clock_is_put_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooSlowError), patience(0.05):
        time.sleep(5)
    with patience(5):
        pass
    assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0]) == (before, 0.0)


def test_without_effect_in_another_thread() -> None:
    found: list[str] = []

    def run() -> None:
        with patience(0.01):
            time.sleep(0.05)
            found.append("done")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == ["done"]
