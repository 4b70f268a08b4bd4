"""Hellinger pooling, the Hölder pool with exponent 1/2 (HELVAE: Vo and Valera 2026, arXiv 2601.06572).

q(z | X) is proportional to (sum_m w_m sqrt(q_m(z)))^2: of all densities the one nearest to the experts in squared
Hellinger distance. It lies between a product of experts and a mixture of them, and needs no sub-sampling.
Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations_with_replacement

import torch
from torch import Tensor

from mmgen.models.fusion.base import Posterior
from mmgen.models.fusion.gaussian import present_or_prior
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.experts import GaussianExperts


class Hellinger(GaussianExperts):
    """The Gaussian with the pool's mean and variance of each dimension. The bound is that of one draw from it.

    The moments are derived here from the definition, in closed form: see ``pool``. The paper's own approximation is not
    taken over.
    """

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        said = self.said(hidden, present)
        return Posterior(*pool(said.mu, said.logvar, said.mask).moments())


def pool(mu: Tensor, logvar: Tensor, mask: Tensor) -> Mixture:
    """(sum_m w_m sqrt(q_m))^2, normalised, of the present Gaussians, all with one weight w; the prior where none is.

    mu, logvar: (B, M, L); mask: (B, M) bool. The square is a sum over pairs of w_i w_j sqrt(q_i q_j), and each of these
    is a Gaussian again, with the mean of both precisions, times the pair's Bhattacharyya coefficient

        BC_ij = prod_l sqrt(2 s_i s_j / (s_i^2 + s_j^2)) exp(-(mu_i - mu_j)^2 / (4 (s_i^2 + s_j^2))),

    so the pool is a mixture of M (M + 1) / 2 Gaussians with weights in proportion to BC_ij, twice that where i and j
    differ.
    """
    mu, logvar, mask = present_or_prior(mu, logvar, mask)
    ones, others = zip(*combinations_with_replacement(range(mask.shape[1]), 2), strict=True)
    i, j = torch.tensor(ones, device=mu.device), torch.tensor(others, device=mu.device)
    one, other, sum_logvar = logvar[:, i], logvar[:, j], torch.logaddexp(logvar[:, i], logvar[:, j])
    widths = 0.5 * (math.log(2) + 0.5 * (one + other) - sum_logvar)
    apart = 0.25 * (mu[:, i] - mu[:, j]).square() * torch.exp(-sum_logvar)
    log_mass = (widths - apart).sum(dim=2) + math.log(2) * (i != j)
    log_weights = torch.log_softmax(torch.where(mask[:, i] & mask[:, j], log_mass, -torch.inf), dim=1)
    share = torch.sigmoid(other - one)  # of the first one's precision in both
    return Mixture(log_weights, share * mu[:, i] + (1 - share) * mu[:, j], math.log(2) - torch.logaddexp(-one, -other))
