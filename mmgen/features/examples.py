"""Examples: what the models see of a product. Masks, attribute ids and splits."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mmgen.hashes import bucket_of
from mmgen.models.examples import encoder_columns, value_columns
from mmgen.models.modalities.registry import NUM_ATTRIBUTES
from mmgen.seeds import seed_of

VERSION = 6
RECORD = ("locale", "title", "description", "category", "brand", "price", "is_price_from", "currency", "attributes",
          "facts")  # fmt: skip
"""What the shop says of a product: its texts are written from that."""
MADE = ("attribute_ids",)
KEPT = (*RECORD, *(name for name in value_columns() if name not in MADE), *encoder_columns(), "group_id")
"""Columns that go from the join to the example as they are; what is ``MADE`` is made here."""


def attribute_id(name: str, value: str) -> int:
    """A stable id of one ``name=value`` pair, 0 to 4095 (hashing trick, Weinberger et al. 2009)."""
    return bucket_of(f"{name.strip().casefold()}={value.strip().casefold()}", NUM_ATTRIBUTES)


def attribute_ids(row: dict[str, Any]) -> list[int]:
    """Ids of a product's attributes, category levels and brand, sorted, without repeats."""
    pairs = [(str(k), str(v)) for k, v in (row["attributes"] or []) if v]
    pairs += [("category", str(level)) for level in row["category"] or []]
    pairs += [("brand", row["brand"])] if row["brand"] else []
    return sorted({attribute_id(name, value) for name, value in pairs})


def split_of(group_id: str, seed: int, validation_share: float, test_share: float) -> str:
    """The split of a group: a fixed hash, so that a product never changes sides because others came or went."""
    place = seed_of("split", group_id, seed) / 2**63
    if place < test_share:
        return "test"
    return "validation" if place < test_share + validation_share else "train"


def build_examples(batch: pa.RecordBatch, seed: int, validation_share: float, test_share: float) -> dict[str, Any]:
    """The transform of ``examples``: a row of joined modalities -> one training row with its mask."""
    rows = batch.select(["attributes", "category", "brand", "group_id"]).to_pylist()
    return {
        **{name: batch.column(name) for name in KEPT},
        "has_image": batch.column("pixels").is_valid(),
        "has_text": batch.column("text_embedding").is_valid(),
        "has_audio": batch.column("audio_embedding").is_valid(),
        "attribute_ids": [attribute_ids(row) for row in rows],
        "split": [split_of(row["group_id"], seed, validation_share, test_share) for row in rows],
        "reject_reason": pa.nulls(batch.num_rows, pa.string()),
    }
