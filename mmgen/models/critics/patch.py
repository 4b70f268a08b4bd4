"""A patch discriminator: real or generated, told for each patch of a picture."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """(B, 3, 64, 64) -> scores (B, 1, 16, 16), one for each patch, and the features of the layers before.

    Spectral norm on every layer (Miyato et al. 2018) keeps it Lipschitz, which is what makes a short training stable.
    """

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(3, width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(width, 2 * width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(2 * width, 2 * width, 3, 1, 1)),
            ]
        )
        self.score = spectral_norm(nn.Conv2d(2 * width, 1, 1))

    def forward(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        features: list[Tensor] = []
        hidden = images
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), 0.2)
            features.append(hidden)
        return self.score(hidden), features
