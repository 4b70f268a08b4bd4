"""How fast a training goes, what of the device it uses, and where the rest of the time goes.

Model FLOPs are those of the matrix products and convolutions of forward and backward passes, as torch counts them on
one step; a recurrent network on a GPU is one kernel to the counter and is not among them. The device's rate is that of
its own matrix product in the same precision, measured at the start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from mmgen.training.distributed.ranks import Part

T = TypeVar("T")
Mark = Any
"""A moment: seconds on a CPU, an event on a GPU."""
RATE_S = 0.25


@cache
def matmul_rate(device: torch.device, dtype: torch.dtype, num_threads: int) -> float:
    """FLOP a second of a square matrix product, the best of as many as fit into RATE_S. ``num_threads``: of this
    process, which the rate goes by on a CPU."""
    del num_threads
    size = 8192 if device.type == "cuda" else 768
    one = torch.full((size, size), 0.5, device=device, dtype=dtype)  # no draw: the seed decides the weights
    times: list[float] = []
    end = time.perf_counter() + RATE_S
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        torch.mm(one, one)
        _wait(device)
        times.append(time.perf_counter() - start)
    return float(2 * size**3 / min(times))


@dataclass
class Meter:
    """The seconds and rows of a training's steps. ``waits``: when the last gradient was there, and when all had been
    averaged."""

    device: torch.device
    rate: float
    flops: dict[bool, float] = field(default_factory=dict)
    waits: list[tuple[Mark, Mark]] = field(default_factory=list)
    ready: Mark | None = None
    rows: int = 0
    done_flops: float = 0.0
    loading_s: float = 0.0
    model_s: float = 0.0
    waiting_s: float = 0.0
    started: float = 0.0

    def loading(self, items: Iterator[T]) -> Iterator[T]:
        """The same items; the time that the caller waits for them counts as loading."""
        while True:
            start = time.perf_counter()
            item = next(items, None)
            self.loading_s += time.perf_counter() - start
            if item is None:
                return
            yield item

    def step(self, part: Part, kind: bool, take: Callable[[], T]) -> T:
        """Take a step of so many rows. The first step of each ``kind`` is counted instead of timed, and the time starts
        behind it."""
        if kind not in self.flops:
            with _Counter() as counter:
                found = take()
            self.flops[kind] = float(counter.total)
            self._restart()
            return found
        start = time.perf_counter()
        found = take()
        self.model_s += time.perf_counter() - start
        self.rows += part.total
        self.done_flops += self.flops[kind]
        return found

    def gradients_ready(self) -> None:
        """Called as the last of the gradients is on its way."""
        self.ready = self._mark()

    def gradients_averaged(self) -> None:
        """Called when a backward pass is through."""
        if self.ready is not None:
            self.waits.append((self.ready, self._mark()))
            self.ready = None

    def values(self) -> dict[str, Tensor]:
        """By name, since the start: rows a second over all processes, model FLOP a second of this one and their share
        of the matrix product's rate, and the shares of the time for loading, for communication that nothing hides, for
        the model, and for the rest. Empty before a step was timed."""
        if not self.rows:
            return {}
        _wait(self.device)
        self.waiting_s += sum(_between(*pair) for pair in self.waits)
        self.waits = []
        total = time.perf_counter() - self.started
        model = total - self.loading_s if self.device.type == "cuda" else self.model_s
        found = {
            "samples_per_s": self.rows / total,
            "model_gflop_per_s": self.done_flops / total / 1e9,
            "matmul_share": self.done_flops / total / self.rate,
            "share_loading": self.loading_s / total,
            "share_communication": self.waiting_s / total,
            "share_model": (model - self.waiting_s) / total,
        }
        found["share_rest"] = 1.0 - sum(value for name, value in found.items() if name.startswith("share_"))
        return {name: torch.tensor(value, device=self.device) for name, value in found.items()}

    def _restart(self) -> None:
        _wait(self.device)
        self.rows, self.waits, self.started = 0, [], time.perf_counter()
        self.done_flops = self.loading_s = self.model_s = self.waiting_s = 0.0

    def _mark(self) -> Mark:
        if self.device.type != "cuda":
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


class _Counter(TorchDispatchMode):
    """FLOP by torch's own formulas. Its FlopCounterMode also keeps track of modules, and fails where a critic asks for
    a gradient in the middle of a step."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if formula := flop_registry.get(func._overloadpacket):
            self.total += formula(*args, **(kwargs or {}), out_val=out)
        return out


def sentence(values: dict[str, float]) -> str:
    """What a meter found, for a person; "" where it found nothing."""
    if "samples_per_s" not in values:
        return ""
    shares = ", ".join(
        f"{name} {values[f'share_{name}']:.0%}" for name in ("model", "loading", "communication", "rest")
    )
    return (
        f"{values['samples_per_s']:.0f} rows a second at {values['matmul_share']:.2f} of the matrix product's rate "
        f"({shares})"
    )


def _between(start: Mark, end: Mark) -> float:
    """Seconds."""
    return end - start if isinstance(start, float) else float(start.elapsed_time(end)) / 1000


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
