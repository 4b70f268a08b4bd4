"""duplicates: clean_images, clean_texts -> duplicates."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.clean import minhash
from mmgen.clean.duplicates import VERSION
from mmgen.clean.groups import COLUMNS, keep_groups
from mmgen.derive import Outcome, Step, derive
from mmgen.inputs import joined_hash, part, products
from mmgen.job import JobContext, main
from mmgen.near_copies import fetched, grouped, image_links, text_links


def inputs(ctx: JobContext) -> DataFrame:
    """The products of the catalogue, each with the smallest product among its copies: by photo, by text, by either."""
    params = ctx.config.clean.duplicates
    rows = products(ctx).select("product_id")
    photos = part(ctx, "clean_images", "image", "perceptual_hash", "thumbnail").join(rows, "product_id", "left_semi")
    texts = part(ctx, "clean_texts", "text", "title", "description", "title_key").join(rows, "product_id", "left_semi")
    by_image = fetched(image_links(photos, params))
    by_text = fetched(text_links(texts, params.texts, params.max_shared))
    named = grouped(rows, image_group_id=by_image, text_group_id=by_text, group_id=[*by_image, *by_text])
    return named.withColumn("input_hash", joined_hash(*COLUMNS)).withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Finds photos and texts that are copies of each other, across the whole catalogue."""
    step = Step("duplicates", ctx.config.clean.duplicates.digest(VERSION, minhash.VERSION), keep_groups)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("duplicates", run, batch_rows=10_000)
