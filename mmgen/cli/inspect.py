"""Commands that look: what the datasets hold, what was rejected, where a text comes from. They change nothing
(`quarantine --retry` starts a run, `docs` writes pages)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, ds_option, pass_settings, plural, show
from mmgen.kinds import KINDS
from mmgen.pipeline import JOBS, producer
from mmgen.resources import base_folder

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.catalog.quarantine import Rejects

IMPORT = "import"
"""What ``quarantine`` calls the rows that did not become a product at all."""


@command("status", "mmgen status", "mmgen status clean_images", "mmgen status --json")
@click.argument("dataset", required=False)
@pass_settings
def status(settings: Settings, dataset: str | None) -> None:
    """What each dataset holds: partitions, rows, rejects, the last commit."""
    from mmgen.cli import status as view
    from mmgen.store.contracts import datasets_in_order
    from mmgen.store.status import status_of

    if dataset:
        value = status_of(settings.dataset(dataset), is_detailed=True)
        show(settings, value, lambda console: view.print_one(console, value))
        return
    values = [status_of(settings.dataset(name), is_detailed=False) for name in datasets_in_order()]
    show(settings, {"home": str(settings.home), "datasets": values}, lambda console: view.print_all(console, values))


@command(
    "quarantine",
    "mmgen quarantine",
    "mmgen quarantine clean_images --reason image_truncated",
    "mmgen quarantine import",
    "mmgen quarantine --reason transform_failed --retry",
)
@click.argument("dataset", required=False)
@ds_option(text="As of this date (default: each dataset's newest).")
@click.option("--reason", metavar="REASON", help="Only rows rejected for this reason.")
@click.option("--all", "is_all", is_flag=True, help="Also rows whose input was rejected before.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=0), help="List at most so many rows.")
@click.option("--retry", is_flag=True, help="Run the jobs again for these rows.")
@pass_settings
def quarantine(
    settings: Settings, dataset: str | None, ds: str | None, reason: str | None, is_all: bool, limit: int, retry: bool
) -> None:
    """Rows that were rejected, and why. Nothing else is kept out of what is published."""
    from mmgen.catalog.quarantine import Rejects
    from mmgen.cli.rejects import print_rejects
    from mmgen.cli.run import parse_reasons
    from mmgen.store.contracts import datasets_in_order

    reasons = parse_reasons(reason or "")
    found = Rejects(settings.home, ds, reasons, is_all, limit)
    names = [dataset] if dataset else [*datasets_in_order(), IMPORT]
    for name in names:
        found.add_import(settings.engine) if name == IMPORT else found.add(settings.dataset(name))
    value: dict[str, Any] = found.as_dict()
    if retry:
        value["runs"] = retry_rejected(settings, found)
    show(settings, value, lambda console: print_rejects(console, found))
    if any(one["status"] != "succeeded" for one in value.get("runs", ())):
        raise click.exceptions.Exit(1)


def retry_rejected(settings: Settings, found: Rejects) -> list[dict[str, Any]]:
    """Run each date that has rejected rows again, from the first job that rejected some. Older dates first."""
    from mmgen.cli import run
    from mmgen.pipeline import select

    order = [job.output for job in JOBS]
    runs = []
    for ds, per_dataset in sorted(found.retryable.items()):
        first = min((name for name in per_dataset if name in order), key=order.index)
        reasons = sorted({reason for reasons in per_dataset.values() for reason in reasons})
        job = producer(first)
        # Rows further down say `input_rejected` of these: they must be looked at again, too.
        night = run.plan(
            settings, ds, select(job.name if job else None, None), False, tuple({*reasons, "input_rejected"})
        )
        click.echo(f"Retrying {', '.join(reasons)} of {ds}:", err=settings.is_json)
        runs.append(run.night_value(night, run.run_night(settings, night)))
    return runs


@command("receipt", "mmgen receipt S00012", "mmgen receipt S00012 --kind description --json")
@click.argument("product")
@click.option("--kind", metavar="KIND", help=f"Only this kind: {', '.join(KINDS)}.")
@pass_settings
def receipt(settings: Settings, product: str, kind: str | None) -> None:
    """Where a product's published content comes from: back to its checks, its inputs, the model and the run."""
    from mmgen.cli import receipt as view
    from mmgen.publishing.trace import receipt_of

    value = receipt_of(settings.home, settings.engine, product, kind)
    show(settings, value, lambda console: view.print_receipt(console, value))


@command("config", "mmgen config", "mmgen --config conf/cluster.toml config --json")
@pass_settings
def show_config(settings: Settings) -> None:
    """All values in force. Passwords are masked."""
    from mmgen.cli.masking import masked

    config = settings.config
    value = masked(config.model_dump(mode="json"))
    value["catalogue"]["url"] = masked(config.catalogue_url)
    value["tracking"]["uri"] = masked(config.tracking_store.uri)

    def render(console: Console) -> None:
        for name, part in flat(value):
            console.out(f"{name} = {toml_value(part)}")

    show(settings, value, render)


def flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested values by dotted names."""
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        pairs += flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return pairs


def toml_value(value: Any) -> str:
    """A value as TOML would have it, near enough to paste (JSON's text and lists are TOML's)."""
    import json

    return '""' if value is None else json.dumps(value, ensure_ascii=False)


@command("docs", "mmgen docs", "mmgen docs --check")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a page is not what the contracts say.")
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="DIR")
@pass_settings
def docs(settings: Settings, check: bool, out: Path | None) -> None:
    """Write the pages of all datasets from their contracts."""
    from mmgen.store.pages import expected_pages, stale_pages, write_pages

    out = out or base_folder() / "docs" / "datasets"
    pages = expected_pages()
    stale = stale_pages(pages, out)
    if not check:
        write_pages(pages, stale, out)

    def render(console: Console) -> None:
        if not stale:
            console.out(f"{out}: {plural(len(pages), 'page')}, all as the contracts say")
        elif check:
            console.out(f"{out}: not as the contracts say: {', '.join(stale)}. Run `mmgen docs` and commit the pages.")
        else:
            console.out(f"{out}: {plural(len(stale), 'page')} written")

    show(settings, {"folder": str(out), "pages": sorted(pages), "changed": stale}, render)
    if check and stale:
        raise click.exceptions.Exit(1)
