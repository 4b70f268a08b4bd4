"""What the executors do: that every input row comes out, and that a worker loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest

from mmgen.clean.text.rows import clean_texts
from mmgen.config.clean import TextParams
from mmgen.config.features import ImageFeatureParams
from mmgen.engine.parts import write_part
from mmgen.engine.step import Step
from mmgen.engine.work import apply_guarded, as_arrays, complete, mapper
from mmgen.features import image
from mmgen.features.image import image_features
from mmgen.store.contracts import contract
from tests.engine.test_derive import STEP, Rows

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


def photos() -> pa.RecordBatch:
    """Two photos that can be decoded, and none."""
    green = cv2.imencode(".jpg", np.full((64, 64, 3), 99, np.uint8))[1].tobytes()
    blue = cv2.imencode(".jpg", np.full((48, 48, 3), 199, np.uint8))[1].tobytes()
    columns = [pa.array([green, b"none", blue], pa.binary()), pa.nulls(3, pa.string())]
    return pa.RecordBatch.from_arrays(columns, names=["model_image", "reject_reason"])


def test_a_fault_of_a_transform_costs_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other rows get the values, and the reasons, that they get without it."""
    agreed, transform = contract("image_features"), partial(image_features, params=ImageFeatureParams())
    sound = apply_guarded(photos(), transform, agreed)
    embed = image.embed_image

    def faulty(picture: Any, params: ImageFeatureParams) -> Any:
        if len(picture) == 48:
            raise RuntimeError("a defect")
        return embed(picture, params)

    monkeypatch.setattr(image, "embed_image", faulty)
    made = apply_guarded(photos(), transform, agreed)
    assert made["reject_reason"].to_pylist() == [None, "image_undecodable", "transform_failed"]
    assert {name: column[:2] for name, column in made.items()} == {name: column[:2] for name, column in sound.items()}
    assert [name for name, column in made.items() if column[2].is_valid] == ["reject_reason"]


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
