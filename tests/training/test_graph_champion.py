"""What the graph model is fitted on, from a home's tables and the catalogue's baskets, and how it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
import torch

from mmgen.catalog.tables import basket_digests, basket_links, open_catalog
from mmgen.config.config import Config
from mmgen.config.graph import GraphModelParams
from mmgen.engine.context import JobContext
from mmgen.graph.links import GraphData, Links, graph_data
from mmgen.graph.vectors import ATTRIBUTES, BASKET
from mmgen.models.graph.model import GraphModel
from mmgen.registry.fitting import Fitting
from mmgen.training.graph.champion import figures_of, prepare
from tests.training.test_encoder_champion import DS, put

PARAMS = GraphModelParams(latent=8, hidden=16, steps=150, batch_links=64, negatives=4, learning_rate=2e-2)
GROUPS, EACH = 8, 16
IDS = [f"p{number:03}" for number in range(GROUPS * EACH)]


def home(folder: Path, num_bought: int) -> JobContext:
    """A shop in whose baskets products of one group lie together with those of another, as shirts do with trousers: who
    looks for the like finds the wrong ones. One product has left the shop."""
    random = np.random.default_rng(0)
    ctx = JobContext("graph_model", Config(home=folder, graph_model=PARAMS), DS, "run")
    put(ctx, "raw_products", [{"product_id": i, "is_deleted": i == IDS[-1]} for i in IDS])
    vectors = random.normal(size=(len(IDS), 16)).astype(np.float32) * 0.3
    vectors[np.arange(len(IDS)), np.arange(len(IDS)) // EACH] += 1
    rows: list[dict[str, Any]] = [
        {"product_id": i, "vector": list(vector), "encoder_version": "m-1", "neighbours": [IDS[0], IDS[1]],
         "neighbour_kinds": [BASKET, ATTRIBUTES]} for i, vector in zip(IDS, vectors, strict=True)
    ]  # fmt: skip
    put(ctx, "graph_features", rows)
    bought = []
    for place, one in enumerate(IDS[: num_bought or len(IDS)]):
        others = random.permutation([o for o in range(len(IDS)) if o // EACH == place // EACH ^ 1])
        bought += [
            {"product_id": one, "rank": rank, "source": "s", "other_id": IDS[o], "num_baskets": 3}
            for rank, o in enumerate(others[:6], start=1)
        ]
    engine = open_catalog(ctx.config.catalogue_url)
    with engine.begin() as connection:
        connection.execute(sa.insert(basket_links), bought)
        connection.execute(sa.insert(basket_digests), [{"source": "s", "digest": "d"}])
    return ctx


def test_a_model_that_knows_what_is_bought_together_is_promoted(tmp_path: Path) -> None:
    fitting = prepare(home(tmp_path / "home", 0))
    assert isinstance(fitting, Fitting)
    fitting.fit(tmp_path / "model")
    model = GraphModel.load(tmp_path / "model")
    assert model.product_ids == IDS[:-1], "those that the shop has"
    assert (model.net.config.encoder, model.net.config.kinds) == ("m-1", ("attributes", "basket"))
    figures, decision = fitting.judge(tmp_path / "model", None)
    assert figures["link_recall_at_20_low"] > figures["baseline_link_recall_at_20"], figures
    assert decision.promote, decision.reasons
    same, again = fitting.judge(tmp_path / "model", tmp_path / "model")
    assert same == figures and again.promote, "no worse than itself"
    with torch.no_grad():
        model.net.scales.neg_()
    model.save(tmp_path / "worse")
    assert not fitting.judge(tmp_path / "worse", None)[1].promote
    assert len(fitting.judge(tmp_path / "worse", tmp_path / "model")[1].reasons) == 2


def test_a_shop_with_few_baskets_is_no_error(tmp_path: Path) -> None:
    assert prepare(home(tmp_path, 5)) == "30 links in baskets, 100 are needed; there are no related products then"


def test_a_champion_of_another_text_model_is_not_compared_with(tmp_path: Path) -> None:
    fitting = prepare(home(tmp_path / "home", 0))
    assert isinstance(fitting, Fitting)
    fitting.fit(tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace("m-1", "m-0"), encoding="utf-8")
    reasons = fitting.judge(tmp_path / "model", tmp_path / "model")[1].reasons
    assert len(reasons) == 1 and "champion" not in reasons[0]


class Oracle(GraphModel):
    """Knows the links that were held out."""

    def __init__(self, right: Links, count: int):
        self.right, self.count = right, count

    def encode(self, product_ids: Any, hops: Any) -> Any:  # noqa: ARG002
        return np.arange(len(product_ids), dtype=np.float32)[:, None]

    def scores(self, ones: Any, others: Any, kind: str) -> Any:  # noqa: ARG002
        known = np.zeros((self.count, self.count), np.float32)
        known[tuple(self.right.pairs.T)] = known[tuple(self.right.pairs[:, ::-1].T)] = 1
        return known[ones[:, 0].astype(int)]


@pytest.mark.parametrize(("is_right", "recall"), [(True, 1.0), (False, 0.0)], ids=["oracle", "who knows others"])
def test_recall_counts_what_was_held_out(is_right: bool, recall: float) -> None:
    count = 100
    held, others = (Links.of(np.array(x)) for x in ([(0, 1), (2, 3)], [(0, p) for p in range(10, 70)]))
    others = Links.of(np.concatenate([others.pairs, [(p, q) for p in (1, 2, 3) for q in range(10, 70)]]))
    known = {"basket": Links.of(np.array([(0, 4), (5, 6)]))}
    data = GraphData([f"p{n:03}" for n in range(count)], np.eye(count, 16, dtype=np.float32), known)
    found = figures_of(Oracle(held if is_right else others, count), data, held, PARAMS)
    assert found["link_recall_at_20"] == recall
    assert figures_of(Oracle(held, count), data, Links.of(np.empty((0, 2), np.int64)), PARAMS) == {"num_links": 0.0}


def test_baskets_of_products_that_are_not_there_tell_nothing(tmp_path: Path) -> None:
    ctx = home(tmp_path, 0)
    rows = [
        {"product_id": "p000", "other": "left", "num_baskets": 9},
        {"product_id": "p000", "other": "p003", "num_baskets": 4},
    ]
    table = ctx.dataset("graph_features").newest(
        ["vector", "neighbours", "neighbour_kinds", "encoder_version"], until=DS
    )
    data, _ = graph_data(table, rows)
    assert (data.links["basket"].pairs.tolist(), data.links["basket"].counts.tolist()) == ([[0, 3]], [4.0])
    assert len(data.links["attributes"]) == len(IDS) - 1
