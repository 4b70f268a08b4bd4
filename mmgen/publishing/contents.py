"""Every piece of generated content as of a date: one row a product and kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from mmgen.engine.inputs import joined_hash, part, products
from mmgen.kinds import TEXT_KINDS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext


def contents(ctx: JobContext, only: Sequence[str] | None = None) -> DataFrame:
    """product_id, kind, input_hash, reject_reason, locale, value, value_hash, facts, image, model_version.

    ``value`` is the text; for a creative its headline, while ``value_hash`` is the picture's. ``only``: of these
    products.
    """
    shared = ("reject_reason", "locale", "model_version")
    texts = part(ctx, "descriptions", "text", *shared, "facts", *TEXT_KINDS, only=only)
    drawn = part(ctx, "creatives", "drawn", *shared, "headline", "image", only=only)
    rows = [_text_rows(texts, kind) for kind in TEXT_KINDS]
    rows.append(_creative_rows(drawn, texts.select("product_id", "text_hash", "facts")))
    every = reduce(lambda left, right: left.unionByName(right), rows)
    return every.join(products(ctx, only).select("product_id"), "product_id", "left_semi")


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
