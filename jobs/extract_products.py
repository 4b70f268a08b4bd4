"""extract_products: the shop's catalogue -> raw_products."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.catalog.extract import DELETED_HASH, PRODUCTS_VERSION, keep_products, write_products
from mmgen.catalog.tables import check_filled, iter_products, open_catalog
from mmgen.config.params import Params
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.main import main
from mmgen.engine.spark import in_shop, newest, scan
from mmgen.engine.step import Outcome, Step


def inputs(ctx: JobContext, scratch: Path, _only: None) -> DataFrame:
    """The catalogue's rows, and a tombstone for each product that left it since the date before.

    The catalogue knows the present alone. Of a product that changed after the date it has only what it became, and of
    one that left it has nothing. So what the date's own partition says of them stands, and where a later date has been
    run already, a product that is missing now left after that one: running an older date again loses nothing.
    """
    engine = open_catalog(ctx.config.catalogue_url)
    num_later = write_products(iter_products(engine, ctx.config.catalogue.batch_rows), ctx.ds, scratch)
    if num_later:
        ctx.notes.append(f"{num_later} of the shop's products changed after {ctx.ds} and are left for a later date")
    rows = ctx.spark.read.parquet(str(scratch))
    dataset = ctx.dataset("raw_products")
    present = rows.where(~F.col("is_later")).drop("is_later")
    own = scan(ctx.spark, dataset, dataset.files(ds=[ctx.ds])).select(*present.columns)
    if dataset.is_run_after(ctx.ds):
        every = present.unionByName(own.join(present, on="product_id", how="left_anti"))
    else:
        earlier = own.join(rows.where("is_later"), on="product_id", how="left_semi")
        before = in_shop(newest(ctx.spark, dataset, before=ctx.ds))
        gone = before.join(rows, on="product_id", how="left_anti").select("product_id")
        tombstones = gone.withColumns({"is_deleted": F.lit(True), "input_hash": F.lit(DELETED_HASH)})
        every = present.unionByName(earlier).unionByName(tombstones, allowMissingColumns=True)
    return every.withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Reads the shop's products and keeps those that changed since the date before; marks those that left."""
    check_filled(open_catalog(ctx.config.catalogue_url), is_first=not ctx.dataset("raw_products").files())
    step = Step("raw_products", Params().digest(PRODUCTS_VERSION), keep_products, is_external=True)
    with tempfile.TemporaryDirectory(dir=ctx.scratch()) as folder:
        return derive(ctx, partial(inputs, ctx, Path(folder)), step)


if __name__ == "__main__":
    main("extract_products", run, batch_rows=2_000)
