"""Commands for the shop's products: import them, say what their columns are, or make a sample shop."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, pass_settings, plural, progress_of, short, show
from mmgen.resources import ROOT, find_file

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.catalog.importer import ImportResult
    from mmgen.catalog.opening import Opened
    from mmgen.catalog.proposal import Proposal
    from mmgen.catalog.source_map import SourceMap
    from mmgen.profile.column import Profile
    from mmgen.profile.meaning import Meanings

MAX_NAME_TOKENS = 32
SAMPLE_MAP = ROOT / "conf" / "sources" / "sample.toml"
SAMPLED = ("title", "description", "kind", "short_description", "material", "colour", "ingredients")
"""Meanings of columns whose values tell the language."""
MAX_SAMPLED, MAX_SAMPLED_CHARS = 300, 1_000
"""Products that are looked at for it, and characters of a value."""
AGREED = 0.6
"""The share of products whose language is told that has to be told alike, and twice the share of all."""


@command(
    "import",
    "mmgen import products.csv",
    "mmgen import products.csv --map conf/sources/fashion.toml",
    "mmgen import export.jsonl --map my_shop.toml --media-root /mnt/media --json",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map", "map_file", metavar="TOML", help="Which column is what: conf/sources/*.toml (default: proposed)."
)
@click.option("--locale", metavar="LOCALE", help="Without a map: the language of the texts (default: found out).")
@click.option("--write-map", metavar="TOML", type=click.Path(path_type=Path), help="Keep the proposed map there.")
@click.option("--media-root", metavar="DIR", help="Where relative media paths start (default: the map's, else FILE's).")
@click.option("--name", metavar="NAME", help="Without a map: the shop's name (default: FILE's).")
@click.option("--variations", metavar="FILE", help="Of WooCommerce's API, the variations (default: found beside FILE).")
@click.option("--allow-removals", is_flag=True, help="Take products away, however many FILE lacks.")
@pass_settings
def import_products(
    settings: Settings,
    file: Path,
    map_file: str | None,
    locale: str | None,
    write_map: Path | None,
    media_root: str | None,
    name: str | None,
    variations: str | None,
    allow_removals: bool,
) -> None:
    """Load a shop's products (CSV, JSON, JSON Lines, Parquet or a feed in XML) into the catalogue.

    The products of the map's source become those of FILE: new ones, changed ones, and gone where FILE lacks them.
    The same file twice changes nothing. Where FILE lacks many of the products, or has rows that cannot be read, none is
    taken away. Without a map one is proposed; where it is not plain which column is what,
    the import says what it needs. The columns' profile is kept below the home, profiles/SOURCE.toml.
    """
    from mmgen.catalog.source_map import load_source_map

    notes: tuple[str, ...] = ()
    if map_file is not None:
        source_map = load_source_map(find_file(Path(map_file)))
    else:
        proposal = proposal_for(file, locale, write_map, name, meanings_of(settings))
        source_map, notes = proposal.source_map(), proposal.notes
    if variations is not None:
        source_map = source_map.model_copy(update={"variations": str(Path(variations).resolve())})
    result = load(settings, file, source_map, media_root, allow_removals)
    result = replace(result, warnings=(*notes, *result.warnings))
    show(settings, asdict(result), lambda console: print_import(console, result))


def load(
    settings: Settings, file: Path, source_map: SourceMap, media_root: str | None = None, allow_removals: bool = False
) -> ImportResult:
    """Import with a progress bar where a person looks on."""
    from mmgen.catalog.importer import import_file

    with progress_of(f"Importing {file.name}", lambda: estimated_rows(file)) as progress:
        return import_file(
            settings.engine,
            file,
            source_map,
            media_root,
            progress,
            settings.home,
            allow_removals,
            meanings_of(settings),
        )


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
    "profile",
    "mmgen profile products.csv",
    "mmgen profile export.csv --write-map my_shop.toml",
    "mmgen profile products.csv --map my_shop.toml --json",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", metavar="TOML", help="Which column is what (default: a map is proposed).")
@click.option("--locale", metavar="LOCALE", help="Without a map: the language of the texts (default: found out).")
@click.option("--write-map", metavar="TOML", type=click.Path(path_type=Path), help="Write the proposed map there.")
@pass_settings
def profile(settings: Settings, file: Path, map_file: str | None, locale: str | None, write_map: Path | None) -> None:
    """Show what each column of a shop's file is, and whether customers are told of it.

    Nothing is imported. Of each column: its role, how it is separated, and what becomes of it: said to customers, used
    by models alone, or hidden.
    """
    from mmgen.catalog.opening import open_products
    from mmgen.catalog.source_map import load_source_map

    meanings = meanings_of(settings)
    if map_file is not None:
        needs: tuple[str, ...] = ()
        opened = open_products(file, load_source_map(find_file(Path(map_file))), meanings)
    else:
        proposal = proposal_for(file, locale, write_map, meanings=meanings)
        needs = proposal.needs
        opened = (
            open_products(file, proposal.source_map(), meanings)
            if proposal.is_sure
            else _unmapped(file, locale, meanings)[0]
        )
    value = _as_dict(opened.profile) | {"notes": list(opened.notes), "needs": list(needs)}
    show(settings, value, lambda console: print_profile(console, opened, needs))


def proposal_for(
    file: Path,
    locale: str | None,
    write_map: Path | None,
    name: str | None = None,
    meanings: Meanings | None = None,
) -> Proposal:
    """A map for a file, written to ``write_map`` where that is asked for."""
    from mmgen.catalog.opening import unmapped
    from mmgen.catalog.proposal import propose

    opened, spoken = _unmapped(file, locale, meanings)
    proposal = propose(opened, name or unmapped(file, spoken).name, spoken)
    if write_map is not None:
        write_map.write_text(proposal.to_toml(), encoding="utf-8")
    return proposal


def meanings_of(settings: Settings) -> Meanings | None:
    """What tells names of columns by their meaning, where an encoder is configured. Loaded once a command."""
    from mmgen.pretrained.installed import folder_of

    params = settings.config.profile
    return _meanings(folder_of(params.encoder, settings.config), params.min_similarity) if params.encoder else None


@lru_cache(maxsize=1)
def _meanings(folder: Path, min_similarity: float) -> Meanings:
    from mmgen.features.sentence import SentenceEncoder
    from mmgen.profile.meaning import Meanings

    return Meanings(SentenceEncoder.load(folder, MAX_NAME_TOKENS).embed, min_similarity)


def print_profile(console: Console, opened: Opened, needs: tuple[str, ...]) -> None:
    """The columns as a table, then what a person has to know."""
    from rich.table import Table

    table = Table("column", "role", "", "read as", "filled", "different", "why", box=None, pad_edge=False)
    for column in opened.profile.columns.values():
        label = column.labels.get(opened.profile.locale.split("-")[0]) or next(iter(column.labels.values()), "")
        unit = f" ({column.unit})" if column.unit else ""
        shares = (f"{column.filled:.0%}", f"{column.distinct:.0%}")
        why = short("; ".join((*column.evidence, *column.relations)), 60)
        table.add_row(short(column.name, 40), str(column.role), str(column.disposition), label + unit, *shares, why)
    console.print(table)
    for note in (*opened.source.warnings, *opened.notes):
        console.out(f"note: {note}")
    if unclear := opened.profile.unclear():
        console.out(f"used and not said, because nothing tells what they are: {', '.join(unclear)}")
        console.out('To tell customers of one, write into the map: say = ["column"]')
    for need in needs:
        console.out(f"needed: {need}")
    console.out(f"{plural(opened.profile.num_rows, 'product')}, {plural(len(opened.profile.columns), 'column')}")


def _unmapped(file: Path, locale: str | None, meanings: Meanings | None) -> tuple[Opened, str]:
    """The file opened without a map, and the language that its texts are in."""
    from mmgen.catalog.opening import open_products, unmapped

    opened = open_products(file, unmapped(file, locale or "en"), meanings)
    spoken = locale or _language(opened)
    return (opened if spoken == "en" or locale else open_products(file, unmapped(file, spoken), meanings)), spoken


def _language(opened: Opened) -> str:
    """The language that most products are told in; where they do not agree, that of the header, then of all texts."""
    from mmgen.catalog.proposal import header_language
    from mmgen.catalog.values import text_of
    from mmgen.clean.text.language import UNKNOWN, text_language
    from mmgen.clean.text.repair import repair

    told = [column.name for column in opened.profile.columns.values() if column.concept in SAMPLED]
    rows = islice((row for row in opened.source.read_rows() if isinstance(row, dict)), MAX_SAMPLED)
    texts = [" ".join(repair(text_of(row.get(name)))[:MAX_SAMPLED_CHARS] for name in told) for row in rows]
    votes = Counter(language for text in texts if (language := text_language(text)) != UNKNOWN)
    hint = header_language(opened.profile.columns)
    if votes:
        language, count = votes.most_common(1)[0]
        if count >= AGREED * votes.total() and count >= AGREED / 2 * len(texts):
            return language
    if hint and hint != "en":  # systems have English headers for shops of any language
        return hint
    found = text_language(" ".join(texts), hint or "en")
    return (hint or "en") if found == UNKNOWN else found


def _as_dict(found: Profile) -> dict[str, Any]:
    return asdict(found) | {"unclear": found.unclear()}


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
    from mmgen.catalog.source_map import load_source_map
    from mmgen.sample.shop import write_sample

    summary = write_sample(out, products, seed)
    result = load(settings, summary.products_csv, load_source_map(SAMPLE_MAP)) if is_import else None
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
