"""Colours of creatives: contrast after WCAG, palettes of photos, and backdrops that text can stand on.

Colours are RGB triples of 0..255; canvases are float32 (height, width, 3) of 0..255.
"""

from __future__ import annotations

import colorsys
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Canvas = NDArray[np.float32]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
LIGHT_FLOOR = 0.62  # relative luminance that a light backdrop keeps: dark ink reaches 10:1 on it
DARK_CEILING = 0.085  # and that a dark one keeps: white reaches 7.7:1
# Hues for products without a picture: one is drawn from the product's seed.
HUES = (0.03, 0.08, 0.13, 0.33, 0.45, 0.52, 0.58, 0.64, 0.76, 0.92)


def luminance(rgb: Any) -> NDArray[np.float64]:
    """WCAG 2.2 relative luminance, 0..1, of colours (..., 3)."""
    value = np.asarray(rgb, np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast_ratio(first: Any, second: Any) -> float:
    """WCAG 2.2 contrast, 1 to 21; of arrays, the lowest of all pairs of pixels at one place."""
    one, two = luminance(first), luminance(second)
    high, low = np.maximum(one, two), np.minimum(one, two)
    return float(((high + 0.05) / (low + 0.05)).min())


def of_hue(hue: float, saturation: float, value: float) -> Colour:
    """HSV of 0..1 as RGB."""
    red, green, blue = (round(c * 255) for c in colorsys.hsv_to_rgb(hue % 1, min(1, saturation), min(1, value)))
    return red, green, blue


def chroma(colour: Colour) -> float:
    """How far from grey, 0..1."""
    return (max(colour) - min(colour)) / 255


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """``share`` of the second in the first."""
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def deepened(colour: Colour, against: Colour, minimum: float) -> Colour:
    """The colour, darkened in small steps until it has the wanted contrast against a lighter one."""
    for step in range(41):
        darker = mixed(colour, BLACK, step / 40)
        if contrast_ratio(darker, against) >= minimum:
            return darker
    raise ValueError(f"contrast {minimum} against {against} cannot be reached: it is no light colour")


def accent_of(photo: NDArray[np.uint8], weight: NDArray[np.float32]) -> Colour:
    """The product's own colour: of its eight commonest, the one that covers most and is not grey.

    photo (height, width, 3); weight (height, width) of 0..1, how much of a pixel is product.
    """
    small = cv2.resize(photo, (64, 64), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    share = cv2.resize(weight, (64, 64), interpolation=cv2.INTER_AREA).reshape(-1)
    pixels = small[share > 0.5] if (share > 0.5).sum() >= 16 else small
    # Cells of 5 levels a channel instead of k-means: no start values, so nothing to seed.
    cells = (pixels.astype(np.int32) * 5) // 256
    keys = cells @ np.array([25, 5, 1])
    found, counts = np.unique(keys, return_counts=True)
    best: Colour = (120, 124, 130)
    best_score = 0.0
    for key, count in sorted(zip(found.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1])[:8]:
        mean = pixels[keys == key].mean(axis=0)
        score = count / len(pixels) * (0.15 + float(mean.max() - mean.min()) / 255)
        if score > best_score:
            best, best_score = (round(float(mean[0])), round(float(mean[1])), round(float(mean[2]))), score
    return best


def corners_backdrop(corners: tuple[Colour, Colour, Colour, Colour], size_px: int) -> Canvas:
    """A smooth field between four corner colours (top left, top right, bottom left, bottom right)."""
    field = np.asarray(corners, np.float32).reshape(2, 2, 3)
    t = np.linspace(0, 1, size_px, dtype=np.float32)
    t = t * t * (3 - 2 * t)
    top = field[0, 0] * (1 - t)[:, None] + field[0, 1] * t[:, None]
    bottom = field[1, 0] * (1 - t)[:, None] + field[1, 1] * t[:, None]
    return np.asarray(top[None] * (1 - t)[:, None, None] + bottom[None] * t[:, None, None], np.float32)


def abstract_backdrop(source: NDArray[np.uint8], size_px: int) -> Canvas:
    """An RGB array (H, W, 3), often a decoder's small output, as a gradient in which no shape is left."""
    coarse = cv2.resize(source, (5, 5), interpolation=cv2.INTER_AREA).astype(np.float32)
    coarse = cv2.GaussianBlur(coarse, (0, 0), 0.9, borderType=cv2.BORDER_REPLICATE)
    wide = cv2.resize(coarse, (80, 80), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(wide, (0, 0), 80 / 12, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(cv2.resize(soft, (size_px, size_px), interpolation=cv2.INTER_CUBIC), 0, 255), np.float32)


def lightened(canvas: Canvas) -> Canvas:
    """Mixed with white until no pixel is darker than ``LIGHT_FLOOR``; hues stay.

    Mixed in linear light, where luminance is a sum: the share of white that lifts a pixel to the floor is exact.
    """
    pale = canvas * 0.5 + 255 * 0.5
    lum = luminance(pale)
    lack = (LIGHT_FLOOR - lum) / np.maximum(1 - lum, 1e-3)
    share = (0.5 * (lack + np.sqrt(lack**2 + 0.004)))[..., None]  # max(0, lack) without its kink, and never below it
    value = pale / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * (1 - share) + share, 0, 1)
    return np.asarray(
        255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055), np.float32
    )


def darkened(canvas: Canvas) -> Canvas:
    """Scaled down as a whole until no pixel is lighter than ``DARK_CEILING``."""
    out = canvas * 0.8
    while float(luminance(out).max()) > DARK_CEILING:
        out = out * 0.94
    return np.asarray(out, np.float32)


def dithered(canvas: Canvas, seed: int) -> NDArray[np.uint8]:
    """Rounded to 8 bits with one level of noise, which hides the bands of a slow gradient."""
    noise = np.random.default_rng(seed).random(canvas.shape[:2], np.float32)[..., None] - 0.5
    return np.clip(np.round(canvas + noise * 1.2), 0, 255).astype(np.uint8)
