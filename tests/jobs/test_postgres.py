"""PostgreSQL as the catalogue: the same products come out of it, and the same content goes into it."""

from __future__ import annotations

from pathlib import Path

from mmgen.catalog.tables import import_rejects, product_content_history, products
from mmgen.engine.step import Outcome
from mmgen.sample.shop import SampleSummary
from tests.jobs.conftest import NUM_PRODUCTS, Stage
from tests.jobs.nights import D1

TIMES = {"recorded_at"}


def test_postgres_gives_the_same_content(
    sample: SampleSummary, first: Stage, postgres_url: str, tmp_path: Path
) -> None:
    lite = first.shop
    shop = lite.copy(tmp_path / "home", postgres_url)
    result = shop.import_products(sample.products_csv)
    assert (result.imported, result.rejected) == (NUM_PRODUCTS, {"duplicate_id": 1})
    for which in (products, import_rejects):
        assert shop.table(which) == lite.table(which)
    extracted = shop.run_job("extract_products", D1, "postgres")
    assert isinstance(extracted, Outcome)
    assert (extracted.computed, extracted.reused, extracted.is_unchanged) == (0, NUM_PRODUCTS, True)
    published = shop.run_job("publish", D1, "first")
    assert isinstance(published, Outcome)
    assert (published.computed, published.reused) == (3 * NUM_PRODUCTS, 0)
    assert shop.content() == lite.content()
    histories = [
        sorted(
            ({k: v for k, v in row.items() if k not in {"id", *TIMES}} for row in s.table(product_content_history)),
            key=str,
        )
        for s in (shop, lite)
    ]
    assert histories[0] == histories[1]
    again = shop.run_job("publish", D1, "later")
    assert isinstance(again, Outcome) and again.is_unchanged
    assert shop.content() == lite.content()
