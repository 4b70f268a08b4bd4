"""Clean product photos: decode safely, measure, enhance where needed, and keep a master and a model image."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa

from mmgen.clean.image.cut_out import encoded_cut_out
from mmgen.clean.image.decode import decode_image, encode_jpeg
from mmgen.clean.image.enhance import enhance, faults_of
from mmgen.clean.image.frame import border_colour, fit, is_blank, letterbox
from mmgen.clean.image.hash import perceptual_hash, thumbnail
from mmgen.clean.image.quality import SHOWN_SIDE_PX, measure
from mmgen.clean.rows import RejectedError, clean_media
from mmgen.config.clean import ImageParams
from mmgen.rejects import RejectReason

VERSION = 5

COLUMNS = (
    "master", "cutout", "model_image", "width_px", "height_px", "perceptual_hash", "thumbnail", "blur_px", "brightness",
    "contrast", "background_share", "is_enhanced", "source_format", "reject_reason",
)  # fmt: skip


def clean_images(batch: pa.RecordBatch, params: ImageParams) -> dict[str, Any]:
    """Clean a batch of photos.

    batch: ``data`` (binary), ``reject_reason`` of raw_media (passed on where set).
    Returns a list a column, ``batch.num_rows`` long. A rejected row has its reason and None elsewhere (but for the name
    of a format that nothing here reads). ``width_px``,
    ``height_px`` (upright) and the measures are those of the photo as it came; ``master`` and ``model_image`` are
    JPEGs of the photo as enhanced.
    """
    return clean_media(batch, COLUMNS, partial(clean_image, params=params))


def clean_image(data: bytes, params: ImageParams) -> dict[str, Any]:
    """The columns of one photo, without ``reject_reason``. Raises RejectedError."""
    # A large photo whose bytes are kept is decoded just large enough to be measured, for half the time
    decoded = decode_image(data, params, max(SHOWN_SIDE_PX, params.model_side_px))
    pixels, keep = decoded.pixels, decoded.keep
    small = fit(pixels, params.model_side_px)
    if is_blank(small, params.blank_std):
        raise RejectedError(RejectReason.IMAGE_BLANK)
    quality = measure(pixels, small)
    # Of the photo as it came, so that enhancing one of two copies parts them not
    hashed, cells = perceptual_hash(small), thumbnail(small)
    better, background = None, quality.background
    faults = faults_of(quality, params)
    if params.enhance and faults:
        whole = decode_image(data, params).pixels if decoded.is_reduced else pixels
        better = enhance(whole, quality, faults, params)
    if better is not None:
        pixels, keep = better, None
        small = fit(pixels, params.model_side_px)
        background = border_colour(small)
    master = (
        keep
        if keep is not None
        else encode_jpeg(pixels, params.enhanced_quality if better is not None else params.master_quality)
    )
    square = letterbox(small, background, params.model_side_px)
    # At exactly the model's size the master's bytes serve both: no second loss, no encoding
    as_is = square is small and small is pixels
    return {
        "master": master,
        "cutout": encoded_cut_out(pixels),
        "model_image": master if as_is and keep is not None else encode_jpeg(square, params.model_quality),
        "width_px": decoded.width_px,
        "height_px": decoded.height_px,
        "perceptual_hash": hashed,
        "thumbnail": cells,
        "blur_px": quality.blur_px,
        "brightness": quality.brightness,
        "contrast": quality.contrast,
        "background_share": quality.background_share,
        "is_enhanced": better is not None,
        "source_format": decoded.format_name,
    }
