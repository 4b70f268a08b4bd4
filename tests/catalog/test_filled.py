"""A night on a catalogue without products: refused where none was ever there, and let go on where they have left."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.importer import import_file
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import check_filled, open_catalog, products
from mmgen.config.config import load_config
from mmgen.engine.context import JobContext
from mmgen.store.datasets import Dataset
from tests.jobs.nights import job_module

MAP = SourceMap.load({"name": "shop", "columns": {"product_id": "id", "title": "name"}})
NEVER, NONE_KEPT = "nothing was ever imported .*`mmgen import FILE", "no row .* was kept. `mmgen quarantine import`"
GOOD, BAD, NO_ROWS = "id,name\np1,Red coat\np2,Cap\n", "id,name\n,Cap\n", "id,name\n"


def fill(engine: Engine, folder: Path, text: str) -> None:
    (folder / "shop.csv").write_text(text, encoding="utf-8")
    import_file(engine, folder / "shop.csv", MAP)


def empty(engine: Engine) -> None:
    """Every product leaves. No import does that: it keeps them where a file has no usable row."""
    with engine.begin() as connection:
        connection.execute(sa.delete(products))


@pytest.mark.parametrize(
    ("text", "has_left", "is_first", "message"),
    [
        pytest.param(None, False, True, NEVER, id="never imported"),
        pytest.param(None, False, False, NEVER, id="another catalogue than that of earlier nights"),
        pytest.param(BAD, False, True, NONE_KEPT, id="every row rejected"),
        pytest.param(NO_ROWS, False, True, NONE_KEPT, id="a file without rows"),
        pytest.param(GOOD, True, False, None, id="all products have left"),
        pytest.param(GOOD, False, True, None, id="products, first night"),
        pytest.param(GOOD, False, False, None, id="products, a later night"),
    ],
)
def test_a_catalogue_without_products_is_refused_unless_they_left(
    catalog: Engine, tmp_path: Path, text: str | None, has_left: bool, is_first: bool, message: str | None
) -> None:
    if text is not None:
        fill(catalog, tmp_path, text)
    if has_left:
        empty(catalog)
    with pytest.raises(ValueError, match=message) if message else nullcontext():
        check_filled(catalog, is_first)


def test_extraction_fails_on_a_catalogue_that_was_never_filled(home: Path) -> None:
    with pytest.raises(ValueError, match=NEVER):
        job_module("extract_products").run(JobContext("extract_products", load_config(), "2026-11-01", "run"))
    assert not Dataset("raw_products", home).exists()


def test_extraction_marks_the_products_of_a_shop_that_all_left(home: Path, spark: Any) -> None:
    engine = open_catalog(load_config().catalogue_url)
    fill(engine, home, GOOD)
    for ds in ("2026-11-01", "2026-11-02"):
        ctx = JobContext("extract_products", load_config(), ds, f"run-{ds}")
        ctx.__dict__["spark"] = spark
        job_module("extract_products").run(ctx)
        empty(engine)
    raw = Dataset("raw_products", home)
    rows = raw.newest(["product_id", "is_deleted"], until="2026-11-02").to_pylist()
    assert {row["product_id"]: row["is_deleted"] for row in rows} == {"p1": True, "p2": True}
