"""A small network that tells speech from noise: one gain for each band and frame of a clip.

Convolutions over time and frequency (a voice's harmonics look alike at any pitch) around dilated convolutions over
time, about two seconds wide. Real gains on the noisy spectrum, as in Valin, "A hybrid DSP/deep learning approach to
real-time full-band speech enhancement" (2018) and Tan and Wang, "A convolutional recurrent neural network for real-time
speech enhancement" (Interspeech 2018); recurrence is left out, since a whole clip is there at once.

Shapes: B clips, T frames, F = NUM_BINS, K = NUM_BANDS.
"""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

RATE_HZ = 16_000
WINDOW = 512  # samples: 32 ms, over which a voice is about stationary
HOP = 256
NUM_BINS = WINDOW // 2 + 1
NUM_BANDS = 128
_NUM_NARROW = 80  # bands of one bin each: up to 2.5 kHz harmonics stand apart
_FLOOR = 1e-7  # -70 dB below a clip's mean power nothing counts


def spectrum(waves: Tensor) -> Tensor:
    """(B, samples) -> (B, T, F) complex, by a square-rooted Hann window. Every sample lies in two frames."""
    padded = nn.functional.pad(waves, (HOP, WINDOW + HOP))
    return torch.fft.rfft(padded.unfold(-1, WINDOW, HOP) * _taper(), dim=-1)


def waveform(bins: Tensor, num_samples: int) -> Tensor:
    """The inverse of ``spectrum`` by overlap and add: (B, T, F) -> (B, num_samples)."""
    frames = torch.fft.irfft(bins, WINDOW, dim=-1) * _taper()
    halves = frames.unflatten(-1, (2, HOP))
    padded = nn.functional.pad(halves[:, :, 0], (0, 0, 0, 1)) + nn.functional.pad(halves[:, :, 1], (0, 0, 1, 0))
    return padded.flatten(1)[:, HOP : HOP + num_samples]


@lru_cache(maxsize=1)
def _taper() -> Tensor:
    return torch.hann_window(WINDOW).sqrt()


@lru_cache(maxsize=1)
def bands() -> Tensor:
    """(K, F): overlapping triangles that sum to one at every bin. One bin each at first, then ever wider."""
    num_wide = NUM_BANDS - _NUM_NARROW
    low, high = 1.0, 1.2  # the growth of the bands' width that ends them at the last bin
    for _ in range(60):
        growth = (low + high) / 2
        wide = _NUM_NARROW - 1 + np.cumsum(growth ** np.arange(1, num_wide + 1))
        low, high = (low, growth) if wide[-1] > NUM_BINS - 1 else (growth, high)
    wide[-1] = NUM_BINS - 1
    centres = np.concatenate([np.arange(_NUM_NARROW), wide])
    one_each = np.eye(NUM_BANDS)
    triangles = np.stack([np.interp(np.arange(NUM_BINS), centres, row) for row in one_each])
    return torch.from_numpy(triangles.astype(np.float32))


def band_power(bins: Tensor) -> Tensor:
    """(B, T, F) complex -> (B, T, K): mean power of each band."""
    weights = bands()
    return (bins.real.square() + bins.imag.square()) @ (weights / weights.sum(dim=1, keepdim=True)).T


def features(bins: Tensor) -> Tensor:
    """(B, T, F) complex -> (B, 2, T, K): log power of the bands against the clip's mean, and against each band's.

    Both ignore how loud the clip is, the second how it was recorded.
    """
    power = band_power(bins)
    level = power.mean(dim=(1, 2), keepdim=True).clamp(min=1e-20)
    relative = torch.log10(power / level + _FLOOR)
    return torch.stack([relative / 3 + 0.5, relative - relative.mean(dim=1, keepdim=True)], dim=1)


DILATIONS = (1, 2, 4, 8, 16, 32)
REACH = sum(DILATIONS) + 6  # frames that a gain depends on, to either side


class Denoiser(nn.Module):
    """(B, 2, T, K) features -> (B, T, K) gains, 0 to 1."""

    def __init__(self, channels: int = 32, hidden: int = 96):
        super().__init__()
        self.config = {"channels": channels, "hidden": hidden}
        c, wide = channels, channels * (NUM_BANDS // 16)
        self.down = nn.ModuleList([_narrow(2, c, (3, 7), 4), _narrow(c, c, (3, 3), 2), _narrow(c, c, (3, 3), 2)])
        self.squeeze = _over_time(wide, hidden, 1)
        self.context = nn.ModuleList(_over_time(hidden, hidden, 3, dilation) for dilation in DILATIONS)
        self.expand = _over_time(hidden, wide, 1)
        self.up = nn.ModuleList([_widen(c, c, (3, 4), 2), _widen(c, c, (3, 4), 2), _widen(c, 8, (1, 8), 4)])
        self.out = nn.Conv2d(8 + 2, 1, 3, padding=1)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden, skips = inputs, []
        for layer in self.down:
            hidden = layer(hidden)
            skips.append(hidden)
        width = hidden.shape[3]
        context = self.squeeze(hidden.transpose(2, 3).flatten(1, 2))
        for layer in self.context:
            context = context + layer(context)
        hidden = self.expand(context).unflatten(1, (-1, width)).transpose(2, 3)
        for layer, skip in zip(self.up, reversed(skips), strict=True):
            hidden = layer(hidden + skip)
        out: Tensor = self.out(torch.cat([hidden, inputs], dim=1))
        return torch.sigmoid(out[:, 0])

    def folded(self) -> Denoiser:
        """The same function without batch norms, for use after training: they become part of the convolutions."""
        copy = Denoiser(**self.config)
        copy.load_state_dict(self.state_dict())
        copy.eval()
        for block in (m for m in copy.modules() if isinstance(m, nn.Sequential) and len(m) == 3):
            layer, norm = block[0], block[1]
            layer.weight, layer.bias = fuse_conv_bn_weights(
                layer.weight,
                layer.bias,
                norm.running_mean,
                norm.running_var,
                norm.eps,
                norm.weight,
                norm.bias,
                transpose=isinstance(layer, nn.ConvTranspose2d),
            )
            block[1] = nn.Identity()
        return copy.requires_grad_(False)

    def to_bytes(self, about: dict[str, str]) -> bytes:
        """Folded weights in half precision as safetensors, with the configuration and the words ``about`` them."""
        tensors = {name: value.half().contiguous() for name, value in self.folded().state_dict().items()}
        return save(tensors, {**about, "config": json.dumps(self.config)})

    @classmethod
    def from_bytes(cls, data: bytes) -> Denoiser:
        """The network of ``to_bytes``, ready for use. ValueError where the bytes are something else."""
        try:
            length = int.from_bytes(data[:8], "little")
            config = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["config"])
            model = cls(**config).folded()
            model.load_state_dict({name: value.float() for name, value in load(data).items()})
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"no weights of a denoiser: {error}") from None
        return model


def _over_time(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> nn.Sequential:
    layer = nn.Conv1d(inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation)
    return _block(layer, nn.BatchNorm1d(outputs))


def _block(layer: nn.Module, norm: nn.Module) -> nn.Sequential:
    return nn.Sequential(layer, norm, nn.LeakyReLU(0.1))


def _widen(inputs: int, outputs: int, kernel: tuple[int, int], stride: int) -> nn.Sequential:
    """Its opposite: ``stride`` bands of one."""
    padding = (kernel[0] // 2, (kernel[1] - stride) // 2)
    return _block(nn.ConvTranspose2d(inputs, outputs, kernel, (1, stride), padding), nn.BatchNorm2d(outputs))


def _narrow(inputs: int, outputs: int, kernel: tuple[int, int], stride: int) -> nn.Sequential:
    """A convolution that leaves one band of ``stride``."""
    padding = (kernel[0] // 2, kernel[1] // 2)
    return _block(nn.Conv2d(inputs, outputs, kernel, (1, stride), padding), nn.BatchNorm2d(outputs))
