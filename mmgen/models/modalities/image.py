"""64x64 RGB: a convolutional encoder and a decoder by transposed convolutions.

Shapes: B batch, C channels, H height, W width. Pixels are float in [-1, 1], channels first. GroupNorm, not BatchNorm: a
row's result must not depend on its batch. Transposed convolutions of kernel 4 and stride 2 need less than half the
arithmetic of upsampling followed by 3x3, and have a deterministic gradient on every device.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mmgen.models.fusion.gaussian import cross_entropy_nll, gaussian_nll
from mmgen.models.modalities.base import LinearPath, ModalityModel, Parts
from mmgen.models.modalities.registry import IMAGE_PX

THUMBNAIL_PX = 16
MAX_SHARE = 2 / 3  # of the latent that a warm start sets; the rest is free for what no thumbnail shows
CELL = (IMAGE_PX // THUMBNAIL_PX) ** 2  # pixels that share a thumbnail's value


def to_float(pixels: NDArray[np.uint8]) -> Tensor:
    """(B, H, W, 3) uint8 -> (B, 3, H, W) float in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 127.5 - 1.0


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """(B, 3, H, W) float in [-1, 1] -> (B, H, W, 3) uint8."""
    scaled = ((images.clamp(-1, 1) + 1.0) * 127.5).round().to(torch.uint8)
    out: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return out


class ImageEncoder(nn.Module):
    """(B, 3, 64, 64) -> (B, hidden): convolutions, and beside them a linear look at the 16x16 thumbnail.

    The linear path carries colour and outline from the first steps on; the convolutions alone need thousands of steps
    for it.
    """

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1), nn.SiLU(),
            nn.Conv2d(width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.Conv2d(2 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Conv2d(3 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Flatten(), nn.Linear(3 * width * 16, hidden),
        )  # fmt: skip
        self.thumbnail = nn.Linear(3 * THUMBNAIL_PX**2, hidden)

    def forward(self, images: Tensor) -> Tensor:
        small = nn.functional.avg_pool2d(images, IMAGE_PX // THUMBNAIL_PX).flatten(1)
        return torch.cat([nn.functional.silu(self.layers(images)), self.thumbnail(small)], dim=1)


def _norm_act(channels: int) -> list[nn.Module]:
    return [nn.GroupNorm(8, channels), nn.SiLU()]


class ImageDecoder(nn.Module):
    """(B, latent) -> (B, 3, 64, 64), about [-1, 1]: the mean of a Gaussian likelihood.

    A linear map to a 16x16 thumbnail, enlarged, plus what the convolutions add to it.
    """

    enlarge: Tensor

    def __init__(self, latent: int, width: int):
        super().__init__()
        self.thumbnail = nn.Linear(latent, 3 * THUMBNAIL_PX**2)
        self.start = nn.Sequential(nn.Linear(latent, 4 * width * 16), nn.SiLU(), nn.Unflatten(1, (4 * width, 4, 4)))
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(4 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.ConvTranspose2d(3 * width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), *_norm_act(width),
            nn.ConvTranspose2d(width, 3, 4, 2, 1),
        )  # fmt: skip
        self.register_buffer("enlarge", enlargement(THUMBNAIL_PX, IMAGE_PX), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        small = self.thumbnail(z).view(-1, 3, THUMBNAIL_PX, THUMBNAIL_PX)
        out: Tensor = self.enlarge @ small @ self.enlarge.T + self.layers(self.start(z))
        return out


def enlargement(small: int, large: int) -> Tensor:
    """(large, small): bilinear interpolation as a matrix; torch's own has no deterministic gradient on a GPU."""
    at = ((torch.arange(large) + 0.5) * small / large - 0.5).clamp(0, small - 1)
    return (1 - (at[:, None] - torch.arange(small)).abs()).clamp(min=0)


class Image(ModalityModel):
    """(B, 64, 64, 3) uint8; a Gaussian likelihood of all pixels, or their cross-entropy."""

    @property
    def has_scale(self) -> bool:
        return self.config.image_likelihood == "gaussian"

    @property
    def hidden_size(self) -> int:
        return 2 * self.config.hidden

    def make_encoder(self) -> nn.Module:
        return ImageEncoder(self.config.image_width, self.config.hidden)

    def make_decoder(self) -> nn.Module:
        return ImageDecoder(self.config.latent, self.config.image_width)

    def to_tensor(self, values: NDArray[Any]) -> Tensor:
        return to_float(values)

    def to_values(self, location: Tensor) -> NDArray[Any]:
        return to_uint8(torch.tanh(0.5 * location) if not self.has_scale else location)

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        if not self.has_scale:
            return cross_entropy_nll(values, location)
        return gaussian_nll(values, location, parts.log_scale)

    def warm_start(self, values: Tensor, parts: Parts) -> LinearPath | None:
        """Set the linear paths of encoder and decoder by probabilistic PCA of the thumbnails (Tipping & Bishop 1999).
        Nothing where there are fewer than three images.

        A few hundred steps on a CPU are too few to learn colours from nothing; PCA knows them at once, with a latent
        that is already close to the standard normal prior, and the networks learn what it lacks.
        """
        if len(values) < 3 or not self.has_scale:  # logits are no linear function of the pixels
            return None
        mean, components, spread, noise = _pca(values, min(int(MAX_SHARE * self.config.latent), len(values) - 2))
        count = len(spread)
        decoder = cast(ImageDecoder, parts.decoder).thumbnail
        encoder = cast(ImageEncoder, parts.encoder).thumbnail
        decoder.weight.mul_(0.1)
        decoder.weight[:, :count] = components * spread
        decoder.bias.copy_(mean)
        encoder.weight[:count] = (components / spread).T
        encoder.bias[:count] = -(components / spread).T @ mean
        parts.log_scale.fill_(0.5 * float(torch.log(noise)))
        return LinearPath(encoder.out_features, torch.log(noise / (noise + CELL * spread.square())))


def _pca(images: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean (768,), components (768, count), standard deviation along each (count,), and the variance a pixel keeps."""
    full = images.double()
    small = torch.nn.functional.avg_pool2d(full, IMAGE_PX // THUMBNAIL_PX).flatten(1)
    mean = small.mean(dim=0)
    values, vectors = torch.linalg.eigh((small - mean).T @ (small - mean) / len(small))
    spread = values[-count:].flip(0).clamp(min=1e-6).sqrt()
    components = vectors[:, -count:].flip(1)
    # An eigenvector's sign is arbitrary: fixed here, so that every rank starts alike.
    components = components * torch.sign(components.gather(0, components.abs().argmax(dim=0, keepdim=True)))
    within = full.flatten(1).var(dim=0, unbiased=False).mean() - spread.square().sum() / small.shape[1]
    return mean.float(), components.float(), spread.float(), within.clamp(min=1e-3).float()
