"""A latent of switches, and the cross-entropy of pixels: closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence

from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.gaussian import cross_entropy_nll
from mmgen.models.fusion.net import FusionNet
from mmgen.models.fusion.ways.bernoulli import BernoulliExperts, Switches

LOGITS = torch.tensor([[-12.0, -3.0, 0.0, 0.7, 5.0, 16.0]])


def test_the_kl_is_that_of_bernoullis() -> None:
    wanted = kl_divergence(Bernoulli(logits=LOGITS.double()), Bernoulli(torch.tensor(0.5, dtype=torch.float64)))
    assert torch.allclose(Switches.of(LOGITS).kl().double(), wanted, atol=1e-6)


def test_moments_are_those_of_on_and_off() -> None:
    found, exact = Switches.of(LOGITS), Bernoulli(logits=LOGITS.double())
    assert torch.allclose(found.mu.double(), 2 * exact.probs - 1, atol=1e-6)
    assert torch.allclose(found.logvar.double(), (4 * exact.variance).log(), atol=1e-4)


def test_draws_are_on_as_often_as_the_logits_say() -> None:
    logits = torch.tensor([[-2.0, 0.0, 1.0]])
    draws = Switches.of(logits.expand(40_000, 3)).draw(
        torch.randn(40_000, 3, generator=torch.Generator().manual_seed(2))
    )
    assert torch.allclose((draws > 0).float().mean(dim=0), torch.sigmoid(logits[0]), atol=0.01)
    assert draws.abs().max() <= 1


@pytest.mark.parametrize(("seen", "logit"), [((), 0.0), (("a",), 2.0), (("a", "b"), 1.0)], ids=["none", "one", "two"])
def test_votes_add(seen: tuple[str, ...], logit: float) -> None:
    way = BernoulliExperts({"a": 1, "b": 1}, 1)
    for name, value in (("a", 2.0), ("b", -1.0)):
        expert = way.experts[name]
        expert.weight.data.zero_()
        expert.bias.data.fill_(8 * math.atanh(value / 8))
    hidden = {"a": torch.zeros(1, 1), "b": torch.full((1, 1), float("nan")) if "b" not in seen else torch.zeros(1, 1)}
    found = way.encode(hidden, {name: torch.tensor([name in seen]) for name in hidden})
    assert found.logits.item() == pytest.approx(logit, abs=1e-5)


def test_what_is_generated_is_on_or_off_as_often_as_the_votes_say() -> None:
    way = BernoulliExperts({"a": 3}, 3)
    hidden = {"a": torch.tensor([[0.5, -1.0, 2.0]]).expand(20_000, 3)}
    present = {"a": torch.ones(20_000, dtype=torch.bool)}
    noise = torch.randn(20_000, 4, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        z, posterior = way.sample(hidden, present, noise), way.encode(hidden, present)
    assert set(z.unique().tolist()) == {-1.0, 1.0}
    assert torch.allclose(z.mean(dim=0), posterior.mu[0], atol=0.03)


@pytest.mark.parametrize(
    ("pixel", "logit", "nats"),
    [
        pytest.param(1.0, 0.0, math.log(2), id="light_not_known"),
        pytest.param(-1.0, -9.0, math.log1p(math.exp(-9)), id="dark_and_sure"),
        pytest.param(0.0, 0.0, math.log(2), id="grey_costs_its_own_entropy"),
    ],
)
def test_cross_entropy(pixel: float, logit: float, nats: float) -> None:
    found = cross_entropy_nll(torch.full((1, 3, 2, 2), pixel), torch.full((1, 3, 2, 2), logit))
    assert float(found) == pytest.approx(12 * nats, rel=5e-3)


def test_a_model_of_cross_entropy_draws_pixels_and_learns_no_scale_for_them() -> None:
    sizes = {"latent": 8, "hidden": 16, "image_width": 8, "text_hidden": 8, "text_embedding": 8}
    net = FusionNet(
        FusionConfig(
            **sizes, num_tokens=9, num_slots=2, modalities=("image", "attributes"), fusion="bernoulli",
            image_likelihood="cross_entropy",
        )
    )  # fmt: skip
    assert "image" not in net.log_scale
    made = net.models["image"].to_values(torch.tensor([-40.0, 0.0, 40.0]).view(1, 3, 1, 1))
    assert made.tolist() == [[[[0, 128, 255]]]]
