"""Where a published text comes from: what stands for a product, and everything that was done to it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.tables import product_content, product_content_history, storefront_content


def content_of(engine: Engine, product_id: str) -> list[dict[str, Any]]:
    """Every content row of a product, ordered by kind, locale, author; ``is_on_storefront`` says which a customer sees.

    Keys: the columns of ``product_content`` and ``is_on_storefront`` (bool).
    """
    table, view = product_content, storefront_content
    same = [view.c[name] == table.c[name] for name in ("product_id", "kind", "locale", "author")]
    is_shown = sa.exists().where(*same).label("is_on_storefront")
    query = (
        sa.select(table, is_shown)
        .where(table.c.product_id == product_id)
        .order_by(table.c.kind, table.c.locale, table.c.author)
    )
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row | {"is_on_storefront": bool(row["is_on_storefront"])} for row in rows]


def history_of(engine: Engine, product_id: str) -> list[dict[str, Any]]:
    """All that was done to a product's content, oldest first.

    Keys: the columns of ``product_content`` as they were after the change (withdrawn for a row that went), and
    ``id``, ``action``, ``cause_run_id`` (the run that did it or is rolled back; None for a person), ``recorded_at``.
    """
    table = product_content_history
    query = sa.select(table).where(table.c.product_id == product_id).order_by(table.c.id)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
