"""A shuffle buffer: rows go in, rows drawn at random come out, within a number of rows and of bytes.

A draw picks from everything that is held, as tf.data's and petastorm's buffers do, but whole batches at a time: the
places that a draw leaves are filled by the rows that come next, so a row is copied twice and never moved.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mmgen.training.columns import Columns, are_alike, as_objects, take


class ShuffleBuffer:
    """Holds at most ``max_rows`` rows and ``max_bytes`` bytes (but always the rows of the next draw)."""

    def __init__(self, max_rows: int, max_bytes: int, generator: np.random.Generator):
        self.max_rows, self.max_bytes, self.generator = max_rows, max_bytes, generator
        self.num_rows = self.num_bytes = 0
        self._columns: Columns = {}
        self._bytes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._free: NDArray[np.int64] = np.zeros(0, np.int64)  # places below ``_end`` that hold no row
        self._end = 0

    def room(self, sizes: NDArray[np.int64], next_draw: int) -> int:
        """How many of the rows that come next, of ``sizes`` bytes each, may be added before ``next_draw`` are drawn."""
        by_rows = max(0, min(len(sizes), self.max_rows - self.num_rows))
        by_bytes = by_rows and int(
            np.searchsorted(np.cumsum(sizes[:by_rows]), self.max_bytes - self.num_bytes, side="right")
        )
        return max(by_bytes, min(len(sizes), next_draw - self.num_rows))

    def add(self, rows: Columns, sizes: NDArray[np.int64]) -> None:
        """Put rows of ``sizes`` bytes each where rows were drawn, then behind the others."""
        count = len(sizes)
        behind = max(0, count - len(self._free))
        self._reserve(rows, self._end + behind)
        places = np.concatenate([self._free[:count], np.arange(self._end, self._end + behind)])
        self._free, self._end = self._free[count:], self._end + behind
        for name, values in rows.items():
            self._columns[name][places] = values
        self._bytes[places] = sizes
        self.num_rows += count
        self.num_bytes += int(sizes.sum())

    def draw(self, count: int) -> Columns:
        """Take ``count`` rows out, drawn at random. ValueError where fewer are held."""
        self._close_gaps()
        places = self.generator.choice(self.num_rows, count, replace=False)
        drawn = take(self._columns, places)
        for values in self._columns.values():
            if values.dtype == np.object_:
                values[places] = None  # or the object would live on until another takes its place
        self._free = np.sort(places)
        self.num_rows -= count
        self.num_bytes -= int(self._bytes[places].sum())
        return drawn

    def _close_gaps(self) -> None:
        """Move the last rows into the free places, so that rows stand at 0 .. num_rows - 1."""
        if not len(self._free):
            return
        last = np.setdiff1d(np.arange(self.num_rows, self._end), self._free, assume_unique=True)
        gaps = self._free[self._free < self.num_rows]
        for values in (*self._columns.values(), self._bytes):
            values[gaps] = values[last]
            if values.dtype == np.object_:
                values[last] = None
        self._free, self._end = self._free[:0], self.num_rows

    def _reserve(self, rows: Columns, end: int) -> None:
        """Room for ``end`` rows, in columns of the kind that the rows need."""
        size = len(self._bytes)
        if end > size:
            size = max(end, min(2 * size, self.max_rows))
        for name, values in rows.items():
            held = self._columns.get(name, values[:0])
            if not are_alike([held, values]):
                held, rows[name] = as_objects(held), as_objects(values)
            if len(held) < size:
                grown = np.empty((size, *held.shape[1:]), held.dtype)
                grown[: len(held)] = held
                held = grown
            self._columns[name] = held
        if len(self._bytes) < size:
            self._bytes = np.concatenate([self._bytes, np.zeros(size - len(self._bytes), np.int64)])
