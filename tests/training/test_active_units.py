from __future__ import annotations

import numpy as np
import pytest

from mmgen.training.fusion.figures import active_units


@pytest.mark.parametrize(
    ("spread", "expected"),
    [([0.0, 0.0, 0.0], 0), ([1.0, 0.05, 0.2], 2), ([5.0, 5.0, 5.0], 3)],
    ids=["collapsed", "in part", "all"],
)
def test_a_unit_is_active_where_its_mean_varies(spread, expected):
    mu = np.random.default_rng(0).normal(size=(500, 3)) * spread + [0.0, 3.0, -1e3]
    assert active_units(mu.astype(np.float32), np.ones((1, 500), np.int64)).tolist() == [expected]


def test_each_resample_counts_its_own_rows():
    mu = np.array([[0.0], [0.0], [1.0]], np.float32)
    assert active_units(mu, np.array([[1, 1, 1], [2, 1, 0], [0, 0, 3], [0, 0, 0]])).tolist() == [1, 0, 0, 0]
