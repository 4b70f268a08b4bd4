"""``mmgen export``: a dataset's photos, clips and rows as files, to look at and to listen to."""

from __future__ import annotations

import csv
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, ds_option, pass_settings, plural, progress_of, show

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from mmgen.store.datasets import Dataset

INDEX = "index.csv"
BATCH_ROWS = 8  # of photos of up to some MB each


@command(
    "export",
    "mmgen export clean_audio --out /tmp/sound",
    "mmgen export creatives --ds 2026-11-01 --out /tmp/ads --limit 50",
    "mmgen export clean_images --product S00012 --product S00013 --out /tmp/two",
    "mmgen export raw_media --rejected --out /tmp/bad --json",
)
@click.argument("dataset")
@ds_option(text="As of this date (default: the newest): each product's newest row at or before it.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where to.")
@click.option("--product", "products", multiple=True, metavar="PRODUCT", help="Only this product; may be repeated.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")
@click.option("--rejected", is_flag=True, help="The rejected rows instead of the clean ones.")
@click.option("--all", "is_all", is_flag=True, help="Rejected rows and those without media, too.")
@click.option("--force", is_flag=True, help="Even if DIR holds files: those of the same names are replaced.")
@pass_settings
def export(
    settings: Settings,
    dataset: str,
    ds: str | None,
    out: Path,
    products: tuple[str, ...],
    limit: int | None,
    rejected: bool,
    is_all: bool,
    force: bool,
) -> None:
    """Write a dataset's media as files named by product, and index.csv with the other columns.

    One folder a media column. Photos as they are stored, sound as WAV. Clean rows that have media, unless --all.
    """
    if rejected and is_all:
        raise click.UsageError("--all has the rejected rows, too: give one of --rejected and --all")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise ValueError(f"{out} is not empty: choose another folder, or add --force to write into it")
    source = settings.dataset(dataset)
    wanted = Wanted(frozenset(products), limit, None if is_all else rejected)
    dates = [partition for partition in source.partitions() if ds is None or partition.ds <= ds]
    if not dates:
        when = f" at or before {ds}" if ds else ""
        raise ValueError(f"{dataset} has no partition{when}: `mmgen status {dataset}` shows what there is")
    with progress_of(f"Exporting {dataset}", lambda: sum(partition.num_rows for partition in dates)) as progress:
        done = write(source, [partition.ds for partition in reversed(dates)], wanted, out, progress)
    if missing := sorted(wanted.products - done.products):
        kind = "rejected " if rejected else "" if is_all else "clean "
        raise ValueError(
            f"{dataset} has no {kind}row of {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''} as of "
            f"{dates[-1].ds}: `mmgen receipt {missing[0]}` shows where it is. {plural(done.num_rows, 'row')} exported"
        )
    value: dict[str, Any] = {
        "dataset": dataset,
        "as_of": ds or dates[-1].ds,
        "out": str(out),
        "index": str(out / INDEX),
    }
    value |= {"num_rows": done.num_rows, "num_files": done.num_files, "num_bytes": done.num_bytes}
    words = (
        f"{plural(done.num_rows, 'row')} of {dataset} as of {value['as_of']}, {plural(done.num_files, 'media file')}"
    )
    show(settings, value, lambda console: console.out(f"{out / INDEX}: {words} ({done.num_bytes / 1e6:,.1f} MB)"))


@dataclass(frozen=True)
class Wanted:
    """Which rows: of which products (empty: all), how many (None: all), rejected or clean ones (None: both).

    Of clean rows alone, those that have no media are passed over, where the dataset has media columns at all.
    """

    products: frozenset[str]
    limit: int | None
    rejected: bool | None


@dataclass
class Done:
    """What was written."""

    num_rows: int = 0
    num_files: int = 0
    num_bytes: int = 0
    products: set[str] = field(default_factory=set)
    """Those of the wanted products that have a row."""


Progress = Callable[[int], None]


def write(dataset: Dataset, dates: Sequence[str], wanted: Wanted, out: Path, progress: Progress | None) -> Done:
    """Write the newest row of each key in ``dates`` (newest first) into ``out``.

    Into a hidden folder in it first: an export that breaks off leaves no file there. Memory is bounded by a few rows
    and the keys.
    """
    from mmgen.store.values_as_files import as_cell, as_file, put

    done = Done()
    keys, media = dataset.contract.keys, media_columns(dataset)
    others = [column.name for column in dataset.contract.columns if column.name not in (*keys, "ds", *media)]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as name:
        folder = Path(name)
        for column in media:
            (folder / column).mkdir()
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        with (folder / INDEX).open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            index = csv.writer(file)
            index.writerow([*keys, "ds", *media, *others])
            for row in newest_rows(dataset, dates, wanted, progress):
                key = [str(row[name]) for name in keys]
                paths = []
                for column in media:
                    if row[column] is None:
                        paths.append("")
                        continue
                    ending, value = as_file(row[column], column)
                    paths.append(f"{column}/{put(folder / column, key, ending, value)}")
                    done.num_files += 1
                    done.num_bytes += len(value)
                index.writerow([*map(as_cell, [*key, row["ds"]]), *paths, *(as_cell(row[name]) for name in others)])
                done.num_rows += 1
                if row["product_id"] in wanted.products:
                    done.products.add(row["product_id"])
        move_into(folder, out)
    return done


def media_columns(dataset: Dataset) -> list[str]:
    """The columns that hold pictures or sound. Other bytes, signatures and the like, go into the index."""
    return [column.name for column in dataset.contract.columns if column.is_media]


def newest_rows(
    dataset: Dataset, dates: Sequence[str], wanted: Wanted, progress: Progress | None
) -> Iterator[dict[str, Any]]:
    """The rows that are wanted, of the newest date on; of each key its newest row.

    Of each row group the reject reasons are read first, and the rest only where a row of it is wanted.
    """
    import numpy as np

    from mmgen.store.as_of import by_row_group, date_of, newest_places
    from mmgen.store.parquet import open_parquet

    media, keys = media_columns(dataset), dataset.contract.keys
    files = [path for ds in dates for path in dataset.files(ds=[ds])]
    places = newest_places(files, keys, wanted.products or None)
    num_rows = 0
    for path in files:
        with open_parquet(path) as file:
            for group, newest in by_row_group(file, places.get(path, np.array([], np.int64))):
                for row in rows_of(file, group, wanted_rows(file, group, wanted, newest.tolist())):
                    if media and wanted.rejected is False and all(row.get(name) is None for name in media):
                        continue
                    yield dict.fromkeys(dataset.contract.file_schema.names) | row | {"ds": date_of(path)}
                    num_rows += 1
                    if num_rows == wanted.limit:
                        return
                if progress:
                    progress(file.metadata.row_group(group).num_rows)


def wanted_rows(file: pq.ParquetFile, group: int, wanted: Wanted, newest: Sequence[int]) -> list[int]:
    """Of the newest rows of a row group those that were asked for, rejected or clean."""
    if wanted.rejected is None or not newest:
        return list(newest)
    reasons = file.read_row_group(group, columns=["reject_reason"]).column(0).to_pylist()
    return [row for row in newest if wanted.rejected is (reasons[row] is not None)]


def rows_of(file: pq.ParquetFile, group: int, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The given rows of a row group, in their order; a few of them are in memory at once."""
    if not rows:
        return
    left, start = deque(rows), 0
    for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], use_threads=False):
        while left and left[0] < start + batch.num_rows:
            yield batch.slice(left.popleft() - start, 1).to_pylist()[0]
        start += batch.num_rows
        if not left:
            return


def move_into(folder: Path, out: Path) -> None:
    """Put the finished files into ``out``, the index last: where it stands, the export is whole."""
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda path: path.name == INDEX):
        target = out / file
        if target.parent.is_symlink() and target.parent != out:
            raise ValueError(f"{target.parent} is a link to elsewhere: remove it, or choose another folder")
        target.parent.mkdir(exist_ok=True)
        (folder / file).replace(target)
