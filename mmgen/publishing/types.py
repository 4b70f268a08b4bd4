"""What publishing speaks of: publications, their results, and the words for status, slot, action and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """The status of a content row."""

    PUBLISHED = "published"
    PENDING_APPROVAL = "pending_approval"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Author(StrEnum):
    """The slot of a content row, see ``mmgen.catalog.tables``."""

    MMGEN = "mmgen"
    MMGEN_PENDING = "mmgen_pending"
    HUMAN = "human"


class Action(StrEnum):
    """What became of one publication."""

    INSERTED = "inserted"  # live, where nothing of mmgen's was before
    UPDATED = "updated"  # live, in place of an earlier text (or the same text, made from other inputs)
    UNCHANGED = "unchanged"  # it stood there already: nothing written but, where it is newer, its ds
    SUPERSEDED = "superseded"  # a newer ds has spoken: nothing written
    HELD = "held"  # it waits for approval, or stands behind a person's text
    REJECTED = "rejected"  # it failed the checks, or a person rejected or took back this very value


class Reason(StrEnum):
    """Why a publication is not simply live."""

    NEWER_DS = "newer_ds"
    HUMAN_TEXT = "human_text"
    AWAITS_APPROVAL = "awaits_approval"  # the checks were in doubt
    EARLIER_REJECTION = "earlier_rejection"  # a person rejected the text before: the next one is shown to them first
    CHECKS_FAILED = "checks_failed"
    HUMAN_REJECTED = "human_rejected"
    ROLLED_BACK = "rolled_back"


class Event(StrEnum):
    """``product_content_history.action``."""

    INSERTED = "inserted"
    UPDATED = "updated"
    HELD = "held"
    DROPPED = "dropped"  # a waiting text that a newer live one has made obsolete
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"
    EDIT_WITHDRAWN = "edit_withdrawn"
    ROLLED_BACK = "rolled_back"  # the row that was taken back
    RESTORED = "restored"  # the row that stands again
    ROLLBACK_SKIPPED = "rollback_skipped"  # not taken back: changed since
    RELEASED = "released"  # a value that was rolled back may be published again


PUBLISH_EVENTS = (Event.INSERTED, Event.UPDATED, Event.HELD, Event.DROPPED)
DECISION_EVENTS = (Event.APPROVED, Event.REJECTED, Event.ROLLED_BACK, Event.RELEASED)

ContentRow = Mapping[str, Any]
"""A row of ``product_content``, column to value."""


class Key(NamedTuple):
    """What a storefront asks for: one kind of content of one product in one language."""

    product_id: str
    kind: str
    locale: str


def key_of(row: ContentRow) -> Key:
    """The key of a content or a history row."""
    return Key(row["product_id"], row["kind"], row["locale"])


@dataclass(frozen=True)
class Publication:
    """One generated value to publish. ``status`` is what the checks say: published, pending_approval or rejected.

    ``alt_text``: of a picture, what a screen reader says for it.
    """

    product_id: str
    kind: str
    locale: str
    value: str
    value_hash: str
    status: str
    ds: str
    run_id: str
    model_version: str | None = None
    disclosure: str | None = None
    content_hash: str | None = None
    alt_text: str | None = None

    @property
    def key(self) -> Key:
        """(product_id, kind, locale)."""
        return Key(self.product_id, self.kind, self.locale)


@dataclass(frozen=True)
class PublicationResult:
    """What became of a publication.

    ``status`` is that of mmgen's row that has this value (rejected: of the value itself; superseded: of the newer
    row). ``run_id`` is the run that wrote that row, an earlier one where nothing changed.
    """

    product_id: str
    kind: str
    locale: str
    action: Action
    status: Status
    value_hash: str
    run_id: str | None
    model_version: str | None
    ds: str
    reason: Reason | None = None
