"""Enhancement that rests on measures: a good photo is left alone, a bad one is never made worse by them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.deblur import deblur
from mmgen.clean.image.frame import Pixels, fit
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
    (hues stay); a blur is taken back out. What does not come out better by the measures that called for it is dropped.
    """
    better = pixels
    if faults.is_dark or faults.is_washed_out:
        better = cv2.LUT(pixels, levels_curve(quality, faults, params))
    if faults.is_blurred:
        sigma_px = quality.blur_px * max(1.0, max(pixels.shape) / SHOWN_SIDE_PX)
        better = deblur(better, sigma_px, params.deblur_fidelity)
    after = measure(better, fit(better, params.model_side_px))
    return better if is_better(quality, after, faults) else None


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
