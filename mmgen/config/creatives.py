"""Parameters of ad creatives."""

from __future__ import annotations

from pydantic import Field

from mmgen.config.params import Params

CREATIVE_VERSION = 5  # raise it when the same parameters draw a different picture


class CreativeParams(Params):
    """``min_contrast`` is WCAG 2.2's ratio between text and ground: 4.5 is level AA, 7 is AAA.

    ``font_path``: a font file of the shop's own (TTF, OTF or TTC); null takes the packaged Noto Sans CJK.
    """

    size_px: int = Field(default=640, ge=256, le=2048)
    jpeg_quality: int = Field(default=90, ge=50, le=98)
    min_contrast: float = Field(default=4.5, ge=3.0, le=7.0)
    max_upscale: float = Field(default=2.2, ge=1.0, le=8.0)
    font_path: str | None = None
