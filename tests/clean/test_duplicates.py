"""Near-duplicate photos: bands that miss no near hash, and thumbnails that tell copies from look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.clean.duplicates import HASH_BITS, are_copies, bands
from mmgen.clean.params import DuplicateParams

PARAMS = DuplicateParams()


@pytest.mark.parametrize("max_bits", range(9))
def test_bands_cover_every_bit_once(max_bits: int) -> None:
    found = bands(max_bits)
    assert len(found) == max_bits + 1
    assert [bit for first, width in found for bit in range(first, first + width)] == list(range(HASH_BITS))


def cells(luma: int = 128, red: int = 128) -> bytes:
    grid = np.full((8, 8, 3), 128, np.uint8)
    grid[2, 5, 0], grid[4, 1, 1] = luma, red
    return grid.tobytes()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (cells(), True),
        (cells(luma=128 + PARAMS.max_luma), True),
        (cells(luma=128 + PARAMS.max_luma + 1), False),
        (cells(luma=128 - PARAMS.max_luma - 1), False),
        (cells(red=128 + PARAMS.max_chroma), True),
        (cells(red=128 + PARAMS.max_chroma + 1), False),
        (None, False),
        (b"short", False),
    ],
    ids=["equal", "luma at", "luma over", "luma under", "colour at", "colour over", "missing", "short"],
)
def test_one_cell_decides(other: bytes | None, expected: bool) -> None:
    assert are_copies([cells(), cells()], [other, cells()], PARAMS).tolist() == [expected, True]
    assert are_copies([], [], PARAMS).tolist() == []
