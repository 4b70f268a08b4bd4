"""duplicates: clean_images, clean_texts -> duplicates."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.clean.text import signature
from mmgen.clean.text.rows import text_recipe
from mmgen.duplicates.groups import COLUMNS, keep_groups
from mmgen.duplicates.local import groups_of
from mmgen.duplicates.photos import VERSION
from mmgen.duplicates.spark import MAX_TOGETHER, fetched, grouped, image_links, text_links
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import held, held_product_ids, joined_hash, part, products, require_recipe
from mmgen.engine.main import main
from mmgen.engine.spark import kept
from mmgen.engine.step import Outcome, Step

PHOTO = ("perceptual_hash", "thumbnail")
TEXT = ("title_key", "signature")


def inputs(ctx: JobContext, _only: None) -> DataFrame:
    """The products of the catalogue, each with the smallest product among its copies: by photo, by text, by either."""
    ids = held_product_ids(ctx)
    named = compared_here(ctx, ids.to_pylist()) if len(ids) <= MAX_TOGETHER else compared_in_spark(ctx)
    return named.withColumn("input_hash", joined_hash(*COLUMNS)).withColumn("reject_reason", F.lit(None).cast("string"))


def compared_here(ctx: JobContext, ids: list[str]) -> DataFrame:
    """The groups, found in this process."""
    photos = held(ctx, "clean_images", *PHOTO)
    texts = held(ctx, "clean_texts", *TEXT, "config_hash", only=ids)
    require_recipe(texts.column("config_hash").unique().to_pylist(), recipe(ctx), "clean_texts")
    return ctx.spark.createDataFrame(groups_of(ids, photos, texts, ctx.config.clean.duplicates))


def compared_in_spark(ctx: JobContext) -> DataFrame:
    """The same groups, of any number of products."""
    params = ctx.config.clean.duplicates
    rows = kept(products(ctx).select("product_id"))
    photos = kept(part(ctx, "clean_images", "image", *PHOTO).join(rows, "product_id", "left_semi"))
    texts = kept(part(ctx, "clean_texts", "text", *TEXT, "config_hash").join(rows, "product_id", "left_semi"))
    require_recipe((row[0] for row in texts.select("config_hash").distinct().collect()), recipe(ctx), "clean_texts")
    by_image = fetched(image_links(photos, params))
    by_text = fetched(text_links(texts, params.texts, params.max_shared))
    return grouped(rows, image_group_id=by_image, text_group_id=by_text, group_id=[*by_image, *by_text])


def recipe(ctx: JobContext) -> str:
    """What signatures that compare were made by."""
    return text_recipe(ctx.config.clean.text, ctx.config.clean.duplicates.texts)


def run(ctx: JobContext) -> Outcome:
    """Finds photos and texts that are copies of each other, across the whole catalogue."""
    step = Step("duplicates", ctx.config.clean.duplicates.digest(VERSION, signature.VERSION), keep_groups)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("duplicates", run, batch_rows=10_000)
