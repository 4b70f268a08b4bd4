"""Spark: the session, and reading datasets as data frames. The one place that knows how tables meet Spark."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from mmgen.datasets import Dataset

MAX_IMAGE_PIXELS = 100_000_000
"""A 109 KB PNG can claim 30,000 x 30,000 pixels. OpenCV reads this bound once, when it is imported."""

WORKER_ENV = {
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_IMAGE_PIXELS),
    "OMP_NUM_THREADS": "1",  # one thread a task: Spark has a task a core already
    "TOKENIZERS_PARALLELISM": "false",
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


def newest(spark: SparkSession, dataset: Dataset, until: str | None = None, before: str | None = None) -> DataFrame:
    """The newest row of each key at or before a date: what the dataset says "as of" it.

    Key columns alone are grouped; wide columns are read afterwards, from the files that hold a newest row.
    """
    files = dataset.files(until=until, before=before)
    frame = scan(spark, dataset, files)
    if len({Path(f).parent.parent.name for f in files}) < 2:
        return frame
    keys = dataset.contract.keys
    last = frame.groupBy(*keys).agg(F.max("ds").alias("ds"))
    return frame.join(last, on=[*keys, "ds"])
