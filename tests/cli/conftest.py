"""A tiny home without Spark: a few products in the catalogue, a few partitions, a few published texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine

from mmgen.catalog.importer import import_file
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import open_catalog
from mmgen.cli import main
from mmgen.hashes import digest_of
from mmgen.publishing.types import Publication
from mmgen.publishing.upsert import publish_rows
from mmgen.store.datasets import Dataset
from tests.catalog.conftest import sqlite_url

DAY1, DAY2 = "2026-11-01", "2026-11-02"
Run = Callable[..., Result]
Put = Callable[..., None]

CHECKS = [
    {"name": "length", "severity": "fail", "passed": True, "detail": ""},
    {"name": "claims", "severity": "warn", "passed": False, "detail": "says 'best'"},
]
FACTS = [{"slot": "colour", "name": "colour", "value": "red", "source": "attribute"}]


@pytest.fixture
def mmgen(home: Path) -> Run:
    """Runs a command of the command line; stdout and stderr apart."""

    def run(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, list(arguments), **options)

    return run


@pytest.fixture
def put(home: Path) -> Put:
    """Commits rows as a partition; columns that are not named stay empty."""

    def commit(name: str, ds: str, rows: Sequence[Mapping[str, Any]], **metadata: str) -> None:
        dataset = Dataset(name, home)
        attempt = dataset.stage(ds)
        filled = [dict.fromkeys(dataset.contract.file_schema.names) | lineage(row) | dict(row) for row in rows]
        table = pa.Table.from_pylist(filled, schema=dataset.contract.file_schema)
        pq.write_table(table, attempt / "part-0.parquet")
        reasons = [row["reject_reason"] for row in filled if row["reject_reason"]]
        counts = {f"reject.{reason}": str(reasons.count(reason)) for reason in sorted(set(reasons))}
        known = {"run_id": f"cli__{ds}", "code_version": "0.1.0", "computed": str(len(rows)), "reused": "0"}
        dataset.commit(ds, attempt, {**known, "inputs": "raw_products@1", **counts, **metadata})

    return commit


def lineage(row: Mapping[str, Any]) -> dict[str, str]:
    """Hashes that a test doesn't care about."""
    return {"input_hash": "i", "config_hash": "c", "content_hash": digest_of(json.dumps(dict(row), default=str))}


@pytest.fixture
def catalogue(home: Path) -> Iterator[Engine]:
    """Three products, and one row that was rejected by the import."""
    file = home.parent / "shop.csv"
    file.write_text("id,name,colour\np1,Red coat,red\np2,Blue hat,blue\np3,Cap [new],\np1,again,\n", encoding="utf-8")
    engine = open_catalog(sqlite_url(home / "catalogue.db"))
    shop = SourceMap.load({"name": "shop", "columns": {"product_id": "id", "title": "name"}})
    import_file(engine, file, shop)
    yield engine
    engine.dispose()


@pytest.fixture
def shop(put: Put, catalogue: Engine) -> Engine:
    """Two dates: on the second p1's photo is mended and p3's text is new."""
    products = [
        {"product_id": f"p{n}", "source": "shop", "locale": "en", "title": t, "is_deleted": False}
        for n, t in ((1, "Red coat"), (2, "Blue hat"), (3, "🎉🎉"), (4, "Gone"))
    ]
    put("raw_products", DAY1, products)
    put("raw_products", DAY2, [products[3] | {"is_deleted": True}])
    media = [{"product_id": f"p{n}", "modality": "image", "path": f"media/p{n}.jpg"} for n in (1, 2, 4)]
    put("raw_media", DAY1, [*media, {"product_id": "p3", "modality": "audio", "reject_reason": "media_empty"}])
    bad = {"reject_reason": "image_truncated"}
    put("clean_images", DAY1, [{"product_id": "p1"} | bad, {"product_id": "p2"} | bad, {"product_id": "p4"} | bad])
    put("clean_images", DAY2, [{"product_id": "p1", "width_px": 640}])
    put("clean_texts", DAY1, [{"product_id": "p3", "reject_reason": "text_no_letters"}, {"product_id": "p1"}])
    put("image_features", DAY1, [{"product_id": "p2", "reject_reason": "input_rejected"}, {"product_id": "p1"}])
    example = {"locale": "en", "has_image": True, "has_text": True, "has_audio": False, "split": "train"}
    put("examples", DAY1, [{"product_id": "p1", "group_id": "g1"} | example])
    text = {"locale": "en", "description": "A red coat.", "writer": "model", "facts": json.dumps(FACTS)}
    put("descriptions", DAY1, [{"product_id": "p1", "model_version": "3"} | text])
    check = {"product_id": "p1", "kind": "description", "locale": "en", "value_hash": "h1", "status": "approved"}
    put("content_checks", DAY1, [check | {"checks": json.dumps(CHECKS)}])
    publish(catalogue, ("p1", "description", "A red coat.", "h1", "published"))
    publish(catalogue, ("p1", "ad_copy", "Red!", "h2", "pending_approval"))
    publish(catalogue, ("p2", "ad_copy", "Blue!", "h3", "pending_approval"))
    return catalogue


def publish(engine: Engine, row: tuple[str, str, str, str, str], ds: str = DAY1) -> None:
    """Publish one value as the nightly run would."""
    product_id, kind, value, value_hash, status = row
    publication = Publication(
        product_id, kind, "en", value, value_hash, status, ds, f"cli__{ds}", "3", "Generated", "i"
    )
    list(publish_rows(engine, [publication]))
