"""Examples: what the models see of a product. Masks, attribute ids, groups of near-copies and splits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mmgen.seeds import seed_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VERSION = 3
NUM_ATTRIBUTE_IDS = 4096
KEPT = (
    "locale",
    "title",
    "description",
    "category",
    "brand",
    "price",
    "currency",
    "attributes",
    "pixels",
    "text_embedding",
    "audio_embedding",
    "image_encoder",
    "text_encoder",
    "audio_encoder",
    "group_id",
)
"""Columns that go from the join to the example as they are."""


def attribute_id(name: str, value: str) -> int:
    """A stable id of one ``name=value`` pair, 0 to 4095 (hashing trick, Weinberger et al. 2009)."""
    text = f"{name.strip().casefold()}={value.strip().casefold()}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") % NUM_ATTRIBUTE_IDS


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


def connected(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Connected components of (product, link value) pairs: product -> the smallest product of its component."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    products = sorted({product for product, _ in pairs})
    values = {value: number for number, value in enumerate(sorted({value for _, value in pairs}), len(products))}
    index = {product: number for number, product in enumerate(products)}
    rows = np.array([index[product] for product, _ in pairs], np.int64)
    columns = np.array([values[value] for _, value in pairs], np.int64)
    size = len(products) + len(values)
    _, labels = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), (size, size)), directed=False)
    smallest: dict[int, str] = {}
    for product, label in zip(products, labels, strict=False):  # the link values' labels stand behind the products'
        smallest.setdefault(int(label), product)
    return {product: smallest[int(label)] for product, label in zip(products, labels, strict=False)}


def group_near_copies(rows: DataFrame, links: list[str]) -> DataFrame:
    """Groups of products that share a value of any link column (title, perceptual hash ...), transitively.

    ``rows``: product_id and the link columns (null links nothing). Gives product_id, group_id: the smallest
    product_id of the connected component. Only products that share a value with another one reach the driver:
    near-copies are few, and spreading labels through Spark costs a shuffle a round.
    """
    from functools import reduce

    from pyspark.sql import Window
    from pyspark.sql import functions as F

    shared = []
    for link in links:
        counted = rows.where(F.col(link).isNotNull()).select(
            "product_id",
            F.concat(F.lit(f"{link}:"), F.col(link)).alias("value"),
            F.count("*").over(Window.partitionBy(link)).alias("num_sharing"),
        )
        shared.append(counted.where("num_sharing > 1").select("product_id", "value"))
    pairs = [(row.product_id, row.value) for row in reduce(lambda a, b: a.unionByName(b), shared).toLocalIterator()]
    alone = F.col("product_id").alias("group_id")
    if not pairs:
        return rows.select("product_id", alone)
    groups = rows.sparkSession.createDataFrame(sorted(connected(pairs).items()), "product_id string, smallest string")
    joined = rows.select("product_id").join(F.broadcast(groups), "product_id", "left")
    return joined.select("product_id", F.coalesce("smallest", "product_id").alias("group_id"))
