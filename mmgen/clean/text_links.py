"""Near-copies among texts across the whole catalogue: MinHash bands find them, signatures decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from mmgen.clean.groups import links_of_equal, links_of_pairs
from mmgen.clean.minhash import similarity, text_keys
from mmgen.clean.params import NearCopyParams

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def text_links(texts: DataFrame, params: NearCopyParams, max_shared: int) -> DataFrame:
    """Links (product_id, value) between products that say nearly the same.

    ``texts``: product_id, title, description, title_key (strings or null). Equal titles are linked at once, and equal
    signatures; one text of each signature goes on to be compared with those that share a band with it.
    """
    from pyspark.sql import functions as F

    signed = _signed(texts, params).persist()
    distinct = signed.groupBy("signature").agg(
        F.min("product_id").alias("product_id"), F.first("bands").alias("bands"), F.count("*").alias("num_sharing")
    )
    distinct = distinct.where(F.col("num_sharing") <= max_shared).drop("num_sharing")
    hashed = signed.select("product_id", F.sha2("signature", 256).alias("text"))
    near = links_of_pairs(near_text_pairs(distinct, params))
    return (
        links_of_equal(texts, "title_key", max_shared).unionByName(links_of_equal(hashed, "text", max_shared))
    ).unionByName(near)


def near_text_pairs(texts: DataFrame, params: NearCopyParams) -> DataFrame:
    """Pairs (product_id, other_id), product_id the smaller, whose signatures agree in ``min_similarity`` of their
    numbers. ``texts``: product_id, signature, bands.

    A text is compared with the next ``max_bucket`` texts of each bucket at most: half a shop may begin its
    descriptions alike.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    place = F.row_number().over(Window.partitionBy("band").orderBy("product_id"))
    banded = texts.select("product_id", F.explode("bands").alias("band")).withColumn("place", place)
    other = banded.select(F.col("product_id").alias("other_id"), "band", F.col("place").alias("other_place"))
    is_next = F.col("other_place").between(F.col("place") + 1, F.col("place") + params.max_bucket)
    near = banded.join(other, "band").where(is_next).select("product_id", "other_id").distinct()
    one = texts.select("product_id", F.col("signature").alias("one"))
    two = texts.select(F.col("product_id").alias("other_id"), F.col("signature").alias("other"))

    def verified(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            alike = similarity(batch.column("one").to_pylist(), batch.column("other").to_pylist())
            kept = pa.array(alike >= params.min_similarity)
            yield batch.select(["product_id", "other_id"]).filter(kept)

    candidates = near.join(one, "product_id").join(two, "other_id").select("product_id", "other_id", "one", "other")
    return candidates.mapInArrow(verified, "product_id string, other_id string")


def _signed(texts: DataFrame, params: NearCopyParams) -> DataFrame:
    """product_id, signature, bands of the texts that are long enough to compare."""

    def keys(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = text_keys(batch, params)
            columns = [
                batch.column("product_id"),
                pa.array(found["signature"], pa.binary()),
                pa.array(found["bands"], pa.list_(pa.int64())),
            ]
            yield pa.RecordBatch.from_arrays(columns, ["product_id", "signature", "bands"])

    rows = texts.select("product_id", "title", "description")
    signed = rows.mapInArrow(keys, "product_id string, signature binary, bands array<long>")
    return signed.where("signature is not null")
