"""What describes a photo, as columns for ``examples``."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def photo_columns(is_on: bool) -> tuple[Column, Column]:
    """What describes a photo, and what that is by: colour and outline, and behind them what the encoders say."""
    if not is_on:
        return F.lit(None).cast("array<float>").alias("image_embedding"), F.lit(None).cast("string").alias(
            "image_encoder"
        )
    said = [F.coalesce(name, F.array().cast("array<float>")) for name in ("encoding", "pretrained_encoding")]
    by = F.concat_ws(" ", "encoder_version", "pretrained_version")
    return F.concat("embedding", *said).alias("image_embedding"), F.when(by != "", by).alias("image_encoder")
