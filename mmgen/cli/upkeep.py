"""Upkeep: what a data engineer does now and then."""

from __future__ import annotations

import click

from mmgen.cli.settings import Settings, command, pass_settings, show


@command("vacuum", "mmgen vacuum --dry-run", "mmgen vacuum --older-than-days 30")
@click.option(
    "--older-than-days",
    default=30,
    show_default=True,
    type=click.IntRange(min=1),
    help="Keep what a version of the last so many days needs; never below 1, since a running job's files are young.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@pass_settings
def vacuum(settings: Settings, older_than_days: int, dry_run: bool) -> None:
    """Delete the files of old versions of partitions, and what crashed jobs left; the rows that stand are kept."""
    from mmgen.store.contracts import datasets_in_order

    deleted = {
        name: len(settings.dataset(name).vacuum(older_than_days * 24, is_dry_run=dry_run))
        for name in datasets_in_order()
    }
    word = "would be deleted" if dry_run else "deleted"
    value = {"older_than_days": older_than_days, "dry_run": dry_run, "files": deleted}
    lines = [f"{name}: {count} files {word}" for name, count in deleted.items() if count]
    show(settings, value, lambda console: console.out("\n".join(lines) or "Nothing to delete."))
