"""What a model scored on each row of a slice of products, kept so that another model can be compared row by row.

Shapes: B rows, K resamples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """``values``: (B,) by figure, nan where a row does not have it; ``counts``: (B,) of the figures whose rows do not
    count alike, such as a cost a token, by its tokens; ``groups``: (B,) numbers from 0 on, near-copies together."""

    values: dict[str, Values]
    counts: dict[str, Values]
    groups: NDArray[np.int64]

    def means(self, name: str, weights: NDArray[np.int64]) -> Values | None:
        """The mean of a figure in each resample: (K, B) how often each row counts -> (K,), nan where no row does. None
        where no row has it at all."""
        values = self.values[name]
        has = np.isfinite(values)
        if not has.any():
            return None
        counted = weights[:, has] * self.counts.get(name, np.ones(len(values)))[has]
        total = counted.sum(axis=1)
        return np.where(total > 0, counted @ values[has] / np.where(total > 0, total, 1), np.nan)

    def resamples(self, rounds: int, seed: int) -> NDArray[np.int64]:
        """How often each row counts: once each, then in ``rounds`` bootstraps over the groups, since rows of one group
        are not independent. (rounds + 1, B)."""
        size = int(self.groups.max()) + 1 if len(self.groups) else 0
        if not size:
            return np.ones((rounds + 1, 0), np.int64)
        drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), rounds)
        return np.concatenate([np.ones((1, size), drawn.dtype), drawn])[:, self.groups]

    def to_bytes(self) -> bytes:
        """As safetensors."""
        named = {f"values.{name}": value for name, value in self.values.items()}
        named |= {f"counts.{name}": value for name, value in self.counts.items()}
        return save(named | {"groups": self.groups.astype(np.int64)})

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What ``to_bytes`` gave; None where there is no such file, or it is damaged."""
        try:
            found = load_file(path)
            return cls(_under("values.", found), _under("counts.", found), found["groups"])
        except (OSError, SafetensorError, KeyError):
            return None


def _under(prefix: str, found: Mapping[str, NDArray[np.float64]]) -> dict[str, Values]:
    return {name[len(prefix) :]: value for name, value in found.items() if name.startswith(prefix)}
