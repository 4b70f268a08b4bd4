"""Alignment: what the modalities of one product say is pulled together in one space, apart from other products'.

Symmetric InfoNCE (van den Oord et al. 2018, arXiv 1807.03748; in both directions as Radford et al. 2021, arXiv
2103.00020) beside the bound of a product of experts.
Shapes: B rows, M modalities, L latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import ClassVar

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Option, Score, Terms
from mmgen.models.fusion.ways.product_of_experts import ProductOfExperts

TERM = "alignment"
SCALE = 100.0
"""What a nat of it counts for: a batch has log B of them, and a photo has 12,288 values."""
COLDEST = 0.01


class Alignment(ProductOfExperts):
    """The space is that of the experts' means, compared by cosine, so that what is near in it is what retrieval finds.
    The temperature is learnt."""

    options: ClassVar[Mapping[str, Option]] = {"scale": Option(0, 10_000)}
    scale: ClassVar[float] = SCALE
    beside: ClassVar[tuple[str, ...]] = (TERM,)
    compares_rows = True

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(0.1)))

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        terms = super().elbo(hidden, present, noise, score)
        said = self.said(hidden, present)
        temperature = self.log_temperature.clamp(math.log(COLDEST), 0.0).exp()
        (mu, own), (mask, _) = self.rows_of_all(said.mu), self.rows_of_all(said.mask)
        return replace(terms, beside={TERM: self.scale * symmetric_info_nce(mu, mask, temperature)[own]})


def symmetric_info_nce(said: Tensor, mask: Tensor, temperature: Tensor) -> Tensor:
    """-log of the chance to tell a row's own partner among the batch's, in nats, the mean over the pairs of modalities
    that a row has, and over both directions: (B,).

    said: (B, M, L); mask: (B, M) bool. A row has no cost where it has no pair; rows without the pair are nobody's
    partners.
    """
    units = nn.functional.normalize(torch.where(mask[..., None], said, 0.0), dim=2, eps=1e-6)
    total, count = said.new_zeros(len(said)), said.new_zeros(len(said))
    for one, other in combinations(range(said.shape[1]), 2):
        both = mask[:, one] & mask[:, other]
        scores = units[:, one] @ units[:, other].T / temperature
        cost = 0.5 * (_own(scores, both) + _own(scores.T, both))
        total, count = total + torch.where(both, cost, 0.0), count + both
    return total / count.clamp(min=1)


def _own(scores: Tensor, both: Tensor) -> Tensor:
    """-log softmax of the diagonal, over the columns that count, and always its own: (B, B), (B,) bool -> (B,)."""
    counts = both[None] | torch.eye(len(both), dtype=torch.bool, device=both.device)
    return torch.logsumexp(torch.where(counts, scores, -torch.inf), dim=1) - scores.diagonal()
