"""A clip as its log-mel spectrogram: convolutions in, transposed convolutions out, and from there to a waveform.

Shapes: B rows, M mel bands, T frames. Values are float in [-1, 1], the spectrogram's 100 dB.
"""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mmgen.models.modalities.base import LinearPath, ModalityModel, Parts
from mmgen.models.spectrogram import NUM_MELS

STRIDE = 16  # four layers halve each side


class MeanPicture(nn.Module):
    """(1, M, T), what a clip looks like on average: encoder and decoder speak of what differs from it."""

    mean: Tensor

    def __init__(self, num_frames: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, NUM_MELS, num_frames))


class Sound(ModalityModel):
    """(B, M * T) bytes under a Laplace likelihood with one learned scale.

    Laplace, not Gauss: a spectrogram is edges and silence, and its median keeps both where a mean smears them.
    """

    @property
    def num_frames(self) -> int:
        """T. Raises ValueError where the values are no spectrogram that four layers can halve."""
        frames, rest = divmod(self.size, NUM_MELS)
        if rest or not frames or frames % STRIDE:
            raise ValueError(f"a spectrogram of {self.size} values is not {NUM_MELS} bands by a multiple of {STRIDE}")
        return frames

    def make_shared(self) -> nn.Module:
        return MeanPicture(self.num_frames)

    def make_encoder(self) -> nn.Module:
        width = self.config.image_width
        return nn.Sequential(
            nn.Conv2d(1, width, 4, 2, 1), nn.SiLU(),
            nn.Conv2d(width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.Conv2d(2 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Conv2d(3 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.Flatten(), nn.Linear(3 * width * self._num_cells, self.config.hidden), nn.SiLU(),
        )  # fmt: skip

    def make_decoder(self) -> nn.Module:
        width, cells = self.config.image_width, (NUM_MELS // STRIDE, self.num_frames // STRIDE)
        return nn.Sequential(
            nn.Linear(self.config.latent, 3 * width * self._num_cells), nn.SiLU(),
            nn.Unflatten(1, (3 * width, *cells)),
            nn.ConvTranspose2d(3 * width, 3 * width, 4, 2, 1), *_norm_act(3 * width),
            nn.ConvTranspose2d(3 * width, 2 * width, 4, 2, 1), *_norm_act(2 * width),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), *_norm_act(width),
            nn.ConvTranspose2d(width, 1, 4, 2, 1),
        )  # fmt: skip

    def to_tensor(self, values: NDArray[Any]) -> Tensor:
        """(B, M * T) uint8 -> (B, 1, M, T)."""
        return (torch.from_numpy(values).float() / 127.5 - 1.0).view(-1, 1, NUM_MELS, self.num_frames)

    def to_values(self, location: Tensor) -> NDArray[Any]:
        levels = ((location.clamp(-1, 1) + 1.0) * 127.5).round().to(torch.uint8)
        found: NDArray[np.uint8] = levels.flatten(1).cpu().numpy()
        return found

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        return super().encode(values - _mean(parts), parts)

    def decode(self, z: Tensor, parts: Parts) -> Tensor:
        """(B, 1, M, T)."""
        return super().decode(z, parts) + _mean(parts)

    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        apart = (values - location).abs() * torch.exp(-parts.log_scale)
        return (apart + parts.log_scale + math.log(2)).flatten(1).sum(dim=1)

    def warm_start(self, values: Tensor, parts: Parts) -> LinearPath | None:
        """The mean spectrogram, and how far a value is from it on average, which is the scale's best value there."""
        if len(values):
            mean = values.mean(dim=0)
            _mean(parts).copy_(mean)
            parts.log_scale.copy_((values - mean).abs().mean().clamp(min=1e-3).log())
        return None

    @property
    def _num_cells(self) -> int:
        return (NUM_MELS // STRIDE) * (self.num_frames // STRIDE)


def _norm_act(channels: int) -> list[nn.Module]:
    """GroupNorm, not BatchNorm: a row's result must not depend on its batch."""
    return [nn.GroupNorm(8, channels), nn.SiLU()]


def _mean(parts: Parts) -> Tensor:
    return cast(MeanPicture, parts.shared).mean
