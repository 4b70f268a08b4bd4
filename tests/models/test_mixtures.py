"""The formulas that ways of fusion are made of, beside closed forms, numeric integrals and brute force."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch.distributions import Independent, MixtureSameFamily, Normal, kl_divergence

from mmgen.models.fusion.base import Scored
from mmgen.models.fusion.gaussian import kl_between, log_normal, product
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.alignment import symmetric_info_nce
from mmgen.models.fusion.ways.hellinger import pool
from mmgen.models.fusion.ways.mixture_of_products import MixtureOfProducts
from mmgen.models.fusion.ways.product_of_experts import product_of_experts
from mmgen.models.fusion.ways.total_correlation import ALPHA, TotalCorrelation

GRID = torch.linspace(-40, 40, 160_001, dtype=torch.float64)
STEP = float(GRID[1] - GRID[0])

in_one_dimension = pytest.mark.parametrize(
    ("mu", "variance", "present"),
    [
        ([0.7, -0.4], [1.3, 0.4], [1, 1]),
        ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1, 1, 1]),
        ([3.0, -3.0, 0.5], [0.05, 2.0, 9.0], [1, 1, 1]),
        ([3.0, -3.0, 0.5], [0.05, 2.0, 9.0], [1, 0, 1]),
        ([3.0, -3.0, 0.5], [0.05, 2.0, 9.0], [0, 1, 0]),
        ([3.0, -3.0, 0.5], [0.05, 2.0, 9.0], [0, 0, 0]),
    ],
    ids=["two", "alike", "three", "two of three", "one of three", "none"],
)


def tensors(mu, variance, present):
    """(1, M, 1) twice and (1, M)."""
    shape = (1, len(mu), 1)
    mu, variance = (torch.tensor(values, dtype=torch.float64).view(shape) for values in (mu, variance))
    return mu, variance.log(), torch.tensor([present]).bool()


def densities(mu, logvar, mask) -> torch.Tensor:
    """Of the present ones, or of the prior, on the grid."""
    found = [
        Normal(m, (0.5 * v).exp()).log_prob(GRID).exp()
        for m, v, is_in in zip(mu[0, :, 0], logvar[0, :, 0], mask[0], strict=True)
        if is_in
    ]
    return torch.stack(found or [Normal(0.0, 1.0).log_prob(GRID).exp()])


def moments_of(density: torch.Tensor) -> tuple[float, float]:
    density = density / (density.sum() * STEP)
    mean = (density * GRID).sum() * STEP
    return float(mean), float((density * (GRID - mean) ** 2).sum() * STEP)


@in_one_dimension
def test_a_mixture_is_its_density(mu, variance, present):
    mu, logvar, mask = tensors(mu, variance, present)
    mixture, expected = Mixture.of_present(mu, logvar, mask), densities(mu, logvar, mask).mean(dim=0)
    wide = Mixture(*(part.expand(len(GRID), *part.shape[1:]) for part in vars(mixture).values()))
    found = wide.log_prob(GRID[:, None]).exp()
    torch.testing.assert_close(found, expected)
    assert float(found.sum() * STEP) == pytest.approx(1, abs=1e-6)
    found_mu, found_logvar = mixture.moments()
    assert (found_mu.item(), found_logvar.exp().item()) == pytest.approx(moments_of(expected), abs=1e-6)


@in_one_dimension
def test_a_product_is_the_normalised_product_of_densities(mu, variance, present):
    mu, logvar, mask = tensors(mu, variance, present)
    expected = moments_of(densities(mu, logvar, mask).prod(dim=0))
    found_mu, found_logvar = product(mu, logvar, mask)
    assert (found_mu.item(), found_logvar.exp().item()) == pytest.approx(expected, abs=1e-6)


@in_one_dimension
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_a_pool_has_the_moments_of_its_density(mu, variance, present, order):
    mu, logvar, mask = tensors(mu, variance, present)
    expected = moments_of(densities(mu, logvar, mask).pow(1 / order).mean(dim=0) ** order)
    found_mu, found_logvar = pool(mu, logvar, mask, order).moments()
    assert (found_mu.item(), found_logvar.exp().item()) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("order", [2, 3])
def test_pooling_in_two_dimensions_weighs_whole_experts(order):
    mu, logvar = torch.tensor([[[0.0, 1.0], [0.5, -2.0]]]).double(), torch.tensor([[[0.0, -1.0], [0.7, 0.3]]]).double()
    axis = torch.linspace(-15, 15, 1501, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    pooled = log_normal(z[:, None], mu, logvar).sum(dim=2).div(order).exp().mean(dim=1) ** order
    pooled = pooled / pooled.sum()
    mean = (pooled[:, None] * z).sum(dim=0)
    variance = (pooled[:, None] * (z - mean) ** 2).sum(dim=0)
    found_mu, found_logvar = pool(mu, logvar, torch.ones(1, 2).bool(), order).moments()
    torch.testing.assert_close((found_mu[0], found_logvar[0].exp()), (mean, variance), rtol=1e-5, atol=1e-6)


def test_a_product_with_the_prior_as_an_expert_is_the_product_of_experts():
    torch.manual_seed(0)
    mu, logvar, mask = torch.randn(8, 3, 4), torch.randn(8, 3, 4), torch.rand(8, 3) < 0.5
    expected = product_of_experts(mu, logvar, mask)
    prior = torch.zeros(8, 1, 4)
    found = product(torch.cat([mu, prior], 1), torch.cat([logvar, prior], 1), torch.cat([mask, prior[..., 0] == 0], 1))
    torch.testing.assert_close(found, expected)


def test_kl_and_density_are_those_of_torch():
    torch.manual_seed(0)
    a, b, c, d = torch.randn(4, 5, 3)
    one, other = Normal(a, (0.5 * b).exp()), Normal(c, (0.5 * d).exp())
    torch.testing.assert_close(kl_between(a, b, c, d), kl_divergence(one, other))
    torch.testing.assert_close(log_normal(c, a, b), one.log_prob(c))
    mixed = MixtureSameFamily(
        torch.distributions.Categorical(torch.full((2,), 0.5)),
        Independent(Normal(torch.stack([a, c], 1), (0.5 * torch.stack([b, d], 1)).exp()), 1),
    )
    found = Mixture.of_present(torch.stack([a, c], 1), torch.stack([b, d], 1), torch.ones(5, 2).bool())
    z = torch.randn(5, 3)
    torch.testing.assert_close(found.log_prob(z), mixed.log_prob(z))


@pytest.mark.parametrize("pooled", ["product", "mixture", "hellinger"])
@pytest.mark.parametrize("logvars", [(-80.0, -80.0), (80.0, 80.0), (-80.0, 80.0), (0.0, -80.0)])
@pytest.mark.parametrize("apart", [0.0, 1e-3, 1e3])
def test_no_variance_is_too_large_or_too_small(pooled, logvars, apart):
    mu = torch.tensor([[[0.0], [apart]]], requires_grad=True)
    logvar = torch.tensor(logvars).view(1, 2, 1).requires_grad_()
    mask = torch.ones(1, 2).bool()
    found = {
        "product": lambda: product(mu, logvar, mask),
        "mixture": lambda: Mixture.of_present(mu, logvar, mask).moments(),
        "hellinger": lambda: pool(mu, logvar, mask).moments(),
    }[pooled]()
    sum(found).sum().backward()
    for value in (*found, mu.grad, logvar.grad):
        assert torch.isfinite(value).all()


SIZES = {"image": 4, "text": 3, "audio": 2}


def said_by(way, rows=8):
    torch.manual_seed(0)
    fusion = way(SIZES, 2)
    hidden = {name: torch.randn(rows, size) for name, size in SIZES.items()}
    present = {
        name: torch.tensor([number >> bit & 1 for number in range(rows)]).bool() for bit, name in enumerate(SIZES)
    }
    return fusion, hidden, present, fusion.said(hidden, present)


def test_a_mixture_of_products_has_a_component_for_each_subset_that_a_row_has():
    fusion, hidden, present, said = said_by(MixtureOfProducts)
    mixture = fusion.mixture(hidden, present)
    for row in range(8):
        there = [m for m in range(3) if said.mask[row, m]]
        subsets = [one for size in (1, 2, 3) for one in combinations(there, size)] or [()]
        expected = []
        for one in subsets:
            precision = sum(((-said.logvar[row, m]).exp() for m in one), torch.zeros(2)) if one else torch.ones(2)
            weighted = sum((said.mu[row, m] * (-said.logvar[row, m]).exp() for m in one), torch.zeros(2))
            expected.append(torch.cat([weighted / precision, -precision.log()]))
        counts = mixture.weights()[row] > 0
        found = torch.cat([mixture.mu[row][counts], mixture.logvar[row][counts]], dim=1)
        assert len(found) == len(expected) == max(1, 2 ** len(there) - 1)
        for one in expected:
            assert (found - one).abs().amax(dim=1).min() < 1e-5
        assert mixture.weights()[row][counts].tolist() == pytest.approx([1 / len(expected)] * len(expected))


SHARES = {
    "alike": [1 / 3, 0, 1 / 3, 1 / 3],
    "not alike": [0.1, 0.6, 0.3, 0],
    "one": [0, 0, 1, 0],
}


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES)
def test_components_are_drawn_by_their_weights(shares):
    nothing = torch.zeros(9000, 4, 1)
    mixture = Mixture(torch.tensor(shares).log().expand(9000, 4), nothing, nothing)
    noise = torch.randn(9000, generator=torch.Generator().manual_seed(0))
    assert (mixture.chosen(noise).bincount(minlength=4) / 9000).tolist() == pytest.approx(shares, abs=0.02)
    there = [number for number, share in enumerate(shares) if share]
    extremes = mixture.chosen(torch.cat([torch.tensor([-50.0, 50.0]), noise[2:]]))[:2]
    assert extremes.tolist() == [there[0], there[-1]], "what a row lacks is never drawn"


def test_the_total_correlation_objective_is_the_papers():
    fusion, hidden, present, said = said_by(TotalCorrelation)
    nll = torch.arange(8.0)
    terms = fusion.elbo(hidden, present, torch.zeros(8, 2), lambda _: Scored({}, {"image": nll}))
    joint = fusion.encode(hidden, present)
    q = Normal(joint.mu, (0.5 * joint.logvar).exp())
    prior = kl_divergence(q, Normal(0.0, 1.0)).sum(dim=1)
    each = torch.stack(
        [kl_divergence(q, Normal(said.mu[:, m], (0.5 * said.logvar[:, m]).exp())).sum(dim=1) for m in range(3)], dim=1
    )
    n = said.mask.sum(dim=1)
    objective = (n - ALPHA) / n * nll + (1 - ALPHA) * prior + ALPHA / n * (each * said.mask).sum(dim=1)
    found = (nll + terms.paid.sum(dim=1)) * (n - ALPHA) / n
    torch.testing.assert_close(found[1:], objective[1:])
    assert terms.paid[0].abs().max() == 0
    one = n == 1
    torch.testing.assert_close(terms.paid[one], terms.kl[one])


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_alignment_is_the_cross_entropy_of_both_directions(temperature):
    torch.manual_seed(0)
    said, mask = torch.randn(6, 2, 3), torch.tensor([[1, 1]] * 4 + [[1, 0], [0, 0]]).bool()
    units = nn_units(said[:4])
    scores = units[:, 0] @ units[:, 1].T / temperature
    own = torch.arange(4)
    expected = [torch.nn.functional.cross_entropy(s, own, reduction="none") for s in (scores, scores.T)]
    found = symmetric_info_nce(said, mask, torch.tensor(temperature))
    torch.testing.assert_close(found, torch.cat([sum(expected) / 2, torch.zeros(2)]))


def nn_units(values: torch.Tensor) -> torch.Tensor:
    return values / values.norm(dim=2, keepdim=True)
