"""What a product's neighbours are like: the means of their vectors one and two steps away (``mmgen.graph.context``)."""

from __future__ import annotations

from torch import Tensor, nn

from mmgen.models.fusion.gaussian import gaussian_nll
from mmgen.models.modalities.base import ModalityModel, Parts, mlp

HALVES = 4  # text and image of each step, each of unit length at most


class Graph(ModalityModel):
    """(B, G), which the networks see with a mean square of about one."""

    def make_encoder(self) -> nn.Module:
        return mlp(self.size, self.config.hidden, self.config.hidden)

    def make_decoder(self) -> nn.Module:
        return mlp(self.config.latent, self.config.hidden, self.size, last=False)

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        return super().encode(values * self._unit, parts)

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        return gaussian_nll(values * self._unit, location, parts.log_scale)

    @property
    def _unit(self) -> float:
        return float((self.size / HALVES) ** 0.5)
