"""A photo's fine descriptor: outline, texture and colour in 2,276 values, made without any training; what the stored
features are compared with."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.features.image import weighted_pixels

Pixels = npt.NDArray[np.uint8]
Vector = npt.NDArray[np.float32]

_HOG_SIDE_PX = 128
_HOG = cv2.HOGDescriptor((_HOG_SIDE_PX, _HOG_SIDE_PX), (32, 32), (16, 16), (16, 16), 9)
_STEPS = 8  # of lightness, of green to red, and of blue to yellow
_OF_BYTE, _BYTE_ZERO = np.array([100 / 255, 1.0, 1.0]), np.array([0.0, 128.0, 128.0])  # OpenCV's 8-bit L*a*b*
_LOWEST = np.array([0.0, -50.0, -50.0])
_HIGHEST = np.array([100.0, 60.0, 60.0])

SHAPE_WIDTH = int(_HOG.getDescriptorSize())  # 7 x 7 blocks of 2 x 2 cells of 9 directions
COLOUR_WIDTH = _STEPS**3
WIDTH = SHAPE_WIDTH + COLOUR_WIDTH


def describe(picture: Pixels, backdrop_weight: float) -> Vector:
    """(height, width, 3) BGR -> (2276,), 0 to 1: outline and texture (1,764), then colour (512)."""
    return np.concatenate([oriented_gradients(picture), colours(picture, backdrop_weight)])


def oriented_gradients(picture: Pixels) -> Vector:
    """(1764,): OpenCV's histograms of oriented gradients (Dalal and Triggs, 2005) on 128 x 128 px."""
    small = cv2.resize(picture, (_HOG_SIDE_PX, _HOG_SIDE_PX), interpolation=cv2.INTER_AREA)
    found: Vector = np.asarray(_HOG.compute(small), np.float32).ravel()
    return found


def colours(picture: Pixels, backdrop_weight: float) -> Vector:
    """(512,): joint histogram of CIE L*a*b*, square-rooted, of unit length.

    A pixel counts in the two nearest of the 8 steps on each axis, by how near it is: navy and black are apart by less
    than a step.
    """
    small, weights = weighted_pixels(picture, backdrop_weight)
    # In whole numbers: the same bytes on any processor
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3) * _OF_BYTE - _BYTE_ZERO
    places = (np.clip((lab - _LOWEST) / (_HIGHEST - _LOWEST), 0, 1) * (_STEPS - 1)).T
    lower = np.minimum(places.astype(np.intp), _STEPS - 2)
    above = places - lower
    near, first = (1 - above, above), lower[0] * _STEPS**2 + lower[1] * _STEPS + lower[2]
    counts = np.zeros(COLOUR_WIDTH)
    for light, green, blue in product((0, 1), repeat=3):
        share = weights * near[light][0] * near[green][1] * near[blue][2]
        counts += np.bincount(first + light * _STEPS**2 + green * _STEPS + blue, share, minlength=COLOUR_WIDTH)
    total = counts.sum()
    return np.sqrt(counts / total if total > 0 else counts).astype(np.float32)
