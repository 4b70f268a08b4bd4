"""Parameters of the encoders' training. Light: imports no TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mmgen.config.params import Params
from mmgen.config.training import AugmentParams
from mmgen.hashes import sha256_of_file


class Schedule(Params):
    """How long and how fast. Steps, never seconds, bound it: a time budget would make two runs differ."""

    epochs: float = Field(gt=0)
    min_steps: int = Field(ge=1)
    max_steps: int = Field(ge=1)
    batch_rows: int = Field(ge=2, description="rows a step on each replica")
    learning_rate: float = Field(gt=0)
    warmup: float = Field(default=0.1, ge=0, lt=1, description="share of the steps over which the rate rises")
    weight_decay: float = Field(default=0.05, ge=0)

    def num_steps(self, rows: int, replicas: int = 1) -> int:
        """Optimiser steps for ``rows`` training rows: epochs of them, within min_steps and max_steps."""
        steps = round(self.epochs * rows / (self.batch_rows * replicas))
        return max(min(self.min_steps, self.max_steps), min(self.max_steps, steps))


class ImageEncoderParams(Params):
    """The image encoder. ``catalogue`` trains on the shop's own photos; ``resnet50`` takes the weights of a file."""

    architecture: Literal["catalogue", "resnet50", "none"] = "catalogue"
    weights_file: str = Field(default="", description="ResNet50's weights without its top, for architecture resnet50")
    side_px: int = Field(default=64, ge=16, le=224)
    widths: tuple[int, ...] = Field(default=(32, 64, 128, 256), min_length=1, max_length=5)
    schedule: Schedule = Schedule(epochs=24, min_steps=120, max_steps=4000, batch_rows=64, learning_rate=3e-3)
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="of the arithmetic in training; auto: bfloat16 where the processor has it"
    )
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    thumbnail_weight: float = Field(default=5.0, ge=0, description="of the squared error beside a label's nats")
    erased: float = Field(default=0.25, ge=0, le=1, description="share of the photos with a block blanked out")
    min_products: int = Field(default=8, ge=2, description="with a value, below which it is no class of its own")
    max_classes: int = Field(default=500, ge=2, description="above which an attribute is no category")
    min_rows: int = Field(default=100, ge=8, description="training photos below which nothing is fitted")
    max_rows: int = Field(default=50_000, ge=8, description="training photos held in memory")
    augment: AugmentParams = AugmentParams(
        rotation_deg=8, scale=0.15, shift=0.06, brightness=0.06, contrast=0.12, saturation=0.15
    )

    @property
    def source(self) -> str:
        """SHA-256 of the weights file, 16 hex digits; empty where the encoder is trained, or the file is not there."""
        if self.architecture != "resnet50" or not Path(self.weights_file).is_file():
            return ""
        return sha256_of_file(Path(self.weights_file))[:16]


class AudioEncoderParams(Params):
    """The audio encoder: an LSTM autoencoder of log-mel segments."""

    architecture: Literal["lstm", "none"] = "lstm"
    pooled: int = Field(default=4, ge=1, description="log-mel frames of 10 ms that are averaged into one step")
    steps: int = Field(default=48, ge=4, description="of a segment")
    units: int = Field(default=64, ge=4)
    schedule: Schedule = Schedule(
        epochs=12, min_steps=120, max_steps=1500, batch_rows=32, learning_rate=3e-3, weight_decay=0.0
    )
    noise: float = Field(default=0.3, ge=0, description="standard deviations of noise on what the encoder hears")
    min_rows: int = Field(default=30, ge=2, description="training clips below which nothing is fitted")
    max_rows: int = Field(default=20_000, ge=8, description="training clips held in memory")


class EncoderParams(Params):
    """The fitted models that features are made with."""

    image: ImageEncoderParams = ImageEncoderParams()
    audio: AudioEncoderParams = AudioEncoderParams()
