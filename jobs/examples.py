"""examples: cleaned modalities and their features -> examples."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, joined_hash, part, photo_columns, products
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.features.examples import VERSION, build_examples
from mmgen.graph.context import context_frame

HASHES = ("product_hash", "clean_text_hash", "image_plain", "text_plain", "audio_hash", "group_id")
"""Of photo and text what no fitted model makes: a new encoder changes no example that does not read it."""


def inputs(ctx: JobContext, neighbours: Callable[[], DataFrame] | None, only: Only) -> DataFrame:
    """The products of the catalogue beside all that is known of each, and what its ``neighbours`` are like."""
    rows = products(ctx, only).withColumn("product_hash", F.col("content_hash"))
    said = ("locale", "category", "brand", "price", "is_price_from", "currency", "attributes", "facts")
    rows = rows.select("product_id", "product_hash", *said)
    texts = part(ctx, "clean_texts", "clean_text", "title", "description", only=only)
    groups = part(ctx, "duplicates", "duplicates", "group_id", only=only)
    joined = rows.join(groups, "product_id", "left").join(texts, "product_id", "left")
    # Where only some jobs were run, a product may be newer than the groups: alone until they are made again
    joined = joined.withColumn("group_id", F.coalesce("group_id", "product_id"))
    # Sound has nothing but its features: what the encoder says stands behind the statistics
    sound = F.concat("embedding", F.coalesce("encoding", F.array().cast("array<float>")))
    photo = photo_columns(ctx.config.examples.photo_features)
    plain = {name: F.col("plain_hash").alias(f"{name}_plain") for name in ("image", "text")}
    heard_by = F.col("encoder_version").alias("audio_encoder")
    for found in (
        part(ctx, "image_features", "image", "pixels", plain["image"], *photo, only=only),
        part(ctx, "text_features", "text", F.col("embedding").alias("text_embedding"), plain["text"], only=only),
        part(ctx, "audio_features", "audio", sound.alias("audio_embedding"), heard_by, "spectrogram", only=only),
    ):
        joined = joined.join(found, "product_id", "left")
    nothing = {"graph_vector": F.lit(None).cast("array<float>"), "graph_encoder": F.lit(None).cast("string")}
    joined = joined.join(neighbours(), "product_id", "left") if neighbours else joined.withColumns(nothing)
    more = [*(["graph_hash"] if neighbours else []), *(["image_hash"] if ctx.config.examples.photo_features else [])]
    hashed = joined.withColumn("input_hash", joined_hash(*HASHES, *more))
    return hashed.withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Joins the modalities of each product with a mask, and assigns splits that keep near-copies together."""
    params, seed = ctx.config.splits, ctx.config.seed
    transform = partial(
        build_examples, seed=seed, validation_share=params.validation_share, test_share=params.test_share
    )
    is_on = ctx.config.examples.neighbours
    more = [name for name, wanted in ctx.config.examples if wanted]
    config_hash = params.digest(VERSION, seed, *more)
    step = Step("examples", config_hash, transform, is_by_product=True)
    with tempfile.TemporaryDirectory(dir=ctx.scratch()) as folder:
        neighbours = cache(partial(context_frame, ctx, Path(folder))) if is_on else None
        return derive(ctx, partial(inputs, ctx, neighbours), step)


if __name__ == "__main__":
    main("examples", run, batch_rows=512)
