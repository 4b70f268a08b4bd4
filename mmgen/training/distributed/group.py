"""Processes that train together: one without torchrun, several under it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import allreduce_hook
from torch.distributed.fsdp import FSDPModule
from torch.distributed.nn.functional import all_reduce
from torch.nn.parallel import DistributedDataParallel

from mmgen.training.distributed.device import device_for
from mmgen.training.distributed.ranks import Part, Ranks
from mmgen.training.distributed.throughput import Meter


@contextmanager
def process_group(timeout_s: float, wanted: str = "auto") -> Iterator[Ranks]:
    """Join the group that torchrun announces (WORLD_SIZE), or be alone where it announces none. NCCL between GPUs, gloo
    between CPUs; ``wanted``: ``[train] device``.

    Gloo's default timeout is half an hour: a rank that died would hold the others that long. A worker that doesn't
    destroy its group aborts on exit.
    """
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    if world_size == 1:
        yield Ranks()
        return
    device = device_for(wanted, Ranks(local_rank=(local_rank := int(os.environ.get("LOCAL_RANK", "0")))))
    backend, own = ("nccl", device) if device.type == "cuda" else ("gloo", None)
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout_s), device_id=own)
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size(), local_rank)
    finally:
        dist.destroy_process_group()


def joined(module: nn.Module, ranks: Ranks, meter: Meter | None = None) -> nn.Module:
    """The module, whose gradients are averaged over the processes as they come; itself where there is one.

    All start from the weights and buffers of the first, so that machines that round differently start alike. A
    parameter that no row of any process needs keeps its gradient of None. ``meter``: takes the time that is waited.
    """
    if ranks.world_size == 1:
        return module
    found = DistributedDataParallel(module, gradient_as_bucket_view=True, find_unused_parameters=True)
    if meter:
        found.register_comm_hook(meter, _timed)
    return found


def _timed(meter: Meter, bucket: dist.GradBucket) -> torch.futures.Future[Tensor]:
    if bucket.is_last():
        meter.gradients_ready()
    return allreduce_hook(dist.group.WORLD, bucket)


# torch compares the types themselves, not their names
_timed.__annotations__ |= {"bucket": dist.GradBucket, "return": torch.futures.Future[Tensor]}


def sums_gradients(module: nn.Module, is_last: bool) -> AbstractContextManager[None]:
    """For each of the parts that a batch is taken in: gradients are added up here, and averaged with the last one."""
    if isinstance(module, FSDPModule):
        module.set_requires_gradient_sync(is_last)
    is_waiting = isinstance(module, DistributedDataParallel) and not is_last
    return module.no_sync() if is_waiting else nullcontext()


def inner(module: nn.Module) -> nn.Module:
    """The module that was ``joined``."""
    return module.module if isinstance(module, DistributedDataParallel) else module


def mean_over_rows(values: Tensor, part: Part, known: Tensor | None = None) -> Tensor:
    """The mean over the rows of all processes: own rows (B, ...) -> (...).

    ``known``: its value, where own rows are a part of what this process has. The gradient is that of the own rows
    alone, by their ``weight``: what the mean over the processes' gradients asks for, without a message on the way back.
    """
    own = values.mean(dim=0)
    if known is None and part.ranks.world_size == 1:
        return own
    value = _mean_of_all(values, part) if known is None else known
    return value + part.weight * (own - own.detach())


def _mean_of_all(values: Tensor, part: Part) -> Tensor:
    total = values.detach().sum(dim=0)
    dist.all_reduce(total)
    return total / part.total


def rows_of_all(values: Tensor, part: Part) -> tuple[Tensor, slice]:
    """The rows of all processes, in the order of the batch, and which of them are own: (B, ...) -> (total, ...).

    The gradient of an own row is the sum over the processes. Only zeros are added, so nothing is rounded.
    """
    if part.ranks.world_size == 1:
        return values, part.rows
    whole = values.new_zeros(part.total, *values.shape[1:], dtype=torch.float32)
    whole[part.rows] = values.float()
    gathered: Tensor = all_reduce(whole)
    return gathered.to(values.dtype), part.rows


def means_over_ranks(values: Mapping[str, Tensor], ranks: Ranks) -> dict[str, float]:
    """Scalars by name as their means over the processes. All must have the same names."""
    if not values:
        return {}
    found = torch.stack([value.detach().float() for value in values.values()])
    if ranks.world_size > 1:
        dist.all_reduce(found)
        found /= ranks.world_size
    return dict(zip(values, found.tolist(), strict=True))
