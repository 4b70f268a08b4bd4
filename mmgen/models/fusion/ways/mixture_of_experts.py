"""A mixture of Gaussian experts, one a modality (MMVAE: Shi et al. 2019, arXiv 1911.03393).

q(z | X) = 1/M sum_m q_m(z | x_m), over the modalities that a row has. Draws are stratified: each expert gives its own,
and each scores every modality, which is what teaches to tell one from another.
Shapes: B rows, M modalities, K draws of each expert, L latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from mmgen.models.fusion.base import Option, Posterior, Score, Scored, Terms
from mmgen.models.fusion.gaussian import kl_to_prior, log_normal
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.experts import GaussianExperts


@dataclass(frozen=True)
class Drawn:
    """One expert's z (B, L), what it says, what it costs against the prior (B, L), and what of that is paid for where
    it is something else."""

    z: Tensor
    scored: Scored
    kl: Tensor
    paid: Tensor | None = None


class MixtureOfExperts(GaussianExperts):
    """Taught by sum_m 1/M E_{q_m} log p(X, z) / q(z | X), the stratified bound with one draw of each expert.

    Its KL is sum_m 1/M KL(q_m || p) less the information that z has of m, log q_m(z) - log q(z) on average (between 0
    and log M): the first in closed form, the second from the draws, spread over the dimensions alike. ``encode`` gives
    the Gaussian with the mixture's mean and variance.
    """

    draws: ClassVar[int] = 1

    @property
    def noise_size(self) -> int:
        return self.draws * len(self.modalities) * self.latent

    def mixture(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Mixture:
        """The posterior itself."""
        said = self.said(hidden, present)
        return Mixture.of_present(said.mu, said.logvar, said.mask)

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        return Posterior(*self.mixture(hidden, present).moments())

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        return self.mixture(hidden, present).draw(noise)

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        mixture = self.mixture(hidden, present)
        shares = noise.view(len(noise), len(self.modalities), self.draws, self.latent)
        return together(mixture, [self.of_expert(mixture, m, shares[:, m], score) for m in range(shares.shape[1])])

    def of_expert(self, mixture: Mixture, number: int, noise: Tensor, score: Score) -> Drawn:
        """What expert ``number`` gives. noise: (B, K, L)."""
        mu, logvar = mixture.mu[:, number], mixture.logvar[:, number]
        z = Posterior(mu, logvar).draw(noise[:, 0])
        known = log_normal(z, mu, logvar).sum(dim=1) - mixture.log_prob(z)
        return Drawn(z, score(z), kl_to_prior(mu, logvar) - known[:, None] / self.latent)


class ImportanceWeightedMixture(MixtureOfExperts):
    """Taught by sum_m 1/M E log 1/K sum_k p(X, z_mk) / q(z_mk | X), z_mk of expert m: the importance-weighted bound of
    Burda et al. 2016 (arXiv 1509.00519), stratified as the authors of MMVAE do.

    Its gradient is that of the terms of the draws, weighed by w_k / sum w, and so the terms are given: their sum has
    the bound's value and its gradient, and the configuration's weights apply to each.
    """

    options: ClassVar[Mapping[str, Option]] = {"draws": Option(1, 50, is_whole=True)}
    draws: ClassVar[int] = 2

    def of_expert(self, mixture: Mixture, number: int, noise: Tensor, score: Score) -> Drawn:
        mu, logvar = mixture.mu[:, number], mixture.logvar[:, number]
        drawn = [self._one(mixture, mu, logvar, share, score) for share in noise.unbind(dim=1)]
        log_weights = torch.stack([-_cost(one) for one in drawn], dim=1).detach()
        weights = torch.softmax(log_weights, dim=1)
        # What the weighted mean of log w is above the log of their mean: it has no gradient in the weights' own terms.
        above = (weights * log_weights).sum(dim=1) - torch.logsumexp(log_weights, dim=1) + math.log(len(drawn))
        kl = _weighted([one.kl for one in drawn], weights) + above[:, None] / self.latent
        return Drawn(drawn[0].z, Scored(drawn[0].scored.decoded, _nll(drawn, weights)), kl)

    def _one(self, mixture: Mixture, mu: Tensor, logvar: Tensor, noise: Tensor, score: Score) -> Drawn:
        """A draw, and log q(z) - log p(z) of it: the expert's own for each dimension, and the rest of it alike."""
        z = Posterior(mu, logvar).draw(noise)
        own = log_normal(z, mu, logvar)
        rest = mixture.log_prob(z) - own.sum(dim=1)
        prior = log_normal(z, torch.zeros_like(z), torch.zeros_like(z))
        return Drawn(z, score(z), own - prior + rest[:, None] / self.latent)


def together(mixture: Mixture, drawn: Sequence[Drawn]) -> Terms:
    """The terms of all experts, by their weights. A critic looks at the draw of the first one that a row has."""
    weights = mixture.weights()
    kl = mixture.mean_of(torch.stack([one.kl for one in drawn], dim=1))
    first = (weights > 0).int().argmax(dim=1)
    latent, decoded = drawn[0].z, dict(drawn[0].scored.decoded)
    for number, one in enumerate(drawn[1:], 1):
        latent = _where(first == number, one.z, latent)
        decoded = {name: _where(first == number, one.scored.decoded[name], value) for name, value in decoded.items()}
    paid = [one.paid for one in drawn if one.paid is not None]
    charged = mixture.mean_of(torch.stack(paid, dim=1)) if paid else None
    return Terms(_nll(drawn, weights), kl, latent, decoded, paid=charged)


def _cost(one: Drawn) -> Tensor:
    return torch.stack(list(one.scored.nll.values())).sum(dim=0) + one.kl.sum(dim=1)


def _nll(drawn: Sequence[Drawn], weights: Tensor) -> dict[str, Tensor]:
    return {name: _weighted([one.scored.nll[name] for one in drawn], weights) for name in drawn[0].scored.nll}


def _weighted(values: Sequence[Tensor], weights: Tensor) -> Tensor:
    """(B, ...) each, weights (B, K) -> (B, ...); what weighs nothing may be anything."""
    shares = [weights[:, k].reshape(-1, *[1] * (value.dim() - 1)) for k, value in enumerate(values)]
    parts = [torch.where(share > 0, share * value, 0.0) for share, value in zip(shares, values, strict=True)]
    return torch.stack(parts).sum(dim=0)


def _where(rows: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(rows.reshape(-1, *[1] * (one.dim() - 1)), one, other)
