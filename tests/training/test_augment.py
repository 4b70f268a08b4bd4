"""Augmentation: deterministic in product, epoch and seed; shape, type and greys kept; each knob does its own thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mmgen.config.training import AugmentParams
from mmgen.models.examples import ExampleArrays
from mmgen.training.data.augment import augment, augment_batch
from mmgen.training.fusion.inputs import varied

OFF: dict[str, float] = dict.fromkeys(AugmentParams.model_fields, 0.0)
PARAMS = AugmentParams()


def only(**knobs: float) -> AugmentParams:
    return AugmentParams(**{**OFF, **knobs})


def photo(side: int = 64) -> np.ndarray:
    """White, with a red block at the upper left and a dark one at the lower right."""
    picture = np.full((side, side, 3), 240, np.uint8)
    picture[side // 8 : side // 2, side // 8 : side // 3] = (200, 40, 40)
    picture[side // 2 :, side // 2 :] = 30
    return picture


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
    st.text(max_size=12),
    st.integers(0, 1000),
    st.integers(-5, 5),
)
def test_same_draw_same_bytes_and_shape(image: np.ndarray, product_id: str, epoch: int, seed: int) -> None:
    before = image.copy()
    one, two = (augment(image, product_id, epoch, seed, PARAMS) for _ in range(2))
    assert one.shape == image.shape and one.dtype == np.uint8
    assert np.array_equal(one, two)
    assert np.array_equal(image, before), "the photo handed in stays as it is"
    assert np.array_equal(augment(image, product_id, epoch, seed, only()), image)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12), st.integers(0, 10_000), st.integers(0, 10_000))
def test_another_epoch_product_or_seed_gives_other_bytes(product_id: str, epoch: int, seed: int) -> None:
    base = augment(photo(), product_id, epoch, seed, PARAMS)
    for other in [(product_id + "x", epoch, seed), (product_id, epoch + 1, seed), (product_id, epoch, seed + 1)]:
        assert not np.array_equal(base, augment(photo(), *other, PARAMS))


@pytest.mark.parametrize("knob", OFF)
def test_each_knob_alone_changes_the_photo(knob: str) -> None:
    strong = {"flip": 1.0, "rotation_deg": 30.0, "hue": 0.2}.get(knob, 0.3)
    assert any(not np.array_equal(augment(photo(), "p", e, 0, only(**{knob: strong})), photo()) for e in range(3))


def test_a_mirror_image_is_one() -> None:
    assert np.abs(augment(photo(), "p", 0, 0, only(flip=1.0)).astype(int) - photo()[:, ::-1]).max() <= 1
    mirrored = [np.array_equal(augment(photo(), str(p), 0, 0, only(flip=0.5)), photo()) for p in range(400)]
    assert 0.4 < np.mean(mirrored) < 0.6


def test_a_quarter_turn_at_most_is_never_exceeded_and_fills_its_corners() -> None:
    for epoch in range(20):
        turned = augment(photo(), "p", epoch, 0, only(rotation_deg=45.0))
        assert turned[0, 0].min() >= 235, "the backdrop goes on into the corner"


@pytest.mark.parametrize("knob", ["hue", "saturation"])
def test_greys_stay_grey(knob: str) -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    for epoch in range(10):
        assert np.abs(augment(grey, "p", epoch, 0, only(**{knob: 0.5})).astype(int) - grey).max() <= 1


@pytest.mark.parametrize("image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_refuses_other_shapes_and_types(image: Any) -> None:
    with pytest.raises(ValueError, match="uint8 is wanted"):
        augment(image, "p", 0, 0, PARAMS)


def test_a_batch_is_its_photos() -> None:
    images = np.stack([photo(), photo()[::-1]])
    made = augment_batch(images, ["a", "b"], 3, 1, PARAMS)
    assert np.array_equal(made[1], augment(photo()[::-1], "b", 3, 1, PARAMS))
    assert not np.array_equal(made[0], images[0])


def test_a_step_varies_the_photos_that_are_there() -> None:
    columns = {
        "product_id": ["a", "b"],
        "pixels": [photo().tobytes(), None],
        "text_embedding": [None, np.ones(256, np.float32)],
        "audio_embedding": [None, None],
        "attribute_ids": [[1], []],
    }
    batch = ExampleArrays.from_columns(columns)
    one, two = (varied(batch, step, 1, PARAMS) for step in (0, 1))
    first, second, given = (found.values["image"] for found in (one, two, batch))
    assert not np.array_equal(first[0], given[0]) and not np.array_equal(first[0], second[0])
    assert first[1].max() == 0
    assert np.array_equal(given[0], photo()), "the batch handed in stays as it is"
    assert np.array_equal(one.values["text"], batch.values["text"]) and one.product_id == batch.product_id
