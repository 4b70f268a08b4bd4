"""Takes a whole run back: what stood before it stands again, unless something has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.tables import LOCK_CONTENT, iter_pages, product_content_history, write_transaction
from mmgen.publishing.rows import (
    CONTENT_COLUMNS,
    Slot,
    entry,
    now_text,
    put_rows,
    read_decisions,
    read_history,
    read_slots,
    record,
)
from mmgen.publishing.rules import past_of
from mmgen.publishing.types import PUBLISH_EVENTS, Author, ContentRow, Event, Key, Reason, Status, key_of

BATCH_PRODUCTS = 500
_ROLLBACK_EVENTS = (Event.ROLLED_BACK, Event.RESTORED, Event.ROLLBACK_SKIPPED)


@dataclass(frozen=True)
class Undo:
    """What a rollback does to one slot; ``outcome`` is the name it is counted under."""

    outcome: str
    entries: list[dict[str, Any]]
    put: dict[str, Any] | None = None


@dataclass(frozen=True)
class Release:
    """How many texts a release lets in again, and the dates to publish again, oldest first, to bring them back."""

    num_texts: int
    dates: list[str]


def rollback_run(engine: Engine, run_id: str, by: str) -> dict[str, int]:
    """Restore what stood before ``run_id`` wrote. Counts rows: ``restored`` (an earlier text stands again),
    ``withdrawn`` (there was none before), ``kept_changed_later``, ``kept_human`` (changed since, so left alone).

    ``ds`` never falls, so a backfill of an older date does not slip in. A value that was taken back is not published
    again by the next night's run (its result is ``rejected``, reason ``rolled_back``); a new value is, and
    ``release_run`` or an approval lifts the bar. Running it twice does nothing more. A run that wrote nothing gives
    zeros.
    """
    counts: Counter[str] = Counter()
    for product_ids in _products_of(engine, run_id):
        with write_transaction(engine, lock=LOCK_CONTENT) as connection:
            counts += _rollback_batch(connection, product_ids, run_id, by)
    return {name: counts[name] for name in ("restored", "withdrawn", "kept_changed_later", "kept_human")}


def release_run(engine: Engine, run_id: str, by: str) -> Release:
    """Allow the values that a rollback of ``run_id`` took back to be published again.

    They come back when their dates are published again: no night looks at an earlier date by itself.
    """
    num_texts, dates = 0, set[str]()
    for product_ids in _products_of(engine, run_id):
        with write_transaction(engine, lock=LOCK_CONTENT) as connection:
            entries = []
            for decisions in read_decisions(connection, product_ids).values():
                blocked = past_of(decisions).blocked
                entries += [
                    entry(row, Event.RELEASED, run_id, decided_by=by, decided_at=now_text())
                    for row in {row["value_hash"]: row for row in decisions if row["cause_run_id"] == run_id}.values()
                    if blocked.get(row["value_hash"]) is Reason.ROLLED_BACK
                ]
            record(connection, entries)
            dates |= _dates_of({key_of(one) for one in entries}, read_slots(connection, product_ids))
        num_texts += len(entries)
    return Release(num_texts, sorted(dates))


def _dates_of(keys: set[Key], slots: dict[Slot, dict[str, Any]]) -> set[str]:
    """The dates that these keys' generated rows stand at: an earlier one is not let in."""
    newest: dict[Key, str] = {}
    for (key, author), row in slots.items():
        if key in keys and author != Author.HUMAN:
            newest[key] = max(row["ds"], newest.get(key, ""))
    return set(newest.values())


def _products_of(engine: Engine, run_id: str) -> Iterator[list[str]]:
    """The ids of the products that a run wrote to, in batches."""
    table = product_content_history
    is_publication = table.c.action.in_([str(event) for event in PUBLISH_EVENTS])
    query = sa.select(table.c.product_id).where(table.c.cause_run_id == run_id, is_publication).distinct()
    for rows in iter_pages(engine, query, [table.c.product_id], BATCH_PRODUCTS):
        yield [row.product_id for row in rows]


def _rollback_batch(connection: Connection, product_ids: list[str], run_id: str, by: str) -> Counter[str]:
    slots = read_slots(connection, product_ids)
    undos = []
    for key, events in read_history(connection, product_ids).items():
        for author in (Author.MMGEN, Author.MMGEN_PENDING):
            of_slot = [event for event in events if event["author"] == author]
            undo = undo_of(of_slot, slots.get((key, author)), run_id, by)
            if undo is not None:
                undos.append(undo)
    put_rows(connection, [undo.put for undo in undos if undo.put is not None])
    record(connection, [one for undo in undos for one in undo.entries])
    return Counter(undo.outcome for undo in undos)


def undo_of(events: list[dict[str, Any]], current: ContentRow | None, run_id: str, by: str) -> Undo | None:
    """What rolling ``run_id`` back does to a slot with these history rows (oldest first); None for nothing."""
    states = _states(events)
    wrote = [event for event in states if event["cause_run_id"] == run_id]
    if not wrote:
        return None
    decided = {"decided_by": by, "decided_at": now_text()}
    last = states[-1]
    if last["cause_run_id"] != run_id:
        outcome = "kept_human" if last["cause_run_id"] is None else "kept_changed_later"
        return Undo(outcome, [entry(wrote[-1], Event.ROLLBACK_SKIPPED, run_id, **decided)])
    before = [event for event in states if event["cause_run_id"] != run_id]
    return _restore(last, current, before[-1] if before else None, run_id, decided)


def _states(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The states a slot went through, without those of runs that were rolled back by then.

    A run that was skipped, since a later one had written, is left out as well: when the later one is rolled back in
    turn, the skipped run's text must not come back.
    """
    states: list[dict[str, Any]] = []
    for event in events:
        if event["action"] in _ROLLBACK_EVENTS:
            states = [state for state in states if state["cause_run_id"] != event["cause_run_id"]]
        elif event["action"] != Event.RELEASED:
            states.append(event)
    return states


def _restore(
    last: ContentRow, current: ContentRow | None, before: ContentRow | None, run_id: str, decided: dict[str, str]
) -> Undo:
    """Put ``before`` back in place of what the run left (``current``; None where it dropped a waiting text)."""
    withdrawn, entries = str(Status.WITHDRAWN), []
    restored = before if before is not None and before["status"] != withdrawn else None
    # The same text made from other inputs is not a text to bar
    if current is not None and (restored is None or restored["value_hash"] != current["value_hash"]):
        entries.append(entry(current, Event.ROLLED_BACK, run_id, **{**decided, "status": withdrawn}))
    if restored is not None:
        ds = max(str(restored["ds"]), str((current or last)["ds"]))
        row = {name: restored[name] for name in CONTENT_COLUMNS} | {"ds": ds}
        return Undo("restored", [*entries, entry(row, Event.RESTORED, run_id)], put=row)
    put = None if current is None else {**current, "status": withdrawn, **decided}
    return Undo("withdrawn", entries, put=put)
