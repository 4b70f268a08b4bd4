"""Near-duplicate photos: bands that miss no near hash, and thumbnails that tell copies from look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.config.clean import DuplicateParams
from mmgen.duplicates.photos import HASH_BITS, are_copies, band_masks

PARAMS = DuplicateParams()


@pytest.mark.parametrize("max_bits", range(9))
def test_hashes_that_are_near_agree_under_a_mask(max_bits: int) -> None:
    masks, rng = band_masks(max_bits), np.random.default_rng(max_bits)
    for _ in range(500):
        flipped = sum(1 << int(bit) for bit in rng.choice(HASH_BITS, max_bits, replace=False))
        assert any(flipped & mask == 0 for mask in masks)


@pytest.mark.parametrize("max_bits", range(9))
def test_no_mask_is_short(max_bits: int) -> None:
    assert min(mask.bit_count() for mask in band_masks(max_bits)) >= 2 * (HASH_BITS // (max_bits + 2))


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
