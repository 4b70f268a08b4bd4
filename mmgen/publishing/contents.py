"""Every piece of generated content as of a date: one row a product and kind."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from mmgen.engine.inputs import joined_hash, part, products
from mmgen.kinds import TEXT_KINDS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext


def contents(ctx: JobContext) -> DataFrame:
    """product_id, kind, input_hash, reject_reason, locale, value, value_hash, facts, image, model_version.

    ``value`` is the text; for a creative its headline, while ``value_hash`` is the picture's.
    """
    texts = part(ctx, "descriptions", "text", "reject_reason", "locale", "facts", "model_version", *TEXT_KINDS)
    drawn = part(ctx, "creatives", "drawn", "reject_reason", "locale", "headline", "image", "model_version")
    rows = [_text_rows(texts, kind) for kind in TEXT_KINDS]
    rows.append(_creative_rows(drawn, texts.select("product_id", "text_hash", "facts")))
    every = reduce(lambda left, right: left.unionByName(right), rows)
    return every.join(products(ctx).select("product_id"), "product_id", "left_semi")


def _text_rows(texts: DataFrame, kind: str) -> DataFrame:
    return texts.select(
        "product_id",
        F.lit(kind).alias("kind"),
        joined_hash("text_hash").alias("input_hash"),
        "reject_reason",
        "locale",
        F.col(kind).alias("value"),
        F.sha2(F.col(kind), 256).alias("value_hash"),
        "facts",
        F.lit(None).cast("binary").alias("image"),
        "model_version",
    )


def _creative_rows(drawn: DataFrame, facts: DataFrame) -> DataFrame:
    joined = drawn.join(facts, "product_id")
    return joined.select(
        "product_id",
        F.lit("creative").alias("kind"),
        joined_hash("drawn_hash", "text_hash").alias("input_hash"),
        "reject_reason",
        "locale",
        F.col("headline").alias("value"),
        F.sha2(F.col("image"), 256).alias("value_hash"),
        "facts",
        "image",
        "model_version",
    )
