"""Rows of a few products out of large tables, by their keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mmgen.store.datasets import Dataset

Key = tuple[str, ...]
Rows = dict[Key, dict[str, Any]]
"""Values of the key columns -> the row."""


def newest_rows(
    dataset: Dataset,
    product_ids: Iterable[str],
    columns: list[str],
    until: str | None = None,
    before: str | None = None,
) -> Rows:
    """The newest row of each key of the products, of the dates <= ``until`` or < ``before``; with ``ds``.

    Memory holds the keys, the wanted rows and one batch, so ``columns`` may be media.
    """
    wanted = set(product_ids)
    if not wanted:
        return {}
    known = set(dataset.contract.arrow_schema.names)  # a kind may be newer than the table that will hold it
    rows = dataset.newest(
        [name for name in columns if name in known], until=until, before=before, only=wanted
    ).to_pylist()
    return {tuple(str(row[name]) for name in dataset.contract.keys): row for row in rows}


def by_product(rows: Rows) -> dict[str, dict[str, Any]]:
    """Rows of a dataset with one row a product, by its id."""
    return {key[0]: row for key, row in rows.items()}
