"""A shuffle buffer: slices of rows go in, rows drawn at random come out.

A draw picks from everything that is held, as tf.data's and petastorm's buffers do, but whole batches at a time. A row
is copied in and copied out; rows that stay are never moved.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmgen.training.data.columns import Columns, are_alike, as_objects, put, take


class ShuffleBuffer:
    """Rows in places, of which those listed first in ``_places`` are taken and the others free."""

    def __init__(self, max_rows: int, max_bytes: int, generator: np.random.Generator):
        self.max_rows, self.max_bytes, self.generator = max_rows, max_bytes, generator
        self.num_rows = self.num_bytes = 0
        self._columns: Columns = {}
        self._bytes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._places: NDArray[np.int64] = np.zeros(0, np.int64)
        self._num_drawn = 0  # of the places taken, so many at the end go out next

    def has_room(self, num_bytes: int) -> bool:
        """Whether a slice of ``num_bytes`` should come in: below ``max_rows``, and within ``max_bytes`` with it."""
        return self.num_rows < self.max_rows and self.num_bytes + num_bytes <= self.max_bytes

    def add(self, rows: Columns, sizes: NDArray[np.int64]) -> None:
        """Put rows of ``sizes`` bytes each into free places."""
        end = self.num_rows + len(sizes)
        rows = self._reserve(rows, end)
        places = self._places[self.num_rows : end]
        put(self._columns, places, rows)
        self._bytes[places] = sizes
        self.num_rows, self._num_drawn = end, 0  # what was drawn and not taken out is drawn again
        self.num_bytes += int(sizes.sum())

    def draw(self, count: int) -> Columns:
        """Take ``count`` rows out, drawn at random. ValueError where fewer are held."""
        if count > self._num_drawn:
            self._draw_ahead(max(count, self.num_rows - self.max_rows))
        left = self.num_rows - count
        places = self._places[left : self.num_rows]
        rows = take(self._columns, places)
        for values in self._columns.values():
            if values.dtype == np.object_:
                values[places] = None  # or the object would live on until another takes its place
        self.num_rows, self._num_drawn = left, self._num_drawn - count
        self.num_bytes -= int(self._bytes[places].sum())
        return rows

    def _draw_ahead(self, count: int) -> None:
        """List ``count`` places last among those taken, drawn at random: all that go out before rows come in again."""
        drawn = self.generator.choice(self.num_rows, count, replace=False)
        places, left = self._places[drawn], self.num_rows - count
        is_left = np.ones(count, np.bool_)
        is_left[drawn[drawn >= left] - left] = False
        self._places[drawn[drawn < left]] = self._places[left : self.num_rows][is_left]
        self._places[left : self.num_rows] = places
        self._num_drawn = count

    def _reserve(self, rows: Columns, end: int) -> Columns:
        """Make places for ``end`` rows; columns that are not alike become objects, those held and those that come."""
        size = len(self._bytes)
        if end > size:
            size = max(end, size + size // 2)
            self._bytes = _grown(self._bytes, size)
            self._places = np.concatenate([self._places, np.arange(len(self._places), size)])
        alike = {}
        for name, values in rows.items():
            held = self._columns.get(name, values[:0])
            alike[name] = values
            if not are_alike([held, values]):
                held, alike[name] = as_objects(held), as_objects(values)
            self._columns[name] = _grown(held, size)
        return alike


def _grown(values: NDArray[Any], size: int) -> NDArray[Any]:
    if len(values) == size:
        return values
    grown = np.empty((size, *values.shape[1:]), values.dtype)
    grown[: len(values)] = values
    return grown
