"""A text as its hashed bag of tokens: a vector of unit length. The words themselves are the text decoder's."""

from __future__ import annotations

from torch import Tensor, nn

from mmgen.models.fusion.gaussian import gaussian_nll
from mmgen.models.modalities.base import ModalityModel, Parts, mlp


class Text(ModalityModel):
    """(B, T) of unit length, which the networks see with a mean square of one."""

    def make_encoder(self) -> nn.Module:
        return mlp(self.size, self.config.hidden, self.config.hidden)

    def make_decoder(self) -> nn.Module:
        return mlp(self.config.latent, self.config.hidden, self.size, last=False)

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        return super().encode(values * self.size**0.5, parts)

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        return gaussian_nll(values * self.size**0.5, location, parts.log_scale)
