"""A mixture of products of experts, over all subsets of the modalities (MoPoE: Sutter et al. 2021, arXiv 2105.02470).

q(z | X) = 1/|S| sum_S q_S(z | X_S),  q_S the normalised product of the experts in S, over the subsets that a row has:
2^n - 1 of n modalities.
Shapes: B rows, M modalities, S subsets, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as choices

import torch
from torch import Tensor

from mmgen.models.fusion.base import Posterior, Score, Terms
from mmgen.models.fusion.gaussian import kl_to_prior, product
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.experts import GaussianExperts


class MixtureOfProducts(GaussianExperts):
    """Taught by E_q log p(X | z) - 1/|S| sum_S KL(q_S || p), a bound by the convexity of the KL (their lemma 1). One
    subset a row and step is drawn for the first term, so that a step decodes once, as a product of experts does.

    ``encode`` gives the Gaussian with the mixture's mean and variance. Values are generated from the product of all
    that is there, the narrowest component, as the authors do.
    """

    subsets: Tensor

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        every = [one for one in choices((False, True), repeat=len(hidden_sizes)) if any(one)]
        self.register_buffer("subsets", torch.tensor(every), persistent=False)

    @property
    def noise_size(self) -> int:
        return self.latent + 1

    def mixture(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Mixture:
        """The posterior itself; a component for each of ``subsets`` (S, M) bool."""
        said = self.said(hidden, present)
        has_all = ~(self.subsets & ~said.mask[:, None]).any(dim=2)
        mu, logvar = product(said.mu[:, None], said.logvar[:, None], self.subsets & said.mask[:, None])
        return Mixture.of_present(mu, logvar, has_all)

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        return Posterior(*self.mixture(hidden, present).moments())

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        said = self.said(hidden, present)
        return Posterior(*product(said.mu, said.logvar, said.mask)).draw(noise[:, :-1])

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        mixture = self.mixture(hidden, present)
        z = mixture.draw(noise)
        scored = score(z)
        return Terms(scored.nll, mixture.mean_of(kl_to_prior(mixture.mu, mixture.logvar)), z, scored.decoded)
