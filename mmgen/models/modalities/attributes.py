"""Attributes as a set of hashed ``name=value`` pairs, which all share one table of vectors, in and out."""

from __future__ import annotations

from typing import Any, cast

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mmgen.models.fusion.gaussian import multinomial_nll
from mmgen.models.modalities.base import LinearPath, ModalityModel, Parts, mlp

WIDTH = 64  # of an attribute's vector


class Table(nn.Module):
    """A vector (D, 64) and a frequency (D,) for each attribute."""

    def __init__(self, count: int):
        super().__init__()
        self.table = nn.Parameter(torch.randn(count, WIDTH) * WIDTH**-0.5)
        self.bias = nn.Parameter(torch.zeros(count))


class Attributes(ModalityModel):
    """(B, D) of 0 and 1; one softmax over all attributes (Liang et al. 2018) scores those that are there."""

    @property
    def has_scale(self) -> bool:
        return False

    def make_shared(self) -> nn.Module:
        return Table(self.size)

    def make_encoder(self) -> nn.Module:
        return mlp(WIDTH, self.config.hidden, self.config.hidden)

    def make_decoder(self) -> nn.Module:
        return mlp(self.config.latent, self.config.hidden, WIDTH, last=False)

    def to_tensor(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values).float()

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        bag = values @ _table(parts).table
        return super().encode(bag / values.sum(dim=1, keepdim=True).clamp(min=1.0).sqrt(), parts)

    def decode(self, z: Tensor, parts: Parts) -> Tensor:
        """Logits (B, D)."""
        return super().decode(z, parts) @ _table(parts).table.T + _table(parts).bias

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:  # noqa: ARG002
        count = values.sum(dim=1)
        return multinomial_nll(values / count[:, None].clamp(min=1.0), location) * count

    def warm_start(self, values: Tensor, parts: Parts) -> LinearPath | None:
        """How frequent each is. Half a count for the unseen: their logits then start low, but not out of reach."""
        _table(parts).bias.copy_(torch.log(values.sum(dim=0) + 0.5))
        return None


def _table(parts: Parts) -> Table:
    return cast(Table, parts.shared)
