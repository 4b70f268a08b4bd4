from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from mmgen.models.fusion import gaussian as experts
from mmgen.models.fusion.ways.product_of_experts import product_of_experts


@pytest.mark.parametrize(
    ("mu", "variance", "present", "expected_mu", "expected_variance"),
    [
        pytest.param([3.0, -1.0], [0.5, 2.0], [0, 0], 0.0, 1.0, id="nothing is the prior"),
        pytest.param([3.0, -1.0], [0.5, 2.0], [1, 0], 2.0, 1 / 3, id="one expert and the prior"),
        pytest.param([3.0, -1.0], [0.5, 2.0], [1, 1], 5.5 / 3.5, 1 / 3.5, id="both and the prior"),
        pytest.param([math.nan, -1.0], [math.inf, 2.0], [0, 1], -1 / 3, 2 / 3, id="an absent one may hold anything"),
    ],
)
def test_product_of_experts_is_the_closed_form(mu, variance, present, expected_mu, expected_variance):
    found_mu, found_logvar = product_of_experts(
        torch.tensor(mu).view(1, 2, 1), torch.tensor(variance).log().view(1, 2, 1), torch.tensor([present]).bool()
    )
    assert found_mu.item() == pytest.approx(expected_mu, rel=1e-5)
    assert found_logvar.exp().item() == pytest.approx(expected_variance, rel=1e-5)


def test_product_of_experts_is_the_normalised_product_of_densities():
    mu, logvar = torch.tensor([[[0.7], [-0.4]]]), torch.tensor([[[0.3], [-1.0]]])
    grid = torch.linspace(-6, 6, 4001)
    density = Normal(0, 1).log_prob(grid)
    for m, v in zip(mu[0], logvar[0], strict=True):
        density = density + Normal(m, (0.5 * v).exp()).log_prob(grid)
    weights = torch.softmax(density, dim=0)
    mean = (weights * grid).sum()
    found_mu, found_logvar = product_of_experts(mu, logvar, torch.ones(1, 2, dtype=torch.bool))
    assert found_mu.item() == pytest.approx(mean.item(), abs=1e-3)
    assert found_logvar.exp().item() == pytest.approx((weights * (grid - mean) ** 2).sum().item(), rel=1e-3)


def test_likelihoods_and_kl_are_those_of_torch():
    torch.manual_seed(0)
    value, mean, log_scale = torch.randn(3, 5), torch.randn(3, 5), torch.tensor(-0.3)
    gaussian = -Normal(mean, log_scale.exp()).log_prob(value).sum(dim=1)
    torch.testing.assert_close(experts.gaussian_nll(value, mean, log_scale), gaussian)
    logvar = torch.randn(3, 5)
    divergence = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(experts.kl_to_prior(mean, logvar), divergence)


@pytest.mark.parametrize(("minimum", "expected"), [(0.0, 2.5), (1.0, 3.0), (5.0, 10.0)])
def test_free_bits_charge_at_least_the_minimum(minimum, expected):
    assert experts.free_bits(torch.tensor([0.5, 2.0]), minimum).item() == pytest.approx(expected)
