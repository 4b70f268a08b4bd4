"""Groups of near-copies: products that are linked, directly or through others, share the smallest of their ids.

A link is a (product, value) pair: products with an equal value are linked. ``mmgen.duplicates.local`` and, for large
catalogues, ``mmgen.duplicates.spark`` find the links.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

COLUMNS = ("image_group_id", "text_group_id", "group_id")


def connected(links: Iterable[tuple[str, Hashable]]) -> dict[str, str]:
    """Connected components of (product, link value) pairs: product -> the smallest product of its component."""
    listed = list(links)
    if not listed:
        return {}
    products = sorted({product for product, _ in listed})
    values = {value: number for number, value in enumerate(dict.fromkeys(value for _, value in listed), len(products))}
    index = {product: number for number, product in enumerate(products)}
    rows = np.array([index[product] for product, _ in listed], np.int64)
    columns = np.array([values[value] for _, value in listed], np.int64)
    size = len(products) + len(values)
    _, labels = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), (size, size)), directed=False)
    smallest: dict[str, str] = {}
    for product, label in zip(products, labels, strict=False):  # the link values' labels stand behind the products'
        smallest.setdefault(label, product)
    return {product: smallest[label] for product, label in zip(products, labels, strict=False)}


def keep_groups(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The transform of ``duplicates``: its columns as they are, for they were found over all products at once."""
    return {**{name: batch.column(name) for name in COLUMNS}, "reject_reason": pa.nulls(batch.num_rows, pa.string())}
