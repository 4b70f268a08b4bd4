"""How a latent is laid out where modalities have parts of it to themselves.

Shapes: B rows, M modalities, L latent size, of which P private to each modality and S shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from mmgen.models.fusion.base import Option, Posterior
from mmgen.models.fusion.ways.experts import GaussianExperts, Said

START = -4.0
"""Where the learnt log variance of what stands for a missing part starts from: a step moves it little."""


class PrivateParts(GaussianExperts):
    """The latent is (z, w_1 .. w_M): ``private`` of it in equal parts, in the order of the modalities, the rest shared.

    No decoder reads another modality's part. What no modality owns, such as the tokens, is decoded from everything.
    """

    options: ClassVar[Mapping[str, Option]] = {"private": Option(0, 1)}
    owned: Tensor
    private: ClassVar[float] = 0.5

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        private = int(self.private * latent) // len(hidden_sizes)
        self.shared = latent - private * len(hidden_sizes)
        owner = torch.full((latent,), -1)
        owner[self.shared :] = torch.arange(len(hidden_sizes)).repeat_interleave(private)
        numbers = torch.arange(len(hidden_sizes))[:, None]
        self.register_buffer("owned", (owner == numbers) | (owner == -1), persistent=False)
        self.stand_in = nn.Parameter(torch.full((latent - self.shared,), START))

    def part_for(self, z: Tensor, modality: str) -> Tensor:
        if modality not in self.modalities:
            return z
        return torch.where(self.owned[self.modalities.index(modality)], z, 0.0)

    def own(self, said: Said) -> Posterior:
        """Each private part as its modality has it, the prior where that is absent: mu, logvar (B, M P)."""
        theirs = self.theirs(said.mask)
        mu, logvar = (torch.where(theirs, part[..., self.shared :], 0.0) for part in (said.mu, said.logvar))
        return Posterior(mu.sum(dim=1), logvar.sum(dim=1))

    def theirs(self, mask: Tensor) -> Tensor:
        """Which private values each present modality owns: (B, M) bool -> (B, M, M P) bool."""
        return self.owned[:, self.shared :] & mask[..., None]
