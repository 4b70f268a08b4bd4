"""Mixtures of Gaussians, in logarithms.

Shapes: B rows, K components, L latent size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from mmgen.models.fusion.gaussian import log_normal, present_or_prior

SMALLEST = 1e-30
"""Added to a squared distance before its logarithm: nothing beside any variance, and no component is at -inf."""


@dataclass(frozen=True)
class Mixture:
    """sum_k w_k N(mu_k, var_k): log_weights (B, K), normalised, -inf where a row lacks it; mu, logvar (B, K, L)."""

    log_weights: Tensor
    mu: Tensor
    logvar: Tensor

    @classmethod
    def of_present(cls, mu: Tensor, logvar: Tensor, mask: Tensor) -> Self:
        """All present ones (B, K) bool alike; the prior where there is none."""
        mu, logvar, mask = present_or_prior(mu, logvar, mask)
        alike = -torch.log(mask.sum(dim=1, keepdim=True).to(mu.dtype))
        return cls(torch.where(mask, alike, -torch.inf), mu, logvar)

    def weights(self) -> Tensor:
        """(B, K), which sum to 1."""
        return self.log_weights.exp()

    def log_prob(self, z: Tensor) -> Tensor:
        """log q(z) in nats: z (B, L) -> (B,)."""
        return torch.logsumexp(self.log_weights + log_normal(z[:, None], self.mu, self.logvar).sum(dim=2), dim=1)

    def draw(self, noise: Tensor) -> Tensor:
        """z (B, L) from standard normal ``noise`` (B, L + 1), whose last number chooses the component."""
        chosen = self.chosen(noise[:, -1])
        rows = torch.arange(len(noise), device=noise.device)
        return self.mu[rows, chosen] + noise[:, :-1] * torch.exp(0.5 * self.logvar[rows, chosen])

    def chosen(self, noise: Tensor) -> Tensor:
        """A component for each row, by its weight, from a standard normal number: (B,) -> (B,) of K."""
        above = torch.special.ndtr(noise)[:, None] < self.weights().cumsum(dim=1)
        # Rounding may leave the sum of all below the number: then it is the last one that the row has
        last = self.weights().shape[1] - 1 - (self.weights() > 0).int().flip(1).argmax(dim=1)
        return torch.where(above.any(dim=1), above.int().argmax(dim=1), last)

    def mean_of(self, values: Tensor) -> Tensor:
        """The weighted mean of a value that each component has: (B, K, ...) -> (B, ...)."""
        weights = self.weights().reshape(*values.shape[:2], *[1] * (values.dim() - 2))
        return torch.where(weights > 0, weights * values, torch.zeros_like(values)).sum(dim=1)

    def moments(self) -> tuple[Tensor, Tensor]:
        """mu, logvar (B, L) of the Gaussian with the mixture's mean and variance of each dimension: of all Gaussians
        the nearest one in KL(mixture || Gaussian)."""
        mu = self.mean_of(self.mu)
        log_apart = torch.log((self.mu - mu[:, None]).square() + SMALLEST)
        spread = self.log_weights[..., None] + torch.logaddexp(self.logvar, log_apart)
        return mu, torch.logsumexp(spread, dim=1)
