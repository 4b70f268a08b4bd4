"""The sheet that a layout fills: what a creative says, a canvas with measures, and the parts that layouts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mmgen.config.creatives import CreativeParams
from mmgen.creatives import colour
from mmgen.creatives.colour import Canvas, Colour, contrast_ratio, mixed
from mmgen.creatives.fonts import is_cjk
from mmgen.creatives.language import words_of
from mmgen.creatives.photo import Box
from mmgen.creatives.type import FittedText, fit_text, plain_text, price_text

DESIGN_PX = 640  # all measures below and in the layouts are given for this size, and scaled
MARGIN = 40


@dataclass(frozen=True, eq=False)
class CreativeSpec:
    """What one creative says and shows.

    ``photo``: an encoded picture; None makes a card. ``cutout``: which of its pixels are product
    (``mmgen.clean.image.cut_out.encoded_cut_out``); None leaves it in a frame. ``backdrop``: RGB uint8 (H, W, 3),
    blurred and toned to a gradient; None takes the photo's palette (or one drawn from ``seed``).
    ``call_to_action``: None takes the locale's own, an empty text leaves it out. ``facts``: a few short ones, shown on
    a card only. ``is_price_from``: variants cost more.
    """

    headline: str
    locale: str = "en"
    brand: str | None = None
    price: float | None = None
    is_price_from: bool = False
    currency: str | None = None
    call_to_action: str | None = None
    facts: tuple[str, ...] = ()
    photo: bytes | None = None
    cutout: bytes | None = None
    backdrop: NDArray[np.uint8] | None = None
    seed: int = 0


def price_said(spec: CreativeSpec) -> str:
    """The price in the locale's form; one of several as the lowest, or not at all where there are no words for that."""
    price, words = price_text(spec.price, spec.currency, spec.locale), words_of(spec.locale)
    return words.price_from.replace("{}", price) if price and spec.is_price_from else price


@dataclass(frozen=True)
class PlacedText:
    """A text that was drawn: its lines, its box in px, its lowest contrast to the ground, whether it was cut."""

    role: str  # headline, brand, price, call or facts
    lines: tuple[str, ...]
    box: Box
    contrast: float
    is_cut: bool


class Sheet:
    """The canvas being filled; measures are in design units of 1/640 of its side."""

    def __init__(self, canvas: Canvas, spec: CreativeSpec, params: CreativeParams) -> None:
        self.canvas, self.spec, self.params = canvas, spec, params
        self.texts: list[PlacedText] = []

    def px(self, units: float) -> int:
        return round(units * self.params.size_px / DESIGN_PX)

    def fit(
        self, text: str, box: tuple[float, float], sizes: tuple[float, float], max_lines: int = 1, weight: int = 700
    ) -> FittedText | None:
        area = self.px(box[0]), self.px(box[1])
        span = self.px(sizes[0]), self.px(sizes[1])
        return fit_text(text, area, span, max_lines, weight, self.spec.locale, self.params.font_path)

    def write(self, role: str, fitted: FittedText, left: int, top: int, ink: Colour, tracking: int = 0) -> Box:
        """Draw lines from the top left; checks the contrast with what lies under them."""
        size_px, em, line_px = self.params.size_px, round(fitted.font.size), fitted.line_height_px
        layer = Image.new("L", (size_px, fitted.height_px + 2 * line_px), 0)
        pen = ImageDraw.Draw(layer)
        # Fonts for Chinese state ascents far taller than their letters, so lines stand on the em box, not on those.
        baseline = line_px + (line_px - em) // 2 + round(0.88 * em)
        for number, line in enumerate(fitted.lines):
            x = float(left)
            for part in line if tracking else [line]:
                pen.text((x, baseline + number * line_px), part, 255, font=fitted.font, anchor="ls")
                x += fitted.font.getlength(part) + tracking
        ink_box = layer.getbbox() or (left, line_px, left + 1, line_px + 1)
        offset = top - line_px
        box = ink_box[0], min(top, offset + ink_box[1]), ink_box[2], max(top + fitted.height_px, offset + ink_box[3])
        contrast = contrast_ratio(self.canvas[box[1] : box[3], box[0] : box[2]], ink)
        if contrast < self.params.min_contrast:  # the tones of the backdrop and of the inks see to it that it never is
            raise RuntimeError(f"{role}: contrast {contrast:.2f} is below {self.params.min_contrast}")
        alpha = np.asarray(layer, np.float32)[box[1] - offset : box[3] - offset]
        self.blend(np.divide(alpha, 255, dtype=np.float32), ink, (0, box[1]))
        self.texts.append(PlacedText(role, fitted.lines, box, contrast, fitted.is_cut))
        return box

    def blend(self, alpha: NDArray[np.float32], ink: Colour, corner: tuple[int, int] = (0, 0)) -> None:
        """Lay a colour over the canvas; ``alpha`` (height, width) of 0..1 starts at the corner (left, top)."""
        left, top = corner
        part = self.canvas[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        part *= 1 - alpha[..., None]
        part += alpha[..., None] * np.asarray(ink, np.float32)

    def pill(self, box: Box, fill: Colour) -> None:
        """A rectangle with half-round ends, drawn at four times the size for smooth edges."""
        (left, top, right, bottom), k = box, 4
        layer = Image.new("L", ((right - left) * k, (bottom - top) * k), 0)
        ImageDraw.Draw(layer).rounded_rectangle((0, 0, layer.width - 1, layer.height - 1), layer.height // 2, 255)
        shape = layer.resize((right - left, bottom - top), Image.Resampling.BOX)
        self.blend(np.divide(np.asarray(shape), 255, dtype=np.float32), fill, (left, top))


def ground(spec: CreativeSpec, accent: Colour, size_px: int, is_dark: bool) -> Canvas:
    """The backdrop, toned so that text can stand on it, with a soft light behind the product."""
    work_px = 160  # a gradient needs no more, and growing it linearly keeps the tones within their bounds
    if spec.backdrop is not None:
        raw = colour.abstract_backdrop(spec.backdrop, work_px)
    else:
        cool, warm = mixed(accent, (210, 222, 240), 0.45), mixed(accent, (255, 226, 196), 0.5)
        deep = mixed(accent, (40, 44, 60), 0.45)
        raw = colour.corners_backdrop((warm, accent, accent, deep) if is_dark else (warm, cool, accent, warm), work_px)
    if is_dark:
        toned = colour.darkened(raw)
    else:
        grid = np.linspace(-1, 1, work_px, dtype=np.float32)
        glow: NDArray[Any] = np.exp(-(grid[None, :] ** 2 + (grid[:, None] + 0.25) ** 2) / 0.45)[..., None] * 0.5
        toned = colour.lightened(raw) * (1 - glow) + 255 * glow
    return np.asarray(cv2.resize(toned, (size_px, size_px), interpolation=cv2.INTER_LINEAR), np.float32)


def brand_line(sheet: Sheet, ink: Colour) -> int:
    """The brand in spaced capitals at the top; returns the y under it."""
    brand = plain_text(sheet.spec.brand)
    spaced = not any(map(is_cjk, brand))
    fitted = sheet.fit(brand.upper() if spaced else brand, (420, 30), (15, 19), weight=600)
    if fitted is None:
        return sheet.px(MARGIN)
    tracking = sheet.px(2.5 if spaced else 1)
    return sheet.write("brand", fitted, sheet.px(MARGIN), sheet.px(34), ink, tracking)[3]


def bottom_bar(sheet: Sheet, ink: Colour, fill: Colour, on_fill: Colour) -> int:
    """Price at the left, the call to action in a pill at the right; returns the y above them."""
    spec, floor = sheet.spec, sheet.params.size_px - sheet.px(38)
    call = plain_text(words_of(spec.locale).call if spec.call_to_action is None else spec.call_to_action)
    label = sheet.fit(call, (220, 44), (14, 19), weight=600)
    price = sheet.fit(price_said(spec), (280, 44), (20, 34), weight=700)
    height = sheet.px(44)
    if label is not None:
        right = sheet.params.size_px - sheet.px(MARGIN)
        box = right - label.width_px - sheet.px(48), floor - height, right, floor
        sheet.pill(box, fill)
        sheet.write("call", label, box[0] + sheet.px(24), box[1] + (height - label.height_px) // 2, on_fill)
    if price is not None:
        sheet.write("price", price, sheet.px(MARGIN), floor - (height + price.height_px) // 2, ink)
    return floor - (height + sheet.px(14) if label is not None or price is not None else 0)
