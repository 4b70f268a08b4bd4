"""Measures of a photo: exposure, contrast, blur, backdrop. All on sRGB values as they are stored."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.frame import Pixels, border_colour

SHOWN_SIDE_PX = 448  # blur is judged as if the photo were shown at this size

_LEVELS = np.arange(256, dtype=np.float64)
_SIXTH_POWERS = (_LEVELS / 255) ** 6
_BACKDROP_TOLERANCE = 16  # of 255 in each channel: JPEG noise and soft shadows of a studio backdrop


@dataclass(frozen=True)
class Quality:
    """What was measured. Levels are 0 (black) to 1 (white)."""

    brightness: float  # mean luma
    contrast: float  # luma range from the 1st to the 99th percentile
    high: float  # the 99th percentile of each pixel's brightest channel
    floor: float  # the 0.1st percentile of each pixel's darkest channel
    blur_px: float  # see ``blur_of``; of the photo as shown at SHOWN_SIDE_PX
    background_share: float  # share of pixels that have the colour of the border
    background: tuple[int, int, int]  # BGR, the border's median


def measure(pixels: Pixels, small: Pixels) -> Quality:
    """Measure a photo.

    pixels: (height, width, 3) BGR, of SHOWN_SIDE_PX or more where the photo has as much: blur is read from it.
    small: the same photo at the model image's size, for everything else.
    """
    # Every second pixel of every second row: a quarter of the work, the same percentiles to a level or two
    sample = np.ascontiguousarray(small[::2, ::2])
    histogram = _histogram(cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY))
    blue, green, red = cv2.split(sample)
    # A crate of oranges has little luma but full reds, and no pixel of it is without some dark channel
    brightest = _histogram(cv2.max(cv2.max(blue, green), red))
    darkest = _histogram(cv2.min(cv2.min(blue, green), red))
    background = border_colour(small)
    lower = tuple(max(0, channel - _BACKDROP_TOLERANCE) for channel in background)
    upper = tuple(min(255, channel + _BACKDROP_TOLERANCE) for channel in background)
    alike = cv2.countNonZero(cv2.inRange(small, lower, upper))
    return Quality(
        brightness=float(histogram @ _LEVELS / 255),
        contrast=(_level_at(histogram, 0.99) - _level_at(histogram, 0.01)) / 255,
        high=_level_at(brightest, 0.99) / 255,
        floor=_level_at(darkest, 0.001) / 255,
        blur_px=blur_of(pixels) / max(1.0, max(pixels.shape) / SHOWN_SIDE_PX),
        background_share=alike / (small.shape[0] * small.shape[1]),
        background=background,
    )


def blur_of(pixels: Pixels) -> float:
    """Standard deviation, in pixels, of the Gaussian blur beyond what a sharp photo has; 0 for a sharp one.

    Blurs the photo a little more and sees how much its steepest edges lose: those of a sharp photo lose much, those of
    a blurred one hardly anything (after Zhuo and Sim, "Defocus map estimation from a single image", 2011). Over step
    edges blurred by s, the sum of the sixth powers of the slopes goes with s^-5, so one ratio gives s, whatever the
    contrast. The sixth power lets the steepest edges speak; soft shadows and a blurred backdrop say nothing.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    before = _slopes(grey)
    after = _slopes(cv2.GaussianBlur(grey, (0, 0), 1.0))
    if before <= 0 or after <= 0:
        return 0.0
    total = 1 / max((before / after) ** 0.4 - 1, 1e-3)
    # Fitted on photos blurred on purpose: a sharp photo's own edges are some 0.6 px wide
    return float(np.sqrt(max(0.0, _BLUR_SLOPE * total - _SHARP_VARIANCE)))


_BLUR_SLOPE, _SHARP_VARIANCE = 1.12, 0.40


def _slopes(grey: Pixels) -> float:
    """The sum of the sixth powers of the differences across two pixels, both ways."""
    across = cv2.absdiff(grey[:, 2:], grey[:, :-2])
    down = cv2.absdiff(grey[2:], grey[:-2])
    return float(sum(_counts(slopes) @ _SIXTH_POWERS for slopes in (across, down)))


def _counts(grey: Pixels) -> npt.NDArray[np.float64]:
    return cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.float64)


def _histogram(grey: Pixels) -> npt.NDArray[np.float64]:
    """Shares of the 256 levels."""
    counts = _counts(grey)
    shares: npt.NDArray[np.float64] = counts / counts.sum()
    return shares


def _level_at(histogram: npt.NDArray[np.float64], share: float) -> int:
    """The level that ``share`` of all pixels does not exceed."""
    return min(255, int(np.searchsorted(np.cumsum(histogram), share)))
