"""Processes that train together: one without torchrun, several under it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from mmgen.training.distributed.ranks import Ranks


@contextmanager
def process_group(timeout_s: float) -> Iterator[Ranks]:
    """Join the group that torchrun announces (WORLD_SIZE), or be alone where it announces none.

    Gloo's default timeout is half an hour: a rank that died would hold the others that long. A worker that doesn't
    destroy its group aborts on exit.
    """
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    if world_size == 1:
        yield Ranks()
        return
    dist.init_process_group("gloo", timeout=timedelta(seconds=timeout_s))
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


def average_gradients(parameters: Iterable[torch.nn.Parameter], ranks: Ranks) -> None:
    """Replace each gradient by its mean over the ranks, in one message. A missing gradient counts as zero everywhere:
    a rank whose batch lacks a modality still takes part, so nobody waits for it."""
    wanted = [p for p in parameters if p.requires_grad]
    for parameter in wanted:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    if ranks.world_size == 1:
        return
    gradients: list[Tensor] = [p.grad for p in wanted if p.grad is not None]
    flat = torch.cat([g.reshape(-1) for g in gradients])
    dist.all_reduce(flat)
    flat /= ranks.world_size
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))


def share_weights(module: torch.nn.Module, ranks: Ranks) -> None:
    """Give every rank the weights and buffers of the first, so that machines that round differently start alike."""
    if ranks.world_size > 1:
        for value in module.state_dict().values():
            dist.broadcast(value, src=0)
