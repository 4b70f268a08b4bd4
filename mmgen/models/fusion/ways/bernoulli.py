"""A latent of switches: each dimension is on or off, and the modalities vote (a product of Bernoulli experts).

With ``[train] image_likelihood = "cross_entropy"`` this is the loss "cross-entropy + α · KL of Bernoullis", α being
``[train] beta``. Where it is unusual: a VAE's latent is Gaussian as a rule, since its draws have a gradient; here a
draw is relaxed (the binary Concrete distribution, Maddison et al. 2017, arXiv 1611.00712; Jang et al. 2017, arXiv
1611.01144), while the KL is that of the switches themselves, so the bound is one in the limit of hard draws alone. And
cross-entropy of pixels that are neither 0 nor 1 is no density: see ``cross_entropy_nll``. Neither ELBO compares with
another way's.

Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Fusion, Posterior, Score, Terms

TEMPERATURE = 2 / 3
"""Of the relaxed draws: what Maddison et al. recommend for a posterior."""
HIGHEST = 8.0
"""Of a vote, either way: beyond it a switch is sure to 0.03%."""


@dataclass(frozen=True)
class Switches(Posterior):
    """``logits`` (B, L) of being on. mu and logvar are the moments of on = 1, off = -1: what other parts of a model
    read of a posterior."""

    logits: Tensor

    @classmethod
    def of(cls, logits: Tensor) -> Switches:
        # 1 - tanh², by logs: the difference is 0 in float32 long before the variance is
        log_spread = math.log(4) + nn.functional.logsigmoid(logits) + nn.functional.logsigmoid(-logits)
        return cls(torch.tanh(0.5 * logits), log_spread, logits)

    def draw(self, noise: Tensor) -> Tensor:
        """Relaxed switches (B, L), -1 to 1, from standard normal ``noise`` (B, L)."""
        uniform = torch.special.ndtr(noise).clamp(1e-6, 1 - 1e-6)
        return torch.tanh((self.logits + torch.logit(uniform)) / (2 * TEMPERATURE))

    def kl(self) -> Tensor:
        """KL(Bernoulli(q) || Bernoulli(1/2)) of each switch, 0 to log 2 nats: (B, L)."""
        on, off = (nn.functional.logsigmoid(sign * self.logits) for sign in (1, -1))
        return on.exp() * on + off.exp() * off + math.log(2)


class BernoulliExperts(Fusion):
    """Each modality's hidden values to a vote on each switch; votes add, as the log odds of independent witnesses."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        self.experts = nn.ModuleDict({name: nn.Linear(size, latent) for name, size in hidden_sizes.items()})

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Switches:
        votes = []
        for name, expert in self.experts.items():
            there = present[name][:, None]
            vote = cast(Tensor, expert(torch.where(there, hidden[name], 0.0)))
            votes.append(torch.where(there, HIGHEST * torch.tanh(vote / HIGHEST), 0.0))
        return Switches.of(torch.stack(votes).sum(dim=0))

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        posterior = self.encode(hidden, present)
        z = posterior.draw(noise)
        scored = score(z)
        return Terms(scored.nll, posterior.kl(), z, scored.decoded)

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        """Switches that are on or off: what the relaxed draws of training stand in for."""
        on = torch.special.ndtr(noise[:, :-1]) < torch.sigmoid(self.encode(hidden, present).logits)
        return 2 * on.to(noise.dtype) - 1
