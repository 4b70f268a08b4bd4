"""Which checked pieces of content a date has to publish, and what later dates have said of them already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as F

from mmgen.engine.derive import needed_keys
from mmgen.engine.inputs import current
from mmgen.engine.spark import few_products, kept, scan
from mmgen.publishing.contents import contents
from mmgen.publishing.publish import NO_LOCALE
from mmgen.publishing.rows import iter_written_at
from mmgen.store.products import TRANSLATED

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from sqlalchemy.engine import Engine

    from mmgen.engine.context import JobContext

KEY = ["product_id", "kind"]
CONTENT_KEY = ["shop_id", "kind", "locale"]
"""What the catalogue calls it (``mmgen.publishing.types.Key``): all locales of a product under the shop's own id."""
LATER = ("ds", "run_id", "model_version", "status")


def needed_content(ctx: JobContext, engine: Engine, config_hash: str, scratch: Path) -> DataFrame:
    """The content to publish: the columns of ``contents``, ``input_hash`` (of the check), ``status``, ``is_checked``
    (the check saw this very value), ``is_own`` (the catalogue's row is of this date), ``later`` (what a later date's
    receipt says; null for none) and ``prior`` (the date's own receipt, if it was run before). What was not checked
    comes first, else ordered by key.

    That is what the receipts before the date do not know, and what the catalogue holds for this very date: where the
    content has gone back since to what it was before, the receipts alone would see nothing to do, and the text that
    the date once published would stay.
    """
    checked = current(ctx, "content_checks").select(
        *KEY,
        F.col("content_hash").alias("input_hash"),
        F.col("input_hash").alias("checked_input"),
        F.col("value_hash").alias("checked_hash"),
        "status",
        "locale",
    )
    need = needed_keys(ctx, checked, ctx.dataset("publications"), config_hash)
    own = checked.select(*KEY, F.coalesce("locale", F.lit(NO_LOCALE)).alias("locale")).withColumn("shop_id", _shop_id())
    own = own.join(_own_keys(ctx, engine, scratch), CONTENT_KEY, "left_semi").select(*KEY)
    need = kept(need.unionByName(checked.join(own, KEY, "left_semi").select(need.columns)).distinct())
    made = contents(ctx, only=few_products(need))  # of the others no text and no picture is read
    values = made.withColumnRenamed("input_hash", "made_input").drop("reject_reason", "facts")
    rows = checked.drop("locale").join(need, [*KEY, "input_hash"]).join(values, KEY)
    is_same = F.col("status").isNull() | F.col("checked_hash").eqNullSafe(F.col("value_hash"))
    rows = rows.withColumn("is_checked", is_same & F.col("checked_input").eqNullSafe(F.col("made_input")))
    rows = rows.join(own.withColumn("is_own", F.lit(True)), KEY, "left")
    rows = rows.join(_later_receipts(ctx, config_hash), KEY, "left").join(_own_receipts(ctx), KEY, "left")
    return rows.orderBy("is_checked", *KEY)


def _shop_id() -> Column:
    """``mmgen.store.products.shop_id`` in Spark."""
    row_id, ending = F.col("product_id"), F.concat(F.lit(TRANSLATED), F.col("locale"))
    cut = row_id.substr(F.lit(1), F.length(row_id) - F.length(ending))
    return F.when(row_id.endswith(ending), cut).otherwise(row_id)


def _own_keys(ctx: JobContext, engine: Engine, scratch: Path) -> DataFrame:
    """Keys of the catalogue of which it holds a generated text of this date."""
    file = scratch / "own.parquet"
    schema = pa.schema([(name, pa.string()) for name in CONTENT_KEY])
    with pq.ParquetWriter(file, schema) as writer:
        for keys in iter_written_at(engine, ctx.ds):
            columns = [pa.array(column, pa.string()) for column in zip(*keys, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return ctx.spark.read.schema(", ".join(f"{name} string" for name in CONTENT_KEY)).parquet(str(file))


def _own_receipts(ctx: JobContext) -> DataFrame:
    """What this date said of each key when it was run before."""
    dataset = ctx.dataset("publications")
    rows = scan(ctx.spark, dataset, dataset.files(ds=[ctx.ds]))
    return rows.select(*KEY, F.struct(*dataset.contract.file_schema.names).alias("prior"))


def _later_receipts(ctx: JobContext, config_hash: str) -> DataFrame:
    """What the newest date after this one has said of each key. Receipts of another catalogue say nothing of this."""
    dataset = ctx.dataset("publications")
    rows = scan(ctx.spark, dataset, dataset.files(after=ctx.ds))
    said = rows.where((F.col("config_hash") == config_hash) & F.col("action").isNotNull())
    return said.groupBy(*KEY).agg(F.max_by(F.struct(*LATER), "ds").alias("later"))
