"""Content checks for a batch of rows: one row a product and kind of content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from mmgen.config.descriptions import CONTENT_CHECKS_VERSION, ContentParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import from_json
from mmgen.rejects import RejectReason

VERSION = CONTENT_CHECKS_VERSION


def check_rows(batch: pa.RecordBatch, params: ContentParams) -> dict[str, Any]:
    """The transform of ``content_checks``. Reads kind, locale, value (a creative's headline), its hash, facts.

    Rows of the same facts are checked one after the other, so that what is read of the facts is read once.
    """
    statuses = [""] * batch.num_rows
    details = [""] * batch.num_rows
    rows = batch.select(["kind", "locale", "value", "facts"]).to_pylist()
    for known, places in _by_facts(rows).items():
        facts = from_json(known)
        for at in places:
            row = rows[at]
            results = check_content(row["kind"], row["value"], facts, row["locale"] or "und", params)
            statuses[at] = status_of(results)
            details[at] = json.dumps([vars(result) for result in results], ensure_ascii=False)
    rejected = str(RejectReason.CONTENT_REJECTED)
    return {
        "locale": batch.column("locale"),
        "value_hash": batch.column("value_hash"),
        "status": statuses,
        "checks": details,
        "reject_reason": [rejected if status == "rejected" else None for status in statuses],
    }


def _by_facts(rows: Sequence[Mapping[str, Any]]) -> dict[str | None, list[int]]:
    """Facts -> the places of the rows that rest on them."""
    found: dict[str | None, list[int]] = {}
    for at, row in enumerate(rows):
        found.setdefault(row["facts"], []).append(at)
    return found
