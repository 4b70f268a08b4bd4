"""The products that the shop has as of a date: those whose newest row of ``raw_products`` says not that they left.

Where that row says neither (it was rejected), the product is there: it was in the catalogue. The rule stands here
alone; ``mmgen.engine.spark.in_shop`` is its form for Spark, and a test holds the two equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from mmgen.store.datasets import Dataset

IS_DELETED = "is_deleted"


def has_left(flags: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Which rows say that their product left the shop, from their ``is_deleted``; never null."""
    return pc.fill_null(flags, False)


def in_shop(rows: pa.Table) -> pa.Table:
    """Of the newest rows of ``raw_products``, those of products that the shop has."""
    return rows.filter(pc.invert(has_left(rows.column(IS_DELETED))))


def product_ids(raw_products: Dataset, until: str) -> pa.Array:
    """The ids of the products that the shop has as of a date, sorted."""
    present = in_shop(raw_products.newest([IS_DELETED], until=until))
    return present.column("product_id").combine_chunks().sort()
