"""Draws a picture from noise and a latent.

Shapes: B rows, L latent size, P side in px. Pixels are float in [-1, 1], channels first.

Small on purpose, so that it learns on a CPU: transposed convolutions alone, each normalised and then scaled and shifted
by the style (as in StyleGAN, Karras et al. 2019, arXiv 1812.04948), and the channels of the large layers weighed by
those of the small ones (skip-layer excitation of FastGAN, Liu et al. 2021, arXiv 2101.04775). GroupNorm, not BatchNorm:
a product's picture must not depend on what is drawn beside it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmgen.config.pictures import PictureSizes
from mmgen.models.modalities.image import enlargement

START_PX = 4
THUMBNAIL_PX = 16
GROUPS = 8
FIRST_SCALE = 0.05  # standard deviation of what the layers add at first, about


class Generator(nn.Module):
    """(B, L) latents and (B, noise) standard normal numbers -> (B, 3, P, P), about [-1, 1]: a thumbnail, enlarged, and
    what the layers add to it, as in the fusion model's own decoder."""

    enlarge: Tensor

    def __init__(self, sizes: PictureSizes, latent: int):
        super().__init__()
        sides = [START_PX]
        while 2 * sides[-1] < sizes.px:
            sides.append(2 * sides[-1])
        channels = [min(sizes.max_width, sizes.width * sizes.px // (2 * side)) for side in sides]
        self.style = nn.Sequential(
            nn.Linear(latent + sizes.noise, sizes.style), nn.SiLU(), nn.Linear(sizes.style, sizes.style), nn.SiLU()
        )
        self.start = nn.Linear(sizes.style, channels[0] * START_PX**2)
        # A linear look at what the product is like all in all: colours and outline are there from the first step on.
        # It is not taught further: all its weights moved at each step's rate, and with them whole pictures
        self.thumbnail = nn.Linear(latent, 3 * THUMBNAIL_PX**2).requires_grad_(False)
        self.register_buffer("enlarge", enlargement(THUMBNAIL_PX, sizes.px), persistent=False)
        self.blocks = nn.ModuleList(
            _Block(wide + (3 if side == THUMBNAIL_PX else 0), narrow, sizes.style)
            for side, wide, narrow in zip(sides, channels, channels[1:], strict=False)
        )
        self.excite = nn.ModuleList(
            _Excitation(channels[place], channels[place + 3]) for place in range(len(channels) - 3)
        )
        self.draw = nn.ConvTranspose2d(channels[-1], 3, 4, 2, 1)
        # What it adds is little at first: it takes long to unlearn the noise that random weights draw
        nn.init.normal_(self.draw.weight, std=FIRST_SCALE / channels[-1] ** 0.5)

    def forward(self, latents: Tensor, noise: Tensor) -> Tensor:
        style = self.style(torch.cat([latents, noise], dim=1))
        hidden = self.start(style).view(len(style), -1, START_PX, START_PX)
        hidden = hidden.contiguous(memory_format=torch.channels_last)
        small = self.thumbnail(latents).view(-1, 3, THUMBNAIL_PX, THUMBNAIL_PX).float()
        seen: list[Tensor] = [hidden]
        for place, block in enumerate(self.blocks, start=1):
            if hidden.shape[-1] == THUMBNAIL_PX:
                hidden = torch.cat([hidden, small.to(hidden.dtype)], dim=1)
            hidden = block(hidden, style)
            if place >= 3:
                hidden = hidden * self.excite[place - 3](seen[place - 3])
            seen.append(hidden)
        detail = self.draw(hidden)
        with torch.autocast(small.device.type, enabled=False):  # in bfloat16 a light ground has steps
            return self.enlarge @ small @ self.enlarge.T + detail.float()

    @torch.no_grad()
    def warm_start(self, latents: Tensor, pixels: Tensor, ridge: float = 1.0) -> None:
        """Set the linear look by ridge regression of thumbnails on latents: (N, L) and (N, 3, P, P)."""
        side = pixels.shape[-1] // THUMBNAIL_PX
        small = nn.functional.avg_pool2d(pixels, side).flatten(1).double()
        ones = torch.ones(len(latents), 1, dtype=torch.float64)
        known = torch.cat([latents.double(), ones], dim=1)
        weights = torch.linalg.solve(known.T @ known + ridge * torch.eye(known.shape[1]), known.T @ small)
        self.thumbnail.weight.copy_(weights[:-1].T)
        self.thumbnail.bias.copy_(weights[-1])


class _Block(nn.Module):
    """(B, wide, S, S) -> (B, narrow, 2 S, 2 S)."""

    def __init__(self, wide: int, narrow: int, style: int):
        super().__init__()
        self.grow = nn.ConvTranspose2d(wide, narrow, 4, 2, 1)
        self.norm = nn.GroupNorm(min(GROUPS, narrow), narrow, affine=False)
        self.told = nn.Linear(style, 2 * narrow)

    def forward(self, hidden: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.told(style)[:, :, None, None].chunk(2, dim=1)
        return nn.functional.silu(torch.addcmul(shift, self.norm(self.grow(hidden)), 1 + scale))


class _Excitation(nn.Module):
    """What a layer of an eighth of the side says of each channel of a large one: (B, few, S, S) -> (B, many, 1, 1)."""

    def __init__(self, few: int, many: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(START_PX), nn.Conv2d(few, many, START_PX), nn.SiLU(), nn.Conv2d(many, many, 1)
        )

    def forward(self, small: Tensor) -> Tensor:
        return 2 * torch.sigmoid(self.layers(small))
