"""What a publication does to what stands: every case a line."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen.publishing.rules import Past, Standing, decide, past_of
from mmgen.publishing.types import Publication, Reason


def publication(
    value: str = "new", status: str = "published", ds: str = "2024-01-02", content: str = "c"
) -> Publication:
    return Publication("p", "description", "en", value, f"h-{value}", status, ds, "run", "m1", "AI", content)


def row(
    value: str, status: str = "published", ds: str = "2024-01-01", author: str = "mmgen", content: str = "c"
) -> Any:
    base = vars(publication(value, status, ds, content))
    return {**base, "author": author, "run_id": "earlier", "decided_by": None, "decided_at": None}


def waiting(value: str, status: str = "pending_approval", ds: str = "2024-01-01") -> Any:
    return row(value, status, ds, "mmgen_pending")


OLD, SAME, NEWER = row("old"), row("new"), row("old", ds="2024-01-03")
REJECTED = Past({"h-bad": Reason.HUMAN_REJECTED}, is_under_review=True)
ROLLED_BACK = Past({"h-new": Reason.ROLLED_BACK})
LIVE, WAIT = "mmgen", "mmgen_pending"

CASES = [
    # id, publication, standing, (action, status, reason), changes as (slot, event)
    ("first", publication(), Standing(), ("inserted", "published", None), [(LIVE, "inserted")]),
    ("new text", publication(), Standing(OLD), ("updated", "published", None), [(LIVE, "updated")]),
    ("same text, newer ds", publication(), Standing(SAME), ("unchanged", "published", None), [(LIVE, None)]),
    ("same text, same ds", publication(ds="2024-01-01"), Standing(SAME), ("unchanged", "published", None), []),
    ("same text, other inputs", publication(content="d"), Standing(SAME), ("updated", "published", None),
     [(LIVE, "updated")]),
    ("same ds, new text", publication(ds="2024-01-01"), Standing(OLD), ("updated", "published", None),
     [(LIVE, "updated")]),
    ("older ds", publication(), Standing(NEWER), ("superseded", "published", "newer_ds"), []),
    ("older ds than what waits", publication(), Standing(OLD, waiting("w", ds="2024-01-03")),
     ("superseded", "pending_approval", "newer_ds"), []),
    ("older ds, same text", publication("old"), Standing(NEWER), ("superseded", "published", "newer_ds"), []),
    ("failed the checks", publication(status="rejected"), Standing(OLD), ("rejected", "rejected", "checks_failed"), []),
    ("in doubt, first", publication(status="pending_approval"), Standing(),
     ("held", "pending_approval", "awaits_approval"), [(WAIT, "held")]),
    ("in doubt, beside a live one", publication(status="pending_approval"), Standing(OLD),
     ("held", "pending_approval", "awaits_approval"), [(WAIT, "held")]),
    ("in doubt, waits already", publication(status="pending_approval"), Standing(OLD, waiting("new")),
     ("unchanged", "pending_approval", "awaits_approval"), [(WAIT, None)]),
    ("in doubt, another waits", publication(status="pending_approval"), Standing(OLD, waiting("w")),
     ("held", "pending_approval", "awaits_approval"), [(WAIT, "held")]),
    ("in doubt, but live (approved once)", publication(status="pending_approval"), Standing(SAME),
     ("unchanged", "published", None), [(LIVE, None)]),
    ("sure, another waits", publication(), Standing(OLD, waiting("w")), ("updated", "published", None),
     [(LIVE, "updated"), (WAIT, "dropped")]),
    ("live again, another waits", publication(), Standing(SAME, waiting("w")), ("unchanged", "published", None),
     [(LIVE, None), (WAIT, "dropped")]),
    ("rejected value again", publication("bad"), Standing(OLD, waiting("bad", "rejected"), past=REJECTED),
     ("rejected", "rejected", "human_rejected"), [(WAIT, None)]),
    ("rejected live value again", publication("bad"), Standing(row("bad", "rejected"), past=REJECTED),
     ("rejected", "rejected", "human_rejected"), [(LIVE, None)]),
    ("new value after a rejection", publication(), Standing(OLD, waiting("bad", "rejected"), past=REJECTED),
     ("held", "pending_approval", "earlier_rejection"), [(WAIT, "held")]),
    ("live value after a rejection", publication("old"), Standing(OLD, waiting("bad", "rejected"), past=REJECTED),
     ("unchanged", "published", None), [(LIVE, None)]),
    ("rolled back value again", publication(), Standing(OLD, past=ROLLED_BACK), ("rejected", "rejected", "rolled_back"),
     []),
    ("other value after a rollback", publication("next"), Standing(OLD, past=ROLLED_BACK),
     ("updated", "published", None), [(LIVE, "updated")]),
    ("after a withdrawal", publication(), Standing(row("old", "withdrawn")), ("updated", "published", None),
     [(LIVE, "updated")]),
    ("behind a person's text", publication(), Standing(None, None, True), ("held", "published", "human_text"),
     [(LIVE, "inserted")]),
    ("behind a person's text, unchanged", publication(), Standing(SAME, None, True),
     ("held", "published", "human_text"), [(LIVE, None)]),
    ("behind a person's text, older ds", publication(), Standing(NEWER, None, True),
     ("superseded", "published", "newer_ds"), []),
]  # fmt: skip


@pytest.mark.parametrize(("new", "standing", "expected", "changes"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_decide(new: Publication, standing: Standing, expected: Any, changes: Any) -> None:
    result, made = decide(new, standing)
    assert (result.action, result.status, result.reason) == expected
    assert [(change.author, change.event) for change in made] == changes
    assert all(change.row["ds"] == new.ds for change in made if change.event != "dropped")


def decision(action: str, value: str = "a") -> dict[str, str]:
    return {"action": action, "value_hash": value}


@pytest.mark.parametrize(
    ("decisions", "blocked", "is_under_review"),
    [
        pytest.param([decision("rejected")], {"a": "human_rejected"}, True, id="rejected"),
        pytest.param([decision("rejected"), decision("approved", "b")], {"a": "human_rejected"}, False,
                     id="rejected, another approved"),
        pytest.param([decision("rejected"), decision("approved")], {}, False, id="a change of mind"),
        pytest.param([decision("rolled_back")], {"a": "rolled_back"}, False, id="rolled back"),
        pytest.param([decision("rolled_back"), decision("released")], {}, False, id="released"),
        pytest.param([decision("rejected"), decision("rolled_back"), decision("released")], {"a": "human_rejected"},
                     True, id="a release lifts no rejection"),
    ],
)  # fmt: skip
def test_past(decisions: Any, blocked: Any, is_under_review: bool) -> None:
    assert past_of(decisions) == Past(blocked, is_under_review)
