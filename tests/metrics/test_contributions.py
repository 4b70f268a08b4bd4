"""Shapley values of games whose answer is known, and of a model that is made to listen to one medium."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmgen.metrics.contributions import contributions, nearest, shapley, weights_of_media
from tests.training.test_coherence import model_of, rows_of

GLOVES = {"left": 1 / 6, "right": 1 / 6, "pair": 4 / 6}


def glove_game(shown: frozenset[str]) -> np.ndarray:
    """A pair is worth 1, and so are a left and a right one."""
    return np.array([float("pair" in shown or {"left", "right"} <= shown), 0.0])


def test_shapley_values_are_the_known_ones_and_add_up():
    found = shapley(tuple(GLOVES), glove_game)
    assert {name: values[0] for name, values in found.items()} == pytest.approx(GLOVES)
    assert all(values[1] == 0 for values in found.values())
    additive = shapley(("a", "b"), lambda shown: np.array([2.0 * ("a" in shown) - 3.0 * ("b" in shown)]))
    assert {name: values[0] for name, values in additive.items()} == pytest.approx({"a": 2.0, "b": -3.0})


def test_what_a_product_lacks_contributes_nothing_and_the_rest_what_it_changes():
    model, rows = model_of(), rows_of(["red", "blue", None], [True, False, True])
    found = contributions(model, rows)
    assert set(found) == {"text"}
    assert found["text"][0] != 0 and found["text"][1] == 0
    with torch.no_grad():  # deaf to the text
        for parameter in model.net.fusion.experts["text"].parameters():
            parameter.zero_()
    assert contributions(model, rows)["text"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


def test_the_nearest_products_are_the_likest_and_never_the_product_itself():
    model, rows = model_of(), rows_of(["red", "blue", "green"] * 4)
    found = nearest(model, rows, rows, 2)
    assert all(one not in [other for other, _ in near] for one, near in zip(rows.product_id, found, strict=True))
    assert all(near[0][1] >= near[1][1] for near in found)
    assert nearest(model, rows, rows.take([]), 2) == [[]] * 12
    assert weights_of_media(model, rows) is None, "a product of experts does not say"
