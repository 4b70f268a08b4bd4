"""Enhancement that rests on measures: a good photo is left alone, a bad one is never made worse by them.

A shop sells by the colour of the photo, so the middle tones stay what they are, within a tolerance, unless black and
white points prove what is wrong with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.deblur import deblur
from mmgen.clean.image.difference import ciede2000, lab_of
from mmgen.clean.image.frame import Pixels, fit
from mmgen.clean.image.points import points_of
from mmgen.clean.image.quality import SHOWN_SIDE_PX, Quality, measure
from mmgen.config.clean import ImageParams

Curve = npt.NDArray[np.float64]  # (256,): a value for each level, 0 to 1

_VALUES = np.arange(256) / 255


@dataclass(frozen=True)
class Faults:
    """What a photo lacks."""

    is_dark: bool
    is_washed_out: bool
    is_blurred: bool

    def __bool__(self) -> bool:
        return self.is_dark or self.is_washed_out or self.is_blurred


def faults_of(quality: Quality, params: ImageParams) -> Faults:
    """Judge the measures.

    Dark: not even the brightest hundredth is bright. Washed out: nothing is dark, and nothing quite white either.
    White linen on white has no dark pixel, but its white is white; a dark photo of it has none after it is lit up, so
    only a floor that the fabric cannot explain makes a dark photo washed out as well.
    """
    is_dark = quality.high < params.dark_p99
    limit = params.veiled_floor_dark if is_dark else params.veiled_floor
    has_veil = quality.high < params.white_p99 and quality.floor / max(quality.high, 1e-3) > limit
    return Faults(is_dark, has_veil, quality.blur_px > params.blurred_px)


def enhance(pixels: Pixels, quality: Quality, faults: Faults, params: ImageParams) -> Pixels | None:
    """A better photo, or None where it cannot be helped.

    pixels: (height, width, 3) BGR at the master's size. One curve for all channels lights it up or takes a veil off
    (hues stay); a blur is taken back out. What does not come out better by the measures that called for it is dropped,
    and so is what would give the product another colour.
    """
    better = pixels
    if faults.is_dark or faults.is_washed_out:
        better = cv2.LUT(pixels, levels_curve(quality, faults, params))
        if not (_is_proven(pixels, quality, faults, params) or keeps_colour(pixels, better, params)):
            better, faults = pixels, replace(faults, is_dark=False, is_washed_out=False)
    if faults.is_blurred:
        sigma_px = quality.blur_px * max(1.0, max(pixels.shape) / SHOWN_SIDE_PX)
        better = _in_its_colours(better, deblur(better, sigma_px, params.deblur_fidelity), sigma_px, params)
    if not faults:
        return None
    after = measure(better, fit(better, params.model_side_px))
    return better if is_better(quality, after, faults) else None


def _is_proven(pixels: Pixels, quality: Quality, faults: Faults, params: ImageParams) -> bool:
    points = points_of(fit(pixels, params.model_side_px))
    if faults.is_washed_out:
        return points.prove_veil(quality, params.veil_level)
    return points.prove_dark(quality.high)


def _in_its_colours(before: Pixels, sharper: Pixels, sigma_px: float, params: ImageParams) -> Pixels:
    """The sharper photo, or as much of it as leaves the middle tones within the tolerance."""
    share = params.colour_tolerance / max(_moved(before, sharper, params, sigma_px), 1e-6)
    share = min(64, int(share * 64)) / 64  # in steps, so that no pixel hangs on how the last bit was rounded
    return sharper if share == 1 else cv2.addWeighted(sharper, share, before, 1 - share, 0)


def keeps_colour(before: Pixels, after: Pixels, params: ImageParams, sigma_px: float = 0.0) -> bool:
    """Whether the middle tones moved by no more than ``params.colour_tolerance``, in the mean and at 95%.

    Both (height, width, 3) BGR. ``sigma_px``: of the blur that was taken back out. It is laid over ``after`` again, and
    once more over both against noise: an edge that became steeper is no other colour.
    """
    return _moved(before, after, params, sigma_px) <= params.colour_tolerance


def _moved(before: Pixels, after: Pixels, params: ImageParams, sigma_px: float = 0.0) -> float:
    """The larger of the mean and the 95th percentile; 0 where there are no middle tones."""
    moved = middle_tones_moved(before, after, params, sigma_px)
    return max(float(moved.mean()), float(np.percentile(moved, 95))) if moved.size else 0.0


def middle_tones_moved(before: Pixels, after: Pixels, params: ImageParams, sigma_px: float = 0.0) -> Curve:
    """CIEDE2000 of each pixel (at the model image's size) whose lightness was middling before and is no backdrop's."""
    if sigma_px:
        before = cv2.GaussianBlur(before, (0, 0), sigma_px)
        after = cv2.GaussianBlur(after, (0, 0), sigma_px * np.sqrt(2))
    one, other = (lab_of(fit(picture, params.model_side_px)) for picture in (before, after))
    border = np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]])
    is_subject = np.abs(one - np.median(border, axis=0)).max(axis=2) > _BACKDROP_LAB
    is_middle = is_subject & (one[..., 0] > _MIDDLE_L[0]) & (one[..., 0] < _MIDDLE_L[1])
    return ciede2000(one[is_middle], other[is_middle])


_MIDDLE_L = (15.0, 90.0)  # CIE lightness: under it black, over it white
_BACKDROP_LAB = 4.0  # CIE units: the border's colour with a camera's noise


def is_better(before: Quality, after: Quality, faults: Faults) -> bool:
    """Whether each fault became smaller, and contrast did not fall by more than rounding."""
    checks = [after.contrast > before.contrast - 0.02]
    if faults.is_dark:
        checks.append(after.brightness > before.brightness)
    if faults.is_washed_out:
        checks.append(after.contrast > before.contrast)
    if faults.is_blurred:
        checks.append(after.blur_px < before.blur_px)
    return all(checks)


def levels_curve(quality: Quality, faults: Faults, params: ImageParams) -> Pixels:
    """(256,) uint8: the brightest hundredth goes to ``target_white``; a veil goes off the darkest pixels.

    Light is added in linear light, as a longer exposure would have. A veil (haze, stray light, a faded print) is added
    to the stored values and is taken off there: y = (1 - h) x + h v. What the whites have lost, h (1 - v), bounds h,
    since no veil is much brighter than ``veil_level``: so a white shirt's own lightness is not taken for one.
    """
    curve: Curve = _VALUES
    if faults.is_dark and not faults.is_washed_out:
        light = min(params.max_light, float(_linear(np.array(params.target_white)) / _linear(np.array(quality.high))))
        curve = _stored(_linear(curve) * light)
    if faults.is_washed_out:
        share = min(1 - 1 / params.max_gain, (1 - quality.high) / (1 - params.veil_level))
        gain = params.target_white / max(quality.high - quality.floor, 1e-3)
        gain = max(1.0, min(gain, 1 / (1 - share)))
        curve = params.target_white + (curve - quality.high) * gain
    return (np.clip(curve, 0, 1) * 255 + 0.5).astype(np.uint8)


def _linear(stored: Curve) -> Curve:
    """Stored sRGB values to linear light, 0 to 1 (IEC 61966-2-1)."""
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def _stored(linear: Curve) -> Curve:
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
