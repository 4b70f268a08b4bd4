"""Ad creatives: a square JPEG of a product's photo with its headline, brand, price and call to action.

How it looks is the layout's, see ``mmgen.creatives.layouts``. The same spec and parameters give the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mmgen.config.creatives import CreativeParams
from mmgen.creatives import colour
from mmgen.creatives.layouts.registry import layout_for
from mmgen.creatives.photo import Box
from mmgen.creatives.sheet import CreativeSpec, PlacedText

# IPTC's digital source types say what made a picture: https://cv.iptc.org/newscodes/digitalsourcetype/
SOURCE_TYPES = {"model": "compositeWithTrainedAlgorithmicMedia", "palette": "composite"}
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{kind}"/></rdf:RDF></x:xmpmeta>'
)


@dataclass(frozen=True)
class Creative:
    """A drawn creative. ``image``: JPEG bytes; ``backdrop``: model or palette; ``photo_box``: None on a card."""

    image: bytes
    layout: str
    backdrop: str
    texts: tuple[PlacedText, ...]
    photo_box: Box | None


def render_creative(spec: CreativeSpec, params: CreativeParams | None = None) -> bytes:
    """The creative as JPEG bytes.

    Raises ValueError for a photo that cannot be decoded, for a card that would be empty (no headline, no brand, no
    facts that can be drawn), and where no font covers the text.
    """
    return compose_creative(spec, params).image


def compose_creative(spec: CreativeSpec, params: CreativeParams | None = None) -> Creative:
    """The creative with what was drawn where. Raises as ``render_creative`` does."""
    params = params or CreativeParams()
    layout = layout_for(spec)
    drawn = layout.draw(spec, params)
    canvas = colour.dithered(drawn.sheet.canvas, spec.seed).astype(np.float32)
    backdrop = "palette" if spec.backdrop is None else "model"
    buffer = io.BytesIO()
    pixels = np.clip(np.round(canvas), 0, 255).astype(np.uint8)
    # Full chroma resolution: halved, it would put a coloured fringe around small text.
    xmp = XMP.format(kind=SOURCE_TYPES[backdrop]).encode()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=params.jpeg_quality, subsampling=0, optimize=True, xmp=xmp)
    return Creative(buffer.getvalue(), layout.name, backdrop, tuple(drawn.sheet.texts), drawn.photo_box)
