"""Groups of near-copies: products that are linked, directly or through others, share the smallest of their ids.

A link is a (product, value) pair: products with an equal value are linked. A pair of products is two links to a value
of its own (``links_of_pairs``). Photos and texts find their links in their own ways; here they come together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


COLUMNS = ("image_group_id", "text_group_id", "group_id")


def connected(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Connected components of (product, link value) pairs: product -> the smallest product of its component."""
    listed = list(links)
    if not listed:
        return {}
    products = sorted({product for product, _ in listed})
    values = {value: number for number, value in enumerate(sorted({value for _, value in listed}), len(products))}
    index = {product: number for number, product in enumerate(products)}
    rows = np.array([index[product] for product, _ in listed], np.int64)
    columns = np.array([values[value] for _, value in listed], np.int64)
    size = len(products) + len(values)
    _, labels = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), (size, size)), directed=False)
    smallest: dict[str, str] = {}
    for product, label in zip(products, labels, strict=False):  # the link values' labels stand behind the products'
        smallest.setdefault(label, product)
    return {product: smallest[label] for product, label in zip(products, labels, strict=False)}


def links_of_equal(rows: DataFrame, column: str, max_shared: int) -> DataFrame:
    """Links (product_id, value) of products whose ``column`` is equal and not null.

    Products without a partner are left out. So are values that more than ``max_shared`` products have: "T-shirt" and
    the picture of a camera that says "no photo" make no copies of anything.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    counted = rows.where(F.col(column).isNotNull()).select(
        "product_id",
        F.concat(F.lit(f"{column}:"), F.col(column).cast("string")).alias("value"),
        F.count("*").over(Window.partitionBy(column)).alias("num_sharing"),
    )
    return counted.where(F.col("num_sharing").between(2, max_shared)).select("product_id", "value")


def links_of_pairs(pairs: DataFrame) -> DataFrame:
    """Links (product_id, value) of pairs (product_id, other_id)."""
    from pyspark.sql import functions as F

    value = F.concat(F.lit("pair:"), "product_id", F.lit("\x1f"), "other_id").alias("value")
    mine = pairs.select("product_id", value)
    return mine.unionByName(pairs.select(F.col("other_id").alias("product_id"), value))


def fetched(links: DataFrame) -> list[tuple[str, str]]:
    """Links on the driver: near-copies are few, and spreading labels through Spark costs a shuffle a round."""
    return [(row.product_id, row.value) for row in links.select("product_id", "value").collect()]


def grouped(rows: DataFrame, **links: Sequence[tuple[str, str]]) -> DataFrame:
    """``rows`` (with product_id) and a column for each keyword: the smallest product_id of the component that these
    links make, the product's own where it is linked to nobody."""
    from pyspark.sql import functions as F

    components = {name: connected(pairs) for name, pairs in links.items()}
    linked = sorted({product for found in components.values() for product in found})
    values = [(product, *(found.get(product, product) for found in components.values())) for product in linked]
    schema = ", ".join(["product_id string", *(f"linked_{name} string" for name in links)])
    joined = rows.join(F.broadcast(rows.sparkSession.createDataFrame(values, schema)), "product_id", "left")
    named = {name: F.coalesce(f"linked_{name}", "product_id") for name in links}
    return joined.withColumns(named).drop(*(f"linked_{name}" for name in links))


def keep_groups(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The transform of ``duplicates``: its columns as they are, for they were found over all products at once."""
    return {**{name: batch.column(name) for name in COLUMNS}, "reject_reason": pa.nulls(batch.num_rows, pa.string())}
