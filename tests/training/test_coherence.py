"""Figures with a modality missing, the importance-weighted bound, collapse: on models whose answers are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from mmgen.features.examples import attribute_id
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import FusionNet
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.registry.promotion import collapse_of
from mmgen.training.fusion.coherence import coherence, questions_of
from mmgen.training.fusion.likelihood import importance_weighted
from mmgen.training.fusion.texts import Texts

COLOURS = ("red", "blue", "green")
IDS = {colour: attribute_id("colour", colour) for colour in COLOURS}
NO_TEXTS = Texts({}, {}, 0)


def model_of(**changed: Any) -> FusionModel:
    torch.manual_seed(0)
    sizes = {"latent": 4, "hidden": 8, "image_width": 8, "text_hidden": 8, "text_embedding": 8}
    vocabulary = Vocabulary.build([["<bos:description:en>", "a"]] * 2, 1, 100)
    config = FusionConfig(
        **sizes, modalities=("text", "attributes"), sizes={"text": 8}, num_tokens=len(vocabulary), num_slots=0
    )  # fmt: skip
    return FusionModel(FusionNet(config.model_copy(update=changed)), config, vocabulary)


def rows_of(colours: list[str | None], has_text: list[bool] | None = None) -> ExampleArrays:
    there = has_text or [True] * len(colours)
    texts = [np.eye(8, dtype=np.float32)[i % 8] if has else None for i, has in enumerate(there)]
    ids = [[IDS[one], 7] if one else [7] for one in colours]
    columns = {"product_id": [f"p{i}" for i in range(len(colours))], "text_embedding": texts, "attribute_ids": ids}
    return ExampleArrays.from_columns(columns)


def shop_rows(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"category": ["Shirts"], "brand": None, "attributes": {"colour": colour, "number": str(number)}}
        for colour, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("counts", "asked"),
    [
        ({"red": 9, "blue": 20, "green": 10}, ["blue", "green", "red"]),
        ({"red": 9, "blue": 20, "green": 2}, ["blue", "red"]),
        ({"red": 30}, None),
    ],
    ids=["all", "a rare value is none", "one value sorts nothing"],
)
def test_what_a_shop_can_be_asked(counts, asked):
    found = {question.name: question.ids.tolist() for question in questions_of(shop_rows(counts))}
    assert found == ({"attribute:colour": [IDS[one] for one in asked]} if asked else {})


def test_coherence_is_the_share_of_true_answers_and_its_baseline_the_most_frequent_one():
    questions = questions_of(shop_rows({"red": 9, "blue": 20, "green": 10}))
    model = model_of()
    with torch.no_grad():  # every product is red, whatever is known of it
        for parameter in model.net.decoders["attributes"].parameters():
            parameter.zero_()
        model.net.shared["attributes"].bias[IDS["red"]] = 5.0
    rows = coherence(model, rows_of(["red", "blue", None, "red"], [True, True, True, False]), questions)
    assert set(rows) == {f"{kind}coherence{of}" for kind in ("", "baseline_") for of in ("", "_from_text")}
    nan = math.nan
    np.testing.assert_array_equal(rows["coherence_from_text"], [1, 0, nan, nan])
    np.testing.assert_array_equal(rows["baseline_coherence_from_text"], [0, 1, nan, nan])
    np.testing.assert_array_equal(rows["coherence"], [1, 0, nan, nan])
    assert coherence(model, rows_of(["red", "blue"]), []) == {}


def test_more_draws_come_closer_to_the_evidence_from_below():
    model, rows = model_of(), rows_of(["red", "blue", "green"] * 8)
    found = [importance_weighted(model, rows, NO_TEXTS, draws, 1).mean() for draws in (1, 8, 256)]
    assert found[0] < found[1] < found[2]
    with torch.no_grad():  # z says nothing of what is seen, and the posterior is about the prior
        for part in (*model.net.decoders.values(), *model.net.fusion.experts.values()):
            for parameter in part.parameters():
                parameter.zero_()
        for expert in model.net.fusion.experts.values():
            expert.bias[4:] = 50.0
    one, many = (importance_weighted(model, rows, NO_TEXTS, draws, 1) for draws in (1, 8))
    np.testing.assert_allclose(one, many, atol=0.2)
    assert found[2] - found[0] > 0.4, "unlike above"


@pytest.mark.parametrize(
    ("figures", "is_said"),
    [((9.0, 96.0), True), ((10.0, 96.0), False), ((), False)],
    ids=["under a tenth", "a tenth", "not measured"],
)
def test_a_collapse_is_said(figures, is_said):
    names = ("active_units", "latent_units")
    assert bool(collapse_of(dict(zip(names, figures, strict=False)))) is is_said
