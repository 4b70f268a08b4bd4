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
# Chosen on photos that were harmed on purpose, and on untouched ones and plain shapes that lie on other grounds
_NEUTRAL_BLACK, _NEUTRAL_WHITE = 0.08, 0.03  # a veil is grey: what was black or white before has hardly a hue
_EVEN = 0.01  # the ground is the white point where nothing outshines it
_PLAIN_GROUND = 0.4  # with less of it there is no backdrop but a scene, whose whites lie anywhere
_MOST_VEILED, _MOST_DARK = 0.25, 0.3  # a larger share of the subject is its own colour, not its shadows
_FEWEST_SPOTS = 3  # a round thing on a plain ground has two dark sides
_DIMMEST_VEIL = 0.6  # before a light ground: stray light is about as bright as the picture that it comes from
_BLACK_OF_DARK = 0.35  # less light leaves black what is black: the darkest is this much of the brightest at most


@dataclass(frozen=True)
class Points:
    """Black and white points. Levels are 0 (black) to 1 (white)."""

    black: float  # the darkest thousandth of luma, sensor noise smoothed away
    black_chroma: float  # between the channels of those pixels: the median of their ranges
    black_share: float  # share of the subject that is as dark
    num_blacks: int  # separate spots of them
    white_chroma: float  # the same between the channels of the brightest hundredth
    above_ground: float  # by how much the brightest thousandth outshines the border's colour
    below_ground: float  # by how much the brightest hundredth outshines the lowest channel of that colour
    ground_share: float  # share of pixels that have the border's colour

    def prove_veil(self, high: float, veil_level: float) -> bool:
        """Whether black and white points show a grey veil no brighter than ``veil_level``. ``high``: of ``Quality``.

        A veil v with the share h takes black to h v and white to 1 - h (1 - v); both points give v.
        """
        level = self.black / max(1 - high + self.black, 1e-3)
        dimmest = _DIMMEST_VEIL if self._has_ground else 0.0
        are_shadows = self.black_share <= _MOST_VEILED and self.num_blacks >= _FEWEST_SPOTS
        is_grey = self.black_chroma <= _NEUTRAL_BLACK and dimmest <= level <= veil_level
        return are_shadows and is_grey and self._has_white

    def prove_dark(self, high: float) -> bool:
        """Whether black is black, and what ought to be white is grey: light is missing."""
        return self._has_white and self.black_share <= _MOST_DARK and self.black <= _BLACK_OF_DARK * high

    @property
    def _has_white(self) -> bool:
        is_even = max(self.above_ground, self.below_ground) <= _EVEN
        return not self._has_ground or (is_even and self.white_chroma <= _NEUTRAL_WHITE)

    @property
    def _has_ground(self) -> bool:
        return self.ground_share >= _PLAIN_GROUND


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
