"""Arithmetic on rows of numbers: unit length, bits."""

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


def unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each row divided by its length; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
