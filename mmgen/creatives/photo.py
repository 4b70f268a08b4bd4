"""Placing a product's photo: a shot on a plain light ground is blended into the backdrop, any other gets a frame."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mmgen.clean.image.cut_out import decoded_cut_out, rim
from mmgen.creatives.colour import Canvas, Colour

Box = tuple[int, int, int, int]  # left, top, right, bottom in px
MAX_PIXELS = 50_000_000
WORK_PX = 900


@dataclass(frozen=True)
class Photo:
    """``pixels`` RGB uint8 (height, width, 3); ``product`` float32 (height, width), 1 on the product.

    ``ground`` is the plain colour around a product that can be cut out. Where it is None, ``product`` is a rough guess,
    good enough to take a palette from: whatever differs from the border.
    """

    pixels: NDArray[np.uint8]
    product: NDArray[np.float32]
    ground: Colour | None


def read_photo(data: bytes, cutout: bytes | None = None) -> Photo:
    """Decode a photo and its cut-out (``mmgen.clean.image.cut_out``), where it has one.

    Raises ValueError where the bytes are no picture that can be decoded.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"the photo has {image.width} x {image.height} pixels: more than {MAX_PIXELS}")
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((WORK_PX, WORK_PX), Image.Resampling.LANCZOS)
            if "A" in upright.getbands() or "transparency" in upright.info:
                layer = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
            pixels = np.asarray(upright.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"the photo cannot be decoded: {error}") from None
    middle = np.median(rim(pixels), axis=0)
    if cutout is None:
        apart = np.abs(pixels - middle).max(axis=2) > 45
        return Photo(pixels, apart.astype(np.float32), None)
    return Photo(pixels, decoded_cut_out(cutout, pixels.shape[:2]), (int(middle[0]), int(middle[1]), int(middle[2])))


def place(canvas: Canvas, photo: Photo, box: Box, max_upscale: float, tint: Colour) -> Box:
    """Draw the photo into the box of the canvas, in place; returns where it came to lie."""
    if photo.ground is None:
        return _framed(canvas, photo.pixels, box, max_upscale, tint)
    rows, columns = np.where(photo.product > 0.3)
    tight = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    # The product itself fills the box, not the white around it; a margin of that comes along for the photo's shadow.
    area = _fit_box((tight[3] - tight[1], tight[2] - tight[0]), box, max_upscale, sink=True)
    scale = (area[2] - area[0]) / (tight[2] - tight[0])
    height, width = photo.product.shape
    margin = max(4, min(height, width) // 12)
    x0, y0 = max(0, tight[0] - margin), max(0, tight[1] - margin)
    x1, y1 = min(width, tight[2] + margin), min(height, tight[3] + margin)
    crop = slice(y0, y1), slice(x0, x1)
    size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    pad = max(8, size[1] // 6)
    product = _padded(_resized(photo.product[crop], size), pad, 0.0)
    shade = _padded(_shade(_resized(photo.pixels[crop], size), photo.ground, round(margin * scale)), pad, 1.0)
    pixels = _padded(_resized(photo.pixels[crop], size), pad, 255.0)
    corner = area[0] - round((tight[0] - x0) * scale) - pad, area[1] - round((tight[1] - y0) * scale) - pad
    seen = _visible(canvas.shape[:2], corner, product.shape)
    scene = canvas[seen[0]] * (1 - _shadow(product)[seen[1]][..., None] * _shadow_colour(tint))
    alpha = product[seen[1]][..., None]
    canvas[seen[0]] = alpha * pixels[seen[1]] + (1 - alpha) * scene * shade[seen[1]]
    return area


def _shade(pixels: NDArray[np.float32], ground: Colour, fade_px: int) -> NDArray[np.float32]:
    """How much darker than its ground each pixel is, (height, width, 3) of 0..1, fading to 1 at the patch's rim.

    The allowance of 5 keeps what a JPEG scatters on a plain ground from being multiplied in as dirt.
    """
    height, width = pixels.shape[:2]
    shade = np.clip((pixels + 5) / np.asarray(ground, np.float32), 0, 1)
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    reach = np.minimum(np.minimum(x, x[::-1])[None, :], np.minimum(y, y[::-1])[:, None]) / max(1, fade_px)
    fade = np.clip(reach, 0, 1)[..., None]
    return np.asarray(1 - (1 - shade) * fade, np.float32)


def _shadow_colour(tint: Colour) -> NDArray[np.float32]:
    """How much of each channel a full shadow takes: a little less of the tint's own, so that it is no plain grey."""
    return np.asarray(1 - np.asarray(tint, np.float32) / 255 * 0.55, np.float32)


def _framed(canvas: Canvas, pixels: NDArray[np.uint8], box: Box, max_upscale: float, tint: Colour) -> Box:
    """The whole photo with round corners and a soft shadow."""
    area = _fit_box(pixels.shape[:2], box, max_upscale, sink=False)
    width, height = area[2] - area[0], area[3] - area[1]
    radius = max(4, min(width, height) // 16)
    card = np.zeros((height * 2, width * 2), np.float32)
    for inset in ((2 * radius, 0), (0, 2 * radius)):
        cv2.rectangle(card, inset, (width * 2 - 1 - inset[0], height * 2 - 1 - inset[1]), 1.0, -1)
    for x in (2 * radius, width * 2 - 1 - 2 * radius):
        for y in (2 * radius, height * 2 - 1 - 2 * radius):
            cv2.circle(card, (x, y), 2 * radius, 1.0, -1)
    pad = max(8, height // 8)
    alpha = _padded(cv2.resize(card, (width, height), interpolation=cv2.INTER_AREA), pad, 0.0)
    picture = _padded(_resized(pixels, (width, height)), pad, 255.0)
    seen = _visible(canvas.shape[:2], (area[0] - pad, area[1] - pad), alpha.shape)
    dark = _shadow(alpha)[seen[1]][..., None] * _shadow_colour(tint)
    cover = alpha[seen[1]][..., None]
    canvas[seen[0]] = cover * picture[seen[1]] + (1 - cover) * canvas[seen[0]] * (1 - dark)
    return area


def _fit_box(shape: tuple[int, ...], box: Box, max_upscale: float, sink: bool) -> Box:
    """The largest area of the shape's proportions inside the box, centred; ``sink`` stands it on the box's floor."""
    height, width = shape[:2]
    scale = min((box[2] - box[0]) / width, (box[3] - box[1]) / height, max_upscale)
    out_w, out_h = max(1, int(width * scale)), max(1, int(height * scale))
    left = (box[0] + box[2] - out_w) // 2
    slack = box[3] - box[1] - out_h
    top = box[1] + (slack * 2 // 3 if sink else slack // 2)
    return left, top, left + out_w, top + out_h


def _resized(array: NDArray[np.generic], size: tuple[int, int]) -> NDArray[np.float32]:
    grows = size[0] > array.shape[1]
    method = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    out = cv2.resize(array, size, interpolation=method)
    return np.asarray(np.clip(out, 0, 255 if array.dtype == np.uint8 else 1), np.float32)


def _padded(array: NDArray[np.generic], pad: int, value: float) -> NDArray[np.float32]:
    out = cv2.copyMakeBorder(array, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(value,) * 4)
    return np.asarray(out, np.float32)


def _shadow(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two soft shadows below the shape, 0..0.4: a wide one for depth, a narrow one where it touches."""
    height = alpha.shape[0]
    # The wide one is blurred at a quarter of the size: the same to the eye at a tenth of the time.
    small = cv2.resize(np.roll(alpha, height // 28, axis=0), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = cv2.resize(cv2.GaussianBlur(small, (0, 0), height / 112), alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
    near = cv2.GaussianBlur(np.roll(alpha, height // 90, axis=0), (0, 0), height / 110)
    return np.asarray(0.26 * wide + 0.14 * near, np.float32)


def _visible(
    shape: tuple[int, ...], corner: tuple[int, int], size: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where a patch lies on the canvas, and which part of the patch that is."""
    (left, top), (height, width) = corner, size[:2]
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(shape[0], top + height), min(shape[1], left + width)
    return (slice(y0, y1), slice(x0, x1)), (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
