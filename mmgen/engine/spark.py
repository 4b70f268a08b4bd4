"""Spark: the session, and reading datasets as data frames. The one place that knows how tables meet Spark."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from mmgen import MAX_IMAGE_PIXELS
from mmgen.store.datasets import Dataset
from mmgen.store.products import IS_DELETED
from mmgen.telemetry import TELEMETRY_OFF

MAX_BROADCAST_ROWS = 200_000
"""Keys are sent to every executor up to here: it spares the shuffle of the media beside them."""

FEW_PRODUCTS = 2_000
"""Up to here the files that hold the rows of given products are looked up; above, it is quicker to read all."""

MAX_PUSHED_IDS = 200
"""Up to here Parquet's readers skip pages by each id, above by the ids' range. Spark hands them over as one ``or`` in
another, and reading 2,000 of them overflows a thread's stack."""

WORKER_ENV = {
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_IMAGE_PIXELS),
    "OMP_NUM_THREADS": "1",  # one thread a task: Spark has a task a core already
    "TOKENIZERS_PARALLELISM": "false",
    **TELEMETRY_OFF,
}


def session(app_name: str, batch_rows: int) -> SparkSession:
    """A session whose Arrow batches hold ``batch_rows`` rows.

    Batches are sized for each job: small enough for media (64 photos are 20 MB decoded), large for numbers, since
    small batches make numeric stages 13 to 25 times slower. Master and memory come from spark-submit and
    ``conf/spark/spark-defaults.conf``.
    """
    os.environ.update(WORKER_ENV)
    builder = SparkSession.builder.appName(app_name)
    for name, value in WORKER_ENV.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    return (
        builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(batch_rows))
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.pushdown.inFilterThreshold", str(MAX_PUSHED_IDS))
        .getOrCreate()
    )


def scan(spark: SparkSession, dataset: Dataset, files: list[str]) -> DataFrame:
    """Committed files as a data frame, ``ds`` included; empty where there are none."""
    schema = dataset.contract.spark_schema
    if not files:
        return spark.createDataFrame([], schema.add("ds", "string"))
    frame = spark.read.schema(schema).option("basePath", str(dataset.path)).parquet(*files)
    # The path gives ds; Spark appends it as the last column only when it infers partitions from paths.
    return frame if "ds" in frame.columns else frame.withColumn("ds", _ds_of_path())


def _ds_of_path() -> Column:
    return F.regexp_extract(F.input_file_name(), r"/ds=([^/]+)/", 1)


def newest(
    spark: SparkSession,
    dataset: Dataset,
    until: str | None = None,
    before: str | None = None,
    only: Collection[str] | None = None,
) -> DataFrame:
    """The newest row of each key at or before a date: what the dataset says "as of" it (``mmgen.store.as_of``).

    ``only`` the rows of these products, where they are few: then nothing but the partitions that hold them is read,
    and of their files the pages that may. That is what keeps a night's cost with what changed, not with the media of
    the whole catalogue.
    """
    if only is not None and until is not None:
        return _newest_of(spark, dataset, until, only)
    files = dataset.files(until=until, before=before)
    frame = scan(spark, dataset, files)
    if len({Path(f).parent.parent.name for f in files}) < 2:
        return frame
    keys = dataset.contract.keys
    last = frame.groupBy(*keys).agg(F.max("ds").alias("ds"))
    rows = sum(p.num_rows for p in dataset.partitions())
    return frame.join(small(last, rows), on=[*keys, "ds"])


def _newest_of(spark: SparkSession, dataset: Dataset, until: str, only: Collection[str]) -> DataFrame:
    places = dataset.places(only, until)
    dates = sorted(set(places.column("ds").to_pylist()))
    frame = scan(spark, dataset, dataset.files(ds=dates)).where(F.col("product_id").isin(sorted(only)))
    if len(dates) < 2:
        return frame
    keys = dataset.contract.keys
    picked = spark.createDataFrame(places.to_pylist(), ", ".join(f"{name} string" for name in [*keys, "ds"]))
    return frame.join(F.broadcast(picked), on=[*keys, "ds"])


def in_shop(rows: DataFrame) -> DataFrame:
    """Of the newest rows of ``raw_products``, those of products that the shop has (``mmgen.store.products``)."""
    return rows.where(~F.col(IS_DELETED).eqNullSafe(True))


def few_products(rows: DataFrame) -> list[str] | None:
    """The products of these rows, None where they are more than ``FEW_PRODUCTS``."""
    found = rows.select("product_id").distinct().limit(FEW_PRODUCTS + 1).collect()
    return sorted(row.product_id for row in found) if len(found) <= FEW_PRODUCTS else None


def kept(frame: DataFrame) -> DataFrame:
    """A frame that is read several times, computed on first use and kept, on disk where memory is short.

    Not ``persist``: a cached frame carries the plan that made it into every plan above it, and Spark writes out the
    whole of these as text at each step of a query. A few frames that rest on each other twice took minutes for 20 rows.
    """
    return frame.localCheckpoint(eager=False)


def small(frame: DataFrame, num_rows: int) -> DataFrame:
    """A frame of keys for a join: sent to every executor where it is small, which spares the other side a shuffle."""
    return F.broadcast(frame) if num_rows < MAX_BROADCAST_ROWS else frame
