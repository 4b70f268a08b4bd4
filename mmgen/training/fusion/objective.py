"""What a way of fusion's terms weigh in the loss, and what it is shown of each product.

Shapes: B rows, L latent size. All terms are nats a row.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mmgen.config.training import TrainParams
from mmgen.models.fusion.base import Terms
from mmgen.models.fusion.gaussian import free_bits
from mmgen.models.modalities.registry import IMAGE_PX

NUM_VALUES = float(IMAGE_PX * IMAGE_PX * 3)
"""The pixels' number: the loss is in nats a pixel value, so that gradients keep one size whatever is present."""


def thin(
    present: Mapping[str, Tensor], share: float, generator: torch.Generator, alone: float = 0.0
) -> dict[str, Tensor]:
    """Modality dropout: ``share`` of the rows lose each of their modalities with probability 1/2, and ``alone`` of all
    rows keep a single one, drawn evenly from those that they have. (B,) bool each.

    A row that loses all of them is encoded by the prior alone; its bound is still one on log p of what it has. Losing
    each with probability 1/2 shows a modality alone to few rows only, and to fewer the more modalities there are.
    """
    masks = torch.stack(list(present.values()), dim=1)
    is_thinned = torch.rand(len(masks), 1, generator=generator) < share
    keep = torch.rand(masks.shape, generator=generator) < 0.5
    seen = masks & (keep | ~is_thinned)
    if alone:
        is_alone = torch.rand(len(masks), 1, generator=generator) < alone
        place = torch.where(masks, torch.rand(masks.shape, generator=generator), -1.0).argmax(dim=1, keepdim=True)
        only = masks & (torch.arange(masks.shape[1]) == place)
        seen = torch.where(is_alone, only, seen)
    return dict(zip(present, seen.unbind(dim=1), strict=True))


def weighted_loss(terms: Terms, params: TrainParams, progress: float) -> Tensor:
    """The sum of the terms by their weights, in nats a pixel value. ``progress`` is in [0, 1]."""
    beta = params.beta * min(1.0, progress / params.beta_warmup) if params.beta_warmup else params.beta
    named = terms.nll | terms.beside
    cost = torch.stack([params.weight_of(name) * value.mean() for name, value in named.items()]).sum()
    paid = terms.kl if terms.paid is None else terms.paid
    return (cost + beta * free_bits(paid, params.free_bits)) / NUM_VALUES
