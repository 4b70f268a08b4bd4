"""What the datasets hold, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmgen.pipeline import producer

if TYPE_CHECKING:
    from rich.console import Console


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
