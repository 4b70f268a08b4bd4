"""The size of a picture and what surrounds it: shrinking, the backdrop's colour, the square for the model."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

cv2.setNumThreads(1)  # Spark runs one Python worker a core; OpenCV's own threads would fight over them

Pixels = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]


def fit(pixels: Pixels, side_px: int) -> Pixels:
    """Shrink until the longest side is ``side_px``; a smaller picture is left as it is.

    Halves by 2x2 means first (integer ratios run vectorised), then resamples, by area or, where little is left to do,
    between neighbours. Several times as fast as one fractional area resize, and as close to it as the eye can tell
    (median PSNR above 43 dB).
    """
    height, width = pixels.shape[:2]
    while max(height, width) >= 2 * side_px and min(height, width) >= 2:
        height, width = height // 2, width // 2
        pixels = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    longest = max(height, width)
    if longest <= side_px:
        return pixels
    size = (max(1, round(width * side_px / longest)), max(1, round(height * side_px / longest)))
    # Under 1.5 every pixel still counts between neighbours, at a fifth of the time
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR if longest < 1.5 * side_px else cv2.INTER_AREA)


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


def border_colour(pixels: Pixels) -> tuple[int, int, int]:
    """The median colour (BGR) of the outermost pixels."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    middle = np.partition(border, len(border) // 2, axis=0)[len(border) // 2]
    return int(middle[0]), int(middle[1]), int(middle[2])


def lengths(across: Plane, down: Plane) -> Plane:
    """Of each pixel's slope. (height, width) in and out.

    Not ``cv2.magnitude`` or ``cv2.cartToPolar``: how they round depends on where in memory the result lies, so that the
    same photo would come out differently now and then.
    """
    return np.sqrt(across * across + down * down)


def is_blank(pixels: Pixels, blank_std: float) -> bool:
    """Whether no channel varies by more than ``blank_std`` (of 255)."""
    return float(cv2.meanStdDev(pixels)[1].max()) < blank_std
