"""A clip as its features: log-mel statistics, and behind them what the audio encoder says."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from mmgen.models.fusion.gaussian import gaussian_nll
from mmgen.models.modalities.base import LinearPath, ModalityModel, Parts, mlp


class Scaling(nn.Module):
    """(B, D) -> (B, D), centred and scaled: features come in any unit."""

    mean: Tensor
    std: Tensor

    def __init__(self, size: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))

    def forward(self, values: Tensor) -> Tensor:
        return (values - self.mean) / self.std

    def fit(self, values: Tensor) -> None:
        """Take mean and spread of (B, D); of fewer than two rows they stay as they are."""
        if len(values) > 1:
            self.mean.copy_(values.mean(dim=0))
            self.std.copy_(values.std(dim=0, unbiased=False).clamp(min=1e-2))


class Audio(ModalityModel):
    """(B, A) in the features' own unit."""

    def make_shared(self) -> nn.Module:
        return Scaling(self.size)

    def make_encoder(self) -> nn.Module:
        return mlp(self.size, self.config.hidden, self.config.hidden)

    def make_decoder(self) -> nn.Module:
        return mlp(self.config.latent, self.config.hidden, self.size, last=False)

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        return super().encode(parts.shared(values), parts)

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        """The density is that of the features as they came, so that models with other scales can be compared."""
        scaling = cast(Scaling, parts.shared)
        return gaussian_nll(scaling(values), location, parts.log_scale) + scaling.std.log().sum()

    def warm_start(self, values: Tensor, parts: Parts) -> LinearPath | None:
        cast(Scaling, parts.shared).fit(values)
        return None
