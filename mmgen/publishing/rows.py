"""Reads and writes the rows of ``product_content`` and its history: the one place where publishing speaks SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.tables import insert_for, iter_pages, product_content, product_content_history
from mmgen.publishing.types import DECISION_EVENTS, Author, ContentRow, Event, Key, Status, key_of

CONTENT_COLUMNS = [column.name for column in product_content.columns]
KEY_COLUMNS = ["product_id", "kind", "locale", "author"]
Slot = tuple[Key, str]


def now_text() -> str:
    """When a decision was taken or a change recorded, UTC. Times of events only: no content depends on them."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def slot_of(row: ContentRow) -> Slot:
    """The key and the author of a content or a history row."""
    return key_of(row), row["author"]


def read_slots(connection: Connection, product_ids: Iterable[str]) -> dict[Slot, dict[str, Any]]:
    """Every content row of these products."""
    query = sa.select(product_content).where(product_content.c.product_id.in_(list(product_ids)))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return {slot_of(row): row for row in rows}


def iter_written_at(engine: Engine, ds: str, batch_size: int = 10_000) -> Iterator[Sequence[Key]]:
    """Every key that has a generated row of ``ds``, each once, in batches."""
    table = product_content
    key = (table.c.product_id, table.c.kind, table.c.locale)
    query = sa.select(*key).where(table.c.ds == ds, table.c.author != str(Author.HUMAN)).distinct()
    for rows in iter_pages(engine, query, key, batch_size):
        yield [Key(row.product_id, row.kind, row.locale) for row in rows]


def read_history(
    connection: Connection, product_ids: Iterable[str], events: Sequence[Event] | None = None
) -> dict[Key, list[dict[str, Any]]]:
    """The history of these products by key, oldest first; only ``events`` where they are given."""
    table = product_content_history
    query = sa.select(table).where(table.c.product_id.in_(list(product_ids))).order_by(table.c.id)
    if events is not None:
        query = query.where(table.c.action.in_([str(event) for event in events]))
    history: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        entered = dict(row)
        history[key_of(entered)].append(entered)
    return history


def read_decisions(connection: Connection, product_ids: Iterable[str]) -> dict[Key, list[dict[str, Any]]]:
    """What people decided about these products, oldest first."""
    return read_history(connection, product_ids, DECISION_EVENTS)


def put_rows(connection: Connection, rows: list[dict[str, Any]]) -> set[Slot]:
    """Insert or replace content rows, but never one of a newer ``ds``. Returns the slots that were written."""
    if not rows:
        return set()
    insert = insert_for(connection, product_content)
    statement = insert.on_conflict_do_update(
        index_elements=KEY_COLUMNS,
        set_={name: insert.excluded[name] for name in CONTENT_COLUMNS if name not in KEY_COLUMNS},
        where=product_content.c.ds <= insert.excluded.ds,
    ).returning(*(product_content.c[name] for name in KEY_COLUMNS))
    values = [{name: row[name] for name in CONTENT_COLUMNS} for row in rows]
    return {slot_of(dict(row)) for row in connection.execute(statement, values).mappings()}


def delete_rows(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Take content rows away (only ever waiting ones)."""
    if not rows:
        return
    is_slot = (product_content.c[name] == sa.bindparam(f"b_{name}") for name in KEY_COLUMNS)
    statement = sa.delete(product_content).where(*is_slot)
    connection.execute(statement, [{f"b_{name}": row[name] for name in KEY_COLUMNS} for row in rows])


def record(connection: Connection, entries: list[dict[str, Any]]) -> None:
    """Append to the history."""
    if entries:
        connection.execute(sa.insert(product_content_history), entries)


def entry(row: ContentRow, event: Event, cause_run_id: str | None, **changed: Any) -> dict[str, Any]:
    """A history entry from a content row; ``changed`` replaces columns. A row that goes is entered as withdrawn."""
    values = {name: row[name] for name in CONTENT_COLUMNS}
    if event is Event.DROPPED:
        values["status"] = str(Status.WITHDRAWN)
    return {**values, "action": str(event), "cause_run_id": cause_run_id, "recorded_at": now_text(), **changed}


def has_human_text(slots: dict[Slot, dict[str, Any]], key: Key) -> bool:
    """Whether a person's text stands for this key."""
    row = slots.get((key, Author.HUMAN))
    return row is not None and row["status"] == Status.PUBLISHED
