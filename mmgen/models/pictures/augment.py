"""Differentiable augmentation of what the discriminator sees, and how much of it.

Mirrored, moved, tinted, a square blanked out: each with probability ``share``. What leaks into drawn pictures at shares
near 1 is why the share is bounded. Moving and mirroring are products with matrices of zeros and ones, whose gradient is
deterministic on every device. Source: Karras et al. 2020, arXiv 2006.06676. Shapes: B rows, P side in px.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmgen.config.pictures import AdaptiveParams

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def augmented(pictures: Tensor, share: float, params: AdaptiveParams, generator: torch.Generator) -> Tensor:
    """(B, 3, P, P) in [-1, 1] -> the same, each row by draws of its own; unchanged at a share of 0."""
    if share <= 0:
        return pictures
    rows, side = len(pictures), pictures.shape[-1]
    is_on = torch.rand(4, rows, generator=generator) < share
    drawn = torch.rand(7, rows, generator=generator) * 2 - 1
    shift = (drawn[:2] * params.shift * side).round() * is_on[1]
    is_mirrored = is_on[0] & (drawn[2] < 0)
    down, across = _moved(shift[0], torch.zeros_like(is_mirrored), side), _moved(shift[1], is_mirrored, side)
    moved = down[:, None] @ pictures.float() @ across[:, None].transpose(2, 3)
    tinted = _tinted(moved, drawn[3:6] * params.colour * is_on[2])
    centres = torch.rand(2, rows, generator=generator) * side
    return tinted * _kept(centres, params.cutout * side * is_on[3], side)


def next_share(share: float, signs: float, rows: int, params: AdaptiveParams) -> float:
    """The share after a step in which the mean sign of the scores of ``rows`` real pictures was ``signs``: more where
    the discriminator is surer of them than it would be of pictures that it has not seen."""
    step = rows / params.images
    return min(params.highest, max(0.0, share + (step if signs > params.target else -step)))


def _moved(shift: Tensor, is_mirrored: Tensor, side: int) -> Tensor:
    """(B, P, P): row i takes what stands ``shift`` px before it; the border is repeated."""
    places = torch.arange(side)
    wanted = (places - shift[:, None]).clamp(0, side - 1)
    wanted = torch.where(is_mirrored[:, None], side - 1 - wanted, wanted)
    return (wanted[:, :, None] == places).float()


def _tinted(pictures: Tensor, amounts: Tensor) -> Tensor:
    """Brightness added, contrast about mid-grey and saturation about luma by 1 + amount: (3, B)."""
    light, contrast, colour = amounts[:, :, None, None, None]
    luma = (pictures * torch.tensor(LUMA)[:, None, None]).sum(dim=1, keepdim=True)
    saturated = luma + (pictures - luma) * (1 + colour)
    return saturated * (1 + contrast) + light


def _kept(centres: Tensor, sizes: Tensor, side: int) -> Tensor:
    """(B, 1, P, P): 0 in a square of ``sizes`` (B,) px about ``centres`` (2, B), 1 elsewhere."""
    away = (torch.arange(side) + 0.5 - centres[:, :, None]).abs() < sizes[:, None] / 2
    return 1 - (away[0][:, :, None] & away[1][:, None, :])[:, None].float()
