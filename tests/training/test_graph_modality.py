"""A product that has nothing but neighbours, from the graph to what the fusion model draws and says of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.graph.context import context_rows
from mmgen.graph.vectors import BASKET
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion.loop import SPLITS, train
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import COLOURS, SCHEMA, TINY, example, targets

NUM_TRAIN, NUM_TEST = 60, 12
FIELDS = pa.schema([*SCHEMA, ("graph_vector", pa.list_(pa.float32())), ("graph_encoder", pa.string())])
PARAMS = TINY.model_copy(
    update={
        "modalities": ("image", "text", "attributes", "graph"), "critic": "none", "batch_rows": 16,
        "min_steps": 120, "max_steps": 120, "learning_rate": 1e-2, "checkpoint_every": 120, "validate_every": 120,
    }
)  # fmt: skip


def neighbours(numbers: list[int]) -> dict[str, list[float]]:
    """What is told of each product by four others of its colour, who look as their colour does."""
    random = np.random.default_rng(0)
    colour = np.arange(len(numbers)) % len(COLOURS)
    vectors = random.normal(size=(len(numbers), 16)).astype(np.float32) * 0.1
    vectors[np.arange(len(numbers)), 8 + colour] += 1
    near = [[f"p{numbers[o]:03d}" for o in random.choice(np.flatnonzero(colour == c), 4)] for c in colour]
    ids = [f"p{number:03d}" for number in numbers]
    graph = pa.table({
        "product_id": ids, "vector": pa.array(list(vectors), pa.list_(pa.float32())), "neighbours": near,
        "neighbour_kinds": pa.array([[BASKET] * 4] * len(ids), pa.list_(pa.int32())),
        "encoder_version": ["m"] * len(ids),
    })  # fmt: skip
    rows = context_rows(graph, pa.table({"product_id": ids, "group_id": ids})).to_pylist()
    return {row["product_id"]: row["graph_vector"] for row in rows}


@cache
def rows_of() -> list[dict[str, Any]]:
    numbers = list(range(NUM_TRAIN + NUM_TEST))
    told = neighbours(numbers)
    splits = ["train"] * NUM_TRAIN + ["test"] * NUM_TEST
    rows = [example(number, split, audio_embedding=None) for number, split in zip(numbers, splits, strict=True)]
    return [
        row | {"graph_vector": told[row["product_id"]], "graph_encoder": "m", "group_id": row["product_id"]}
        for row in rows
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> FusionModel:
    folder: Path = tmp_path_factory.mktemp("graph")
    columns = {field.name: pa.array([row[field.name] for row in rows_of()], field.type) for field in FIELDS}
    pq.write_table(pa.table(columns, FIELDS), folder / "a.parquet")
    data = take_snapshots([str(folder / "a.parquet")], SPLITS)
    return train(data, {split: collect(one, targets) for split, one in data.items()}, folder, PARAMS, 1)


def test_its_picture_is_nearer_to_its_own_than_the_mean(model: FusionModel) -> None:
    test = ExampleArrays.from_batch(pa.RecordBatch.from_pylist(rows_of()[NUM_TRAIN:], FIELDS))
    made = model.decode_images(test.only("graph")).astype(float)
    seen = ExampleArrays.from_batch(pa.RecordBatch.from_pylist(rows_of()[:NUM_TRAIN], FIELDS))
    mean = seen.values["image"][seen.present["image"]].mean(axis=0)
    own, there = test.values["image"].astype(float), test.present["image"]
    ours, theirs = (np.square(own - one).mean(axis=(1, 2, 3))[there] for one in (made, mean[None]))
    assert ours.mean() < 0.9 * theirs.mean(), "how large it is nobody tells"


def test_its_colour_is_told(model: FusionModel) -> None:
    test = ExampleArrays.from_batch(pa.RecordBatch.from_pylist(rows_of()[NUM_TRAIN:], FIELDS))
    said = model.decode(test.only("graph"), "attributes")[:, : len(COLOURS)].argmax(axis=1)
    assert (said == [number % len(COLOURS) for number in range(NUM_TRAIN, NUM_TRAIN + NUM_TEST)]).mean() > 0.8


def test_what_another_text_model_made_is_hidden(model: FusionModel) -> None:
    rows = [row | {"graph_encoder": "another"} for row in rows_of()[NUM_TRAIN:]]
    test = ExampleArrays.from_batch(pa.RecordBatch.from_pylist(rows, FIELDS)).only("graph")
    assert model.config.fitted_by["graph"] == "m"
    np.testing.assert_array_equal(model.encode(test)[0], 0)
