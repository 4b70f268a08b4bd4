"""Weights that no process holds whole, by torch's FSDP2: each keeps a share of every parameter, and gathers those of a
part when it is that part's turn.

Parameters that are single numbers can't be shared out: each process has them all, and their gradients are averaged
here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from mmgen.training.distributed.ranks import Ranks


def sharded(module: nn.Module, parts: Iterable[nn.Module], ranks: Ranks, device: torch.device) -> nn.Module:
    """The module with its weights shared out among the processes, in place. Each of ``parts`` is gathered by itself,
    everything else together. All start from the weights and buffers of the first."""
    for value in module.state_dict().values():
        dist.broadcast(value, src=0)
    mesh = init_device_mesh(device.type, (ranks.world_size,))
    numbers = {parameter for parameter in module.parameters() if not parameter.dim()}
    for part in parts:
        if any(True for _ in part.parameters()):
            fully_shard(part, mesh=mesh, ignored_params=numbers)
    return fully_shard(module, mesh=mesh, ignored_params=numbers)


def is_sharded(module: nn.Module) -> bool:
    return isinstance(module, FSDPModule)


def average_numbers(module: nn.Module) -> None:
    """Average the gradients of what is not shared out. All processes take part."""
    gradients = [p.grad for p in module.parameters() if p.grad is not None and not isinstance(p, DTensor)]
    if gradients:
        found = torch.stack(gradients)
        dist.all_reduce(found)
        for gradient, value in zip(gradients, found / dist.get_world_size(), strict=True):
            gradient.copy_(value)


def clip_gradients(parameters: Iterable[nn.Parameter], max_norm: float) -> None:
    """Scale gradients to a total norm of ``max_norm`` at most, wherever they are kept. Infinite: as they are."""
    if math.isinf(max_norm):
        return
    wanted = [parameter for parameter in parameters if parameter.grad is not None]
    if not any(isinstance(parameter.grad, DTensor) for parameter in wanted):
        nn.utils.clip_grad_norm_(wanted, max_norm)
        return
    shares = [parameter.grad.to_local() for parameter in wanted if isinstance(parameter.grad, DTensor)]
    numbers = [p.grad for p in wanted if p.grad is not None and not isinstance(p.grad, DTensor)]
    squares = torch.stack([share.square().sum() for share in shares]).sum()
    dist.all_reduce(squares)
    total = (squares + sum(number.square() for number in numbers)).sqrt()
    scale = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for gradient in (*shares, *numbers):
        gradient.mul_(scale)


def whole(value: Tensor) -> Tensor:
    """A tensor as it would be without shares. All processes take part where it has any."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def shared_like(value: Tensor, other: Tensor) -> Tensor:
    """The share of a whole tensor that goes with ``other``, where that is shared out and of this shape."""
    if not isinstance(other, DTensor) or value.shape != other.shape:
        return value
    return distribute_tensor(value.to(other.device), other.device_mesh, other.placements, src_data_rank=None)
