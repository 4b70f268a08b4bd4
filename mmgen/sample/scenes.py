"""Photographs of the drawings: a backdrop, light from one side, a soft shadow, sensor noise."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mmgen.sample.drawings import DRAWINGS, Colour, Pen, shade

SIDES_PX = (240, 280, 320, 400, 480, 600)
BACKDROPS: tuple[Colour, ...] = ((255, 255, 255), (250, 250, 250), (236, 232, 226), (222, 230, 236), (214, 206, 196))


def photograph(shape: str, colour: Colour, pattern: str, rng: np.random.Generator) -> NDArray[Any]:
    """One product picture, RGB uint8 (height, width, 3) with sides of 240 to 750 px, square, tall or wide."""
    side = int(rng.choice(SIDES_PX))
    frames = [(side, side), (side * 5 // 4, side), (side, side * 5 // 4)]
    height, width = frames[int(rng.choice(3, p=[0.6, 0.25, 0.15]))]
    pen = Pen(side, colour)
    DRAWINGS[shape](pen)
    bright = sum(colour) > 3 * 140
    pen.pattern(pattern, shade(colour, 0.62 if bright else 1.55), step=float(rng.choice([0.05, 0.065, 0.08])))
    matrix = _pose(side, height, width, rng)
    product = cv2.warpAffine(_lit(pen, rng), matrix, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    alpha = cv2.warpAffine(pen.mask, matrix, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
    scene = _backdrop(height, width, rng) * (1 - _shadow(alpha, side, rng))[..., None]
    scene = scene * (1 - alpha[..., None]) + product * alpha[..., None]
    spread = int(rng.integers(2, 9))
    scene += rng.integers(-spread, spread + 1, scene.shape, np.int8)
    return np.clip(scene, 0, 255).astype(np.uint8)


def _pose(side: int, height: int, width: int, rng: np.random.Generator) -> NDArray[Any]:
    """A small turn, scale and shift (2, 3): the product stays whole inside the frame."""
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(-6, 6)), float(rng.uniform(0.78, 0.98)))
    jitter_x, jitter_y = rng.uniform(-0.03 * side, 0.03 * side, 2)
    matrix[:, 2] += ((width - side) / 2 + jitter_x, (height - side) / 2 + jitter_y)
    return np.asarray(matrix)


def _lit(pen: Pen, rng: np.random.Generator) -> NDArray[Any]:
    """The drawing under light from the left or right; gain stays near 1 so that the named colour stays true."""
    grid = np.linspace(-1, 1, pen.side_px, dtype=np.float32)
    lean = float(rng.choice([-1, 1])) * float(rng.uniform(0.06, 0.16))
    light = 1.0 + lean * grid[None, :] - 0.06 * grid[:, None] - 0.05 * grid[None, :] ** 2
    # Colour bleeds past the outline, so that resampling does not draw a black fringe around the product.
    inside = cv2.dilate(pen.image, np.ones((5, 5), np.uint8))
    image = np.where((pen.mask > 250)[..., None], pen.image, inside)
    return np.clip(image * light[..., None], 0, 255).astype(np.uint8)


def _backdrop(height: int, width: int, rng: np.random.Generator) -> NDArray[Any]:
    """A plain studio sweep: half are white, the rest grey or warm, some with the edge of a table."""
    index = 0 if rng.random() < 0.5 else int(rng.integers(1, len(BACKDROPS)))
    scene = np.full((height, width, 3), BACKDROPS[index], np.float32)
    if index >= 2:
        fall = 1.03 - 0.12 * np.linspace(0, 1, height, dtype=np.float32)
        scene *= fall[:, None, None]
        if rng.random() < 0.4:
            scene[int(height * rng.uniform(0.72, 0.85)) :] *= 0.9
    return scene


def _shadow(alpha: NDArray[Any], side: int, rng: np.random.Generator) -> NDArray[Any]:
    """How dark the ground is, (height, width) in 0..0.3: the outline, moved a little down and blurred."""
    moved = np.roll(alpha, (int(side * 0.025), int(side * float(rng.uniform(-0.02, 0.02)))), axis=(0, 1))
    small = cv2.resize(moved, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, side * 0.006))
    return cv2.resize(soft, alpha.shape[::-1], interpolation=cv2.INTER_LINEAR) * float(rng.uniform(0.12, 0.3))
