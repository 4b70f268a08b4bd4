"""What a merchandiser decides: approve, reject, or write a text of their own. Each decision is kept in the history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.tables import LOCK_CONTENT, product_content, products, storable, write_transaction
from mmgen.config.params import nearest
from mmgen.hashes import digest_of
from mmgen.kinds import editable_kinds
from mmgen.publishing.rows import Slot, delete_rows, entry, has_human_text, now_text, put_rows, read_slots, record
from mmgen.publishing.types import Author, Event, Key, Status


def approve(engine: Engine, product_id: str, kind: str, locale: str, by: str) -> dict[str, Any]:
    """Put the waiting text live (or one that was rejected or taken back). Returns its content row.

    Raises ValueError where nothing waits, and where a person's own text stands (it would hide the approved one).
    """
    key = Key(product_id, kind, locale)
    with write_transaction(engine, lock=LOCK_CONTENT) as connection:
        slots = _slots(connection, key, by)
        if has_human_text(slots, key):
            raise ValueError(f"{_name(key)}: a person's own text stands and would hide this one: withdraw it first")
        live, waiting = slots.get((key, Author.MMGEN)), slots.get((key, Author.MMGEN_PENDING))
        text = waiting or live
        if text is None or text["status"] == Status.PUBLISHED:
            raise ValueError(f"{_name(key)}: no text waits for approval")
        ds = max(str(row["ds"]) for row in (live, waiting) if row is not None)
        row = {**text, "author": str(Author.MMGEN), "status": str(Status.PUBLISHED), "ds": ds, **_decided(by)}
        put_rows(connection, [row])
        entries = [entry(row, Event.APPROVED, None)]
        if waiting is not None:
            delete_rows(connection, [waiting])
            entries.append(entry(waiting, Event.APPROVED, None, status=str(Status.WITHDRAWN), **_decided(by)))
        record(connection, entries)
    return row


def reject(engine: Engine, product_id: str, kind: str, locale: str, by: str) -> dict[str, Any]:
    """Reject the waiting text; where none waits, take the live one off the storefront. Returns its content row.

    The same value is not published again, and the next new one waits for approval. Raises ValueError where there is
    nothing to reject.
    """
    key = Key(product_id, kind, locale)
    with write_transaction(engine, lock=LOCK_CONTENT) as connection:
        slots = _slots(connection, key, by)
        live, waiting = slots.get((key, Author.MMGEN)), slots.get((key, Author.MMGEN_PENDING))
        if waiting is not None and waiting["status"] == Status.PENDING_APPROVAL:
            text = waiting
        elif live is not None and live["status"] == Status.PUBLISHED:
            text = live
        else:
            raise ValueError(f"{_name(key)}: no generated text waits or is live, so there is none to reject")
        row = {**text, "status": str(Status.REJECTED), **_decided(by)}
        put_rows(connection, [row])
        record(connection, [entry(row, Event.REJECTED, None)])
    return row


def edit(engine: Engine, product_id: str, kind: str, locale: str, value: str, by: str) -> dict[str, Any]:
    """Publish a person's own text; it hides mmgen's until it is withdrawn. Returns its content row.

    Raises ValueError for a kind that is no text, an empty text, or a product that the catalogue has not.
    """
    key, value = Key(product_id, kind, locale), storable(value)
    if kind not in editable_kinds():
        raise ValueError(f"{kind!r} is no kind of text that a person writes.{nearest(kind, list(editable_kinds()))}")
    if not value.strip():
        raise ValueError(f"{_name(key)}: the text is empty. To take a text off the storefront, reject it")
    with write_transaction(engine, lock=LOCK_CONTENT) as connection:
        earlier = _slots(connection, key, by).get((key, Author.HUMAN))
        is_known = sa.select(products.c.product_id).where(products.c.product_id == product_id)
        if connection.execute(is_known).first() is None:
            raise ValueError(f"product {product_id!r} is not in the catalogue")
        decided = _decided(by)
        row: dict[str, Any] = dict.fromkeys(column.name for column in product_content.columns) | {
            **key._asdict(),
            "author": str(Author.HUMAN),
            "value": value,
            "value_hash": digest_of(value),
            "status": str(Status.PUBLISHED),
            "ds": max(decided["decided_at"][:10], earlier["ds"] if earlier else ""),
            **decided,
        }
        put_rows(connection, [row])
        record(connection, [entry(row, Event.EDITED, None)])
    return row


def withdraw_edit(engine: Engine, product_id: str, kind: str, locale: str, by: str) -> dict[str, Any]:
    """Take a person's own text back; mmgen's shows again. Returns its content row. ValueError where there is none."""
    key = Key(product_id, kind, locale)
    with write_transaction(engine, lock=LOCK_CONTENT) as connection:
        slots = _slots(connection, key, by)
        if not has_human_text(slots, key):
            raise ValueError(f"{_name(key)}: no person's text stands")
        row = {**slots[key, Author.HUMAN], "status": str(Status.WITHDRAWN), **_decided(by)}
        put_rows(connection, [row])
        record(connection, [entry(row, Event.EDIT_WITHDRAWN, None)])
    return row


def list_waiting(engine: Engine, limit: int = 100, after: Key | None = None) -> list[dict[str, Any]]:
    """Texts that wait for approval, ordered by key; ``after`` goes on behind the last one of an earlier list."""
    table = product_content
    columns = (table.c.product_id, table.c.kind, table.c.locale)
    query = sa.select(table).where(table.c.status == str(Status.PENDING_APPROVAL)).order_by(*columns).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(*columns) > sa.tuple_(*after))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _slots(connection: Connection, key: Key, by: str) -> dict[Slot, dict[str, Any]]:
    """The content rows of a product; ValueError, with the nearest kind, where the product has others but not this."""
    if not by.strip():
        raise ValueError("by: say who decides")
    slots = read_slots(connection, [key.product_id])
    kinds = sorted({slot_key.kind for slot_key, _ in slots if slot_key.locale == key.locale})
    if kinds and key.kind not in kinds:
        raise ValueError(f"{_name(key)}: the product has no such content.{nearest(key.kind, kinds)}")
    return slots


def _decided(by: str) -> dict[str, str]:
    return {"decided_by": by, "decided_at": now_text()}


def _name(key: Key) -> str:
    return f"{key.kind} ({key.locale}) of product {key.product_id!r}"
