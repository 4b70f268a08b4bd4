"""The graph model: what it is saved as, and that no row depends on its neighbours. Training: tests/training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mmgen.models.graph.model import GraphModel
from mmgen.models.graph.net import UNKNOWN, GraphNet, GraphNetConfig, GraphTerms, Place, kl_of, link_cost

KINDS = ("basket", "text")
IDS = ["a", "b", "c"]
CONFIG = GraphNetConfig(width=8, latent=6, hidden=16, kinds=KINDS, num_products=len(IDS))


@pytest.fixture
def model() -> GraphModel:
    torch.manual_seed(0)
    return GraphModel(GraphNet(CONFIG), IDS)


def hops(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, 3 * CONFIG.width)).astype(np.float32)


def test_what_is_saved_is_read_again(model: GraphModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = GraphModel.load(tmp_path)
    assert again.product_ids == IDS
    z = model.encode(IDS, hops(3))
    np.testing.assert_array_equal(again.encode(IDS, hops(3)), z)
    np.testing.assert_array_equal(again.scores(z, z, "text"), model.scores(z, z, "text"))
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json", "products.json"])
def test_a_missing_file_is_named(model: GraphModel, tmp_path: Path, missing: str) -> None:
    model.save(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ValueError, match=missing):
        GraphModel.load(tmp_path)


def test_there_are_as_many_ids_as_vectors() -> None:
    with pytest.raises(ValueError, match="2 product ids for 3 vectors"):
        GraphModel(GraphNet(CONFIG), ["a", "b"])


def test_a_row_does_not_depend_on_the_others(model: GraphModel) -> None:
    ids = [f"p{number}" for number in range(300)]
    z = model.encode(ids, hops(300))
    np.testing.assert_array_equal(model.encode(ids[290:], hops(300)[290:]), z[290:])
    np.testing.assert_array_equal(model.scores(z[290:], z, "basket"), model.scores(z, z, "basket")[290:])


def test_a_new_product_is_placed_by_its_features_alone(model: GraphModel) -> None:
    same = np.repeat(hops(1), 3, axis=0)
    known, new, other_new = model.encode(["a", "x", "y"], same)
    np.testing.assert_array_equal(new, other_new)
    assert np.abs(known - new).max() > 1e-4
    assert model.places_of(["c", "x"]).tolist() == [3, UNKNOWN]


def test_scores_are_the_links_log_odds_both_ways(model: GraphModel) -> None:
    z = torch.from_numpy(model.encode(IDS, hops(3)))
    with torch.no_grad():
        one_by_one = [[float(model.net.link(one, other, 1)) for other in z] for one in z]
    scores = model.scores(z.numpy(), z.numpy(), "text")
    np.testing.assert_allclose(scores, one_by_one, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores, scores.T, rtol=1e-4, atol=1e-5)


def test_a_likely_vector_has_two_halves_of_unit_length(model: GraphModel) -> None:
    made = model.likely_vectors(model.encode(IDS, hops(3)))
    np.testing.assert_allclose(np.linalg.norm(made.reshape(3, 2, 4), axis=2), 1.0, rtol=1e-5)


HALVES = {
    "both": ([1.0, 0, 0, 0, 0, 1, 0, 0], 2),
    "text alone": ([1.0, 0, 0, 0, 0, 0, 0, 0], 1),
    "neither": ([0.0] * 8, 0),
}


@pytest.mark.parametrize(("vector", "num_halves"), HALVES.values(), ids=HALVES)
def test_a_half_that_is_not_there_costs_nothing(model: GraphModel, vector: list[float], num_halves: int) -> None:
    z = torch.zeros(1, CONFIG.latent)
    cost, likely = model.net.features_nll(z, torch.tensor([vector])), model.net.likely(z)[0].detach()
    wanted = torch.tensor(vector) * 2  # the root of the half's size
    halves = [slice(0, 4), slice(4, 8)][:num_halves]
    expected = sum(0.5 * (wanted[h] - likely[h]).square().sum() + 2 * np.log(2 * np.pi) for h in halves)
    assert float(cost.detach()) == pytest.approx(float(expected), rel=1e-5)


def test_the_loss_is_the_bound_of_the_whole_graph_a_link() -> None:
    links = {"basket": torch.tensor(2.0), "text": torch.tensor(3.0)}
    terms = GraphTerms(links, kl=torch.tensor(5.0), features=torch.tensor(7.0))
    found = terms.loss({"basket": 1.0, "text": 0.1}, beta=2.0, features_weight=0.5, products_a_link=0.1)
    assert float(found) == pytest.approx(2 + 0.3 + 0.1 * (2 * 5 + 0.5 * 7))


def test_terms_in_closed_form() -> None:
    prior = Place(torch.zeros(2, 3), torch.zeros(2, 3))
    assert kl_of(prior).tolist() == [0, 0]
    assert kl_of(Place(torch.ones(1, 3), torch.zeros(1, 3))).tolist() == [1.5]
    assert float(link_cost(torch.zeros(4), torch.zeros(4, 2))) == pytest.approx(2 * np.log(2))
