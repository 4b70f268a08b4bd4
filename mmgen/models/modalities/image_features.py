"""A photo as its features: colour and outline, and behind them what the image encoder says."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmgen.models.modalities.audio import Audio
from mmgen.models.modalities.base import mlp


class Read(nn.Module):
    """(B, D) -> (B, 2 hidden): two layers, and beside them a linear look, which tells new photos' types about as well
    as the layers do, and from the first steps on."""

    def __init__(self, size: int, hidden: int):
        super().__init__()
        self.layers = mlp(size, hidden, hidden)
        self.straight = nn.Linear(size, hidden)

    def forward(self, values: Tensor) -> Tensor:
        return torch.cat([self.layers(values), self.straight(values)], dim=1)


class ImageFeatures(Audio):
    """(B, D) in the features' own unit, centred and scaled as a clip's features are; a Gaussian likelihood."""

    @property
    def hidden_size(self) -> int:
        return 2 * self.config.hidden

    def make_encoder(self) -> nn.Module:
        return Read(self.size, self.config.hidden)
