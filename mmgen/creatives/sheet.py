"""Ad creatives: a square JPEG of a product's photo with its headline, brand, price and call to action.

Two layouts. ``photo`` shows the product's own picture on a backdrop. ``card`` is typography alone, for a product
without a picture: its ground is an abstract gradient, and nothing on it can be taken for the product.
The same spec and parameters give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
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
from mmgen.creatives.photo import Box, Photo, place, read_photo
from mmgen.creatives.type import FittedText, call_text, fit_text, plain_text, price_text

DESIGN_PX = 640  # all measures below are given for this size, and scaled
MARGIN = 40
MIN_CHROMA = 0.14
# IPTC's digital source types say what made a picture: https://cv.iptc.org/newscodes/digitalsourcetype/
SOURCE_TYPES = {"model": "compositeWithTrainedAlgorithmicMedia", "palette": "composite"}
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{kind}"/></rdf:RDF></x:xmpmeta>'
)


@dataclass(frozen=True, eq=False)
class CreativeSpec:
    """What one creative says and shows.

    ``photo``: an encoded picture; None makes a card. ``backdrop``: RGB uint8 (H, W, 3), blurred and toned to a
    gradient; None takes the photo's palette (or one drawn from ``seed``). ``call_to_action``: None takes the
    locale's own, an empty text leaves it out. ``facts``: a few short ones, shown on a card only.
    """

    headline: str
    locale: str = "en"
    brand: str | None = None
    price: float | None = None
    currency: str | None = None
    call_to_action: str | None = None
    facts: tuple[str, ...] = ()
    photo: bytes | None = None
    backdrop: NDArray[np.uint8] | None = None
    seed: int = 0


@dataclass(frozen=True)
class PlacedText:
    """A text that was drawn: its lines, its box in px, its lowest contrast to the ground, whether it was cut."""

    role: str  # headline, brand, price, call or facts
    lines: tuple[str, ...]
    box: Box
    contrast: float
    is_cut: bool


@dataclass(frozen=True)
class Creative:
    """A drawn creative. ``image``: JPEG bytes; ``backdrop``: model or palette; ``photo_box``: None on a card."""

    image: bytes
    layout: str
    backdrop: str
    texts: tuple[PlacedText, ...]
    photo_box: Box | None


class _Sheet:
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


def render_creative(spec: CreativeSpec, params: CreativeParams | None = None) -> bytes:
    """The creative as JPEG bytes.

    Raises ValueError for a photo that cannot be decoded, for a card that would be empty (no headline, no brand, no
    facts that can be drawn), and where no font covers the text.
    """
    return compose_creative(spec, params).image


def compose_creative(spec: CreativeSpec, params: CreativeParams | None = None) -> Creative:
    """The creative with what was drawn where. Raises as ``render_creative`` does."""
    params = params or CreativeParams()
    photo_box: Box | None = None
    if spec.photo is not None:
        sheet, photo_box = _photo_layout(spec, read_photo(spec.photo), params)
    else:
        sheet = _card_layout(spec, params)
    backdrop = "palette" if spec.backdrop is None else "model"
    buffer = io.BytesIO()
    pixels = np.clip(np.round(sheet.canvas), 0, 255).astype(np.uint8)
    # Full chroma resolution: halved, it would put a coloured fringe around small text.
    xmp = XMP.format(kind=SOURCE_TYPES[backdrop]).encode()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=params.jpeg_quality, subsampling=0, optimize=True, xmp=xmp)
    layout = "card" if spec.photo is None else "photo"
    return Creative(buffer.getvalue(), layout, backdrop, tuple(sheet.texts), photo_box)


def alt_text(
    headline: str,
    facts: Sequence[tuple[str, str]] = (),
    locale: str = "en",
    layout: str = "photo",
    max_chars: int = 200,
) -> str:
    """What a screen reader says for the creative: what is shown, then (name, value) facts as long as they fit."""
    is_zh = locale.lower().startswith("zh")
    opening = {
        ("photo", False): "Photo of {}", ("card", False): "Text card without a photo: {}",
        ("photo", True): "{}的商品图", ("card", True): "文字卡片（无商品图）：{}",
    }[("photo" if layout == "photo" else "card", is_zh)]  # fmt: skip
    subject = plain_text(headline) or ("商品" if is_zh else "a product")
    room = max(1, max_chars - len(opening) - 1)
    text = opening.format(subject if len(subject) <= room else subject[: room - 1].rstrip() + "…")
    stop, colon = ("。", "：") if is_zh else (". ", ": ")
    for name, value in facts:
        more = f"{stop}{plain_text(name)}{colon}{plain_text(value)}"
        if plain_text(value) and len(text + more) < max_chars:
            text += more
    return text + stop.strip()


def _photo_layout(spec: CreativeSpec, photo: Photo, params: CreativeParams) -> tuple[_Sheet, Box]:
    accent = colour.accent_of(photo.pixels, photo.product)
    # A grey product's palette would make a dull advert: the backdrop takes a hue of the seed, the button near-black.
    is_grey = colour.chroma(accent) < MIN_CHROMA
    tint = colour.of_hue(colour.HUES[spec.seed % len(colour.HUES)], 0.34, 0.86) if is_grey else accent
    sheet = _Sheet(_ground(spec, tint, params.size_px, is_dark=False), spec, params)
    accent = mixed((30, 30, 34), accent, 0.15) if is_grey else accent
    ink, strong = _inks(accent, params.min_contrast)
    bottom = _bottom_bar(sheet, ink, strong, colour.WHITE)
    top = _brand_line(sheet, ink)
    headline = sheet.fit(plain_text(spec.headline), (560, 100), (24, 40), max_lines=2)
    if headline is not None:
        bottom -= headline.height_px
        sheet.write("headline", headline, sheet.px(MARGIN), bottom, ink)
        bottom -= sheet.px(10)
    box = sheet.px(MARGIN), top + sheet.px(8), params.size_px - sheet.px(MARGIN), bottom - sheet.px(18)
    photo_box = place(sheet.canvas, photo, box, params.max_upscale * params.size_px / DESIGN_PX, strong)
    return _finish(sheet), photo_box


def _inks(accent: Colour, minimum: float) -> tuple[Colour, Colour]:
    """A near-black with a breath of the accent for text, and the accent deep enough to carry white text."""
    ink = colour.deepened(mixed((24, 24, 28), accent, 0.12), (202, 202, 202), max(7.5, minimum))
    return ink, colour.deepened(accent, colour.WHITE, max(4.6, minimum + 0.1))


def _ground(spec: CreativeSpec, accent: Colour, size_px: int, is_dark: bool) -> Canvas:
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


def _card_layout(spec: CreativeSpec, params: CreativeParams) -> _Sheet:
    hue = colour.HUES[spec.seed % len(colour.HUES)]
    accent = colour.of_hue(hue, 0.62, 0.72)
    canvas = _ground(spec, accent, params.size_px, is_dark=True)
    sheet = _Sheet(canvas, spec, params)
    _rings(sheet)
    white = colour.WHITE
    fill = colour.deepened((250, 248, 244), white, 1.0)
    ink = tuple(round(float(v)) for v in canvas[-sheet.px(60), sheet.px(60)])
    bottom = _bottom_bar(sheet, white, fill, colour.deepened((ink[0], ink[1], ink[2]), fill, 7.0))
    top = _brand_line(sheet, white)
    facts = [text for text in map(plain_text, spec.facts) if text]
    line = sheet.fit("  ·  ".join(facts), (560, 64), (17, 21), max_lines=2, weight=400) if facts else None
    room = (bottom - top - (line.height_px if line else 0)) * DESIGN_PX / params.size_px - 60
    words = plain_text(spec.headline) or plain_text(spec.brand) or next(iter(facts), "")
    headline = sheet.fit(words, (560, room), (26, 76), max_lines=5, weight=800)
    if headline is None:
        raise ValueError("a card needs a headline, a brand or a fact: there is nothing to say on it")
    block = headline.height_px + (sheet.px(24) + line.height_px if line else 0)
    y = top + max(0, (bottom - top - block) // 2)
    box = sheet.write("headline", headline, sheet.px(MARGIN), y, white)
    if line:
        sheet.write("facts", line, sheet.px(MARGIN), box[3] + sheet.px(24), (236, 236, 236))
    return _finish(sheet)


def _brand_line(sheet: _Sheet, ink: Colour) -> int:
    """The brand in spaced capitals at the top; returns the y under it."""
    brand = plain_text(sheet.spec.brand)
    spaced = not any(map(is_cjk, brand))
    fitted = sheet.fit(brand.upper() if spaced else brand, (420, 30), (15, 19), weight=600)
    if fitted is None:
        return sheet.px(MARGIN)
    tracking = sheet.px(2.5 if spaced else 1)
    return sheet.write("brand", fitted, sheet.px(MARGIN), sheet.px(34), ink, tracking)[3]


def _bottom_bar(sheet: _Sheet, ink: Colour, fill: Colour, on_fill: Colour) -> int:
    """Price at the left, the call to action in a pill at the right; returns the y above them."""
    spec, floor = sheet.spec, sheet.params.size_px - sheet.px(38)
    call = plain_text(call_text(spec.locale) if spec.call_to_action is None else spec.call_to_action)
    label = sheet.fit(call, (220, 44), (14, 19), weight=600)
    price = sheet.fit(price_text(spec.price, spec.currency), (280, 44), (20, 34), weight=700)
    height = sheet.px(44)
    if label is not None:
        right = sheet.params.size_px - sheet.px(MARGIN)
        box = right - label.width_px - sheet.px(48), floor - height, right, floor
        sheet.pill(box, fill)
        sheet.write("call", label, box[0] + sheet.px(24), box[1] + (height - label.height_px) // 2, on_fill)
    if price is not None:
        sheet.write("price", price, sheet.px(MARGIN), floor - (height + price.height_px) // 2, ink)
    return floor - (height + sheet.px(14) if label is not None or price is not None else 0)


def _rings(sheet: _Sheet) -> None:
    """Two large circles, partly outside, a little lighter than the ground: ornament that shows no thing."""
    size, rng = sheet.params.size_px, np.random.default_rng(sheet.spec.seed)
    for x, y, radius in ((0.92, 0.12, 0.36), (0.08, 1.02, 0.30)):
        centre = int((x + rng.uniform(-0.05, 0.05)) * size), int((y + rng.uniform(-0.04, 0.04)) * size)
        layer: NDArray[Any] = np.zeros((size, size), np.float32)
        cv2.circle(layer, centre, int(radius * size), 1.0, -1, cv2.LINE_AA)
        sheet.blend(np.multiply(layer, 0.055, dtype=np.float32), colour.WHITE)


def _finish(sheet: _Sheet) -> _Sheet:
    sheet.canvas = colour.dithered(sheet.canvas, sheet.spec.seed).astype(np.float32)
    return sheet
