"""What the executors do: that every input row comes out, and that a worker loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mmgen.clean.text.rows import clean_texts
from mmgen.config.clean import TextParams
from mmgen.engine.parts import write_part
from mmgen.engine.step import Step
from mmgen.engine.work import as_arrays, complete, mapper
from mmgen.store.contracts import contract
from tests.test_derive import STEP, Rows

TYPES = [pa.string(), pa.string(), pa.list_(pa.string()), pa.string()]


def batch_of(rows: Rows) -> pa.RecordBatch:
    columns = [pa.array(list(c), t) for c, t in zip(zip(*rows, strict=True), TYPES, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=["product_id", "input_hash", "tokens", "reject_reason"])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("p1", "h", ["a", "b"], None)], [("p1", [2.0], None)]),
        ([("p1", "h", None, None)], [("p1", None, None)]),
        ([("p1", "h", None, "title_empty")], [("p1", None, "input_rejected")]),
        ([("p1", "h", ["bug"], None)], [("p1", None, "transform_failed")]),
        (
            [
                ("p1", "h", ["a"], None),
                ("p2", "h", ["bug"], None),
                ("p3", "h", None, None),
                ("p4", "h", ["a"] * 3, None),
            ],
            [("p1", [1.0], None), ("p2", None, "transform_failed"), ("p3", None, None), ("p4", [3.0], None)],
        ),
    ],
    ids=["clean", "modality missing", "input rejected", "one bad row", "bad row among good ones"],
)
def test_every_input_row_comes_out(rows: Rows, expected: list[Any]) -> None:
    out = complete(batch_of(rows), STEP.work, contract("text_features"))
    table = out.to_pydict()
    assert list(zip(table["product_id"], table["embedding"], table["reject_reason"], strict=True)) == expected
    assert out.schema.equals(contract("text_features").file_schema)
    assert None not in table["content_hash"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"reject_reason": [None]}, "no column 'embedding'"),
        ({"embedding": [[1.0], [2.0]], "reject_reason": [None]}, "2 values for 1 rows"),
    ],
    ids=["column missing", "too many values"],
)
def test_a_transform_that_loses_rows_is_an_error(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_arrays(values, 1, contract("text_features"))


def test_a_worker_loads_neither_pandas_nor_the_writer_of_tables() -> None:
    """They would cost each Python worker of each job a quarter of a second and 55 MB."""
    from pyspark import cloudpickle

    step = Step("clean_texts", "c1", partial(clean_texts, params=TextParams()), enrich=lambda rows: rows)
    agreed = contract("clean_texts")
    sent = cloudpickle.dumps(partial(write_part, mapper(step.work, agreed), agreed, Path("unfinished")))
    program = "import pickle, sys; pickle.load(sys.stdin.buffer); print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert "mmgen" in loaded
    assert not loaded & {"pandas", "deltalake", "great_expectations"}
