"""The real photos that image measurements use: which are held out, how they are harmed on purpose, and SSIM.

Held out: groups of identical photos (``image_md5``) whose hash begins with an even hex digit. Parameters are chosen on
the others alone, so no copy of a photo lies on both sides. The harms were fixed before any parameter was chosen.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import report  # first: it finds mmgen beside itself

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.clean.image.cut_out import cut_out, plain_ground

Pixels = npt.NDArray[np.uint8]

SAVED_AT = 92  # JPEG quality of a harmed photo: it reaches the shop as a file, like any other


def fashion(is_held_out: bool) -> list[Path]:
    """Studio photos, 224 x 224: one of each group of identical ones, in the order of their hashes."""
    folder = report.catalogue("fashion")
    with (folder / "products.csv").open(newline="", encoding="utf-8") as file:
        first = {row["image_md5"]: folder / row["image"] for row in csv.DictReader(file)}
    return [first[md5] for md5 in sorted(first) if (int(md5[0], 16) % 2 == 0) == is_held_out]


def grocery(is_held_out: bool) -> list[Path]:
    """Shelf photos, 160 px and more, taken with a phone: split by the hash of their bytes."""
    folder = report.catalogue("grocery")
    with (folder / "photos.csv").open(newline="", encoding="utf-8") as file:
        paths = [folder / row["image"] for row in csv.DictReader(file)]
    hashed = {hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest(): path for path in paths}
    return [hashed[md5] for md5 in sorted(hashed) if (int(md5[0], 16) % 2 == 0) == is_held_out]


def underexposed(photo: Pixels, stops: float) -> Pixels:
    """``stops`` too little light: linear light over 2^stops (sRGB's curve, IEC 61966-2-1)."""
    values = np.arange(256) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4) / 2**stops
    stored = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return cv2.LUT(photo, (stored * 255 + 0.5).astype(np.uint8))


def veiled(photo: Pixels, share: float) -> Pixels:
    """Washed out: ``share`` of the picture is a light grey veil, as of haze, stray light or a faded print."""
    levels = np.arange(256) * (1 - share) + 191 * share
    return cv2.LUT(photo, (levels + 0.5).astype(np.uint8))


def blurred(photo: Pixels, sigma_px: float) -> Pixels:
    """Out of focus: a Gaussian blur."""
    return cv2.GaussianBlur(photo, (0, 0), sigma_px)


Harm = tuple[str, str, Callable[[Pixels], Pixels]]
HARMS: tuple[Harm, ...] = (
    ("dark", "1 stop", lambda x: underexposed(x, 1.0)),
    ("dark", "2 stops", lambda x: underexposed(x, 2.0)),
    ("dark", "3 stops", lambda x: underexposed(x, 3.0)),
    ("washed out", "30% veil", lambda x: veiled(x, 0.30)),
    ("washed out", "45% veil", lambda x: veiled(x, 0.45)),
    ("washed out", "60% veil", lambda x: veiled(x, 0.60)),
    ("blurred", "sigma 1.0 px", lambda x: blurred(x, 1.0)),
    ("blurred", "sigma 1.5 px", lambda x: blurred(x, 1.5)),
    ("blurred", "sigma 2.0 px", lambda x: blurred(x, 2.0)),
    ("blurred", "sigma 3.0 px", lambda x: blurred(x, 3.0)),
)


def save(photo: Pixels, quality: int = SAVED_AT) -> bytes:
    """As a JPEG."""
    return bytes(cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def load(data: bytes) -> Pixels:
    """BGR pixels of an encoded photo."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def ssim(one: Pixels, other: Pixels) -> float:
    """Structural similarity of two photos' luma, -1 to 1: an 11 px Gaussian window of sigma 1.5 (Wang et al. 2004)."""
    x, y = (cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(np.float32) for photo in (one, other))

    def mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return cv2.GaussianBlur(values, (11, 11), 1.5)[5:-5, 5:-5]

    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())


def on_ground(photo: Pixels, ground: tuple[int, int, int]) -> tuple[Pixels, npt.NDArray[np.bool_]]:
    """A studio photo's product before a ground of another colour (RGB), and which pixels are all product.

    The cut-out is that of the creatives; where that cannot tell the product from its white ground, whatever is not
    nearly white. Shadows on the ground are kept: they darken it.
    """
    rgb = np.ascontiguousarray(photo[..., ::-1])
    plain = plain_ground(rgb)
    product = cut_out(rgb, plain) if plain else None
    if product is None:
        product = np.clip((247 - rgb.min(axis=2).astype(np.float32)) / 30, 0, 1)
    alpha = product[..., None]
    shade = np.minimum(1, (rgb.astype(np.float32) + 3) / 255)
    laid = alpha * rgb + (1 - alpha) * np.array(ground, np.float32) * shade
    return np.clip(laid[..., ::-1] + 0.5, 0, 255).astype(np.uint8), product > 0.95
