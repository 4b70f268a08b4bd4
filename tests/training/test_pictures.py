"""Training of the picture model: it learns, it goes on bit-identically, and it says what it cannot do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mmgen.config.pictures import AdaptiveParams, PictureParams, PictureSizes
from mmgen.training.pictures.loop import train
from mmgen.training.pictures.material import Material, Posteriors

LATENT, SIDE = 4, 32


def material(count: int = 48) -> Material:
    """Squares whose grey and place the latent says."""
    random = np.random.default_rng(0)
    mu = random.normal(size=(count, LATENT)).astype(np.float32)
    pixels = np.full((count, SIDE, SIDE, 3), 255, np.uint8)
    for row, (grey, place, *_) in enumerate(mu):
        left = int(np.clip(8 + 4 * place, 0, 16))
        pixels[row, 8:24, left : left + 16] = int(np.clip(100 + 60 * grey, 0, 200))
    known = Posteriors(mu, np.full_like(mu, -4.0))
    return Material([f"p{i}" for i in range(count)], [f"g{i}" for i in range(count)], pixels, known, known)


def params(**changed: object) -> PictureParams:
    sizes = PictureSizes(px=SIDE, noise=2, style=16, width=16, max_width=16, critic_width=8)
    given = {"sizes": sizes, "batch_rows": 8, "steps": 6, "num_threads": 1, "checkpoint_every": 2, "r1_interval": 2}
    return PictureParams(**{**given, "adaptive": AdaptiveParams(start=0.5), **changed})


def weights(folder: Path, wanted: PictureParams, seed: int = 1) -> dict[str, torch.Tensor]:
    return train(material(), folder, wanted, seed).generator.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_broken_off_training_goes_on_as_if_nothing_had_been(tmp_path: Path, precision: str) -> None:
    whole = weights(tmp_path / "whole", params(precision=precision))
    weights(tmp_path / "broken", params(precision=precision, steps=3))
    assert not same(whole, weights(tmp_path / "shorter", params(precision=precision, steps=3)))
    assert same(whole, weights(tmp_path / "broken", params(precision=precision)))


CHANGES = {
    "another seed": ({}, 2),
    "another loss": ({"loss": "hinge"}, 1),
    "spectral norm": ({"sizes": {"spectral_norm": True}}, 1),
    "no reconstruction": ({"reconstruction": 0.0}, 1),
    "no gradient penalty": ({"r1_weight": 0.0}, 1),
}


@pytest.mark.parametrize(("changed", "seed"), CHANGES.values(), ids=CHANGES)
def test_what_decides_the_weights(tmp_path: Path, changed: dict[str, object], seed: int) -> None:
    """A checkpoint of other parameters or another seed is passed over."""
    first = weights(tmp_path, params(steps=2))
    if "sizes" in changed:
        changed = {"sizes": params().sizes.model_copy(update={"spectral_norm": True})}
    assert not same(first, weights(tmp_path, params(steps=2, **changed), seed))


def test_it_learns_what_the_linear_look_cannot_say(tmp_path: Path) -> None:
    """By the reconstruction alone: a discriminator that hardly moves gives it features to go by."""
    data, quiet = material(), {"critic_learning_rate": 1e-6, "r1_weight": 0, "adaptive": AdaptiveParams()}
    wanted = params(learning_rate=5e-3, reconstruction=100.0, average=0.9, checkpoint_every=200, **quiet)
    away = {}
    for steps in (1, 120):
        model = train(data, tmp_path, wanted.model_copy(update={"steps": steps}), 1)
        drawn = model.draw(data.with_photo.mu, data.product_id)
        away[steps] = np.abs(drawn.astype(float) - data.pixels).mean()
    assert away[120] < 0.9 * away[1]


def test_fewer_steps_than_there_are_already_are_refused(tmp_path: Path) -> None:
    weights(tmp_path, params(steps=2))
    with pytest.raises(ValueError, match="2 steps"):
        weights(tmp_path, params(steps=1))


def test_what_is_logged(tmp_path: Path) -> None:
    seen: dict[int, dict[str, float]] = {}
    train(material(), tmp_path, params(steps=4), 1, on_metrics=lambda metrics, step: seen.update({step: metrics}))
    assert set(seen) == {4}
    names = {"critic_loss", "generator_loss", "gradient_penalty", "feature_distance", "augmented_share", "sign_of_real"}
    assert set(seen[4]) == {f"train_{name}" for name in names}


WRONG = {
    "an unknown loss": ({"loss": "hing"}, "hinge"),
    "photos of another side": ({"sizes": PictureSizes(px=64)}, r"\(64, 64, 3\)"),
    "fewer photos than a batch": ({"batch_rows": 64}, "64 or more"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_trained_is_said(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        train(material(), tmp_path, params(**changed), 1)
