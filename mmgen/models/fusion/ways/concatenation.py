"""Concatenation: one network reads what all modalities say side by side, and which of them there are.

The joint encoder of Suzuki et al. 2016 (JMVAE, arXiv 1611.01891), with a mask where theirs needs every modality.
Shapes: B rows, M modalities, H hidden size of a modality, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Fusion, Posterior
from mmgen.models.fusion.ways.experts import HIGHEST, LOWEST


class Concatenation(Fusion):
    """(hidden_1 .. hidden_M, mask) (B, sum H + M) -> two layers -> mu, logvar. Zeros stand for what is absent, and the
    mask tells them from values; a row with nothing has the prior. The bound is that of one draw."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        width = max(hidden_sizes.values())
        self.joint = nn.Sequential(
            nn.Linear(sum(hidden_sizes.values()) + len(hidden_sizes), width),
            nn.LayerNorm(width),
            nn.SiLU(),
            nn.Linear(width, 2 * latent),
        )

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        mask = torch.stack([present[name] for name in self.modalities], dim=1)
        said = [torch.where(present[name][:, None], hidden[name], 0.0) for name in self.modalities]
        joint = self.joint(torch.cat([*said, mask.to(said[0].dtype)], dim=1))
        mu, logvar = torch.where(mask.any(dim=1, keepdim=True), joint, 0.0).chunk(2, dim=1)
        return Posterior(mu, logvar.clamp(LOWEST, HIGHEST))
