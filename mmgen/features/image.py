"""Image features: an embedding of colour and shape, which needs no training, what the image encoder says where one is
fitted, what a pretrained network says where one is named, and the pixels that training reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen.clean.image.frame import border_colour, lengths
from mmgen.config.features import ImageFeatureParams
from mmgen.hashes import digest_of_bytes
from mmgen.models.encoders.fitted import UNTRAINED, image_encoder_in
from mmgen.rejects import RejectReason

cv2.setNumThreads(1)

VERSION = 6
WIDTH = 256

COLUMNS = (
    "embedding",
    "encoding",
    "encoder_version",
    "pretrained_encoding",
    "pretrained_version",
    "pixels",
    "plain_hash",
    "reject_reason",
)

Pixels = npt.NDArray[np.uint8]
Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]

_COLOUR_SIDE_PX = 64
_BACKDROP_TOLERANCE = 16
_SHAPE_SIDE_PX = 128
_CELLS = 4  # a side: 4 x 4 cells of 8 directions
_DIRECTIONS = 8
_CELL_OF_PIXEL = (
    np.repeat(np.arange(_SHAPE_SIDE_PX) * _CELLS // _SHAPE_SIDE_PX, _SHAPE_SIDE_PX) * _CELLS
    + np.tile(np.arange(_SHAPE_SIDE_PX) * _CELLS // _SHAPE_SIDE_PX, _SHAPE_SIDE_PX)
) * _DIRECTIONS


@dataclass(frozen=True)
class ImageEncoders:
    """The networks that a batch is given to: the fitted one's folder (empty: none is fitted yet) and label, and the
    pretrained one's folder and identity (empty: none is named)."""

    folder: str = ""
    label: str = UNTRAINED
    pretrained_folder: str = ""
    pretrained_label: str = ""


NO_ENCODERS = ImageEncoders()


def image_features(
    batch: pa.RecordBatch, params: ImageFeatureParams, encoders: ImageEncoders = NO_ENCODERS
) -> dict[str, Any]:
    """Features of a batch of model images.

    batch: ``model_image`` (224 x 224 JPEG, or None), ``reject_reason`` of clean_images.
    Returns lists, ``batch.num_rows`` long: ``embedding`` (256,) float32; ``encoding`` float32 of unit length by the
    encoder (None where none is fitted) and ``encoder_version``; ``pretrained_encoding`` and ``pretrained_version``
    likewise (None where no network is named); ``pixels`` bytes of (side, side, 3) uint8 RGB;
    ``plain_hash`` of embedding and pixels, which no encoder changes; ``reject_reason`` (``input_rejected`` where there
    is no clean image).
    """
    columns: dict[str, list[Any]] = {name: [None] * batch.num_rows for name in COLUMNS}
    encoder = image_encoder_in(encoders.folder) if encoders.folder else None
    reasons = batch.column("reject_reason").to_pylist()
    rows, inputs, pictures = [], [], []
    for row, (data, reason) in enumerate(zip(batch.column("model_image"), reasons, strict=True)):
        picture, columns["reject_reason"][row] = _decoded(None if reason is not None else data.as_py())
        if picture is None:
            continue
        columns["embedding"][row] = embed_image(picture, params)
        columns["pixels"][row] = rgb_pixels(picture, params.pixels_side_px).tobytes()
        columns["plain_hash"][row] = digest_of_bytes(columns["embedding"][row].tobytes(), columns["pixels"][row])
        if encoder is not None:
            inputs.append(rgb_pixels(picture, encoder.network.side_px))
        columns["encoder_version"][row] = encoders.label
        columns["pretrained_version"][row] = encoders.pretrained_label or None
        pictures.append(picture)
        rows.append(row)
    if encoder is not None and rows:
        for row, encoding in zip(rows, encoder.embed(np.stack(inputs)), strict=True):
            columns["encoding"][row] = encoding
    if encoders.pretrained_folder and rows:
        for row, encoding in zip(rows, _pretrained(encoders.pretrained_folder, pictures), strict=True):
            columns["pretrained_encoding"][row] = encoding
    return columns


def _pretrained(folder: str, pictures: list[Pixels]) -> Vectors:
    from mmgen.features.vision import vision_encoder_in  # here: torch takes seconds to import, and is rarely wanted

    return vision_encoder_in(folder).embed([np.ascontiguousarray(picture[:, :, ::-1]) for picture in pictures])


def _decoded(data: bytes | None) -> tuple[Pixels | None, str | None]:
    """(height, width, 3) BGR, or why not."""
    if data is None:
        return None, RejectReason.INPUT_REJECTED.value
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    return picture, RejectReason.IMAGE_UNDECODABLE.value if picture is None else None


def rgb_pixels(picture: Pixels, side_px: int) -> Pixels:
    """(height, width, 3) BGR -> (side, side, 3) RGB, by area."""
    small = cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA)
    rgb: Pixels = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
    return rgb


def model_pixels(data: bytes, side_px: int) -> Pixels | None:
    """A model image as an encoder sees it: (side, side, 3) RGB; None where it can't be decoded."""
    picture, _ = _decoded(data)
    return None if picture is None else rgb_pixels(picture, side_px)


def embed_image(picture: Pixels, params: ImageFeatureParams) -> Vector:
    """(height, width, 3) BGR -> (256,): colour (128) and shape (128), each of unit length, together of unit length."""
    colour = colour_histogram(picture, params.backdrop_weight)
    both = np.concatenate([colour, gradient_histogram(picture)])
    return np.divide(both, np.float32(np.sqrt(2)), dtype=np.float32)


def colour_histogram(picture: Pixels, backdrop_weight: float) -> Vector:
    """(128,): joint histogram of hue (8), saturation (4) and value (4), square-rooted, of unit length.

    The square root makes the dot product of two embeddings Bhattacharyya's coefficient.
    """
    small, weights = weighted_pixels(picture, backdrop_weight)
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV).reshape(-1, 3).astype(np.intp)
    bins = np.minimum(hsv[:, 0] * 8 // 180, 7) * 16 + (hsv[:, 1] >> 6) * 4 + (hsv[:, 2] >> 6)
    return _unit(np.sqrt(np.bincount(bins, weights, minlength=128)))


def weighted_pixels(picture: Pixels, backdrop_weight: float) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """(height, width, 3) BGR -> (64, 64, 3), and the weight of each of its 4,096 pixels.

    Pixels of the border's colour weigh less: most of a studio photo is backdrop, and it says nothing of the product.
    """
    small: Pixels = cv2.resize(picture, (_COLOUR_SIDE_PX, _COLOUR_SIDE_PX), interpolation=cv2.INTER_AREA)
    away = np.abs(small.reshape(-1, 3).astype(np.int16) - np.array(border_colour(small), np.int16)).max(axis=1)
    return small, np.where(away > _BACKDROP_TOLERANCE, 1.0, backdrop_weight)


def gradient_histogram(picture: Pixels) -> Vector:
    """(128,): gradient strength by direction (8, unsigned) in 4 x 4 cells, square-rooted, of unit length.

    A coarse histogram of oriented gradients (Dalal and Triggs, 2005): outline and texture, not their exact place.
    """
    size = (_SHAPE_SIDE_PX, _SHAPE_SIDE_PX)
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength, angle = lengths(across, down), np.arctan2(down, across)
    # Directions half a turn apart are one: dark on light is the same edge as light on dark
    direction = np.rint(angle * (_DIRECTIONS / np.pi)).astype(np.intp).ravel() % _DIRECTIONS
    counts = np.bincount(_CELL_OF_PIXEL + direction, strength.ravel(), minlength=_CELLS * _CELLS * _DIRECTIONS)
    return _unit(np.sqrt(counts))


def _unit(values: npt.NDArray[np.float64]) -> Vector:
    length = float(np.linalg.norm(values))
    return (values / length if length > 0 else values).astype(np.float32)
