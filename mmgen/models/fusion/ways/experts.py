"""What many ways of fusion start from: a Gaussian for each modality, from its hidden values by a linear map.

Shapes: B rows, M modalities, H hidden size of a modality, L latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Fusion

LOWEST, HIGHEST = -8.0, 4.0
"""Of an expert's log variance."""


@dataclass(frozen=True)
class Said:
    """What each modality says by itself: mu, logvar (B, M, L), anything where it is absent; mask (B, M) bool."""

    mu: Tensor
    logvar: Tensor
    mask: Tensor


class GaussianExperts(Fusion):
    """Subclasses say how the experts become one posterior."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        self.experts = nn.ModuleDict({name: nn.Linear(size, 2 * latent) for name, size in hidden_sizes.items()})

    def said(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Said:
        """hidden: (B, H) by modality; present: (B,) bool by modality."""
        there = {name: torch.where(present[name][:, None], hidden[name], 0.0) for name in self.experts}
        both = torch.stack([expert(there[name]) for name, expert in self.experts.items()], dim=1)
        mu, logvar = both.chunk(2, dim=2)
        mask = torch.stack([present[name] for name in self.experts], dim=1)
        return Said(mu, logvar.clamp(LOWEST, HIGHEST), mask)

    def start_linear(self, modality: str, first: int, logvar: Tensor) -> None:
        expert, count = cast(nn.Linear, self.experts[modality]), len(logvar)
        expert.weight.mul_(0.1)
        expert.weight[:count, first : first + count] = torch.eye(count)
        expert.bias.zero_()
        expert.bias[self.latent : self.latent + count] = logvar
