"""What a dataset holds, from its log alone: no table is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mmgen.store.datasets import Commit, Dataset

REJECT_PREFIX = "reject."


def status_of(dataset: Dataset, is_detailed: bool) -> dict[str, Any]:
    """Partitions, rows, rejects and the last commit; with ``is_detailed`` the same of each partition, newest first."""
    partitions = dataset.partitions()
    commits = [commit for commit in dataset.history() if "ds" in commit.metadata]
    newest = partitions[-1] if partitions else None
    about_newest = next((c for c in commits if newest and c.metadata["ds"] == newest.ds), None)
    value: dict[str, Any] = {
        "dataset": dataset.name,
        "num_partitions": len(partitions),
        "first_ds": partitions[0].ds if partitions else None,
        "last_ds": newest.ds if newest else None,
        "newest_rows": newest.num_rows if newest else 0,
        "total_rows": sum(p.num_rows for p in partitions),
        "total_bytes": sum(p.num_bytes for p in partitions),
        "newest_rejects": rejects_of(about_newest),
        "last_commit": commit_value(commits[0]) if commits else None,
    }
    if is_detailed:
        by_ds: dict[str, Commit] = {}
        for commit in commits:
            by_ds.setdefault(commit.metadata["ds"], commit)
        value["partitions"] = [
            {
                "ds": p.ds,
                "num_rows": p.num_rows,
                "num_bytes": p.num_bytes,
                "rejects": rejects_of(by_ds.get(p.ds)),
                "commit": commit_value(by_ds[p.ds]) if p.ds in by_ds else None,
            }
            for p in reversed(partitions)
        ]
    return value


def rejects_of(commit: Commit | None) -> dict[str, int]:
    """Reason -> rows, most first."""
    metadata = commit.metadata if commit else {}
    counts = {k.removeprefix(REJECT_PREFIX): int(v) for k, v in metadata.items() if k.startswith(REJECT_PREFIX)}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def commit_value(commit: Commit) -> dict[str, Any]:
    """One commit: when, by which run, of which code, from which inputs, and what it cost."""
    metadata = commit.metadata
    return {
        "version": commit.version,
        "time": datetime.fromtimestamp(commit.timestamp_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ds": metadata.get("ds"),
        "run_id": metadata.get("run_id"),
        "code_version": metadata.get("code_version"),
        "inputs": [name for name in metadata.get("inputs", "").split(",") if name],
        "computed": number(metadata.get("computed")),
        "reused": number(metadata.get("reused")),
        "seconds": metadata.get("seconds"),
        **{name: [text for text in metadata.get(name, "").split("; ") if text] for name in ("warnings", "notes")},
    }


def number(text: str | None) -> int | None:
    """A count from a commit's metadata."""
    return int(text) if text and text.isdigit() else None
