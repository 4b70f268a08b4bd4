"""Parameters of the feature transforms. Imports nothing heavy: config, DAG docs and the CLI read it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mmgen.params import Params


class ImageFeatureParams(Params):
    """Parameters of ``image_features``. The embedding's length is fixed by the contract: 128 colour + 128 shape."""

    pixels_side_px: int = Field(64, ge=8, description="Side of the stored uint8 RGB picture")
    backdrop_weight: float = Field(0.05, ge=0, le=1, description="Weight of a backdrop pixel in the colour histogram")


class TextFeatureParams(Params):
    """Parameters of ``text_features``."""

    width: int = Field(256, ge=16, description="Length of the hashed vector")
    bigrams: bool = True
    bigram_weight: float = Field(0.5, ge=0)
    character_weight: float = Field(0.5, ge=0, description="Weight of the characters inside a Chinese token")


class AudioFeatureParams(Params):
    """Parameters of ``audio_features``."""

    rate_hz: int = Field(16_000, gt=0)
    num_mels: int = Field(64, ge=8, description="The embedding is twice as long: mean and standard deviation")
    window: Literal[256, 400, 512] = Field(400, description="Samples a frame (25 ms at 16 kHz)")
    hop: int = Field(160, gt=0, description="Samples between frames (10 ms at 16 kHz)")
