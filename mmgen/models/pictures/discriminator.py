"""Tells real pictures from drawn ones, and whether they are of the product that the latent speaks of.

Shapes: B rows, L latent size, P side in px.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mmgen.config.pictures import PictureSizes

LAST_PX = 4
MAX_TIMES = 8
GROUP_ROWS = 4
SLOPE = 0.2


class Discriminator(nn.Module):
    """(B, 3, P, P) and (B, L) -> scores (B,), and the features of every layer.

    The latent counts by its inner product with what is seen (projection, Miyato and Koyama 2018, arXiv 1802.05637).
    The spread within small groups of rows is a feature of its own (Karras et al. 2018, arXiv 1710.10196): where all are
    alike, the generator has lost its variety. Spectral norm on every layer where it is configured (Miyato et al. 2018,
    arXiv 1802.05957).
    """

    def __init__(self, sizes: PictureSizes, latent: int):
        super().__init__()
        bound = partial(_started, is_bound=sizes.spectral_norm)
        width, side = sizes.critic_width, sizes.px // 2
        layers: list[nn.Module] = [bound(nn.Conv2d(3, width, 4, 2, 1))]
        while side > LAST_PX:
            wider = min(2 * width, MAX_TIMES * sizes.critic_width)
            layers.append(bound(nn.Conv2d(width, wider, 4, 2, 1)))
            width, side = wider, side // 2
        self.layers = nn.ModuleList(layers)
        self.last = bound(nn.Linear((width + 1) * LAST_PX**2, 2 * width))
        self.score = bound(nn.Linear(2 * width, 1))
        self.project = bound(nn.Linear(latent, 2 * width, bias=False))

    def forward(self, pictures: Tensor, latents: Tensor) -> tuple[Tensor, list[Tensor]]:
        features: list[Tensor] = []
        hidden = pictures.contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
            features.append(hidden)
        seen = nn.functional.leaky_relu(self.last(torch.cat([hidden, _spread(hidden)], dim=1).flatten(1)), SLOPE)
        told = (self.project(latents) * seen).sum(dim=1) / seen.shape[1] ** 0.5
        return (self.score(seen)[:, 0] + told).float(), features


def _started(layer: nn.Conv2d | nn.Linear, is_bound: bool) -> nn.Module:
    """Weights that keep the size of what passes (He et al. 2015, arXiv 1502.01852): by torch's own, which shrink it by
    half a layer, the scores hardly differ for hundreds of steps."""
    nn.init.kaiming_normal_(layer.weight, a=SLOPE)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    made: nn.Module = spectral_norm(layer) if is_bound else layer
    return made


def _spread(hidden: Tensor) -> Tensor:
    """(B, C, S, S) -> (B, 1, S, S): the mean standard deviation over groups of rows; 0 where B is no multiple of the
    group's size."""
    rows, channels, height, width = hidden.shape
    if rows % GROUP_ROWS:
        return hidden.new_zeros(rows, 1, height, width)
    grouped = hidden.float().reshape(GROUP_ROWS, -1, channels, height, width)
    away = grouped - grouped.mean(dim=0)
    spread = (away.square().mean(dim=0) + 1e-8).sqrt().mean(dim=(1, 2, 3))
    return spread.repeat(GROUP_ROWS)[:, None, None, None].expand(rows, 1, height, width).to(hidden.dtype)
