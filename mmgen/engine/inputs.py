"""What each job reads, as of its date, in the form that ``derive`` takes: keys, input_hash, reject_reason, payload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from mmgen.engine.spark import in_shop, newest
from mmgen.store.products import product_ids

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

    from mmgen.engine.context import JobContext
    from mmgen.store.datasets import Dataset


class MissingInputError(ValueError):
    """A dataset that the job reads has nothing at or before the date."""


Only = Sequence[str] | None
"""The products whose rows are read, where these are few; None: all."""


def current(ctx: JobContext, name: str, only: Only = None) -> DataFrame:
    """A dataset as of the job's date.

    MissingInputError with the job to run where there is nothing yet.
    """
    return newest(ctx.spark, _existing(ctx, name), until=ctx.ds, only=only)


def held(ctx: JobContext, name: str, *columns: str, only: Only = None) -> pa.Table:
    """Keys and small columns of a dataset as of the job's date, in this process's memory: no Spark plan, no stage.

    MissingInputError as in ``current``.
    """
    return _existing(ctx, name).newest(list(columns), until=ctx.ds, only=only)


def _existing(ctx: JobContext, name: str) -> Dataset:
    dataset = ctx.dataset(name)
    if not any(p.ds <= ctx.ds for p in dataset.partitions()) and dataset.last_commit(ctx.ds) is None:
        raise MissingInputError(
            f"{name} has no partition at or before {ctx.ds}; run the jobs before {ctx.name} first: "
            f"mmgen run --ds {ctx.ds} --to {ctx.name}"
        )
    return dataset


def products(ctx: JobContext, only: Only = None) -> DataFrame:
    """The products that are in the catalogue as of the date (those that left it are not)."""
    return in_shop(current(ctx, "raw_products", only))


def held_product_ids(ctx: JobContext) -> pa.Array:
    """The ids of ``products``, sorted, in this process's memory."""
    return product_ids(_existing(ctx, "raw_products"), ctx.ds)


def derived(ctx: JobContext, name: str, *payload: str, only: Only = None) -> DataFrame:
    """One dataset's rows as inputs: its content_hash is the input_hash."""
    frame = current(ctx, name, only)
    keys = ctx.dataset(name).contract.keys
    return frame.select(*keys, F.col("content_hash").alias("input_hash"), "reject_reason", *payload)


def media(ctx: JobContext, modality: str, only: Only = None) -> DataFrame:
    """Photos or clips: product_id, input_hash, reject_reason, data (null where the product has none)."""
    frame = current(ctx, "raw_media", only).where(F.col("modality") == modality)
    return frame.select("product_id", F.col("content_hash").alias("input_hash"), "reject_reason", "data")


def joined_hash(*columns: str) -> Column:
    """One input_hash over several content hashes; a missing one counts as empty."""
    parts = [F.coalesce(F.col(name).cast("string"), F.lit("")) for name in columns]
    return F.substring(F.sha2(F.concat_ws(":", *parts), 256), 1, 32)


def part(ctx: JobContext, name: str, prefix: str, *payload: str | Column, only: Only = None) -> DataFrame:
    """A dataset's columns for a join on product_id: its hash as ``<prefix>_hash``, and the payload."""
    frame = current(ctx, name, only)
    return frame.select("product_id", F.col("content_hash").alias(f"{prefix}_hash"), *payload)


def one_version(frame: DataFrame, name: str, column: str = "encoder_version") -> DataFrame:
    """The frame as it is. ValueError where more than one fitted model made its rows: they cannot be compared."""
    require_one_version((row[0] for row in frame.select(column).distinct().collect()), name)
    return frame


def require_one_version(versions: Iterable[str | None], name: str) -> None:
    """ValueError where the versions of rows' models, None left out, are more than one."""
    found = sorted({version for version in versions if version is not None})
    if len(found) > 1:
        raise ValueError(
            f"{name} has rows of {' and '.join(found)}: run {name} for the date, which makes all of them by one model"
        )


def require_recipe(hashes: Iterable[str], recipe: str, name: str) -> None:
    """ValueError where rows of ``name`` have another ``config_hash``: what they hold does not compare."""
    if set(hashes) - {recipe}:
        raise ValueError(
            f"{name} has rows that were made by other parameters or by an older version of mmgen, and they do not "
            f"compare with the rest: run {name} for the date first, which makes them anew"
        )


def written(frame: DataFrame, folder: Path) -> DataFrame:
    """The frame, written below the job's scratch folder and read again: what follows is planned from there."""
    frame.write.parquet(str(folder))
    return frame.sparkSession.read.schema(frame.schema).parquet(str(folder))


def photo_columns(is_on: bool) -> tuple[Column, Column]:
    """What describes a photo, and what that is by: colour and outline, and behind them what the encoders say."""
    if not is_on:
        return F.lit(None).cast("array<float>").alias("image_embedding"), F.lit(None).cast("string").alias(
            "image_encoder"
        )
    said = [F.coalesce(name, F.array().cast("array<float>")) for name in ("encoding", "pretrained_encoding")]
    by = F.concat_ws(" ", "encoder_version", "pretrained_version")
    return F.concat("embedding", *said).alias("image_embedding"), F.when(by != "", by).alias("image_encoder")
