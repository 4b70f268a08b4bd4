"""Commands for the shop's products: import them, or make a sample shop."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, pass_settings, plural, progress_of, show
from mmgen.resources import ROOT, find_file

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.catalog.importer import ImportResult

SAMPLE_MAP = ROOT / "conf" / "sources" / "sample.toml"


@command(
    "import",
    "mmgen import products.csv --map conf/sources/fashion.toml",
    "mmgen import export.jsonl --map my_shop.toml --media-root /mnt/media --json",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", required=True, metavar="TOML", help="Which column is what: conf/sources/*.toml.")
@click.option("--media-root", metavar="DIR", help="Where relative media paths start (default: the map's, else FILE's).")
@pass_settings
def import_products(settings: Settings, file: Path, map_file: str, media_root: str | None) -> None:
    """Load a shop's products (CSV, JSON Lines or Parquet) into the catalogue.

    The products of the map's source become those of FILE: new ones, changed ones, and gone where FILE lacks them.
    The same file twice changes nothing.
    """
    result = load(settings, file, Path(map_file), media_root)
    show(settings, asdict(result), lambda console: print_import(console, result))


def load(settings: Settings, file: Path, map_file: Path, media_root: str | None = None) -> ImportResult:
    """Import with a progress bar where a person looks on."""
    from mmgen.catalog.importer import import_file
    from mmgen.catalog.source_map import load_source_map

    source_map = load_source_map(find_file(map_file))
    with progress_of(f"Importing {file.name}", lambda: estimated_rows(file)) as progress:
        return import_file(settings.engine, file, source_map, media_root, progress)


def estimated_rows(file: Path) -> int | None:
    """Rows by the lines of the file: an estimate, since a quoted text may hold line breaks. None where unknown."""
    if not file.is_file():
        return None
    if file.suffix.lower() in (".parquet", ".pq"):
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(file).num_rows)
        except ValueError:
            return None  # the import says what is wrong with it
    with file.open("rb") as stream:
        return max(1, sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b"")))


def print_import(console: Console, result: ImportResult) -> None:
    """What an import did, and what to do next."""
    console.out(
        f"{result.source}: {plural(result.num_rows, 'row')} read: {result.imported:,} new, {result.changed:,} changed, "
        f"{result.unchanged:,} unchanged, {sum(result.rejected.values()):,} rejected; {result.removed:,} removed"
    )
    for warning in result.warnings:
        console.out(f"warning: {warning}")
    if result.rejected:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in result.rejected.items())
        console.out(f"rejected: {reasons}. `mmgen quarantine import` lists them.")
    console.out(f"Next: mmgen run --ds {datetime.now(UTC).date()}")


@command(
    "sample",
    "mmgen sample --out /tmp/shop --import",
    "mmgen sample --out /tmp/shop --products 1000 --seed 3",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="A new or empty folder.")
@click.option("--products", default=300, show_default=True, help="How many products.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--import", "is_import", is_flag=True, help="Import it into the catalogue, too.")
@pass_settings
def sample(settings: Settings, out: Path, products: int, seed: int, is_import: bool) -> None:
    """Make a sample shop: drawn products in English and Chinese, with the faults of a real export."""
    from mmgen.sample.shop import write_sample

    summary = write_sample(out, products, seed)
    result = load(settings, summary.products_csv, SAMPLE_MAP) if is_import else None
    value: dict[str, Any] = asdict(summary) | {"products_csv": str(summary.products_csv)}
    value["import"] = asdict(result) if result else None

    def render(console: Console) -> None:
        console.out(
            f"{summary.products_csv}: {plural(summary.num_products, 'product')}, {summary.num_images:,} pictures, "
            f"{summary.num_audio:,} clips, {len(summary.faults):,} with a fault, {summary.num_bytes / 1e6:.1f} MB"
        )
        if result:
            print_import(console, result)
        else:
            console.out(f"Next: mmgen import {summary.products_csv} --map conf/sources/{SAMPLE_MAP.name}")

    show(settings, value, render)
