"""Rejected rows, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmgen.cli.settings import plural

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.catalog.quarantine import Rejects


def print_rejects(console: Console, found: Rejects) -> None:
    """For a person: the rows, then the counts by reason."""
    from rich.table import Table

    total = sum(found.counts.values())
    if not total:
        console.out("Nothing is in quarantine.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("product", "dataset", "ds", "reason", "detail"):
        table.add_column(name, overflow="fold")
    for row in found.rows:
        kind = row.get("modality") or row.get("kind")
        product = f"{row['product_id']} ({kind})" if kind else row["product_id"]
        table.add_row(product, row["dataset"], row["ds"], row["reason"], row["detail"])
    if found.rows:
        console.print(table)
    more = f" ({len(found.rows)} shown; --limit shows more)" if total > len(found.rows) else ""
    console.out(f"\n{plural(total, 'row')}{more}:")
    for reason, count in found.counts.most_common():
        console.out(f"  {count:>8,}  {reason}")
