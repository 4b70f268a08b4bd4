"""Which photos or clips an encoder learns from, and which it is judged on: the clean ones as of a date, by split.

The splits are those of ``examples``, made from the same groups of near-copies: what the fusion model is tested on, no
encoder has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.features.examples import split_of
from mmgen.seeds import seed_of
from mmgen.store.products import IS_DELETED, in_shop
from mmgen.training.data.labels import values_of
from mmgen.training.data.snapshot import RowGroup, Snapshot, check_files

if TYPE_CHECKING:
    from mmgen.config.config import Config
    from mmgen.engine.context import JobContext


@dataclass(frozen=True)
class MediaRows:
    """Products with a clean photo or clip.

    ``files``: Parquet file -> the products whose newest row it may hold. ``values``: product -> what is said of it (see
    ``labels.values_of``). ``content``: product -> hash of its clean medium.
    """

    files: dict[str, list[str]]
    values: dict[str, dict[str, str]]
    content: dict[str, str] = field(repr=False)

    @property
    def product_ids(self) -> list[str]:
        return sorted(self.content)

    @property
    def snapshot(self) -> Snapshot:
        """The rows by their places in the files, as a reader takes them."""
        check_files(list(self.files))
        groups = []
        for path, ids in self.files.items():
            wanted, file = pa.array(ids, pa.string()), pq.ParquetFile(path)
            for number in range(file.num_row_groups):
                here = file.read_row_group(number, columns=["product_id"], use_threads=False).column("product_id")
                rows = np.flatnonzero(pa.compute.is_in(here, wanted).to_numpy())
                groups += [RowGroup(path, number, rows)] if len(rows) else []
        return Snapshot("", tuple(groups))

    def first(self, most: int) -> MediaRows:
        """At most so many of the rows: the first ones by their ids."""
        kept = set(self.product_ids[:most])
        files = {path: [p for p in ids if p in kept] for path, ids in self.files.items()}
        return MediaRows(
            {path: ids for path, ids in files.items() if ids},
            {p: v for p, v in self.values.items() if p in kept},
            {p: v for p, v in self.content.items() if p in kept},
        )


def media_rows(ctx: JobContext, name: str, column: str, max_rows: int) -> dict[str, MediaRows]:
    """Rows of ``clean_images`` or ``clean_audio`` in splits ``train`` and ``test``.

    At most ``max_rows`` of each, drawn by a fixed hash of the product. ``column`` names the medium.
    """
    # The measure tells who has the medium: no bytes are read for it
    measured = {"model_image": "width_px", "audio": "duration_s"}[column]
    clean = ctx.dataset(name).newest(["content_hash", "reject_reason", measured], until=ctx.ds)
    records = {row["product_id"]: row for row in _rows(_products(ctx))}
    splits = _splits(ctx)
    usable = records.keys() & splits.keys()
    has_medium = [row for row in _rows(clean) if row["reject_reason"] is None and row[measured] is not None]
    chosen = [row for row in has_medium if row["product_id"] in usable]
    found = {}
    for split in ("train", "test"):
        own = sorted((r for r in chosen if splits[r["product_id"]] == split), key=lambda r: _draw(ctx.config, r))
        found[split] = _of(ctx, name, own[:max_rows], records)
    return found


def _draw(config: Config, row: Mapping[str, Any]) -> int:
    return seed_of("encoder rows", row["product_id"], config.seed)


def _of(ctx: JobContext, name: str, rows: Sequence[Mapping[str, Any]], records: Mapping[str, Any]) -> MediaRows:
    of_date: dict[str, list[str]] = {}
    for row in rows:
        of_date.setdefault(row["ds"], []).append(row["product_id"])
    files = {path: sorted(ids) for ds, ids in sorted(of_date.items()) for path in ctx.dataset(name).files(ds=[ds])}
    ids = [row["product_id"] for row in rows]
    return MediaRows(
        files, {p: values_of(records[p]) for p in ids}, {row["product_id"]: row["content_hash"] for row in rows}
    )


def _products(ctx: JobContext) -> pa.Table:
    columns = [IS_DELETED, "category", "brand", "attributes"]
    return in_shop(ctx.dataset("raw_products").newest(columns, until=ctx.ds))


def _splits(ctx: JobContext) -> dict[str, str]:
    """The split of each product, by its group of near-copies."""
    params, seed = ctx.config.splits, ctx.config.seed
    groups = ctx.dataset("duplicates").newest(["group_id"], until=ctx.ds)
    return {
        row["product_id"]: split_of(
            row["group_id"] or row["product_id"], seed, params.validation_share, params.test_share
        )
        for row in _rows(groups)
    }


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return table.to_pylist()
