"""Scores of pictures, on features whose score is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mmgen.metrics.pictures import (
    frechet_distance,
    inception_score,
    kernel_distance,
    precision_and_recall,
    with_interval,
)

DRAW = np.random.default_rng(7)
HERE, SAME = DRAW.normal(size=(400, 8)), DRAW.normal(size=(400, 8))


@pytest.mark.parametrize(
    ("probabilities", "score"),
    [
        pytest.param(np.eye(5), 5.0, id="sure_and_every_class"),
        pytest.param(np.full((6, 5), 0.2), 1.0, id="never_sure"),
        pytest.param(np.eye(5)[[2, 2, 2]], 1.0, id="one_class_alone"),
        pytest.param(np.eye(4)[[0, 0, 1, 1]], 2.0, id="half_of_the_classes"),
    ],
)
def test_inception_score(probabilities: NDArray[np.float64], score: float) -> None:
    assert inception_score(probabilities) == pytest.approx(score)


@pytest.mark.parametrize("moved", [0.0, 0.5, 2.0])
def test_frechet_distance_of_gaussians(moved: float) -> None:
    """Of N(0, 1) and N(m, 4) in 3 dimensions: 3 (m² + 1 + 4 - 2·2)."""
    draw = np.random.default_rng(3)
    a, b = draw.normal(size=(20_000, 3)), moved + 2 * draw.normal(size=(20_000, 3))
    assert frechet_distance(a, b) == pytest.approx(3 * (moved**2 + 1), rel=0.05)


def test_frechet_distance_of_features_that_depend_on_each_other() -> None:
    turned = HERE @ np.random.default_rng(1).normal(size=(8, 8))
    assert frechet_distance(turned, turned) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(turned, turned[:, ::-1]) > 1


def test_kernel_distance_is_zero_in_the_mean_of_equals() -> None:
    draw = np.random.default_rng(5)
    found = [kernel_distance(draw.normal(size=(40, 4)), draw.normal(size=(50, 4))) for _ in range(200)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_distances_grow_with_the_damage(distance: Callable[..., float]) -> None:
    found = [distance(HERE, SAME + moved) for moved in (0.0, 0.3, 1.0, 3.0)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("made", "precision", "recall"),
    [
        pytest.param(SAME, (0.8, 1.0), (0.8, 1.0), id="alike"),
        pytest.param(SAME + 40, (0.0, 0.0), (0.0, 0.0), id="elsewhere"),
        pytest.param(np.concatenate([SAME[:200], SAME[:200] + 40]), (0.4, 0.55), (0.6, 1.0), id="half_elsewhere"),
        pytest.param(0.01 * SAME, (1.0, 1.0), (0.0, 0.2), id="one_picture_again_and_again"),
    ],
)
def test_precision_and_recall(
    made: NDArray[np.float64], precision: tuple[float, float], recall: tuple[float, float]
) -> None:
    found = precision_and_recall(HERE, made)
    for value, (low, high) in zip(found, (precision, recall), strict=True):
        assert low <= value <= high


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """Of a mean: 95% of the intervals of 300 samples hold it, give or take three standard errors."""
    draw = np.random.default_rng(11)
    found = [with_interval(lambda rows: float(rows.mean()), draw.normal(size=(60, 1)), seed=n) for n in range(300)]
    assert 0.90 <= np.mean([one.low <= 0 <= one.high for one in found]) <= 0.985


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param(lambda: inception_score(np.ones((2, 3))), "distribution", id="no_distribution"),
        pytest.param(lambda: kernel_distance(HERE, HERE[:, :3]), "same features", id="other_features"),
        pytest.param(lambda: frechet_distance(HERE, HERE[:1]), "two rows", id="one_picture"),
        pytest.param(lambda: precision_and_recall(HERE, HERE[:3]), "neighbours", id="too_few_for_neighbours"),
        pytest.param(lambda: kernel_distance(HERE, np.full((4, 8), np.nan)), "not finite", id="not_finite"),
        pytest.param(lambda: inception_score(np.empty((0, 3))), "one row a picture", id="none"),
        pytest.param(lambda: with_interval(frechet_distance, HERE[:3], HERE), "four", id="too_few_for_an_interval"),
    ],
)
def test_errors(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
