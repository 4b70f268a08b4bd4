"""Whether a photo's black and white points prove that it lacks light, or that a veil lies over it.

A camel mug on light grey looks like a black one behind a veil: nothing in it is dark, nothing quite white. What tells
them apart is what ought to be black or white: shadows, edges and print among the other tones, a plain white ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.frame import Pixels, border_colour, lengths
from mmgen.clean.image.quality import Quality

_APART = 0.065  # of the range of luma, in each channel: what differs more from the border's colour is the subject
_NEAR = 0.045  # of the range of luma: what is that close to the darkest counts as black
_DARKEST = 0.03  # of the range of luma
_TOP_LEVELS = 4
# Chosen on photos that were harmed on purpose, and on untouched ones and plain shapes that lie on other grounds
_NEUTRAL_WHITE = 0.03  # white has hardly a hue
_EVEN = 0.01  # the ground is the white point where nothing outshines it
_PLAIN_GROUND = 0.4  # with less of it there is no backdrop but a scene, whose whites lie anywhere
_MOST_VEILED, _MOST_DARK = 0.25, 0.3  # a larger share of the subject is its own colour, not its shadows
_FLAT = 0.9  # for a veil: unless it is no single tone, as a black shoe is none with its creases
_TRUE_BLACK = 0.08  # for missing light, of the brightest: or it is black beyond doubt
_FEWEST_SPOTS = 3  # a round thing on a plain ground has two dark sides
_SMOOTH, _STEEP = 0.05, 0.1  # of the range of luma a pixel: seams and edges are steeper, shade is flatter
_WEAKEST_VEIL = 0.15  # darkest over brightest: a weaker one is left, for it takes little and is easily a product's grey
_DIMMEST_VEIL, _DIMMEST_IN_SCENE = 0.6, 0.5  # stray light is about as bright as the picture that it comes from
_BLACK_OF_DARK = 0.35  # less light leaves black what is black: the darkest is this much of the brightest at most


@dataclass(frozen=True)
class Points:
    """Black and white points. Levels are 0 (black) to 1 (white)."""

    black: float  # the darkest thousandth of luma, sensor noise smoothed away
    floor: float  # the mean over the three channels of the darkest thousandth of each
    black_share: float  # share of the subject that is about as dark as the darkest
    flatness: float  # of what is nearly as dark: the share that is as dark as the darkest
    num_blacks: int  # separate spots that are about as dark as the darkest
    steepness: float  # slope of the subject's steepest twentieth, of the range of luma a pixel
    white_chroma: float  # the same between the channels of the brightest hundredth
    above_ground: float  # by how much the brightest thousandth outshines the border's colour
    below_ground: float  # by how much the brightest hundredth outshines the lowest channel of that colour
    ground_share: float  # share of pixels that have the border's colour

    def prove_veil(self, quality: Quality, veil_level: float) -> bool:
        """Whether black and white points show a grey veil no brighter than ``veil_level``.

        A veil v with the share h takes black to h v and white to 1 - h (1 - v); both points give v. It lies over all
        channels alike: a coloured product has each channel dark somewhere, so that the darkest of any and the mean of
        all three give about the same v, while of a camel mug one channel alone is dark.
        """
        lost = max(1 - quality.high, 1e-3)
        dimmest = _DIMMEST_VEIL if self._has_ground else _DIMMEST_IN_SCENE
        is_grey = dimmest <= quality.floor / (lost + quality.floor) and self.floor / (lost + self.floor) <= veil_level
        are_shadows = self.black_share <= _MOST_VEILED or self.flatness < _FLAT
        # Sensor noise breaks the shade of a smooth side into spots, too
        has_details = self.steepness >= (_SMOOTH if self.num_blacks >= _FEWEST_SPOTS else _STEEP)
        is_strong = quality.floor >= _WEAKEST_VEIL * quality.high
        return is_grey and is_strong and are_shadows and has_details and self._has_white

    def prove_dark(self, high: float) -> bool:
        """Whether black is black, and what ought to be white is grey: light is missing. ``high``: of ``Quality``."""
        are_shadows = self.black_share <= _MOST_DARK or self.black <= _TRUE_BLACK * high
        return self._has_white and are_shadows and self.black <= _BLACK_OF_DARK * high

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
    reach = max(1.0, float(lightest - darkest))
    away = np.abs(calm.astype(np.int16) - np.array(ground, np.int16)).max(axis=2)
    is_subject = away > max(5.0, _APART * reach)
    is_black = luma <= darkest + max(3.0, _NEAR * reach)
    top, topmost = np.percentile(brightest, [99, 99.9])
    return Points(
        black=float(darkest) / 255,
        floor=float(np.percentile(calm.reshape(-1, 3), 0.1, axis=0).mean()) / 255,
        black_share=float(is_black.mean() / max(is_subject.mean(), 1e-3)),
        flatness=_flatness(luma[is_subject], float(darkest), reach),
        num_blacks=cv2.connectedComponents(is_black.astype(np.uint8))[0] - 1,
        steepness=_steepness(calm, is_subject) / reach,
        white_chroma=float(np.median(ranges[brightest >= top - _TOP_LEVELS])) / 255,
        above_ground=(float(topmost) - max(ground)) / 255,
        below_ground=(float(top) - min(ground)) / 255,
        ground_share=1 - float(is_subject.mean()),
    )


def _flatness(luma: Pixels, darkest: float, reach: float) -> float:
    """Of the subject's pixels (num,) in the darkest tenth of the range: the share that is in its darkest third."""
    nearly = int(np.count_nonzero(luma <= darkest + 3 * _DARKEST * reach))
    return int(np.count_nonzero(luma <= darkest + _DARKEST * reach)) / max(nearly, 1)


def _steepness(calm: Pixels, is_subject: npt.NDArray[np.bool_]) -> float:
    """Levels a pixel, at 95% of the subject inside its outline; 0 where nothing is inside."""
    inside = cv2.erode(is_subject.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not inside.any():
        return 0.0
    green = calm[..., 1].astype(np.float32)
    slopes = lengths(*(cv2.Sobel(green, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1))))
    return float(np.percentile(slopes[inside], 95))
