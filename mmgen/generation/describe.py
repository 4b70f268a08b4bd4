"""Descriptions for a batch of examples, with the champion as the sampler."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mmgen.generation.champion import model_in
from mmgen.generation.descriptions import write_descriptions
from mmgen.generation.params import DESCRIPTIONS_VERSION, DescriptionParams
from mmgen.models.arrays import ExampleArrays

VERSION = DESCRIPTIONS_VERSION
PAYLOAD = (
    "locale",
    "title",
    "description",
    "category",
    "brand",
    "price",
    "currency",
    "attributes",
    "has_image",
    "pixels",
    "text_embedding",
    "audio_embedding",
    "attribute_ids",
)


def describe(
    batch: pa.RecordBatch, params: DescriptionParams, model_folder: str, model_version: str
) -> dict[str, list[Any]]:
    """The transform of ``descriptions``."""
    sampler = model_in(model_folder)
    return write_descriptions(batch, params, sampler, ExampleArrays.from_batch, model_version)
