"""Related products: in order, without near-copies, and none by a model that knows other vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from mmgen.config.config import Config
from mmgen.engine.work import as_arrays
from mmgen.graph.related import keep_related, related_rows
from mmgen.models.graph.model import GraphModel
from mmgen.models.graph.net import GraphNet, GraphNetConfig
from mmgen.store.contracts import contract

IDS = ["a", "b", "c", "d"]
ALONE: dict[str, str] = {}


def graph(version: str | None = "m-1") -> pa.Table:
    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    return pa.table({
        "product_id": IDS, "vector": pa.array(list(vectors), pa.list_(pa.float32())),
        "neighbours": [["b"], [], ["a", "d"], []],
        "neighbour_kinds": pa.array([[1], [], [4, 8], []], pa.list_(pa.int32())),
        "encoder_version": pa.array([version] * 4, pa.string()),
    })  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A model by which a and b go together, and c and d, for all that the vectors say."""
    config = GraphNetConfig(width=8, latent=2, hidden=8, kinds=("basket",), num_products=4, encoder="m-1")
    torch.manual_seed(0)
    net = GraphNet(config)
    with torch.no_grad():
        net.hops.weight.zero_()
        net.own.weight[1:] = torch.tensor([[4.0] * 4 + [0] * 4] * 2 + [[0.0] * 4 + [4] * 4] * 2)
        net.place.weight.zero_()
        net.place.weight[0, :4], net.place.weight[1, 4:] = 1.0, 1.0
        net.place.bias.zero_()
        net.often.weight.zero_()
    GraphModel(net, IDS).save(tmp_path)
    return str(tmp_path)


def related(table: pa.Table) -> dict[str, list[str]]:
    return {row["product_id"]: row["related"] for row in table.to_pylist()}


CASES: dict[str, tuple[dict[str, str], str | None, int, dict[str, Any]]] = {
    "best first": (ALONE, "m-1", 1, {"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}),
    "as many as there are": (ALONE, "m-1", 9, {"a": ["b", "c", "d"], "c": ["d", "a", "b"]}),
    "no near-copy": ({"a": "g", "b": "g"}, "m-1", 1, {"a": ["c"], "b": ["c"], "c": ["d"]}),
    "all are near-copies": (dict.fromkeys(IDS, "g"), "m-1", 2, {"a": [], "d": []}),
    "no texts": (ALONE, None, 1, {"a": ["b"]}),
    "another text model": (ALONE, "m-2", 1, {"a": [], "c": []}),
}


@pytest.mark.parametrize(("groups", "version", "count", "expected"), CASES.values(), ids=CASES)
def test_who_is_related(
    folder: str, groups: dict[str, str], version: str | None, count: int, expected: dict[str, list[str]]
) -> None:
    found = related(related_rows(graph(version), [], groups, folder, count))
    assert list(found) == IDS and {name: found[name] for name in expected} == expected


def test_without_a_model_nobody_is(folder: str) -> None:
    assert related(related_rows(graph(), [], ALONE, "", 3)) == {name: [] for name in IDS}
    assert related(related_rows(graph().slice(0, 1), [], ALONE, folder, 3)) == {"a": []}


def test_scores_fall_and_the_contract_is_kept(folder: str) -> None:
    table = related_rows(graph(), [], ALONE, folder, Config().related.count)
    for row in table.to_pylist():
        assert row["scores"] == sorted(row["scores"], reverse=True) and 0 < row["scores"][-1] <= row["scores"][0] <= 1
    batch = table.to_batches()[0]
    made = as_arrays(keep_related(batch), batch.num_rows, contract("related"))
    assert made["num_related"].to_pylist() == [3] * 4


def test_the_hash_says_whether_anything_changed(folder: str) -> None:
    one, again, other = (related_rows(graph(), [], ALONE, folder, count) for count in (2, 2, 1))
    assert one.equals(again)
    assert not set(one.column("input_hash").to_pylist()) & set(other.column("input_hash").to_pylist())
