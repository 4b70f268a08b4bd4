"""Augmentation: each epoch sees a photo turned, mirrored, scaled, moved and tinted a little differently.

One affine warp and one colour matrix a photo, so it costs well under a millisecond at the training size. All that is
drawn comes from (product, epoch, seed): a training that goes on after a crash sees the same pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.config.training import AugmentParams
from mmgen.seeds import seed_of

cv2.setNumThreads(1)

Pixels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, of red, green and blue
_MID_GREY = 127.5


def augment(image: Pixels, product_id: str, epoch: int, seed: int, params: AugmentParams) -> Pixels:
    """A variant of a photo: (height, width, 3) RGB uint8 in and out.

    The same product, epoch and seed give the same bytes on every machine of one OpenCV build; another epoch gives
    another variant. Raises ValueError for any other shape or type.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"a photo of shape (height, width, 3) and uint8 is wanted, not {image.shape} {image.dtype}")
    rng = np.random.default_rng(seed_of("augment", product_id, epoch, seed))
    height, width = image.shape[:2]
    # Drawn first and always all of them, so that switching one off leaves the others as they were
    turn, size, across, down, mirror, light, range_, colour, hue = rng.uniform(-1.0, 1.0, 9)
    warp = _warp_matrix(
        (height, width),
        angle_rad=math.radians(turn * params.rotation_deg),
        scale=math.exp(size * math.log1p(params.scale)),
        shift=(across * params.shift, down * params.shift),
        is_mirrored=(mirror + 1) / 2 < params.flip,
    )
    tint = _colour_matrix(
        brightness=light * params.brightness,
        contrast=math.exp(range_ * math.log1p(params.contrast)),
        saturation=math.exp(colour * math.log1p(params.saturation)),
        hue_rad=2 * math.pi * hue * params.hue,
    )
    # The border is repeated: a studio backdrop goes on, and no black corner says how far the photo was turned
    warped = cv2.warpAffine(
        np.ascontiguousarray(image), warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    tinted: Pixels = cv2.transform(warped, tint)
    return tinted


def augment_batch(images: Pixels, product_ids: Sequence[str], epoch: int, seed: int, params: AugmentParams) -> Pixels:
    """``augment`` on (B, height, width, 3); the images handed in stay as they are."""
    out = np.empty_like(images)
    for row, product_id in enumerate(product_ids):
        out[row] = augment(images[row], product_id, epoch, seed, params)
    return out


def _warp_matrix(
    size: tuple[int, int], angle_rad: float, scale: float, shift: tuple[float, float], is_mirrored: bool
) -> Matrix:
    """(2, 3): about the centre, mirrored left to right, turned, scaled, then moved by shares of height and width."""
    centre = np.array([(size[1] - 1) / 2, (size[0] - 1) / 2])
    cos, sin = scale * math.cos(angle_rad), scale * math.sin(angle_rad)
    linear = np.array([[cos, sin], [-sin, cos]])
    if is_mirrored:
        linear[:, 0] *= -1
    offset = centre - linear @ centre + np.array([shift[0] * size[1], shift[1] * size[0]])
    return np.column_stack([linear, offset])


def _colour_matrix(brightness: float, contrast: float, saturation: float, hue_rad: float) -> Matrix:
    """(3, 4) on RGB: hue turned about the grey axis, saturation about luma, contrast about mid-grey, then brightness.

    Greys stay grey under hue and saturation (rows of both sum to one). Haeberli, "Matrix operations for image
    processing" (1993).
    """
    cos, sin = math.cos(hue_rad), math.sin(hue_rad)
    third, root = (1 - cos) / 3, sin / math.sqrt(3)
    turned = np.full((3, 3), third) + root * np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) + cos * np.eye(3)
    saturated = saturation * np.eye(3) + (1 - saturation) * np.tile(_LUMA, (3, 1))
    offset = np.full(3, (1 - contrast) * _MID_GREY + brightness * 255)
    return np.column_stack([contrast * saturated @ turned, offset])
