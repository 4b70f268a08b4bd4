"""The multi-view total correlation autoencoder (MVTCAE: Hwang et al. 2021, arXiv 2110.04616 and NeurIPS 2021).

Its posterior is the product of the experts without a prior beside them. It is taught to keep what the modalities say of
one another, their total correlation, by conditional information bottlenecks, which pull each expert to the product.
Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from mmgen.models.fusion.base import Option, Posterior, Score, Terms
from mmgen.models.fusion.gaussian import kl_between, product
from mmgen.models.fusion.ways.experts import GaussianExperts

ALPHA = 5 / 6
"""The share of the conditional bottlenecks, as the authors set it for five modalities."""


class TotalCorrelation(GaussianExperts):
    """The objective for a row with n modalities, to be made large, is

        (n - a)/n E_q log p(X | z) - (1 - a) KL(q || p) - a/n sum_m KL(q || q_m),

    and is given over (n - a)/n, so that likelihoods weigh what they weigh in every other way of fusion: the KLs are
    paid for by n(1 - a)/(n - a) and a/(n - a). With one modality it is the bound. ``kl`` stays KL(q || p), so that the
    bound that is reported is one.
    """

    options: ClassVar[Mapping[str, Option]] = {"alpha": Option(0, 1)}
    alpha: ClassVar[float] = ALPHA

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        said = self.said(hidden, present)
        return Posterior(*product(said.mu, said.logvar, said.mask))

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        terms = super().elbo(hidden, present, noise, score)
        said = self.said(hidden, present)
        mu, logvar = product(said.mu, said.logvar, said.mask)
        from_each = kl_between(mu[:, None], logvar[:, None], said.mu, said.logvar)
        apart = torch.where(said.mask[..., None], from_each, 0.0).sum(dim=1)
        count = said.mask.sum(dim=1, keepdim=True).clamp(min=1).to(apart.dtype)
        # At alpha 1 a row with one modality has neither: nothing is above it
        paid = (count * (1 - self.alpha) * terms.kl + self.alpha * apart) / (count - self.alpha).clamp(min=1e-6)
        return replace(terms, paid=paid)
