"""Content checks for a batch of rows: one row a product and kind of content."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from mmgen.config.descriptions import CONTENT_CHECKS_VERSION, ContentParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import Fact
from mmgen.rejects import RejectReason

VERSION = CONTENT_CHECKS_VERSION


def check_rows(batch: pa.RecordBatch, params: ContentParams) -> dict[str, Any]:
    """The transform of ``content_checks``. Reads kind, locale, value (a creative's headline), its hash, facts."""
    statuses: list[str] = []
    details: list[str] = []
    for row in batch.select(["kind", "locale", "value", "facts"]).to_pylist():
        facts = [Fact(**fact) for fact in json.loads(row["facts"] or "[]")]
        results = check_content(row["kind"], row["value"], facts, row["locale"] or "und", params)
        statuses.append(status_of(results))
        details.append(json.dumps([asdict(result) for result in results], ensure_ascii=False))
    rejected = str(RejectReason.CONTENT_REJECTED)
    return {
        "locale": batch.column("locale"),
        "value_hash": batch.column("value_hash"),
        "status": statuses,
        "checks": details,
        "reject_reason": [rejected if status == "rejected" else None for status in statuses],
    }
