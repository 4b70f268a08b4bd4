"""What holds for every way of fusion, on a toy: three modalities that are noisy views of one hidden cause."""

from __future__ import annotations

import math
from itertools import product as choices

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal

from mmgen.models.fusion.base import Posterior, Scored, Terms
from mmgen.models.fusion.gaussian import gaussian_nll, product
from mmgen.models.fusion.registry import FUSIONS, way_of
from mmgen.training.fusion.objective import weighted_loss
from tests.training.examples_files import TINY

SIZES = {"image": 6, "text": 5, "audio": 4}
LATENT = 6  # one dimension of it private to each modality, where there are such
ROWS = 24
SUBSETS = list(choices((False, True), repeat=3))
PARAMS = TINY.model_copy(update={"weights": {}})

Tensors = dict[str, Tensor]
every_way = pytest.mark.parametrize("way", FUSIONS)


class Toy(nn.Module):
    """Raw values are the hidden ones, and a linear map with unit noise decodes."""

    def __init__(self, way: str):
        super().__init__()
        torch.manual_seed(1)
        self.fusion = FUSIONS[way](SIZES, LATENT)
        self.decoders = nn.ModuleDict({name: nn.Linear(LATENT, size) for name, size in SIZES.items()})

    def elbo(
        self, values: dict[str, Tensor], seen: dict[str, Tensor], there: dict[str, Tensor], seed: int = 0
    ) -> Terms:
        def score(z: Tensor) -> Scored:
            decoded = {name: decoder(self.fusion.part_for(z, name)) for name, decoder in self.decoders.items()}
            raw = {name: gaussian_nll(values[name], decoded[name], torch.tensor(0.0)) for name in SIZES}
            return Scored(decoded, {name: torch.where(there[name], raw[name], 0.0) for name in SIZES})

        noise = torch.randn(len(values["image"]), self.fusion.noise_size, generator=torch.Generator().manual_seed(seed))
        return self.fusion.elbo(values, seen, noise, score)


def views(rows: int = ROWS) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(3)
    cause = torch.randn(rows, LATENT, generator=generator)
    return {
        name: 2 * cause @ torch.randn(LATENT, size, generator=generator) + torch.randn(rows, size, generator=generator)
        for name, size in SIZES.items()
    }


def masks(rows: int = ROWS) -> dict[str, Tensor]:
    """Every subset of three, the empty one too, in turn."""
    table = torch.tensor(SUBSETS)[torch.arange(rows) % len(SUBSETS)]
    return dict(zip(SIZES, table.unbind(dim=1), strict=True))


def everything(rows: int = ROWS) -> dict[str, Tensor]:
    return {name: torch.ones(rows, dtype=torch.bool) for name in SIZES}


def tensors_of(terms: Terms) -> dict[str, Tensor]:
    found = terms.nll | terms.beside | {f"decoded {name}": value for name, value in terms.decoded.items()}
    return found | {"kl": terms.kl, "latent": terms.latent} | ({} if terms.paid is None else {"paid": terms.paid})


@every_way
def test_shapes(way):
    toy, seen = Toy(way), masks()
    found = toy.fusion.encode(views(), seen)
    assert found.mu.shape == found.logvar.shape == (ROWS, LATENT)
    terms = toy.elbo(views(), seen, everything())
    assert tuple(terms.nll) == tuple(SIZES) and set(terms.beside) == set(toy.fusion.beside)
    assert terms.kl.shape == terms.latent.shape == (ROWS, LATENT) and terms.elbo().shape == (ROWS,)
    assert terms.paid is None or terms.paid.shape == (ROWS, LATENT)
    for cost in (terms.nll | terms.beside).values():
        assert cost.shape == (ROWS,)
    for name, size in SIZES.items():
        assert terms.decoded[name].shape == (ROWS, size)


@every_way
@pytest.mark.parametrize("subset", SUBSETS, ids=str)
@pytest.mark.parametrize("stand_in", [7.0, float("nan"), float("inf")], ids=["a number", "nan", "inf"])
def test_what_stands_for_a_missing_modality_changes_nothing(way, subset, stand_in):
    toy, values, there = Toy(way), views(4), everything(4)
    seen = {name: torch.full((4,), is_in) for name, is_in in zip(SIZES, subset, strict=True)}
    other = {name: values[name] if seen[name].all() else torch.full_like(values[name], stand_in) for name in SIZES}
    scored = {name: there[name] & seen[name] for name in SIZES}  # what is not there is not scored either
    one, two = toy.elbo(values, seen, scored), toy.elbo(values | other, seen, scored)
    for name, value in tensors_of(one).items():
        torch.testing.assert_close(tensors_of(two)[name], value, rtol=0, atol=0, msg=name)
    found, again = toy.fusion.encode(values, seen), toy.fusion.encode(other, seen)
    torch.testing.assert_close((found.mu, found.logvar), (again.mu, again.logvar), rtol=0, atol=0)


@every_way
def test_a_row_with_nothing_has_the_prior(way):
    toy, seen = Toy(way), masks()
    nothing = ~torch.stack(list(seen.values())).any(dim=0)
    found, terms = toy.fusion.encode(views(), seen), toy.elbo(views(), seen, everything())
    assert found.mu[nothing].abs().max() == 0 and found.logvar[nothing].abs().max() < 1e-6
    assert found.mu[~nothing].abs().min(dim=1).values.max() > 0
    if way != "importance_weighted_mixture":  # whose KL is that of its draws, not of the posterior
        assert terms.kl[nothing].abs().max() < 1e-6
        assert terms.paid is None or terms.paid[nothing].abs().max() < 1e-6
    assert all((cost[nothing] == 0).all() for cost in terms.beside.values())


@every_way
def test_the_order_of_rows_changes_nothing(way):
    toy, values, seen = Toy(way), views(), masks()
    order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(5))
    found = toy.fusion.encode(values, seen)
    other = toy.fusion.encode({n: v[order] for n, v in values.items()}, {n: v[order] for n, v in seen.items()})
    torch.testing.assert_close((other.mu, other.logvar), (found.mu[order], found.logvar[order]), rtol=1e-4, atol=1e-5)


@every_way
@pytest.mark.parametrize("size", [0.0, 1.0, 100.0, 1e4])
def test_gradients_are_finite_for_small_and_large_values(way, size):
    toy = Toy(way)
    values = {name: size * value for name, value in views().items()}
    weighted_loss(toy.elbo(values, masks(), everything()), PARAMS, 1.0).backward()
    for name, parameter in toy.named_parameters():
        assert parameter.grad is not None and torch.isfinite(parameter.grad).all(), name


def losses_of(way: str, steps: int = 60) -> list[float]:
    toy, values, there = Toy(way), views(), everything()
    optimizer = torch.optim.Adam(toy.parameters(), lr=0.02)
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        loss = weighted_loss(toy.elbo(values, masks(), there, seed=step), PARAMS, 1.0)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@every_way
def test_the_objective_falls_and_twice_alike(way):
    losses = losses_of(way)
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert losses_of(way, 5) == losses[:5]


@every_way
def test_the_bound_is_below_the_evidence(way):
    """With linear decoders and unit noise, log p(X) is known: X is Gaussian with W W' + 1 for its covariance."""
    toy, values, there = Toy(way), views(), everything()
    ones = torch.ones(1, LATENT)
    weight = torch.cat([one.weight * toy.fusion.part_for(ones, name) for name, one in toy.decoders.items()])
    bias = torch.cat([decoder.bias for decoder in toy.decoders.values()])
    known = torch.distributions.MultivariateNormal(bias, weight @ weight.T + torch.eye(len(weight)))
    evidence = known.log_prob(torch.cat(list(values.values()), dim=1)).mean()
    bounds = torch.stack([toy.elbo(values, masks(), there, seed).elbo().mean() for seed in range(50)])
    assert bounds.mean() < evidence


def test_more_draws_of_an_importance_weighted_mixture_come_nearer_the_evidence(monkeypatch):
    found = []
    for draws in (1, 2, 16):
        toy = Toy("importance_weighted_mixture")
        monkeypatch.setattr(type(toy.fusion), "draws", draws)
        with torch.no_grad():
            found.append(
                torch.stack([toy.elbo(views(), masks(), everything(), seed).elbo().mean() for seed in range(40)]).mean()
            )
    plain = torch.stack(
        [Toy("mixture_of_experts").elbo(views(), masks(), everything(), seed).elbo().mean() for seed in range(40)]
    )
    assert found[0] < found[1] < found[2]
    assert found[0].item() == pytest.approx(plain.mean().item(), rel=0.02), "one draw is the plain bound"


def test_an_importance_weighted_mixture_has_the_value_and_the_gradient_of_its_bound():
    values, seen, there, draws = views(), masks(), everything(), 2
    found, expected = Toy("importance_weighted_mixture"), Toy("importance_weighted_mixture")
    terms = found.elbo(values, seen, there)
    terms.elbo().sum().backward()
    mixture = expected.fusion.mixture(values, seen)
    noise = torch.randn(ROWS, 3, draws, LATENT, generator=torch.Generator().manual_seed(0))
    bound = torch.zeros(ROWS)
    for m in range(3):
        log_weights = []
        for k in range(draws):
            z = mixture.mu[:, m] + noise[:, m, k] * (0.5 * mixture.logvar[:, m]).exp()
            said = [Normal(expected.decoders[name](z), 1.0).log_prob(values[name]).sum(dim=1) for name in SIZES]
            log_weights.append(sum(said) + Normal(0.0, 1.0).log_prob(z).sum(dim=1) - mixture.log_prob(z))
        of_expert = torch.logsumexp(torch.stack(log_weights), dim=0) - math.log(draws)
        bound = bound + torch.where(mixture.weights()[:, m] > 0, mixture.weights()[:, m] * of_expert, 0.0)
    bound.sum().backward()
    torch.testing.assert_close(terms.elbo(), bound, rtol=1e-4, atol=1e-4)
    gradients = dict(expected.named_parameters())
    for name, parameter in found.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name].grad, rtol=1e-3, atol=1e-2, msg=name)


OPTIONS = [
    ("importance_weighted_mixture", "draws", 4),
    ("total_correlation", "alpha", 0.2),
    ("hellinger", "order", 3),
    ("shared_and_private", "private", 1.0),
    ("product_and_private", "private", 1.0),
    ("alignment", "scale", 1.0),
]


@pytest.mark.parametrize(("way", "option", "value"), OPTIONS, ids=lambda value: str(value))
def test_an_option_changes_its_own_model_alone(way, option, value, monkeypatch):
    plain = tensors_of(Toy(way).elbo(views(), masks(), everything()))
    with monkeypatch.context() as patch:
        patch.setitem(FUSIONS, way, way_of(way, {option: value}))
        other = tensors_of(Toy(way).elbo(views(), masks(), everything()))
    assert any(value.shape != other[name].shape or not torch.equal(value, other[name]) for name, value in plain.items())
    again = tensors_of(Toy(way).elbo(views(), masks(), everything()))
    assert all(torch.equal(value, again[name]) for name, value in plain.items())


@pytest.mark.parametrize(
    ("way", "options", "words"),
    [
        ("helinger", {}, "train.fusion: .* Did you mean 'hellinger'"),
        ("hellinger", {"ordre": 2}, "train.fusion_options of hellinger: .* Did you mean 'order'"),
        ("product_of_experts", {"draws": 2}, "train.fusion_options of product_of_experts: there is no 'draws'"),
        ("hellinger", {"order": 2.5}, "train.fusion_options.order: 2.5 is not a whole number of 1 to 6"),
        ("total_correlation", {"alpha": 1.5}, "train.fusion_options.alpha: 1.5 is not 0 to 1"),
        ("total_correlation", {"alpha": math.nan}, "is not 0 to 1"),
    ],
)
def test_a_wrong_option_says_what_is_right(way, options, words):
    with pytest.raises(ValueError, match=words):
        way_of(way, options)


def test_attention_says_what_each_modality_weighs():
    fusion, values, seen = Toy("attention").fusion, views(), masks()
    weights = fusion.weights(values, seen)
    total = torch.stack(list(weights.values())).sum(dim=0)
    some = torch.stack(list(seen.values())).any(dim=0)
    torch.testing.assert_close(total, some.float())
    for name, weight in weights.items():
        assert (weight[~seen[name]] == 0).all() and (weight[seen[name]] > 0).all()


@pytest.mark.parametrize("way", ["mixture_of_experts", "mixture_of_products"])
def test_encode_has_the_moments_of_the_posterior(way):
    toy, values, seen = Toy(way), views(4), everything(4)
    mixture, found = toy.fusion.mixture(values, seen), toy.fusion.encode(values, seen)
    torch.manual_seed(0)
    picked = torch.multinomial(mixture.weights(), 40_000, replacement=True)
    rows = torch.arange(4)[:, None]
    mu, logvar = mixture.mu[rows, picked], mixture.logvar[rows, picked]
    z = Posterior(mu, logvar).draw(torch.randn_like(mu))
    torch.testing.assert_close(z.mean(dim=1), found.mu, rtol=0.05, atol=0.05)
    torch.testing.assert_close(z.var(dim=1), found.logvar.exp(), rtol=0.05, atol=0.05)


@pytest.mark.parametrize("way", [way for way in FUSIONS if way != "bernoulli"])  # of switches: test_switches
def test_what_is_generated_is_drawn_from_the_posterior(way):
    toy, values, seen, count = Toy(way), views(4), everything(4), 4000
    seen["audio"] = seen["audio"] & False

    def many(parts: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: part.repeat_interleave(count, dim=0) for name, part in parts.items()}

    noise = torch.randn(4 * count, LATENT + 1, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        z = toy.fusion.sample(many(values), many(seen), noise).view(4, count, LATENT)
        expected = toy.fusion.encode(values, seen)
        if way == "mixture_of_products":  # the product of all that is there, not its mixture with smaller ones
            said = toy.fusion.said(values, seen)
            expected = Posterior(*product(said.mu, said.logvar, said.mask))
    units = (z - expected.mu[:, None]) * torch.exp(-0.5 * expected.logvar)[:, None]
    assert units.mean(dim=1).abs().max() < 0.08, "five standard errors"
    assert (units.var(dim=1) - 1).abs().max() < 0.15


@pytest.mark.parametrize("way", ["mixture_of_experts", "importance_weighted_mixture", "shared_and_private"])
def test_a_draw_from_a_mixture_is_one_experts(way):
    """Far apart as they are, none lies where the Gaussian with the mixture's moments has its mean."""
    toy, values, seen = Toy(way), {name: 100 * value for name, value in views(4).items()}, everything(4)
    noise = torch.randn(4, LATENT + 1, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mixture, z = toy.fusion.mixture(values, seen), toy.fusion.sample(values, seen, noise)
    shared = getattr(toy.fusion, "shared", LATENT)
    apart = ((z[:, None] - mixture.mu) * torch.exp(-0.5 * mixture.logvar))[..., :shared]
    assert (apart.abs().amax(dim=2).amin(dim=1) < 5).all()


def test_a_private_part_is_its_modalitys_own_in_every_draw():
    toy, values, seen = Toy("shared_and_private"), views(), everything()
    rest = torch.zeros(ROWS, LATENT)
    first, last = (torch.cat([rest, torch.full((ROWS, 1), number)], dim=1) for number in (-9.0, 9.0))
    with torch.no_grad():
        drawn = [toy.fusion.sample(values, seen, noise) for noise in (first, last)]
        own = toy.fusion.encode(values, seen).mu
    assert not torch.equal(drawn[0][:, :3], drawn[1][:, :3]), "what is shared is of the expert that is drawn"
    for z in drawn:
        assert torch.equal(z[:, 3:], own[:, 3:])


def test_what_is_private_to_a_modality_reaches_no_other_decoder():
    toy, values, seen = Toy("shared_and_private"), views(), everything()
    z = torch.randn(ROWS, LATENT, generator=torch.Generator().manual_seed(0))
    for number, name in enumerate(SIZES):
        changed = z.clone()
        changed[:, 3 + number] += 1
        for other in SIZES:
            is_same = torch.equal(toy.fusion.part_for(z, other), toy.fusion.part_for(changed, other))
            assert is_same == (other != name)
    alone = toy.fusion.encode(values, seen | {"text": seen["text"] & False})
    assert alone.mu[:, 4].abs().max() == alone.logvar[:, 4].abs().max() == 0, "an absent one's part has the prior"
    assert alone.mu[:, [3, 5]].abs().min() > 0
    assert torch.equal(alone.mu[:, 3], toy.fusion.encode(values, seen).mu[:, 3]), "a part is its own modality's alone"
