"""64x64 RGB: a convolutional encoder, a decoder by transposed convolutions, and a patch discriminator.

Shapes: B batch, C channels, H height, W width. Pixels are float in [-1, 1], channels first. GroupNorm, not BatchNorm: a row's
result must not depend on its batch. Transposed convolutions of kernel 4 and stride 2 need less than half the arithmetic of
upsampling followed by 3x3, and have a deterministic gradient on every device.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def to_float(pixels: NDArray[np.uint8]) -> Tensor:
    """(B, H, W, 3) uint8 -> (B, 3, H, W) float in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 127.5 - 1.0


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """(B, 3, H, W) float in [-1, 1] -> (B, H, W, 3) uint8."""
    scaled = ((images.clamp(-1, 1) + 1.0) * 127.5).round().to(torch.uint8)
    out: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return out


def _norm_act(channels: int) -> list[nn.Module]:
    return [nn.GroupNorm(8, channels), nn.SiLU()]


class ImageEncoder(nn.Module):
    """(B, 3, 64, 64) -> (B, hidden)."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1), nn.SiLU(),
            nn.Conv2d(width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.Conv2d(2 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Conv2d(3 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Flatten(), nn.Linear(3 * width * 16, hidden), nn.SiLU(),
        )  # fmt: skip

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.layers(images)
        return out


class ImageDecoder(nn.Module):
    """(B, latent) -> (B, 3, 64, 64) in [-1, 1], the median of a Laplace likelihood."""

    def __init__(self, latent: int, width: int):
        super().__init__()
        self.start = nn.Sequential(nn.Linear(latent, 4 * width * 16), nn.SiLU(), nn.Unflatten(1, (4 * width, 4, 4)))
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(4 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.ConvTranspose2d(3 * width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), *_norm_act(width),
            nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        out: Tensor = self.layers(self.start(z))
        return out


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
