"""Where a shop asks for it, examples say what a product's neighbours are like, and what describes its photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen.config.config import ExampleParams
from mmgen.engine.step import Outcome
from tests.jobs.conftest import Stage
from tests.jobs.nights import D1


def test_neighbours_are_told_where_they_are_asked_for(first: Stage, tmp_path: Path) -> None:
    before = first.shop.rows("examples", D1, "graph_vector", "content_hash")
    assert {row["graph_vector"] for row in before} == {None}
    shop = first.shop.copy(tmp_path / "home")
    shop.config = shop.config.model_copy(update={"examples": ExampleParams(neighbours=True)})
    runs = [shop.run_job("examples", D1, run_id) for run_id in ("asked", "again")]
    assert all(isinstance(run, Outcome) for run in runs)
    assert [run.computed for run in runs if isinstance(run, Outcome)] == [len(before), 0]
    rows = shop.rows("examples", D1, "graph_vector", "graph_encoder", "content_hash", "group_id")
    told = [row for row in rows if row["graph_vector"]]
    assert len(told) > len(rows) / 2
    assert {(len(row["graph_vector"]), row["graph_encoder"]) for row in told} == {(128, "mmgen-encoder-text-1")}
    assert {row["graph_encoder"] for row in rows if not row["graph_vector"]} == {None}
    lengths = np.linalg.norm([row["graph_vector"][:32] for row in told], axis=1)
    assert lengths.max() == pytest.approx(1, abs=0.2) and lengths.max() <= 1 + 1e-5


def test_photos_are_described_where_that_is_asked_for(first: Stage, tmp_path: Path) -> None:
    before = first.shop.rows("examples", D1, "image_embedding", "image_encoder")
    assert {(row["image_embedding"], row["image_encoder"]) for row in before} == {(None, None)}
    shop = first.shop.copy(tmp_path / "home")
    shop.config = shop.config.model_copy(update={"examples": ExampleParams(photo_features=True)})
    runs = [shop.run_job("examples", D1, run_id) for run_id in ("asked", "again")]
    assert [run.computed for run in runs if isinstance(run, Outcome)] == [len(before), 0]
    photos = {row["product_id"]: row for row in
              shop.rows("image_features", D1, "embedding", "encoding", "encoder_version")}  # fmt: skip
    for row in shop.rows("examples", D1, "image_embedding", "image_encoder"):
        photo = photos.get(row["product_id"])
        if photo is None or photo["embedding"] is None:
            assert (row["image_embedding"], row["image_encoder"]) == (None, None)
        else:
            assert row["image_embedding"] == [*photo["embedding"], *(photo["encoding"] or ())]
            assert row["image_encoder"] == photo["encoder_version"]
