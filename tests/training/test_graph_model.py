"""Training the graph model: what it learns, that it can be broken off, and the hops that it learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen.config.graph import GraphModelParams
from mmgen.graph.links import GraphData, Links, hold_out
from mmgen.training.graph.loop import train

PARAMS = GraphModelParams(latent=8, hidden=16, steps=120, batch_links=64, negatives=4, learning_rate=2e-2)
QUICK = PARAMS.model_copy(update={"steps": 6, "checkpoint_every": 3})
GROUPS, EACH = 4, 15


def shop() -> tuple[GraphData, Links]:
    """Products of four groups, bought with their own; the vectors tell the group in part. And links held out."""
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(GROUPS), EACH)
    vectors = np.zeros((len(group), 8), np.float32)
    vectors[np.arange(len(group)), group] = 1
    vectors += random.normal(size=vectors.shape).astype(np.float32) * 0.3
    pairs = random.integers(0, len(group), (1500, 2))
    ids = [f"p{place:02}" for place in range(len(group))]
    kept, held = hold_out(Links.of(pairs[group[pairs[:, 0]] == group[pairs[:, 1]]]), ids, 0.2, seed=1)
    return GraphData(ids, vectors, {"basket": kept}), held


@pytest.mark.parametrize("is_new", [False, True], ids=["known", "new"])
def test_links_that_were_held_out_stand_above_chance(is_new: bool) -> None:
    data, held = shop()
    model = train(data, PARAMS, 1, {"basket": 1.0})
    z = model.encode(["new"] * len(data.product_ids) if is_new else data.product_ids, data.hops())
    scores = model.scores(z, z, "basket")
    chance = np.random.default_rng(1).integers(0, len(scores), (2000, 2))
    linked, by_chance = scores[tuple(held.pairs.T)], scores[tuple(chance.T)]
    assert (linked[:, None] > by_chance).mean() > 0.8


def test_features_are_rebuilt_better_than_by_their_mean() -> None:
    data, _ = shop()
    model = train(data, PARAMS, 1, {"basket": 1.0})
    made = model.likely_vectors(model.encode(data.product_ids, data.hops()))[:, :4]
    mean = data.vectors[:, :4].mean(axis=0)
    own = data.vectors[:, :4] / np.linalg.norm(data.vectors[:, :4], axis=1, keepdims=True)
    assert (own * made).sum(axis=1).mean() > (own @ (mean / np.linalg.norm(mean))).mean() + 0.2


def test_a_training_broken_off_ends_with_the_same_weights(tmp_path: Path) -> None:
    data, _ = shop()
    whole = train(data, QUICK, 1, {"basket": 1.0}, tmp_path / "whole")

    class KilledError(Exception):
        pass

    def kill(done: int, _: int) -> None:
        if done == 5:
            raise KilledError

    with pytest.raises(KilledError):
        train(data, QUICK, 1, {"basket": 1.0}, tmp_path / "broken", kill)
    seen: list[int] = []
    again = train(data, QUICK, 1, {"basket": 1.0}, tmp_path / "broken", lambda done, _: seen.append(done))
    assert seen == [4, 5, 6]
    for name, value in whole.net.state_dict().items():
        assert value.equal(again.net.state_dict()[name]), name
    other = train(data, QUICK, 2, {"basket": 1.0}, tmp_path / "broken")
    assert not other.net.scales.equal(whole.net.scales), "another seed must not go on from this one's checkpoint"


def test_nothing_to_learn_from_is_told() -> None:
    data, _ = shop()
    nothing = data.with_links("basket", Links.of(np.empty((0, 2), np.int64)))
    with pytest.raises(ValueError, match="no links to train on: basket"):
        train(nothing, QUICK, 1, {"basket": 1.0})


PAIRS = {
    "either direction": ([(1, 0), (0, 1)], [(0, 1)], [2.0]),
    "with itself": ([(2, 2), (0, 2)], [(0, 2)], [1.0]),
    "none": ([], [], []),
}


@pytest.mark.parametrize(("given", "pairs", "counts"), PAIRS.values(), ids=PAIRS)
def test_a_pair_stands_once(given: list[tuple[int, int]], pairs: list[tuple[int, int]], counts: list[float]) -> None:
    links = Links.of(np.array(given, np.int64).reshape(-1, 2))
    assert ([tuple(pair) for pair in links.pairs.tolist()], links.counts.tolist()) == (pairs, counts)


def test_hops_are_means_over_the_neighbours_that_have_the_half() -> None:
    vectors = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0], [1, 0, 0, 1]], np.float32)
    links = {"basket": Links.of(np.array([(0, 1), (0, 2)])), "text": Links.of(np.array([(1, 0)]))}
    hops = GraphData(list("abcd"), vectors, links).hops()
    np.testing.assert_array_equal(hops[:, :4], vectors)
    # a has b and c: c has no text, so b's stands alone; d has nobody
    np.testing.assert_array_equal(hops[:, 4:8], [[0, 1, 0.5, 0.5], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(hops[0, 8:], [1, 0, 0, 0])
    np.testing.assert_array_equal(hops[1, 8:], hops[0, 4:8])


def test_a_link_keeps_its_side_whoever_comes() -> None:
    links = Links.of(np.array([(0, 1), (1, 2), (0, 2), (2, 3)]))
    _, few = hold_out(links, list("bcde"), 0.5, seed=3)
    shifted = Links(links.pairs + 1, links.counts)
    _, more = hold_out(shifted, list("abcde"), 0.5, seed=3)
    assert (few.pairs + 1).tolist() == more.pairs.tolist()
    assert 0 < len(few) < 4
