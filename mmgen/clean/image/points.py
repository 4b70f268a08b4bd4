"""Whether a photo's black and white points prove that it lacks light, or that a veil lies over it.

A camel mug on light grey looks like a black one behind a veil: nothing in it is dark, nothing quite white. What tells
them apart is what ought to be black or white: shadows, edges and print among the other tones, a plain white ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmgen.clean.image.frame import Pixels, border_colour

_APART = 0.065  # of the range of luma, in each channel: what differs more from the border's colour is the subject
_NEAR = 0.045  # of the range of luma: what is that close to the darkest counts as black
_TOP_LEVELS = 4


@dataclass(frozen=True)
class Points:
    """Black and white points. Levels are 0 (black) to 1 (white)."""

    black: float  # the darkest thousandth of luma, sensor noise smoothed away
    black_chroma: float  # between the channels of those pixels: the median of their ranges
    black_share: float  # share of the subject that is as dark
    num_blacks: int  # separate spots of them
    white_chroma: float  # the same between the channels of the brightest hundredth
    above_ground: float  # by how much the brightest thousandth outshines the border's colour
    below_ground: float  # by how much the brightest hundredth, which may be the subject's, does
    ground_share: float  # share of pixels that have the border's colour


def points_of(small: Pixels) -> Points:
    """Of a photo at the model image's size, (height, width, 3) BGR."""
    calm = cv2.GaussianBlur(small, (0, 0), 1.0)
    luma, brightest = cv2.cvtColor(calm, cv2.COLOR_BGR2GRAY), calm.max(axis=2)
    ranges = np.ptp(calm.astype(np.int16), axis=2)
    ground = border_colour(small)
    darkest, lightest = np.percentile(luma, [0.1, 99])
    away = np.abs(calm.astype(np.int16) - np.array(ground, np.int16)).max(axis=2)
    is_subject = away > max(5.0, _APART * (lightest - darkest))
    is_black = luma <= darkest + max(3.0, _NEAR * (lightest - darkest))
    top, topmost = np.percentile(brightest, [99, 99.9])
    return Points(
        black=float(darkest) / 255,
        black_chroma=float(np.median(ranges[luma <= darkest + 3])) / 255,
        black_share=float(is_black.mean() / max(is_subject.mean(), 1e-3)),
        num_blacks=cv2.connectedComponents(is_black.astype(np.uint8))[0] - 1,
        white_chroma=float(np.median(ranges[brightest >= top - _TOP_LEVELS])) / 255,
        above_ground=(float(topmost) - max(ground)) / 255,
        below_ground=(float(top) - min(ground)) / 255,
        ground_share=1 - float(is_subject.mean()),
    )
