"""How a column of ``examples`` becomes numpy arrays. No torch: readers of any environment use it.

Shapes: B rows.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Read = tuple[NDArray[Any], NDArray[np.bool_]]
"""(B, ...) values with zeros where absent, and (B,) presence."""


class Reading(ABC):
    """What the values of one column are. ``shape``: of one row's; None where the data decides its length."""

    dtype: type[np.generic]
    shape: tuple[int | None, ...]

    @abstractmethod
    def read(self, column: str, ids: Sequence[str], values: Sequence[Any]) -> Read:
        """The arrays of B values, None or empty where absent. Raises ValueError where one has the wrong size, naming
        the column and the product."""


@dataclass(frozen=True)
class Bytes(Reading):
    """A fixed number of uint8, such as pixels."""

    shape: tuple[int, ...]
    dtype = np.uint8

    def read(self, column: str, ids: Sequence[str], values: Sequence[Any]) -> Read:
        found, present = _fill(column, ids, values, math.prod(self.shape), self.dtype)
        return found.reshape(-1, *self.shape), present


@dataclass(frozen=True)
class Floats(Reading):
    """As many float32 as the data's first value has; ``otherwise`` where no row has any."""

    otherwise: int
    dtype = np.float32
    shape = (None,)

    def read(self, column: str, ids: Sequence[str], values: Sequence[Any]) -> Read:
        size = next((len(value) for value in values if value is not None and len(value)), self.otherwise)
        return _fill(column, ids, values, size, self.dtype)


@dataclass(frozen=True)
class Levels(Floats):
    """As many uint8 as the data's first value has; none at all where no row has any: they are many."""

    dtype = np.uint8  # type: ignore[assignment]

    def read(self, column: str, ids: Sequence[str], values: Sequence[Any]) -> Read:
        return Floats.read(replace(self, otherwise=0), column, ids, values)


@dataclass(frozen=True)
class Ids(Reading):
    """A set of numbers below ``count``, as uint8: 1 where a number is in it."""

    count: int
    dtype = np.uint8

    @property
    def shape(self) -> tuple[int]:  # type: ignore[override]
        return (self.count,)

    def read(self, column: str, ids: Sequence[str], values: Sequence[Any]) -> Read:
        found = np.zeros((len(ids), self.count), np.uint8)
        for row, present in enumerate(values):
            numbers = np.asarray(() if present is None else present, np.int64)
            if len(numbers) and not 0 <= numbers.min() <= numbers.max() < self.count:
                raise ValueError(f"{column} of product {ids[row]} is not below {self.count}: build examples again")
            found[row, numbers] = 1
        return found, np.asarray(found.any(axis=1))


def _fill(column: str, ids: Sequence[str], values: Sequence[Any], size: int, dtype: type[np.generic]) -> Read:
    """(B, size) values with zeros where absent, and (B,) presence."""
    out = np.zeros((len(ids), size), dtype)
    present = np.zeros(len(ids), np.bool_)
    for row, value in enumerate(values):
        if value is None or len(value) == 0:
            continue
        flat = np.frombuffer(value, np.uint8) if isinstance(value, bytes | bytearray) else np.asarray(value).reshape(-1)
        if flat.size != size:
            raise ValueError(f"{column} of product {ids[row]} has {flat.size} values, not {size}: build examples again")
        out[row], present[row] = flat, True
    return out, present
