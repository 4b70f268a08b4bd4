"""Which device a process computes on, and what is fixed so that it computes the same again."""

from __future__ import annotations

import os

import torch

from mmgen.training.distributed.ranks import Ranks

WORKSPACE = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
"""Without it, cuBLAS refuses to be deterministic."""


def device_for(wanted: str, ranks: Ranks | None = None) -> torch.device:
    """The device of ``[train] device``: ``auto`` is a GPU where there is one. Each process of a machine has its
    own GPU.

    Raises ValueError where a GPU is asked for and there is none, or there are fewer than processes.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "cpu" or (wanted == "auto" and not count):
        return torch.device("cpu")
    if not count:
        raise ValueError('train.device: "cuda" is wanted and torch sees no GPU: take "auto" or "cpu"')
    local = (ranks or Ranks()).local_rank
    if local >= count:
        raise ValueError(f"train.processes: process {local + 1} of this machine has no GPU of its own, it has {count}")
    return torch.device("cuda", local)


def be_deterministic(device: torch.device, seed: int, num_threads: int) -> None:
    """Fix what weights start from and how sums are ordered. Threads are set too: their number changes the rounding.

    On a GPU, what has no deterministic way there warns and goes on.
    """
    if device.type == "cuda":
        os.environ.setdefault(*WORKSPACE)
        torch.cuda.set_device(device)
    torch.use_deterministic_algorithms(True, warn_only=device.type != "cpu")
    torch.utils.deterministic.fill_uninitialized_memory = False  # 5% of the time; no code here reads such memory
    beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # processes of a torchrun group on this machine
    torch.set_num_threads(num_threads or max(1, len(os.sched_getaffinity(0)) // beside))
    torch.manual_seed(seed)
