"""Every piece of generated content as of a date: one row a product and kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from mmgen.engine.inputs import joined_hash, part, products
from mmgen.kinds import KINDS, Kind, Modality

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext


def contents(ctx: JobContext, only: Sequence[str] | None = None) -> DataFrame:
    """product_id, kind, input_hash, reject_reason, locale, value, value_hash, facts, image, alt_text, model_version.

    ``value`` is the text; for a picture its headline, while ``value_hash`` is the picture's. ``only``: of these
    products.
    """
    every = reduce(lambda left, right: left.unionByName(right), _rows(ctx, only))
    return every.join(products(ctx, only).select("product_id"), "product_id", "left_semi")


def _rows(ctx: JobContext, only: Sequence[str] | None) -> Iterator[DataFrame]:
    """The rows of each kind, in the kinds' order. A picture rests on the facts of the text that it shows."""
    columns: dict[str, list[str]] = {}
    for kind in KINDS.values():
        if kind.modality is Modality.TEXT:
            columns.setdefault(kind.dataset, []).append(kind.column)
    texts = {
        name: part(ctx, name, "text", "reject_reason", "locale", "facts", "model_version", *own, only=only)
        for name, own in columns.items()
    }
    for kind in KINDS.values():
        if kind.modality is Modality.TEXT:
            yield _text_rows(texts[kind.dataset], kind)
        else:
            facts = texts[KINDS[kind.text_of].dataset].select("product_id", "text_hash", "facts")
            yield _picture_rows(ctx, kind, facts, only)


def _text_rows(texts: DataFrame, kind: Kind) -> DataFrame:
    return texts.select(
        "product_id",
        F.lit(kind.name).alias("kind"),
        joined_hash("text_hash").alias("input_hash"),
        "reject_reason",
        "locale",
        F.col(kind.column).alias("value"),
        F.sha2(F.col(kind.column), 256).alias("value_hash"),
        "facts",
        F.lit(None).cast("binary").alias("image"),
        F.lit(None).cast("string").alias("alt_text"),
        "model_version",
    )


def _picture_rows(ctx: JobContext, kind: Kind, facts: DataFrame, only: Sequence[str] | None) -> DataFrame:
    columns = ("reject_reason", "locale", "headline", kind.column, "alt_text", "model_version")
    drawn = part(ctx, kind.dataset, "drawn", *columns, only=only)
    joined = drawn.join(facts, "product_id")
    return joined.select(
        "product_id",
        F.lit(kind.name).alias("kind"),
        joined_hash("drawn_hash", "text_hash").alias("input_hash"),
        "reject_reason",
        "locale",
        F.col("headline").alias("value"),
        F.sha2(F.col(kind.column), 256).alias("value_hash"),
        "facts",
        F.col(kind.column).alias("image"),
        "alt_text",
        "model_version",
    )
