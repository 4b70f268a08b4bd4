"""A product of Gaussian experts, one a modality (Wu & Goodman 2018, arXiv 1802.05335).

Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Fusion, Posterior


def product_of_experts(mu: Tensor, logvar: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The product of the present experts and a standard normal prior (Wu & Goodman 2018, eq. 2).

    mu, logvar: (B, M, L); mask: (B, M) bool. Precisions add, and means weigh by precision:
    1/var = 1 + sum 1/var_m,  mu = var * sum mu_m / var_m. With no modality it is the prior. Returns (B, L), (B, L).
    """
    # where, not multiplication: an absent modality may hold inf or nan, and 0 * nan is nan, also in the gradient.
    precision = torch.where(mask[..., None], torch.exp(-logvar), torch.zeros_like(logvar))
    total = 1.0 + precision.sum(dim=1)
    weighted = torch.where(mask[..., None], mu * precision, torch.zeros_like(mu)).sum(dim=1)
    return weighted / total, -torch.log(total)


class ProductOfExperts(Fusion):
    """Each modality's hidden values to its own Gaussian by a linear map; their product is the posterior."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        self.experts = nn.ModuleDict({name: nn.Linear(size, 2 * latent) for name, size in hidden_sizes.items()})

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        both = torch.stack([expert(hidden[name]) for name, expert in self.experts.items()], dim=1)
        mask = torch.stack([present[name] for name in self.experts], dim=1)
        mu, logvar = both.chunk(2, dim=2)
        return Posterior(*product_of_experts(mu, logvar.clamp(-8.0, 4.0), mask))

    def start_linear(self, modality: str, first: int, logvar: Tensor) -> None:
        expert, count = cast(nn.Linear, self.experts[modality]), len(logvar)
        expert.weight.mul_(0.1)
        expert.weight[:count, first : first + count] = torch.eye(count)
        expert.bias.zero_()
        expert.bias[self.latent : self.latent + count] = logvar
