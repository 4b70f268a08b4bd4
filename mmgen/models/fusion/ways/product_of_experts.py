"""A product of Gaussian experts, one a modality (Wu & Goodman 2018, arXiv 1802.05335).

Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mmgen.models.fusion.base import Posterior
from mmgen.models.fusion.ways.experts import GaussianExperts


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


class ProductOfExperts(GaussianExperts):
    """Each modality's hidden values to its own Gaussian by a linear map; their product is the posterior."""

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        said = self.said(hidden, present)
        return Posterior(*product_of_experts(said.mu, said.logvar, said.mask))
