"""Pairs of rows that share a key in some column: what is compared where not all can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


def bucket_pairs(keys: npt.NDArray[Any], max_bucket: int | None = None) -> Iterator[tuple[Places, Places]]:
    """Places (one, other) of rows that are equal in a column of ``keys`` [rows, columns], ``one`` the smaller.

    A row is paired with the next ``max_bucket`` rows of its bucket at most (None: with all). A pair comes once for
    each column that it shares.
    """
    for column in keys.T:
        order = np.argsort(column, kind="stable")
        key = column[order]
        at = np.arange(len(key))
        for distance in range(1, (len(key) if max_bucket is None else max_bucket) + 1):
            at = at[at < len(key) - distance]
            at = at[key[at] == key[at + distance]]
            if not len(at):
                break
            yield order[at], order[at + distance]  # the sort is stable: the first is the smaller


def distinct_pairs(pairs: Iterator[tuple[Places, Places]], num_rows: int) -> Places:
    """Each pair once, [pairs, 2], in order."""
    codes = [one * max(num_rows, 1) + other for one, other in pairs]
    found = np.unique(np.concatenate([np.empty(0, np.int64), *codes]))
    return np.stack([found // max(num_rows, 1), found % max(num_rows, 1)], axis=1)
