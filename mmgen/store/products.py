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
TRANSLATED = "~"
"""Between a shop's id and the locale, in the id of a row that says a product again in a further locale."""


def translation_id(product_id: str, locale: str) -> str:
    """The id of the row that says a product in a further locale: ``A17~de``. It is a product like any other until its
    texts are published, which is done under the shop's own id."""
    return f"{product_id}{TRANSLATED}{locale}"


def shop_id(row_id: str, locale: str | None) -> str:
    """The shop's own id of the product that a row of ``locale`` is of."""
    return row_id.removesuffix(f"{TRANSLATED}{locale}") if locale else row_id


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
