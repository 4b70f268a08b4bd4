"""The picture model's parts: shapes, losses by hand, what decides a picture, and what is saved."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from mmgen.config.pictures import AdaptiveParams, PictureParams, PictureSizes
from mmgen.models.pictures.augment import augmented, next_share
from mmgen.models.pictures.discriminator import Discriminator
from mmgen.models.pictures.generator import Generator
from mmgen.models.pictures.losses import LOSSES
from mmgen.models.pictures.model import PictureConfig, PictureModel
from mmgen.models.pictures.sheet import as_png, chosen, sheet

LATENT = 6
LN2 = math.log(2)


def sizes(px: int = 32, *, spectral_norm: bool = False) -> PictureSizes:
    return PictureSizes(px=px, noise=4, style=16, width=8, max_width=16, critic_width=8, spectral_norm=spectral_norm)


def small_model(seed: int = 0) -> PictureModel:
    torch.manual_seed(seed)
    return PictureModel(Generator(sizes(), LATENT), PictureConfig(sizes=sizes(), latent=LATENT))


LOSS_CASES = {
    # scores of real and drawn pictures, the discriminator's loss, the generator's
    "minimax, undecided": ("minimax", 0.0, 0.0, 2 * LN2, -LN2),
    "minimax, sure of the drawn": ("minimax", 0.0, -20.0, LN2, 0.0),
    "non-saturating, undecided": ("non_saturating", 0.0, 0.0, 2 * LN2, LN2),
    "non-saturating, sure of the drawn": ("non_saturating", 0.0, -20.0, LN2, 20.0),
    "hinge, undecided": ("hinge", 0.0, 0.0, 2.0, 0.0),
    "hinge, beyond the margins": ("hinge", 3.0, -3.0, 0.0, 3.0),
}


@pytest.mark.parametrize(
    ("name", "on_real", "on_drawn", "of_critic", "of_generator"), LOSS_CASES.values(), ids=LOSS_CASES
)
def test_losses_are_those_of_their_papers(
    name: str, on_real: float, on_drawn: float, of_critic: float, of_generator: float
) -> None:
    real, drawn = torch.full((3,), on_real), torch.full((3,), on_drawn)
    assert float(LOSSES[name].of_critic(real, drawn)) == pytest.approx(of_critic, abs=1e-4)
    assert float(LOSSES[name].of_generator(drawn)) == pytest.approx(of_generator, abs=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_the_generator_wants_higher_scores_and_the_critic_lower_ones(name: str) -> None:
    score = torch.zeros(4, requires_grad=True)
    (wanted,) = torch.autograd.grad(LOSSES[name].of_generator(score), score)
    (opposed,) = torch.autograd.grad(LOSSES[name].of_critic(torch.zeros(4), score), score)
    assert (wanted < 0).all() and (opposed > 0).all()


@pytest.mark.parametrize("px", [32, 64, 128])
@pytest.mark.parametrize("is_spectral", [False, True])
def test_shapes(px: int, is_spectral: bool) -> None:
    shape = sizes(px, spectral_norm=is_spectral)
    generator, critic = Generator(shape, LATENT), Discriminator(shape, LATENT)
    latents = torch.randn(4, LATENT)
    drawn = generator(latents, torch.randn(4, 4))
    scores, features = critic(drawn, latents)
    assert drawn.shape == (4, 3, px, px)
    assert scores.shape == (4,) and features[-1].shape[-1] == 4


def test_a_side_that_is_no_power_of_two_is_refused() -> None:
    with pytest.raises(ValueError, match="no power of two"):
        PictureParams.load({"sizes": {"px": 96}})


def test_the_latent_tells_the_critic_what_to_look_for() -> None:
    torch.manual_seed(0)
    critic = Discriminator(sizes(), LATENT).eval()
    pictures = torch.randn(4, 3, 32, 32)
    one, other = (critic(pictures, latents)[0] for latents in (torch.zeros(4, LATENT), torch.ones(4, LATENT)))
    assert not torch.allclose(one, other)


def test_equal_pictures_in_a_batch_are_seen_to_be_equal() -> None:
    torch.manual_seed(0)
    critic = Discriminator(sizes(), LATENT).eval()
    pictures, latents = torch.randn(4, 3, 32, 32), torch.zeros(4, LATENT)
    among_others = critic(pictures, latents)[0][0]
    among_equals = critic(pictures[:1].expand(4, -1, -1, -1), latents)[0][0]
    assert not torch.allclose(among_others, among_equals, atol=1e-5)


def test_the_linear_look_starts_from_the_photos() -> None:
    torch.manual_seed(0)
    latents = torch.randn(200, LATENT)
    tone = torch.tanh(latents[:, 0])[:, None, None, None].expand(-1, 3, 32, 32)
    generator = Generator(sizes(), LATENT)
    generator.warm_start(latents, tone)
    found = generator.thumbnail(latents).mean(dim=1)
    assert np.corrcoef(found.detach().numpy(), tone[:, 0, 0, 0].numpy())[0, 1] > 0.95


AUGMENTED = {
    "nothing at share 0": (0.0, AdaptiveParams(), 0.0),
    "moved alone": (1.0, AdaptiveParams(shift=0.25, colour=0, cutout=0), None),
    "a square of half the side is blanked out": (1.0, AdaptiveParams(shift=0, colour=0, cutout=0.5), None),
}


@pytest.mark.parametrize(("share", "params", "expected"), AUGMENTED.values(), ids=AUGMENTED)
def test_augmentation(share: float, params: AdaptiveParams, expected: float | None) -> None:
    pictures = torch.rand(8, 3, 32, 32) * 0.5 + 0.25
    changed = augmented(pictures, share, params, torch.Generator().manual_seed(1))
    again = augmented(pictures, share, params, torch.Generator().manual_seed(1))
    assert torch.equal(changed, again)
    assert (float((changed - pictures).abs().max()) == 0) == (expected == 0.0)
    if params.cutout and share:
        blank = (changed == 0).float().mean(dim=(1, 2, 3))
        assert float(blank.max()) == pytest.approx(0.25, abs=0.04)
    if params.shift and share and not params.colour:
        assert torch.isin(changed, pictures).all(), "moving makes no new values"


def test_augmentation_has_a_gradient() -> None:
    pictures = torch.rand(4, 3, 32, 32, requires_grad=True)
    made = augmented(pictures, 1.0, AdaptiveParams(cutout=0), torch.Generator().manual_seed(0))
    (gradient,) = torch.autograd.grad(made.sum(), pictures)
    assert float(gradient.abs().sum()) > 0


SHARES = {
    "surer than wanted": (0.5, 0.9, 0.532),
    "less sure": (0.5, 0.3, 0.468),
    "not below nothing": (0.0, 0.0, 0.0),
    "not above the bound": (0.8, 1.0, 0.8),
}


@pytest.mark.parametrize(("share", "signs", "expected"), SHARES.values(), ids=SHARES)
def test_more_is_augmented_where_the_critic_is_too_sure(share: float, signs: float, expected: float) -> None:
    assert next_share(share, signs, 32, AdaptiveParams(images=1000)) == pytest.approx(expected)


def test_key_and_seed_alone_decide_a_picture() -> None:
    model, latents = small_model(), np.random.default_rng(0).normal(size=(3, LATENT)).astype(np.float32)
    all_three = model.draw(latents, ["a", "b", "c"], seed=1)
    alone = model.draw(latents[1:2], ["b"], seed=1)
    assert all_three.shape == (3, 32, 32, 3) and all_three.dtype == np.uint8
    assert np.array_equal(all_three[1], alone[0])
    assert not np.array_equal(model.draw(latents[1:2], ["b"], seed=2), alone)


def test_a_model_is_read_as_it_was_saved(tmp_path: Path) -> None:
    model, latents = small_model(), np.ones((2, LATENT), np.float32)
    model.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}
    assert np.array_equal(PictureModel.load(tmp_path).draw(latents, "ab"), model.draw(latents, "ab"))


@pytest.mark.parametrize("shape", [(2, LATENT + 1), (1, LATENT)], ids=["another latent", "more keys"])
def test_latents_that_do_not_fit_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="numbers a key"):
        small_model().draw(np.zeros(shape, np.float32), ["a", "b"])


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train one first"):
        PictureModel.load(tmp_path)


def test_a_sheet_has_its_blocks_beside_each_other() -> None:
    black, white = np.zeros((5, 8, 8, 3), np.uint8), np.full((5, 8, 8, 3), 200, np.uint8)
    page = sheet(black, white, columns=2)
    assert page.shape == (30, 2 * 36 - 16, 3)
    assert (page[:8, :8] == 0).all() and (page[:8, 36:44] == 200).all() and (page[20:28, 46:] == 255).all()
    assert as_png(page).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="equal shape"):
        sheet(black, white[:2])


def test_samples_are_chosen_by_seed() -> None:
    keys = [f"p{i}" for i in range(50)]
    assert chosen(keys, 8, 1) == chosen(keys, 8, 1) != chosen(keys, 8, 2)
    assert len(set(chosen(keys, 99, 1))) == 50
