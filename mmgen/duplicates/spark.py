"""Near-copies across a large catalogue, in Spark, without comparing every product with every other.

A link is a (product, value) pair: products with an equal value are linked. A pair of products is two links to a value
of its own. Photos and texts find their links in their own ways, by ``mmgen.duplicates.photos`` and
``mmgen.duplicates.minhash``; linked products, directly or through others, are a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from mmgen.config.clean import DuplicateParams, NearCopyParams
from mmgen.duplicates.groups import connected
from mmgen.duplicates.minhash import similarity, text_bands
from mmgen.duplicates.photos import HASH_BITS, are_copies, band_masks

MAX_TOGETHER = 100_000
"""Up to here one process finds all links (``mmgen.duplicates.local``): what is compared is under 1 kB a product."""


def image_links(photos: DataFrame, params: DuplicateParams) -> DataFrame:
    """Links (product_id, value) between products that show the same photo.

    ``photos``: product_id, perceptual_hash (16 hex digits or null), thumbnail (bytes or null). Equal signatures are
    linked at once; of each one photo goes on to be compared with the near ones, so a thousand copies of a photo cost
    no more than one.
    """
    signed = photos.where(F.col("perceptual_hash").isNotNull() & F.col("thumbnail").isNotNull())
    signed = signed.withColumn("photo", F.sha2(F.concat(F.col("thumbnail"), F.encode("perceptual_hash", "utf-8")), 256))
    counted = signed.groupBy("photo").agg(
        F.min("product_id").alias("product_id"),
        F.count("*").alias("num_sharing"),
        F.first("perceptual_hash").alias("perceptual_hash"),
        F.first("thumbnail").alias("thumbnail"),
    )
    distinct = counted.where(F.col("num_sharing") <= params.max_shared).drop("num_sharing", "photo")
    return links_of_equal(signed, "photo", params.max_shared).unionByName(links_of_pairs(near_pairs(distinct, params)))


def near_pairs(photos: DataFrame, params: DuplicateParams) -> DataFrame:
    """Pairs (product_id, other_id), product_id the smaller, of photos that are near by hash and by thumbnail."""
    # Spark has no unsigned numbers: the hash as the signed one of the same bits
    bits = photos.select("product_id", F.conv("perceptual_hash", 16, -10).cast("long").alias("bits"))
    parts = F.array(
        *[
            F.struct(F.lit(number).alias("band"), F.col("bits").bitwiseAND(F.lit(_signed(mask))).alias("part"))
            for number, mask in enumerate(band_masks(params.max_hash_bits))
        ]
    )
    banded = bits.select("product_id", "bits", F.inline(parts))
    other = banded.select(F.col("product_id").alias("other_id"), F.col("bits").alias("other_bits"), "band", "part")
    apart = F.bit_count(F.col("bits").bitwiseXOR(F.col("other_bits")))
    near = (
        banded.join(other, ["band", "part"])
        .where((F.col("product_id") < F.col("other_id")) & (apart <= params.max_hash_bits))
        .select("product_id", "other_id")
        .distinct()
    )
    return _verified(near, photos, "thumbnail", partial(are_copies, params=params))


def _signed(mask: int) -> int:
    """64 bits as Spark's numbers have them."""
    return mask - (1 << HASH_BITS) if mask >> (HASH_BITS - 1) else mask


def text_links(texts: DataFrame, params: NearCopyParams, max_shared: int) -> DataFrame:
    """Links (product_id, value) between products that say nearly the same.

    ``texts``: product_id, title_key (string or null), signature (bytes or null). Equal titles are linked at once, and
    equal signatures; one text of each signature goes on to be compared with those that share a band with it.
    """
    signed = texts.where(F.col("signature").isNotNull())
    distinct = signed.groupBy("signature").agg(
        F.min("product_id").alias("product_id"), F.count("*").alias("num_sharing")
    )
    distinct = distinct.where(F.col("num_sharing") <= max_shared).drop("num_sharing")
    hashed = signed.select("product_id", F.sha2("signature", 256).alias("text"))
    near = links_of_pairs(near_text_pairs(distinct, params))
    by_title = links_of_equal(texts, "title_key", max_shared)
    return by_title.unionByName(links_of_equal(hashed, "text", max_shared)).unionByName(near)


def near_text_pairs(texts: DataFrame, params: NearCopyParams) -> DataFrame:
    """Pairs (product_id, other_id), product_id the smaller, whose signatures agree in ``min_similarity`` of their
    numbers. ``texts``: product_id, signature.

    A text is compared with the next ``max_bucket`` texts of each bucket at most: half a shop may begin its
    descriptions alike.
    """
    # Not a join on the band: it would look at all pairs of a bucket, and keep these
    following = Window.partitionBy("band").orderBy("product_id").rowsBetween(1, params.max_bucket)
    banded = _with_bands(texts, params).select("product_id", F.explode("bands").alias("band"))
    met = banded.select("product_id", F.collect_list("product_id").over(following).alias("others"))
    near = met.select("product_id", F.explode("others").alias("other_id")).distinct()
    return _verified(near, texts, "signature", lambda one, other: similarity(one, other) >= params.min_similarity)


def _verified(
    pairs: DataFrame, rows: DataFrame, column: str, are_near: Callable[[list[Any], list[Any]], npt.NDArray[np.bool_]]
) -> DataFrame:
    """Those of the pairs (product_id, other_id) whose two values of ``column`` are near."""
    one = rows.select("product_id", F.col(column).alias("one"))
    two = rows.select(F.col("product_id").alias("other_id"), F.col(column).alias("other"))

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            near = are_near(batch.column("one").to_pylist(), batch.column("other").to_pylist())
            yield batch.select(["product_id", "other_id"]).filter(pa.array(near))

    candidates = pairs.join(one, "product_id").join(two, "other_id").select("product_id", "other_id", "one", "other")
    return candidates.mapInArrow(check, "product_id string, other_id string")


def _with_bands(texts: DataFrame, params: NearCopyParams) -> DataFrame:
    """product_id, bands of texts with a signature."""

    def banded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            bands = pa.array(text_bands(batch.column("signature").to_pylist(), params), pa.list_(pa.int64()))
            yield pa.RecordBatch.from_arrays([batch.column("product_id"), bands], ["product_id", "bands"])

    return texts.select("product_id", "signature").mapInArrow(banded, "product_id string, bands array<long>")


def links_of_equal(rows: DataFrame, column: str, max_shared: int) -> DataFrame:
    """Links (product_id, value) of products whose ``column`` is equal and not null.

    Products without a partner are left out. So are values that more than ``max_shared`` products have: "T-shirt" and
    the picture of a camera that says "no photo" make no copies of anything.
    """
    counted = rows.where(F.col(column).isNotNull()).select(
        "product_id",
        F.concat(F.lit(f"{column}:"), F.col(column).cast("string")).alias("value"),
        F.count("*").over(Window.partitionBy(column)).alias("num_sharing"),
    )
    return counted.where(F.col("num_sharing").between(2, max_shared)).select("product_id", "value")


def links_of_pairs(pairs: DataFrame) -> DataFrame:
    """Links (product_id, value) of pairs (product_id, other_id)."""
    value = F.concat(F.lit("pair:"), "product_id", F.lit("\x1f"), "other_id").alias("value")
    mine = pairs.select("product_id", value)
    return mine.unionByName(pairs.select(F.col("other_id").alias("product_id"), value))


def fetched(links: DataFrame) -> list[tuple[str, str]]:
    """Links on the driver: near-copies are few, and spreading labels through Spark costs a shuffle a round."""
    return [(row.product_id, row.value) for row in links.select("product_id", "value").collect()]


def grouped(rows: DataFrame, **links: Sequence[tuple[str, str]]) -> DataFrame:
    """``rows`` (with product_id) and a column for each keyword: the smallest product_id of the component that these
    links make, the product's own where it is linked to nobody."""
    components = {name: connected(pairs) for name, pairs in links.items()}
    linked = sorted({product for found in components.values() for product in found})
    values = [(product, *(found.get(product, product) for found in components.values())) for product in linked]
    schema = ", ".join(["product_id string", *(f"linked_{name} string" for name in links)])
    joined = rows.join(F.broadcast(rows.sparkSession.createDataFrame(values, schema)), "product_id", "left")
    named = {name: F.coalesce(f"linked_{name}", "product_id") for name in links}
    return joined.withColumns(named).drop(*(f"linked_{name}" for name in links))
