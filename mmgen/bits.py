"""Bits of many numbers at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

_OF_16 = np.unpackbits(np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2), axis=1).sum(1, dtype=np.uint8)


def bit_counts(words: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """How many bits are set in each row of 64-bit ``words``, [rows] or [rows, words]."""
    rows = np.ascontiguousarray(words).reshape(len(words), math.prod(words.shape[1:]))
    return _OF_16[rows.view(np.uint16)].sum(axis=1, dtype=np.int64)
