"""A sheet of pictures to look at: real ones beside drawn ones, chosen by seed and never by eye.

Shapes: N pictures, P side in px.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mmgen.seeds import seed_of

GAP_PX = 2
BETWEEN_PX = 16

Pixels = NDArray[np.uint8]


def chosen(keys: Sequence[str], count: int, seed: int) -> list[int]:
    """The places of ``count`` of the keys (all, where there are fewer), in the order of their hashes."""
    order = sorted(range(len(keys)), key=lambda place: seed_of("sheet", keys[place], seed))
    return order[:count]


def sheet(*blocks: Pixels, columns: int = 8) -> Pixels:
    """Blocks of pictures (N, P, P, 3) uint8 RGB beside each other on white, each in rows of ``columns``.

    Raises ValueError for blocks of different shapes, or none.
    """
    if not blocks or any(block.shape != blocks[0].shape for block in blocks) or not len(blocks[0]):
        raise ValueError(f"blocks of equal shape are wanted, not {[block.shape for block in blocks]}")
    count, side = blocks[0].shape[:2]
    rows, cell = -(-count // columns), side + GAP_PX
    width = columns * cell + BETWEEN_PX
    page = np.full((rows * cell, len(blocks) * width - BETWEEN_PX, 3), 255, np.uint8)
    for number, block in enumerate(blocks):
        for place, picture in enumerate(block):
            top, left = place // columns * cell, place % columns * cell + number * width
            page[top : top + side, left : left + side] = picture
    return page


def as_png(pixels: Pixels) -> bytes:
    """A picture (height, width, 3) uint8 RGB as a PNG file."""
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not done:
        raise ValueError(f"a picture of shape {pixels.shape} cannot be written as PNG")
    return data.tobytes()
