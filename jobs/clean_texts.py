"""clean_texts: raw_products -> clean_texts."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.clean.text.rows import clean_texts, text_recipe
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, products
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The texts of the products that are in the catalogue."""
    rows = products(ctx, only).withColumn("input_hash", F.col("content_hash"))
    return rows.select("product_id", "input_hash", "reject_reason", "title", "description", "locale")


def run(ctx: JobContext) -> Outcome:
    """Repairs titles and descriptions, finds their language, masks personal data."""
    params = ctx.config.clean.text
    nearness = ctx.config.clean.duplicates.texts
    transform = partial(clean_texts, params=params, nearness=nearness)
    step = Step("clean_texts", text_recipe(params, nearness), transform, is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("clean_texts", run, batch_rows=2_000)
