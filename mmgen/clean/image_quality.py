"""Measures of a photo, the enhancement that rests on them, and the perceptual hash.

All measures are taken on sRGB values as they are stored. ``sharpness`` is an acutance: the slope of the steepest edges
over the photo's own contrast, so neither a flat subject nor a dark photo counts as blurred for that alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))  # read once, when cv2 is imported

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.params import ImageParams

Pixels = npt.NDArray[np.uint8]

_SHARPNESS_CROP_PX = 512
_SHARPNESS_SIDE_PX = 448  # larger pictures are judged as if shown at this size
_LEVELS = np.arange(256, dtype=np.float64)
_BACKDROP_TOLERANCE = 16  # of 255 in each channel: JPEG noise and soft shadows of a studio backdrop


@dataclass(frozen=True)
class Quality:
    """What was measured. Lumas are 0 (black) to 1 (white)."""

    brightness: float  # mean luma
    contrast: float  # luma range from the 1st to the 99th percentile
    low: float  # the 1st percentile
    high: float  # the 99th percentile of the brightest channel
    sharpness: float  # 99.5th percentile of the slope per pixel over the contrast; a step edge gives about 0.5
    background_share: float  # share of pixels that have the colour of the border
    background: tuple[int, int, int]  # BGR, the border's median


def measure(pixels: Pixels, small: Pixels) -> Quality:
    """Measure a photo.

    pixels: (height, width, 3) BGR at the master's size: sharpness is read from its centre at full size.
    small: the same photo at the model image's size, for everything else.
    """
    # Every second pixel of every second row: a quarter of the work, the same percentiles to a level or two
    sample = np.ascontiguousarray(small[::2, ::2])
    histogram = _histogram(cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY))
    low, high = _level_at(histogram, 0.01) / 255, _level_at(histogram, 0.99) / 255
    # A crate of oranges has little luma but full reds: stretching its levels by luma would clip them
    brightest = _level_at(_histogram(_brightest_channel(sample)), 0.99) / 255
    background = border_colour(small)
    lower = tuple(max(0, channel - _BACKDROP_TOLERANCE) for channel in background)
    upper = tuple(min(255, channel + _BACKDROP_TOLERANCE) for channel in background)
    alike = cv2.countNonZero(cv2.inRange(small, lower, upper))
    return Quality(
        brightness=float(histogram @ _LEVELS / 255),
        contrast=high - low,
        low=low,
        high=brightest,
        sharpness=min(1.0, acutance(pixels, high - low) * max(1.0, max(pixels.shape) / _SHARPNESS_SIDE_PX)),
        background_share=alike / (small.shape[0] * small.shape[1]),
        background=background,
    )


def _brightest_channel(pixels: Pixels) -> Pixels:
    blue, green, red = cv2.split(pixels)
    return cv2.max(cv2.max(blue, green), red)


def border_colour(pixels: Pixels) -> tuple[int, int, int]:
    """The median colour (BGR) of the outermost pixels."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    middle = np.partition(border, len(border) // 2, axis=0)[len(border) // 2]
    return int(middle[0]), int(middle[1]), int(middle[2])


def acutance(pixels: Pixels, contrast: float) -> float:
    """Slope of the steepest 0.5% of pixels (luma per pixel), in the centre at full size, over the photo's contrast."""
    if contrast <= 0:
        return 0.0
    height, width = pixels.shape[:2]
    top, left = max(0, (height - _SHARPNESS_CROP_PX) // 2), max(0, (width - _SHARPNESS_CROP_PX) // 2)
    crop = pixels[top : top + _SHARPNESS_CROP_PX, left : left + _SHARPNESS_CROP_PX]
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    # Sobel's weights sum to 8 for a unit ramp: a quarter of it fits eight bits, and is twice the slope per pixel
    across = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 1, 0), alpha=0.25)
    down = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 0, 1), alpha=0.25)
    steep = _level_at(_histogram(cv2.max(across, down)), 0.995) / 2 / 255
    return min(1.0, steep / contrast)


def _histogram(grey: Pixels) -> npt.NDArray[np.float64]:
    """Shares of the 256 levels."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    shares: npt.NDArray[np.float64] = counts / counts.sum()
    return shares


def _level_at(histogram: npt.NDArray[np.float64], share: float) -> int:
    """The level that ``share`` of all pixels does not exceed."""
    return min(255, int(np.searchsorted(np.cumsum(histogram), share)))


@dataclass(frozen=True)
class Faults:
    """What a photo lacks."""

    is_dark: bool
    is_washed_out: bool
    is_blurred: bool

    def __bool__(self) -> bool:
        return self.is_dark or self.is_washed_out or self.is_blurred


def faults_of(quality: Quality, params: ImageParams) -> Faults:
    """Judge the measures. White linen on white has little range too, but its white is white: it is not washed out."""
    return Faults(
        is_dark=quality.high < params.dark_p99,
        is_washed_out=quality.contrast < params.flat_range and quality.high < params.white_p99,
        is_blurred=0 < quality.sharpness < params.blurred_sharpness,
    )


def enhance(pixels: Pixels, quality: Quality, faults: Faults, params: ImageParams) -> Pixels | None:
    """A better photo, or None where it cannot be helped.

    pixels: (height, width, 3) BGR at the master's size. Dark and washed-out photos have their levels stretched by one
    curve for all channels (hues stay), blurred ones are deblurred. An outcome that is no sharper is dropped.
    """
    better = cv2.LUT(pixels, _levels(quality, params)) if faults.is_dark or faults.is_washed_out else pixels
    if not faults.is_blurred:
        return better
    # Sharpness was measured on a smaller copy: the radius must fit the blur at this size
    before = acutance(pixels, quality.contrast)
    sharper = deblur(better, before, params)
    if acutance(sharper, quality.contrast) > before:
        return sharper
    return better if better is not pixels else None


def _levels(quality: Quality, params: ImageParams) -> Pixels:
    """A 256-entry curve that brings the brightest 1% to 0.98, by ``max_gain`` at most.

    Only if the range is still narrow then, the darkest 1% go to 0.06 as well: a white shirt photographed too dark needs
    light, not black.
    """
    gain = min(params.max_gain, 0.98 / max(quality.high, 1e-3))
    if quality.contrast * gain < params.flat_range:
        gain = max(gain, min(params.max_gain, 0.92 / max(quality.high - quality.low, 1e-3)))
    white = min(0.98, quality.high * params.max_gain)
    stretched = (_LEVELS / 255 - quality.high) * gain + white
    return np.clip(stretched * 255 + 0.5, 0, 255).astype(np.uint8)


def deblur(pixels: Pixels, sharpness: float, params: ImageParams) -> Pixels:
    """Undo a Gaussian blur step by step: each step adds what blurring the estimate again takes from the photo.

    The first step is an unsharp mask; a few more bring back finer edges at less overshoot (van Cittert's iteration).
    The radius follows the blur: a step edge blurred by sigma has a steepest slope of 0.4 / sigma, and what a photo of
    natural sharpness has of it is left alone.
    """
    natural = 0.4 / params.natural_sharpness
    excess = (0.4 / max(sharpness, 0.02)) ** 2 - natural**2
    # A radius too small leaves some blur, one too large rings: three quarters of the estimate never lost SSIM
    sigma = 0.75 * float(np.sqrt(np.clip(excess, 0.5, 36.0)))
    photo = pixels.astype(np.float32)
    estimate = photo
    for _ in range(params.deblur_steps):
        estimate = estimate + (photo - cv2.GaussianBlur(estimate, (0, 0), sigma))
    return np.clip(estimate + 0.5, 0, 255).astype(np.uint8)


def letterbox(small: Pixels, background: tuple[int, int, int], side_px: int) -> Pixels:
    """Centre a picture on a square of its own backdrop's colour.

    A crop would cut off toes and handles, squashing would change the shape that tells types apart, and black bars
    would be a feature of the format: padding in the border's colour is what the photographer would have shown.
    """
    height, width = small.shape[:2]
    if (height, width) == (side_px, side_px):
        return small
    if max(height, width) < side_px:  # a smaller source fills the square too: products keep their scale
        scale = side_px / max(height, width)
        height, width = max(1, round(height * scale)), max(1, round(width * scale))
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    square = np.empty((side_px, side_px, 3), np.uint8)
    square[:] = background
    top, left = (side_px - height) // 2, (side_px - width) // 2
    square[top : top + height, left : left + width] = small
    return square


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
