"""What a dataset holds, from its log alone: no table is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mmgen.pipeline import producer
from mmgen.store.datasets import Commit, Dataset

if TYPE_CHECKING:
    from rich.console import Console

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


# --- for a person --------------------------------------------------------------------------------------------------


def print_all(console: Console, values: list[dict[str, Any]]) -> None:
    """One line a dataset."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("dataset", "dates", "newest", "rows", "in all", "rejected in the newest", "last commit (UTC)", "run"):
        table.add_column(name, justify="right" if name in ("dates", "rows", "in all") else "left", overflow="fold")
    table.add_column("computed", justify="right")
    table.add_column("reused", justify="right")
    for value in values:
        table.add_row(*_cells(value))
    console.print(table)
    if not any(value["num_partitions"] for value in values):
        console.out("Nothing has run yet: `mmgen run --ds DATE`")


def _cells(value: dict[str, Any]) -> list[str]:
    if not value["num_partitions"] and not value["last_commit"]:
        maker = producer(value["dataset"])
        return [value["dataset"], "0", "", "", "", f"not made yet (job {maker.name})" if maker else ""]
    commit = value["last_commit"] or {}
    return [
        value["dataset"],
        str(value["num_partitions"]),
        value["last_ds"] or "",
        f"{value['newest_rows']:,}",
        f"{value['total_rows']:,}",
        _reasons(value["newest_rejects"]),
        (commit.get("time") or "").replace("T", " ").removesuffix("Z"),
        commit.get("run_id") or "",
        _count(commit.get("computed")),
        _count(commit.get("reused")),
    ]


def _reasons(counts: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in counts.items())


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def print_one(console: Console, value: dict[str, Any]) -> None:
    """One dataset with its partitions."""
    from rich.table import Table

    console.out(f"{value['dataset']}: {value['num_partitions']} partitions, {value['total_rows']:,} rows, ", end="")
    console.out(f"{value['total_bytes'] / 1e6:.1f} MB")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("ds", "rows", "MB", "rejected", "commit", "time (UTC)", "run", "computed", "reused", "made from"):
        table.add_column(name, overflow="fold")
    for part in value["partitions"]:
        commit = part["commit"] or {}
        table.add_row(
            part["ds"],
            f"{part['num_rows']:,}",
            f"{part['num_bytes'] / 1e6:.1f}",
            _reasons(part["rejects"]),
            str(commit.get("version", "")),
            (commit.get("time") or "").replace("T", " ").removesuffix("Z"),
            commit.get("run_id") or "",
            _count(commit.get("computed")),
            _count(commit.get("reused")),
            ", ".join(commit.get("inputs", ())),
        )
    console.print(table)
    for warning in (value["last_commit"] or {}).get("warnings", ()):
        console.out(f"warning: {warning}")
    for note in (value["last_commit"] or {}).get("notes", ()):
        console.out(f"note: {note}")
