"""What a publication does to what stands: pure, so that every case is a line in a table of tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mmgen.publishing.types import Action, Author, ContentRow, Event, Publication, PublicationResult, Reason, Status


@dataclass(frozen=True)
class Past:
    """What was decided about a key before: values that may not come back, and whether a person must see the next."""

    blocked: dict[str, Reason] = field(default_factory=dict)  # value_hash -> why
    is_under_review: bool = False


@dataclass(frozen=True)
class Standing:
    """What a key has now: mmgen's live row, the one that waits, whether a person's text stands, and the past."""

    live: ContentRow | None = None
    waiting: ContentRow | None = None
    has_human_text: bool = False
    past: Past = field(default_factory=Past)


@dataclass(frozen=True)
class Change:
    """One slot's change. ``event`` None: only ``ds`` is raised. DROPPED: the row goes; else it is put."""

    author: Author
    row: dict[str, Any]
    event: Event | None


def past_of(decisions: Iterable[ContentRow]) -> Past:
    """Replay one key's decisions (history rows, oldest first)."""
    blocked: dict[str, Reason] = {}
    is_under_review = False
    for row in decisions:
        value_hash = row["value_hash"]
        match row["action"]:
            case Event.APPROVED:
                blocked.pop(value_hash, None)
                is_under_review = False
            case Event.REJECTED:
                blocked[value_hash] = Reason.HUMAN_REJECTED
                is_under_review = True
            case Event.ROLLED_BACK:
                blocked.setdefault(value_hash, Reason.ROLLED_BACK)
            case Event.RELEASED if blocked.get(value_hash) is Reason.ROLLED_BACK:
                del blocked[value_hash]
    return Past(blocked, is_under_review)


def decide(publication: Publication, standing: Standing) -> tuple[PublicationResult, list[Change]]:
    """The result of a publication and the changes that make it so.

    The newest ``ds`` that spoke about a key wins; a value that stands is not written again (only its ``ds`` rises,
    so that an older date stays out); a value that waits never hides the live one.
    """
    slots = [row for row in (standing.live, standing.waiting) if row is not None]
    newest = max(slots, key=lambda row: str(row["ds"]), default=None)
    if newest is not None and newest["ds"] > publication.ds:
        return _result(publication, Action.SUPERSEDED, newest["status"], Reason.NEWER_DS, newest), []
    if publication.status == Status.REJECTED:
        return _result(publication, Action.REJECTED, Status.REJECTED, Reason.CHECKS_FAILED), []
    live = standing.live
    if live is not None and live["status"] == Status.PUBLISHED and _has_value(live, publication):
        outcome = _stands_already(publication, standing, live)
    elif publication.value_hash in standing.past.blocked:
        reason = standing.past.blocked[publication.value_hash]
        outcome = _result(publication, Action.REJECTED, Status.REJECTED, reason), _confirm(publication, standing)
    elif publication.status == Status.PENDING_APPROVAL or standing.past.is_under_review:
        outcome = _wait(publication, standing)
    else:
        outcome = _go_live(publication, standing)
    return _behind_human(outcome[0], standing), outcome[1]


def _stands_already(
    publication: Publication, standing: Standing, live: ContentRow
) -> tuple[PublicationResult, list[Change]]:
    """The live text has this value. Also where the checks are in doubt now: a person may have approved it."""
    changes = _drop_waiting(standing)
    if live["content_hash"] == publication.content_hash:
        result = _result(publication, Action.UNCHANGED, Status.PUBLISHED, None, live)
        return result, [*_confirm(publication, standing), *changes]
    decided = {"decided_by": live["decided_by"], "decided_at": live["decided_at"]}
    row = _row(publication, Author.MMGEN, Status.PUBLISHED) | decided
    result = _result(publication, Action.UPDATED, Status.PUBLISHED)
    return result, [Change(Author.MMGEN, row, Event.UPDATED), *changes]


def _wait(publication: Publication, standing: Standing) -> tuple[PublicationResult, list[Change]]:
    waiting, status = standing.waiting, Status.PENDING_APPROVAL
    is_borderline = publication.status == Status.PENDING_APPROVAL
    reason = Reason.AWAITS_APPROVAL if is_borderline else Reason.EARLIER_REJECTION
    waits_already = waiting is not None and waiting["status"] == status and _has_value(waiting, publication)
    if waiting is not None and waits_already and waiting["content_hash"] == publication.content_hash:
        result = _result(publication, Action.UNCHANGED, status, reason, waiting)
        return result, _confirm(publication, standing)
    row = _row(publication, Author.MMGEN_PENDING, status)
    return _result(publication, Action.HELD, status, reason), [Change(Author.MMGEN_PENDING, row, Event.HELD)]


def _go_live(publication: Publication, standing: Standing) -> tuple[PublicationResult, list[Change]]:
    is_new = standing.live is None
    row = _row(publication, Author.MMGEN, Status.PUBLISHED)
    change = Change(Author.MMGEN, row, Event.INSERTED if is_new else Event.UPDATED)
    result = _result(publication, Action.INSERTED if is_new else Action.UPDATED, Status.PUBLISHED)
    return result, [change, *_drop_waiting(standing)]


def _drop_waiting(standing: Standing) -> list[Change]:
    """A text that waits is obsolete once a newer run stands by the live one: approved later, it would be stale.

    A rejected one stays: the person may change their mind, and nothing else goes live before they have decided.
    """
    waiting = standing.waiting
    if waiting is None or waiting["status"] == Status.REJECTED:
        return []
    return [Change(Author.MMGEN_PENDING, dict(waiting), Event.DROPPED)]


def _confirm(publication: Publication, standing: Standing) -> list[Change]:
    """Raise the ``ds`` of rows that have this value already: no history, the run that wrote it stays its author."""
    return [
        Change(Author(row["author"]), {**row, "ds": publication.ds}, None)
        for row in (standing.live, standing.waiting)
        if row is not None and _has_value(row, publication) and row["ds"] < publication.ds
    ]


def _behind_human(result: PublicationResult, standing: Standing) -> PublicationResult:
    """mmgen's row is kept current behind a person's text, for the day that is withdrawn; nobody sees it till then."""
    if not standing.has_human_text or result.action is Action.REJECTED:
        return result
    return PublicationResult(**{**vars(result), "action": Action.HELD, "reason": Reason.HUMAN_TEXT})


def _has_value(row: ContentRow | None, publication: Publication) -> bool:
    return row is not None and row["value_hash"] == publication.value_hash


def _row(publication: Publication, author: Author, status: Status) -> dict[str, Any]:
    row: dict[str, Any] = dict(vars(publication))
    return row | {"author": str(author), "status": str(status), "decided_by": None, "decided_at": None}


def _result(
    publication: Publication,
    action: Action,
    status: Status | str,
    reason: Reason | None = None,
    standing_row: ContentRow | None = None,
) -> PublicationResult:
    row = vars(publication) if standing_row is None else standing_row
    return PublicationResult(
        publication.product_id,
        publication.kind,
        publication.locale,
        action,
        Status(status),
        publication.value_hash,
        row["run_id"],
        row["model_version"],
        publication.ds,
        reason,
    )
