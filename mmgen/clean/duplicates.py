"""Near-duplicate photos across the whole catalogue, without comparing every photo with every other.

Two signatures of a photo as it came: the 64-bit perceptual hash (``image_hash``), which finds, and an 8 x 8 thumbnail,
which decides. Within 4 bits of each other lie all copies that were scaled and saved again, and ten times as many
studio photos of different products; the thumbnails tell them apart by brightness and, more strictly, by colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen.clean.groups import links_of_equal, links_of_pairs
from mmgen.clean.image_hash import THUMBNAIL_PX
from mmgen.clean.params import DuplicateParams

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VERSION = 1
HASH_BITS = 64
_CHANNELS = 3


def bands(max_bits: int) -> list[tuple[int, int]]:
    """(first bit, number of bits) of max_bits + 1 bands of the hash: photos that differ in ``max_bits`` bits or fewer
    agree in at least one whole band (pigeonhole principle; Norouzi et al., "Fast search in Hamming space", 2012)."""
    edges = np.linspace(0, HASH_BITS, max_bits + 2).round().astype(int).tolist()
    return [(first, last - first) for first, last in pairwise(edges)]


def are_copies(one: list[bytes | None], other: list[bytes | None], params: DuplicateParams) -> npt.NDArray[np.bool_]:
    """Whether the thumbnails of each pair show the same picture: (N,) bool.

    No cell may differ by more than ``max_luma`` in brightness and ``max_chroma`` in colour: the same shoe in another
    colour differs in a few cells a little, which a mean over all of them would not see.
    """
    size = THUMBNAIL_PX * THUMBNAIL_PX * _CHANNELS
    known = np.array(
        [a is not None and b is not None and len(a) == len(b) == size for a, b in zip(one, other, strict=True)],
        np.bool_,
    )
    blank = bytes(size)
    first, second = (
        np.frombuffer(b"".join(v if ok and v else blank for v, ok in zip(side, known, strict=True)), np.uint8)
        for side in (one, other)
    )
    apart = np.abs(first.astype(np.int16) - second).reshape(len(known), THUMBNAIL_PX**2, _CHANNELS).max(axis=1)
    same: npt.NDArray[np.bool_] = (apart[:, 0] <= params.max_luma) & (apart[:, 1:].max(axis=1) <= params.max_chroma)
    return same & known


def image_links(photos: DataFrame, params: DuplicateParams) -> DataFrame:
    """Links (product_id, value) between products that show the same photo.

    ``photos``: product_id, perceptual_hash (16 hex digits or null), thumbnail (bytes or null). Equal signatures are
    linked at once; of each one photo goes on to be compared with the near ones, so a thousand copies of a photo cost
    no more than one.
    """
    from pyspark.sql import functions as F

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
    from pyspark.sql import functions as F

    # Spark has no unsigned numbers: the hash as the signed one of the same bits
    bits = photos.select("product_id", F.conv("perceptual_hash", 16, -10).cast("long").alias("bits"))
    parts = F.array(
        *[
            F.struct(
                F.lit(number).alias("band"),
                F.shiftrightunsigned("bits", first)
                .bitwiseAND(F.lit((1 << width) - 1 if width < HASH_BITS else -1))
                .alias("part"),
            )
            for number, (first, width) in enumerate(bands(params.max_hash_bits))
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
    one = photos.select("product_id", F.col("thumbnail").alias("one"))
    two = photos.select(F.col("product_id").alias("other_id"), F.col("thumbnail").alias("other"))
    candidates = near.join(one, "product_id").join(two, "other_id")

    def verified(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            same = are_copies(batch.column("one").to_pylist(), batch.column("other").to_pylist(), params)
            yield batch.select(["product_id", "other_id"]).filter(pa.array(same))

    return candidates.select("product_id", "other_id", "one", "other").mapInArrow(
        verified, "product_id string, other_id string"
    )
