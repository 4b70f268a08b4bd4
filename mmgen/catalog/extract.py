"""Extract: the shop's rows and media, as of a date, into Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.catalog.media import read_media, stat_media
from mmgen.hashes import digest_of, sha256_of
from mmgen.rejects import reason_text
from mmgen.store.contracts import contract

PRODUCTS_VERSION = 2
MEDIA_VERSION = 1
MODALITIES = ("image", "audio")
DELETED_HASH = digest_of("deleted")


def interval_end(ds: str) -> str:
    """The day after ``ds``: rows that the shop changed then or later do not belong to this date."""
    return (date.fromisoformat(ds) + timedelta(days=1)).isoformat()


def row_hash(row: Mapping[str, Any]) -> str:
    """Content hash of a catalogue row: every column but the time of its change."""
    content = {k: v for k, v in row.items() if k != "updated_at"}
    return digest_of(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str))


def product_table(rows: Iterable[Mapping[str, Any]], ds: str) -> pa.Table:
    """Catalogue rows as a table: columns of ``raw_products``, ``input_hash``, and whether a row is of a later date."""
    end = interval_end(ds)
    schema = extract_schema()
    records = [
        {
            **{name: row.get(name) for name in contract("raw_products").own_columns},
            "product_id": row["product_id"],
            "is_deleted": False,
            "attributes": sorted((row.get("attributes") or {}).items()),
            "input_hash": row_hash(row),
            "is_later": bool(row.get("updated_at") and str(row["updated_at"])[:10] >= end),
        }
        for row in rows
    ]
    return pa.Table.from_pylist(records, schema=schema)


def extract_schema() -> pa.Schema:
    """Schema of the scratch file between the catalogue and Spark."""
    item = contract("raw_products")
    own = [item.arrow_schema.field(name) for name in ["product_id", *item.own_columns]]
    return pa.schema([*own, pa.field("input_hash", pa.string()), pa.field("is_later", pa.bool_())])


def write_products(batches: Iterable[list[dict[str, Any]]], ds: str, folder: Path) -> int:
    """Stream catalogue rows into Parquet files of bounded size under ``folder``; returns how many are later."""
    folder.mkdir(parents=True, exist_ok=True)
    # An empty first file: Spark cannot read a folder without one.
    pq.write_table(extract_schema().empty_table(), folder / "empty.parquet")
    num_later = 0
    for number, rows in enumerate(batches):
        table = product_table(rows, ds)
        pq.write_table(table, folder / f"part-{number:05d}.parquet", compression="zstd")
        num_later += sum(table.column("is_later").to_pylist())
    return num_later


def keep_products(batch: pa.RecordBatch) -> dict[str, Any]:
    """The transform of ``extract_products``: rows as they are; their content hash is their input hash."""
    own = {name: batch.column(name) for name in contract("raw_products").own_columns}
    return {**own, "reject_reason": pa.nulls(batch.num_rows, pa.string()), "content_hash": batch.column("input_hash")}


def fingerprints(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Two rows a product, one a modality, with a fingerprint of the file (path, size, modification time).

    The fingerprint tells a changed file without reading it; whether its bytes changed, the content hash tells later.
    """
    for batch in batches:
        rows = []
        for row in batch.to_pylist():
            for modality in MODALITIES:
                path = row[f"{modality}_path"] or None
                stat = stat_media(row["media_root"] or "", path) if path else None
                mark = digest_of(path, stat) if path else digest_of("absent")
                rows.append((row["product_id"], modality, path, row["media_root"], mark))
        columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)] if rows else []
        if columns:
            columns.append(pa.nulls(len(rows), pa.string()))
            yield pa.RecordBatch.from_arrays(columns, names=FINGERPRINT_COLUMNS)


FINGERPRINT_COLUMNS = ["product_id", "modality", "path", "media_root", "input_hash", "reject_reason"]
FINGERPRINT_SCHEMA = ", ".join(f"{name} string" for name in FINGERPRINT_COLUMNS)


def read_files(batch: pa.RecordBatch, max_bytes: int) -> dict[str, Any]:
    """The transform of ``extract_media``: the files' bytes, or the reason why not.

    The content hash is that of the bytes, so a file touched but not changed costs nothing later.
    """
    data: list[bytes | None] = []
    reasons: list[str | None] = []
    for path, root in zip(batch.column("path").to_pylist(), batch.column("media_root").to_pylist(), strict=True):
        content, reason = read_media(root or "", path, max_bytes)
        data.append(content)
        reasons.append(reason_text(reason))
    hashes = [sha256_of(d) if d is not None else None for d in data]
    return {
        "path": batch.column("path"),
        "data": data,
        "num_bytes": [len(d) if d is not None else None for d in data],
        "sha256": hashes,
        "reject_reason": reasons,
        "content_hash": [digest_of(h or r) for h, r in zip(hashes, reasons, strict=True)],
    }
