"""Attention: modalities read one another, and a query reads them all, with weights that a person can look at.

Scaled dot-product attention with several heads (Vaswani et al. 2017, arXiv 1706.03762), absent modalities masked; what
a modality weighs over both steps is the attention rollout of Abnar and Zuidema 2020 (arXiv 2005.00928).
Shapes: B rows, M modalities, H hidden size of a modality, L latent size, W width.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Fusion, Posterior
from mmgen.models.fusion.ways.experts import HIGHEST, LOWEST

WIDTH, HEADS = 128, 4


class Attention(Fusion):
    """Each modality's hidden values become a token (B, M, W); a row with nothing has the prior. The bound is that of
    one draw."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        self.tokens = nn.ModuleDict({name: nn.Linear(size, WIDTH) for name, size in hidden_sizes.items()})
        self.before, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.across = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.query = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))
        self.pool = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.out = nn.Linear(WIDTH, 2 * latent)

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        pooled, _, has_any = self._attend(hidden, present)
        mu, logvar = torch.where(has_any, self.out(pooled), 0.0).chunk(2, dim=1)
        return Posterior(mu, logvar.clamp(LOWEST, HIGHEST))

    def weights(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> dict[str, Tensor]:
        _, weights, has_any = self._attend(hidden, present)
        return dict(zip(self.modalities, torch.where(has_any, weights, 0.0).unbind(dim=1), strict=True))

    def _attend(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled (B, W), weights (B, M), whether a row has any modality (B, 1)."""
        mask = torch.stack([present[name] for name in self.modalities], dim=1)
        has_any = mask.any(dim=1, keepdim=True)
        absent = ~mask & has_any  # a row whose tokens are all masked would be nan, also in its gradient
        said = {name: torch.where(present[name][:, None], hidden[name], 0.0) for name in self.modalities}
        tokens = torch.stack([layer(said[name]) for name, layer in self.tokens.items()], dim=1)
        read = self.before(tokens)
        mixed, among = self.across(read, read, read, key_padding_mask=absent)
        tokens = self.after(tokens + mixed)
        query = self.query.expand(len(tokens), -1, -1)
        pooled, of_query = self.pool(query, tokens, tokens, key_padding_mask=absent)
        itself = torch.eye(len(self.modalities), dtype=among.dtype, device=among.device)
        return pooled[:, 0], (of_query @ (0.5 * among + 0.5 * itself))[:, 0], has_any
