"""The product of a photo apart from its ground: pixels are RGB, as a page shows them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mmgen.clean.image.frame import Pixels, Plane, fit

Colour = tuple[int, int, int]
CUTOUT_SIDE_PX = 900
"""Longest side of a kept cut-out: more than an advert shows of a photo, at a few kilobytes."""


def encoded_cut_out(pixels: Pixels) -> bytes | None:
    """What is kept of a photo's cut-out: a PNG of one channel, 255 on the product, of the photo's proportions and at
    most ``CUTOUT_SIDE_PX`` long. None where the ground is not plain, or ``cut_out`` finds no product on it.
    """
    seen = fit(pixels, CUTOUT_SIDE_PX)
    ground = plain_ground(seen)
    product = cut_out(seen, ground) if ground else None
    if product is None:
        return None
    return cv2.imencode(".png", np.round(product * 255).astype(np.uint8))[1].tobytes()


def decoded_cut_out(data: bytes, shape: tuple[int, ...]) -> Plane:
    """A kept cut-out, 0..1, at the size (height, width) of a photo. ValueError where the bytes are no picture."""
    plane = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if plane is None:
        raise ValueError("the cut-out cannot be decoded")
    shrinks = plane.shape[0] > shape[0]
    resized = cv2.resize(plane, (shape[1], shape[0]), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized.astype(np.float32) / 255)


def plain_ground(pixels: Pixels) -> Colour | None:
    """The light colour that nine tenths of the picture's border have, or None."""
    border = rim(pixels).astype(np.int16)
    middle = np.median(border, axis=0)
    near = np.abs(border - middle).max(axis=1) < 14
    if middle.min() < 225 or near.mean() < 0.9:
        return None
    return int(middle[0]), int(middle[1]), int(middle[2])


def rim(pixels: Pixels) -> Pixels:
    """The pixels (num, 3) of a rim of one fiftieth of the picture."""
    width = max(2, min(pixels.shape[:2]) // 50)
    sides = pixels[:width], pixels[-width:], pixels[:, :width], pixels[:, -width:]
    return np.concatenate([part.reshape(-1, 3) for part in sides])


def cut_out(pixels: Pixels, ground: Colour) -> Plane | None:
    """How much of each pixel is product, 0..1.

    None where the product is too pale to tell from its ground, or runs out of the picture (cut off, it would float).
    """
    calm = cv2.bilateralFilter(pixels, 5, 30, 3)  # sensor noise must not pass for an outline
    below = np.asarray(ground, np.int16) - calm.astype(np.int16)
    away = np.abs(below).max(axis=2)
    outside = _outside(away)
    inside = ~outside
    if not 0.02 < float(inside.mean()) < 0.95 or float((away[inside] < 40).mean()) > 0.45 or _is_cropped(inside):
        return None
    # A shadow on the ground is grey, faint and hugs the product: it is left to the blend, which multiplies it in.
    side = min(pixels.shape[:2])
    is_grey = (away < 80) & (below.max(axis=2) - below.min(axis=2) < 14)
    hem = cv2.dilate(outside.astype(np.uint8), _disc(max(3, side // 8))) > 0
    shadow = _joined(is_grey & hem, outside)
    core = pixels[inside & ~shadow].astype(np.int16)
    if len(core) == 0 or (np.median(core.min(axis=1)) > 150 and np.median(np.ptp(core, axis=1)) < 24):
        return None  # a pale grey product: the backdrop would stain it
    # At the outline a pixel is part ground, part product: it counts by how far from the ground's colour it is, and
    # the blend multiplies the rest into the backdrop, so that no white rim is left.
    around = outside | (shadow & (away < 60))
    outline = cv2.dilate(around.astype(np.uint8), _disc(max(3, side // 75))) > 0
    part = np.where(outline, np.clip((away - 10) / 80, 0, 1), 1.0)
    part = np.where(shadow, np.clip((away - 40) / 40, 0, 1), part)
    kept = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, _disc(3))
    return np.asarray(cv2.GaussianBlur((part * kept).astype(np.float32), (3, 3), 0))


def _joined(region: NDArray[np.bool_], to: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of ``region`` that touch ``to``, by way of the region itself."""
    _, labels = cv2.connectedComponents((region | to).astype(np.uint8), connectivity=4)
    return np.asarray(np.isin(labels, np.unique(labels[to])) & region & ~to)


def _outside(away: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Pixels like the ground that reach the border, and flat patches of exactly its colour inside (a bag's handle)."""
    _, labels = cv2.connectedComponents((away < 12).astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    sizes = np.bincount(labels.ravel())
    mean = np.bincount(labels.ravel(), weights=away.ravel()) / np.maximum(sizes, 1)
    holes = np.flatnonzero((sizes > labels.size * 0.004) & (mean < 2.5))
    chosen = np.union1d(edge, holes)
    return np.asarray(np.isin(labels, chosen[chosen > 0]))


def _is_cropped(inside: NDArray[np.bool_]) -> bool:
    """Whether the product covers more than a tenth of one edge of the picture."""
    return max(float(edge.mean()) for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1])) > 0.1


def _disc(size: int) -> Pixels:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size | 1, size | 1)), np.uint8)
