"""The job that names related products, on tables of its own: what it reads, and that it changes with the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mmgen.catalog.tables import open_catalog
from mmgen.config.config import Config
from mmgen.models.graph.model import GraphModel
from mmgen.models.graph.net import GraphNet, GraphNetConfig
from mmgen.registry.fitting import Fitted
from tests.jobs.nights import WatchedContext, job_module
from tests.training.test_encoder_champion import DS, put

IDS = [f"p{number}" for number in range(8)]


def context(folder: Path, spark: Any) -> WatchedContext:
    """A shop of eight products, of which the first two are copies of each other."""
    ctx = WatchedContext("related", Config(home=folder), DS, "run", session=spark)
    put(ctx, "raw_products", [{"product_id": i, "is_deleted": False} for i in IDS])
    put(ctx, "duplicates", [{"product_id": i, "group_id": IDS[max(n, 1)], "image_group_id": i, "text_group_id": i}
                            for n, i in enumerate(IDS)])  # fmt: skip
    vectors = np.random.default_rng(0).normal(size=(len(IDS), 8)).astype(np.float32)
    rows = [{"product_id": i, "vector": list(v), "neighbours": [], "neighbour_kinds": [], "encoder_version": "m-1"}
            for i, v in zip(IDS, vectors, strict=True)]  # fmt: skip
    put(ctx, "graph_features", rows)
    open_catalog(ctx.config.catalogue_url)
    return ctx


@pytest.mark.parametrize("encoder", ["m-1", "m-0"], ids=["the same text model", "another text model"])
def test_related_products(tmp_path: Path, spark: Any, monkeypatch: pytest.MonkeyPatch, encoder: str) -> None:
    torch.manual_seed(0)
    config = GraphNetConfig(width=8, latent=4, hidden=8, kinds=("basket",), num_products=8, encoder=encoder)
    GraphModel(GraphNet(config), IDS).save(tmp_path / "model")
    job, ctx = job_module("related"), context(tmp_path / "home", spark)
    nobody = job.run(ctx)
    assert (nobody.computed, nobody.reused) == (len(IDS), 0), "without a model each has a row, and it is empty"
    monkeypatch.setattr(job, "fitted_champion", lambda *_: Fitted("graph", "1", str(tmp_path / "model")))
    assert [job.run(ctx).computed for _ in range(2)] == [len(IDS), 0]
    table = ctx.dataset("related").newest(["related", "scores", "num_related"], until=DS)
    rows = {row["product_id"]: row for row in table.to_pylist()}
    assert list(rows) == IDS
    for product_id, row in rows.items():
        copies = IDS[:2] if product_id in IDS[:2] else [product_id]
        expected = set(IDS) - set(copies) if encoder == "m-1" else set()
        assert set(row["related"]) == expected and row["num_related"] == len(row["scores"]) == len(expected)
