"""Hellinger pooling, the Hölder pool with exponent 1/2 (HELVAE: Vo and Valera 2026, arXiv 2601.06572), and its kin.

q(z | X) is proportional to (sum_m w_m q_m(z)^(1/n))^n: with n = 2, of all densities the one nearest to the experts in
squared Hellinger distance. It lies between a mixture of the experts, n = 1, and a product of them, the limit for large
n, and needs no sub-sampling.
Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import ClassVar

import torch
from torch import Tensor

from mmgen.models.fusion.base import Option, Posterior
from mmgen.models.fusion.gaussian import present_or_prior
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.experts import GaussianExperts


class Hellinger(GaussianExperts):
    """The Gaussian with the pool's mean and variance of each dimension. The bound is that of one draw from it.

    The moments are derived here from the definition, in closed form: see ``pool``. The paper's own approximation is not
    taken over.
    """

    options: ClassVar[Mapping[str, Option]] = {"order": Option(1, 6, is_whole=True)}
    order: ClassVar[int] = 2

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        said = self.said(hidden, present)
        return Posterior(*pool(said.mu, said.logvar, said.mask, self.order).moments())


def pool(mu: Tensor, logvar: Tensor, mask: Tensor, order: int = 2) -> Mixture:
    """(sum_m w_m q_m^(1/n))^n, normalised, of the present Gaussians, all with one weight w; the prior where none is.

    mu, logvar: (B, M, L); mask: (B, M) bool; ``order``: n. The power is a sum over multisets of n experts, c_m of each,
    of n! / prod c_m! prod_m q_m^(a_m), a_m = c_m / n. Each of these is a Gaussian again, with the precisions' mean by
    a, times its mass

        prod_l sqrt(prod_m r_m^(a_m) / r) exp(-1/2 sum_m a_m r_m (mu_m - mu)^2),   r = sum_m a_m r_m,

    r_m the experts' precisions and mu their mean by a_m r_m: for two experts Bhattacharyya's coefficient. So the pool
    is a mixture of (M + n - 1)! / (n! (M - 1)!) Gaussians.
    """
    mu, logvar, mask = present_or_prior(mu, logvar, mask)
    counts = [Counter(chosen) for chosen in combinations_with_replacement(range(mask.shape[1]), order)]
    shares = mu.new_tensor([[count[m] / order for m in range(mask.shape[1])] for count in counts])
    ways = mu.new_tensor([math.lgamma(order + 1) - sum(math.lgamma(c + 1) for c in count.values()) for count in counts])
    taken = torch.log(shares)[..., None] - logvar[:, None]  # of each expert's precision, (B, K, M, L)
    log_precision = torch.logsumexp(taken, dim=2)
    centre = (torch.softmax(taken, dim=2) * mu[:, None]).sum(dim=2)
    apart = (torch.exp(taken) * (mu[:, None] - centre[:, :, None]).square()).sum(dim=2)
    log_mass = 0.5 * (torch.einsum("km,bml->bkl", shares, -logvar) - log_precision - apart).sum(dim=2) + ways
    is_there = ~((shares > 0) & ~mask[:, None]).any(dim=2)
    log_weights = torch.log_softmax(torch.where(is_there, log_mass, -torch.inf), dim=1)
    return Mixture(log_weights, centre, -log_precision)
