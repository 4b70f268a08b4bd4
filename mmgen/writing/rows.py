"""Descriptions for a batch of examples, with the champion as the sampler."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mmgen.config.descriptions import DESCRIPTIONS_VERSION, DescriptionParams
from mmgen.models.examples import ExampleArrays, encoder_columns, value_columns
from mmgen.registry.champions import model_in
from mmgen.writing.descriptions import INPUTS, write_descriptions

VERSION = DESCRIPTIONS_VERSION
ARRAYS = (*value_columns(), *encoder_columns())
PAYLOAD = (*(name for name in INPUTS if name not in ("product_id", "reject_reason")), *ARRAYS)
"""Columns of ``examples`` besides its keys: what the texts rest on, and what the model sees."""


def describe(
    batch: pa.RecordBatch, params: DescriptionParams, model_folder: str, model_version: str
) -> dict[str, list[Any]]:
    """The transform of ``descriptions``."""
    sampler = model_in(model_folder)
    return write_descriptions(batch, params, sampler, ExampleArrays.from_batch, model_version)
