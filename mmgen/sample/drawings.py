"""Flat drawings of products, one function a category: the shape only, lit and photographed by ``sample_scenes``.

Coordinates are fractions of the canvas side, x to the right, y down, so a drawing looks the same at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

WHITE: Colour = (246, 245, 241)
INK: Colour = (38, 38, 42)
WOOD: Colour = (176, 130, 84)
METAL: Colour = (176, 180, 186)
GLOW: Colour = (255, 236, 178)
SHIFT = 4  # OpenCV's fixed-point bits: edges land on sixteenths of a pixel


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, towards white above 1."""
    base = np.asarray(colour, np.float32)
    out = base * factor if factor <= 1 else base + (255 - base) * (factor - 1)
    red, green, blue = np.clip(out, 0, 255).astype(int).tolist()
    return red, green, blue


class Pen:
    """A square RGB canvas (side, side, 3) uint8, the product's mask and the mask of its main surface."""

    def __init__(self, side_px: int, colour: Colour) -> None:
        self.side_px, self.colour = side_px, colour
        self.image = np.zeros((side_px, side_px, 3), np.uint8)
        self.mask = np.zeros((side_px, side_px), np.uint8)
        self.surface = np.zeros((side_px, side_px), np.uint8)

    def _fixed(self, points: Points) -> NDArray[Any]:
        return np.round(np.asarray(points, np.float64) * self.side_px * (1 << SHIFT)).astype(np.int32)

    def shape(self, points: Points, colour: Colour | None = None) -> None:
        """A filled polygon; without a colour it is the product's main surface, which takes the pattern."""
        fixed = [self._fixed(points)]
        cv2.fillPoly(self.image, fixed, colour or self.colour, cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.mask, fixed, 255, cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.surface, fixed, 0 if colour else 255, cv2.LINE_AA, SHIFT)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour | None = None) -> None:
        """A filled ellipse around (x, y)."""
        angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        self.shape(list(zip(x + rx * np.cos(angle), y + ry * np.sin(angle), strict=True)), colour)

    def line(self, points: Points, width: float, colour: Colour | None = None, closed: bool = False) -> None:
        """A stroke of ``width`` along the points, with round joints."""
        fixed, px = [self._fixed(points)], max(1, round(width * self.side_px))
        cv2.polylines(self.image, fixed, closed, colour or self.colour, px, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.mask, fixed, closed, 255, px, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.surface, fixed, closed, 0, px, cv2.LINE_AA, SHIFT)

    def arc(
        self, x: float, y: float, rx: float, ry: float, turn: tuple[float, float], width: float,
        colour: Colour | None = None,
    ) -> None:  # fmt: skip
        """A stroke along an ellipse from turn[0] to turn[1] degrees (0 is to the right, 90 is down)."""
        angle = np.radians(np.linspace(*turn, 48))
        self.line(list(zip(x + rx * np.cos(angle), y + ry * np.sin(angle), strict=True)), width, colour)

    def pattern(self, name: str, tint: Colour, step: float = 0.06) -> None:
        """``striped`` or ``dotted`` over the main surface; anything else leaves it plain."""
        if name not in ("striped", "dotted"):
            return
        grid = np.arange(self.side_px, dtype=np.float32) / self.side_px
        if name == "striped":
            ink = np.repeat(((grid % step) < step * 0.4)[:, None], self.side_px, axis=1)
        else:
            row = np.floor(grid / step)[:, None]
            across = (grid[None, :] + (row % 2) * step / 2) % step - step / 2
            down = (grid % step - step / 2)[:, None]
            ink = across**2 + down**2 < (step * 0.2) ** 2
        alpha = (cv2.GaussianBlur(ink.astype(np.float32), (3, 3), 0) * (self.surface / 255.0))[..., None]
        self.image[:] = (self.image * (1 - alpha) + np.asarray(tint, np.float32) * alpha).astype(np.uint8)


def mirrored(points: Points) -> list[tuple[float, float]]:
    """The left half's points, then the same mirrored at x = 0.5, as one outline."""
    return [*points, *[(1 - x, y) for x, y in reversed(points)]]


def draw_shirt(pen: Pen) -> None:
    pen.shape(mirrored([(0.42, 0.16), (0.34, 0.19), (0.12, 0.34), (0.20, 0.49), (0.30, 0.43), (0.30, 0.86)]))
    pen.oval(0.5, 0.165, 0.085, 0.05, shade(pen.colour, 0.55))
    pen.arc(0.5, 0.165, 0.085, 0.05, (0, 180), 0.014, shade(pen.colour, 0.8))
    for x in (0.30, 0.70):
        pen.line([(x, 0.44), (x + (0.02 if x < 0.5 else -0.02), 0.31)], 0.006, shade(pen.colour, 0.75))


def draw_dress(pen: Pen) -> None:
    pen.shape(mirrored([(0.40, 0.10), (0.37, 0.26), (0.40, 0.42), (0.30, 0.68), (0.22, 0.90)]))
    pen.oval(0.5, 0.10, 0.075, 0.06, shade(pen.colour, 0.55))
    pen.line([(0.395, 0.43), (0.605, 0.43)], 0.03, shade(pen.colour, 0.6))
    for x in (0.36, 0.46, 0.55, 0.65):
        pen.line([(0.5 + (x - 0.5) * 0.6, 0.50), (x, 0.88)], 0.006, shade(pen.colour, 0.82))


def draw_mug(pen: Pen) -> None:
    pen.arc(0.70, 0.50, 0.14, 0.15, (-100, 100), 0.05, shade(pen.colour, 0.85))
    pen.shape([(0.24, 0.26), (0.70, 0.26), (0.68, 0.76), (0.62, 0.80), (0.32, 0.80), (0.26, 0.76)])
    pen.oval(0.47, 0.26, 0.23, 0.055, shade(pen.colour, 1.25))
    pen.oval(0.47, 0.265, 0.20, 0.042, (92, 60, 40))


def draw_tote(pen: Pen) -> None:
    for x in (0.40, 0.60):
        pen.arc(x, 0.40, 0.10, 0.26, (180, 360), 0.028, shade(pen.colour, 0.7))
    pen.shape([(0.20, 0.38), (0.80, 0.38), (0.84, 0.88), (0.16, 0.88)])
    pen.line([(0.20, 0.42), (0.80, 0.42)], 0.008, shade(pen.colour, 0.7))
    pen.shape([(0.44, 0.60), (0.56, 0.60), (0.56, 0.70), (0.44, 0.70)], shade(pen.colour, 1.45))


def draw_lamp(pen: Pen) -> None:
    pen.oval(0.5, 0.88, 0.17, 0.035, METAL)
    pen.line([(0.5, 0.88), (0.5, 0.50)], 0.028, METAL)
    pen.oval(0.5, 0.52, 0.10, 0.05, GLOW)
    pen.shape([(0.37, 0.14), (0.63, 0.14), (0.78, 0.52), (0.22, 0.52)])
    pen.line([(0.22, 0.52), (0.78, 0.52)], 0.014, shade(pen.colour, 0.7))
    pen.line([(0.60, 0.53), (0.60, 0.64)], 0.006, INK)


def draw_sneaker(pen: Pen) -> None:
    pen.shape([(0.12, 0.40), (0.24, 0.36), (0.34, 0.42), (0.46, 0.46), (0.66, 0.58), (0.84, 0.60), (0.90, 0.68),
               (0.90, 0.72), (0.11, 0.72)])  # fmt: skip
    pen.shape([(0.09, 0.70), (0.91, 0.70), (0.92, 0.76), (0.88, 0.79), (0.12, 0.79), (0.09, 0.76)], WHITE)
    pen.oval(0.22, 0.40, 0.09, 0.035, shade(pen.colour, 0.5))
    for step in range(4):
        x, y = 0.37 + step * 0.075, 0.44 + step * 0.043
        pen.line([(x, y), (x + 0.05, y + 0.06)], 0.014, WHITE)
    pen.line([(0.20, 0.68), (0.34, 0.58), (0.52, 0.67)], 0.026, shade(pen.colour, 1.6))


def draw_headphones(pen: Pen) -> None:
    pen.arc(0.5, 0.52, 0.30, 0.36, (180, 360), 0.055)
    pen.arc(0.5, 0.52, 0.27, 0.33, (200, 340), 0.02, INK)
    for x in (0.20, 0.80):
        inner = x + (0.05 if x < 0.5 else -0.05)
        pen.oval(inner, 0.62, 0.055, 0.14, INK)
        pen.oval(x, 0.62, 0.075, 0.155)
        pen.oval(x, 0.62, 0.035, 0.08, shade(pen.colour, 1.35))


def draw_bear(pen: Pen) -> None:
    dark, light = shade(pen.colour, 0.8), shade(pen.colour, 1.5)
    for x in (0.34, 0.66):
        pen.oval(x, 0.17, 0.09, 0.09, dark)
        pen.oval(x, 0.17, 0.05, 0.05, light)
        pen.oval(0.5 + (x - 0.5) * 1.55, 0.60, 0.09, 0.13, dark)
        pen.oval(0.5 + (x - 0.5) * 1.0, 0.83, 0.11, 0.09, dark)
    pen.oval(0.5, 0.65, 0.21, 0.22)
    pen.oval(0.5, 0.67, 0.12, 0.13, light)
    pen.oval(0.5, 0.30, 0.20, 0.18)
    pen.oval(0.5, 0.355, 0.09, 0.07, light)
    pen.oval(0.5, 0.33, 0.03, 0.022, INK)
    for x in (0.43, 0.57):
        pen.oval(x, 0.265, 0.02, 0.022, INK)


def draw_tea(pen: Pen) -> None:
    pen.shape([(0.28, 0.30), (0.72, 0.30), (0.72, 0.86), (0.28, 0.86)])
    pen.shape([(0.26, 0.20), (0.74, 0.20), (0.74, 0.32), (0.26, 0.32)], shade(pen.colour, 0.7))
    pen.oval(0.5, 0.20, 0.24, 0.04, shade(pen.colour, 0.85))
    pen.shape([(0.34, 0.42), (0.66, 0.42), (0.66, 0.74), (0.34, 0.74)], WHITE)
    leaf = (86, 140, 72)
    pen.shape([(0.50, 0.47), (0.57, 0.55), (0.50, 0.66), (0.43, 0.55)], leaf)
    pen.line([(0.50, 0.50), (0.50, 0.70)], 0.008, shade(leaf, 0.6))


def draw_umbrella(pen: Pen) -> None:
    pen.line([(0.5, 0.14), (0.5, 0.80)], 0.022, METAL)
    pen.arc(0.56, 0.80, 0.06, 0.07, (0, 180), 0.03, WOOD)
    angle = np.radians(np.linspace(180, 360, 40))
    dome = list(zip(0.5 + 0.38 * np.cos(angle), 0.50 + 0.34 * np.sin(angle), strict=True))
    edge = [(0.88 - step * 0.76 / 32, 0.50 - 0.035 * abs(np.sin(step / 8 * np.pi))) for step in range(33)]
    pen.shape([*dome, *edge])
    for x in (0.31, 0.5, 0.69):
        pen.line([(0.5, 0.16), (0.5 + (x - 0.5) * 0.6, 0.26), (x, 0.49)], 0.006, shade(pen.colour, 0.7))


def draw_clock(pen: Pen) -> None:
    pen.oval(0.5, 0.5, 0.36, 0.36)
    pen.oval(0.5, 0.5, 0.30, 0.30, WHITE)
    for hour in range(12):
        turn = np.radians(hour * 30)
        x, y = np.sin(turn), -np.cos(turn)
        inner = 0.235 if hour % 3 == 0 else 0.26
        pen.line([(0.5 + x * inner, 0.5 + y * inner), (0.5 + x * 0.28, 0.5 + y * 0.28)], 0.012, INK)
    pen.line([(0.5, 0.5), (0.40, 0.38)], 0.022, INK)
    pen.line([(0.5, 0.5), (0.66, 0.34)], 0.014, INK)
    pen.oval(0.5, 0.5, 0.018, 0.018, shade(pen.colour, 0.8))


def draw_bottle(pen: Pen) -> None:
    pen.shape(mirrored([(0.44, 0.20), (0.44, 0.28), (0.36, 0.36), (0.36, 0.86), (0.39, 0.89)]))
    pen.shape([(0.43, 0.10), (0.57, 0.10), (0.57, 0.21), (0.43, 0.21)], METAL)
    pen.shape([(0.36, 0.70), (0.64, 0.70), (0.64, 0.75), (0.36, 0.75)], shade(pen.colour, 1.5))


DRAWINGS: dict[str, Callable[[Pen], None]] = {
    "shirt": draw_shirt,
    "dress": draw_dress,
    "mug": draw_mug,
    "tote": draw_tote,
    "lamp": draw_lamp,
    "sneaker": draw_sneaker,
    "headphones": draw_headphones,
    "bear": draw_bear,
    "tea": draw_tea,
    "umbrella": draw_umbrella,
    "clock": draw_clock,
    "bottle": draw_bottle,
}
