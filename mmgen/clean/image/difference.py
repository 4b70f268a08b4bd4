"""How different two colours look: CIEDE2000."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.frame import Pixels

Lab = npt.NDArray[np.float64]  # (..., 3): CIE L*, a*, b* under D65


def lab_of(pixels: Pixels) -> Lab:
    """(height, width, 3) sRGB pixels, BGR uint8 -> their CIE L*a*b*, of the same shape."""
    return cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_BGR2LAB).astype(np.float64)


def ciede2000(one: Lab, other: Lab) -> npt.NDArray[Any]:
    """The difference of each pair of colours, (..., 3) and (..., 3) -> (...); 1 is about what an eye can just tell.

    After Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary test data,
    and mathematical observations" (2005), with all weights at 1. The letters are theirs.
    """
    c_mean = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7))
    (l1, c1, h1), (l2, c2, h2) = _lch(one, stretch), _lch(other, stretch)
    is_grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(np.abs(turn) > 180, turn - 360 * np.sign(turn), turn)
    dl, dc = l2 - l1, c2 - c1
    dh = np.where(is_grey, 0.0, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2))
    lightness, c = (l1 + l2) / 2, (c1 + c2) / 2
    h = np.where(is_grey, h1 + h2, (h1 + turn / 2) % 360)
    t = 1 - 0.17 * _cos(h - 30) + 0.24 * _cos(2 * h) + 0.32 * _cos(3 * h + 6) - 0.20 * _cos(4 * h - 63)
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * c, 1 + 0.015 * c * t
    turned = np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))
    rt = -np.sin(turned) * 2 * np.sqrt(c**7 / (c**7 + 25.0**7))
    return np.asarray(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh)))


def _lch(lab: Lab, stretch: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Lightness, chroma and hue (degrees, 0 to 360) with a* stretched."""
    a, b = lab[..., 1] * stretch, lab[..., 2]
    return lab[..., 0], np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _cos(degrees: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(np.cos(np.radians(degrees)))
