"""Rejected rows as of a date. What is held in memory is bounded by the rejected products, never by the tables."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.tables import import_rejects
from mmgen.rejects import RejectReason
from mmgen.store.datasets import Dataset
from mmgen.store.products import IS_DELETED, has_left

BATCH_ROWS = 8192
MAX_DETAIL_CHARS = 120
Key = tuple[str, ...]
Found = dict[Key, tuple[str, str]]
"""Key -> (ds, reason)."""

DETAILS = {
    "raw_media": (("raw_media", "path", None),),
    "clean_images": (("raw_media", "path", "image"), ("clean_images", "source_format", None)),
    "clean_audio": (("raw_media", "path", "audio"),),
    "clean_texts": (("raw_products", "title", None),),
    "content_checks": (("content_checks", "checks", None),),
}
"""Dataset -> where the details of a rejected row stand: dataset, column, modality."""


class Rejects:
    """Rejected rows of one or more datasets, with the counts of all of them and the first ``limit`` as rows."""

    def __init__(self, home: Path, until: str | None, reasons: tuple[str, ...], is_all: bool, limit: int) -> None:
        self._home, self._until, self._limit = home, until, limit
        self._reasons, self._is_all = reasons, is_all or str(RejectReason.INPUT_REJECTED) in reasons
        self._gone: set[str] | None = None
        self.rows: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.retryable: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def _is_wanted(self, reason: str) -> bool:
        if self._reasons and reason not in self._reasons:
            return False
        return self._is_all or reason != RejectReason.INPUT_REJECTED

    def add(self, dataset: Dataset) -> None:
        """The rejected rows of a dataset, those of products that left the catalogue apart."""
        found = newest_rejects(dataset, self._until)
        gone = self._gone_products() if found else set()
        wanted = {k: v for k, v in found.items() if self._is_wanted(v[1]) and k[0] not in gone}
        for ds, reason in wanted.values():
            self.counts[reason] += 1
            self.retryable[ds][dataset.name].add(reason)
        shown = sorted(wanted)[: max(0, self._limit - len(self.rows))]
        details = self._details(dataset.name, {key[0] for key in shown}) if shown else {}
        for key in shown:
            ds, reason = wanted[key]
            detail = details.get(key, details.get(key[:1], ""))
            names = dict(zip(dataset.contract.keys, key, strict=True))
            self.rows.append({**names, "dataset": dataset.name, "ds": ds, "reason": reason, "detail": detail})

    def add_import(self, engine: Engine) -> None:
        """Rows of the shop's file that did not become a product."""
        query = sa.select(import_rejects).order_by(import_rejects.c.source, import_rejects.c.row_number)
        with engine.connect() as connection:
            for row in connection.execution_options(stream_results=True).execute(query).mappings():
                if not self._is_wanted(row["reject_reason"]):
                    continue
                self.counts[row["reject_reason"]] += 1
                if len(self.rows) < self._limit:
                    detail = f"{row['source']} row {row['row_number']}: {row['detail'] or ''}"
                    name = {"product_id": row["product_id"] or "", "dataset": "import", "ds": ""}
                    self.rows.append({**name, "reason": row["reject_reason"], "detail": detail})

    def _gone_products(self) -> set[str]:
        """Products that the shop has taken away: their rows are of the past."""
        if self._gone is None:
            raw = Dataset("raw_products", self._home)
            self._gone = {key[0] for key in newest_marked(raw, self._until, IS_DELETED, has_left)}
        return self._gone

    def _details(self, name: str, product_ids: set[str]) -> dict[Key, str]:
        """Key, or (product_id,), -> what helps to find the fault: the media's path, the title, the failed checks."""
        details: dict[Key, str] = {}
        for source, column, modality in DETAILS.get(name, ()):
            dataset = Dataset(source, self._home)
            keys = dataset.contract.keys
            for row in dataset.newest([column], until=self._until, only=product_ids).to_pylist():
                if modality is None or row["modality"] == modality:
                    key = tuple(row[k] for k in keys)[: None if modality is None else 1]
                    found = detail_of(column, row[column])
                    details[key] = ": ".join(filter(None, (details.get(key), found)))
        return details

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rows": self.rows,
            "num_rows": sum(self.counts.values()),
            "num_shown": len(self.rows),
            "counts": dict(self.counts.most_common()),
        }


def newest_rejects(dataset: Dataset, until: str | None) -> Found:
    """Rejected rows as of a date: those whose newest row has a reason."""
    return newest_marked(dataset, until, "reject_reason", pc.is_valid)


def newest_marked(dataset: Dataset, until: str | None, column: str, is_marked: Callable[[Any], Any]) -> Found:
    """Key -> (ds, the column's value) of the rows that are marked as of a date.

    Of products that were never marked nothing is held.
    """
    keys = dataset.contract.keys
    ever: set[str] = set()
    for batch in dataset.batches(dataset.files(until=until), ["product_id", column], BATCH_ROWS):
        ever.update(batch.column("product_id").filter(is_marked(batch.column(column))).to_pylist())
    rows = dataset.newest([column], until=until, only=ever) if ever else None
    marked = [] if rows is None else rows.filter(is_marked(rows.column(column))).to_pylist()
    return {tuple(row[k] for k in keys): (row["ds"], str(row[column])) for row in marked}


def detail_of(column: str, value: Any) -> str:
    """A detail in a line: of checks those that failed, else the text's beginning."""
    if column == "checks" and value:
        failed = [check for check in json.loads(value) if not check.get("passed")]
        return "; ".join(f"{check.get('name')}: {check.get('detail', '')}".rstrip(": ") for check in failed)
    line = "" if value is None else " ".join(str(value).split())
    return line if len(line) <= MAX_DETAIL_CHARS else line[: MAX_DETAIL_CHARS - 1] + "…"
