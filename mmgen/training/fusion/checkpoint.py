"""Checkpoints: training state that survives a kill at any moment. Safetensors only; the hash is part of the name.

A file appears under its name by one rename, after its bytes are on disk, so a checkpoint is there whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from mmgen.hashes import sha256_of, sha256_of_file
from mmgen.training.distributed.sharding import shared_like, whole

KEEP = 2


def write(directory: Path, step: int, tensors: dict[str, Tensor], about: dict[str, str]) -> Path:
    """Save ``tensors`` and the words ``about`` them as of ``step``; keep the newest KEEP checkpoints. Returns the
    path."""
    directory.mkdir(parents=True, exist_ok=True)
    whole = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    data = save(whole, metadata={**about, "step": str(step)})
    path = directory / f"step-{step:08d}-{sha256_of(data)}.safetensors"
    attempt = directory / f".{path.name}.{os.getpid()}"
    with attempt.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    attempt.rename(path)
    _sync_folder(directory)
    for old in [p for p in _newest_first(directory) if p != path][KEEP - 1 :]:
        old.unlink()
    for leftover in directory.glob(".step-*"):
        leftover.unlink(missing_ok=True)
    return path


def newest(directory: Path, about: dict[str, str]) -> tuple[int, dict[str, Tensor]] | None:
    """Step and tensors of the newest whole checkpoint made for the same ``about``, or None.

    One whose bytes don't match its name is passed over; one of another run (other data, parameters or seed) too.
    """
    for path in _newest_first(directory):
        if sha256_of_file(path) != path.stem.rsplit("-", 1)[-1]:
            continue
        try:
            with safe_open(path, framework="pt") as file:
                words = dict(file.metadata() or {})
                if {key: words.get(key) for key in about} == about:
                    return int(words["step"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError:
            continue
    return None


def flatten_optimizer(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The whole state of an optimiser as named tensors: ``<prefix>.<parameter>.<slot>``. Learning rates follow from the
    step."""
    state = optimizer.state_dict()["state"]
    return {f"{prefix}.{i}.{slot}": whole(value) for i, slots in state.items() for slot, value in slots.items()}


def restore_optimizer(prefix: str, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Undo ``flatten_optimizer``."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(f"{prefix}."):
            index, slot = name[len(prefix) + 1 :].split(".", 1)
            state.setdefault(int(index), {})[slot] = shared_like(value, parameters[int(index)])
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _newest_first(directory: Path) -> list[Path]:
    return sorted(directory.glob("step-*.safetensors"), reverse=True)


def _sync_folder(directory: Path) -> None:
    """A rename is durable only once its folder is on disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
