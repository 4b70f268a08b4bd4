"""Publishes generated content: compare-and-set by ``ds``, in batches, with a result for every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.tables import LOCK_CONTENT, storable, write_transaction
from mmgen.publishing.rows import (
    Slot,
    delete_rows,
    entry,
    has_human_text,
    put_rows,
    read_decisions,
    read_slots,
    record,
    slot_of,
)
from mmgen.publishing.rules import Change, Past, Standing, decide, past_of
from mmgen.publishing.types import Action, Author, Event, Key, Publication, PublicationResult, Reason


def publish_rows(engine: Engine, rows: Iterable[Publication], batch_size: int = 1000) -> Iterator[PublicationResult]:
    """Publish ``rows`` and say of each, in order, what became of it (lazily: nothing happens until it is consumed).

    A batch is one transaction, so an interrupted run is simply run again: what stands is ``unchanged``. All writers
    of content take one lock a batch, hence two runs at once end with the newer ``ds``, whoever comes first. The
    rules are ``mmgen.publishing.rules.decide``. Raises ValueError for a publication of no known status.
    """
    for batch in _batches(rows, batch_size):
        with write_transaction(engine, lock=LOCK_CONTENT) as connection:
            results = _publish_batch(connection, batch)
        yield from results


def _batches(rows: Iterable[Publication], batch_size: int) -> Iterator[list[Publication]]:
    """Batches in which no key comes twice: a set-based statement writes each row once."""
    batch: dict[Key, Publication] = {}
    for row in rows:
        if row.status not in ("published", "pending_approval", "rejected"):
            raise ValueError(
                f"publication of {row.product_id!r}: status {row.status!r} is not published, pending_approval"
                " or rejected"
            )
        if len(batch) >= batch_size or row.key in batch:
            yield list(batch.values())
            batch = {}
        alt_text = None if row.alt_text is None else storable(row.alt_text)
        batch[row.key] = replace(row, value=storable(row.value), alt_text=alt_text)
    if batch:
        yield list(batch.values())


def _publish_batch(connection: Connection, batch: list[Publication]) -> list[PublicationResult]:
    product_ids = {publication.product_id for publication in batch}
    slots = read_slots(connection, product_ids)
    decisions = read_decisions(connection, product_ids)
    decided = []
    for publication in batch:
        key = publication.key
        standing = Standing(
            slots.get((key, Author.MMGEN)),
            slots.get((key, Author.MMGEN_PENDING)),
            has_human_text(slots, key),
            past_of(decisions[key]) if key in decisions else Past(),
        )
        decided.append((publication, *decide(publication, standing)))
    written = _write(connection, [(publication, change) for publication, _, changes in decided for change in changes])
    return [_as_written(result, changes, written) for _, result, changes in decided]


def _write(connection: Connection, changes: list[tuple[Publication, Change]]) -> set[Slot]:
    puts = [change.row for _, change in changes if change.event is not Event.DROPPED]
    drops = [change.row for _, change in changes if change.event is Event.DROPPED]
    written = put_rows(connection, puts) | {slot_of(row) for row in drops}
    delete_rows(connection, drops)
    entries: list[dict[str, Any]] = [
        entry(change.row, change.event, publication.run_id)
        for publication, change in changes
        if change.event is not None and slot_of(change.row) in written
    ]
    record(connection, entries)
    return written


def _as_written(result: PublicationResult, changes: list[Change], written: set[Slot]) -> PublicationResult:
    """The statement has the last word: where it found a newer ``ds`` after all (a writer without our lock), say so."""
    if all(slot_of(change.row) in written for change in changes):
        return result
    return replace(result, action=Action.SUPERSEDED, reason=Reason.NEWER_DS)
