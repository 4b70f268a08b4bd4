"""Parameters of the fusion classifier's training. Light: imports no TensorFlow."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mmgen.config.encoders import Schedule
from mmgen.config.params import Params


class ClassifierParams(Params):
    """How the fusion classifier reads a product, and how it is trained."""

    output: Literal["softmax", "sigmoid"] = Field(
        default="softmax", description="one class a label, or any number of them"
    )
    tokens: int = Field(default=24, ge=1, description="of a text that are read")
    buckets: int = Field(default=4096, ge=16, description="that words are hashed into")
    side_px: int = Field(default=32, ge=4, description="of a photo, whose rows are read from above")
    frames: int = Field(default=64, ge=4, description="of a sound that are read")
    embedding: int = Field(default=32, ge=4, description="values of a word")
    units: int = Field(default=64, ge=4, description="of each recurrent branch")
    hidden: int = Field(default=128, ge=4)
    modality_dropout: float = Field(default=0.5, ge=0, le=1, description="share of rows whose modalities are thinned")
    schedule: Schedule = Schedule(
        epochs=8, min_steps=120, max_steps=3000, batch_rows=64, learning_rate=3e-3, weight_decay=0.01
    )
