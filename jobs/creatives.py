"""creatives: descriptions, photos and examples, by the champion -> creatives."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.creatives.rows import HEADLINE, VERSION, draw_creatives
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, joined_hash, part, products
from mmgen.engine.main import main
from mmgen.engine.step import Budget, Outcome, Step
from mmgen.registry.champions import champion_of
from mmgen.writing.rows import ARRAYS


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """Each product's headline beside its photo and what the model sees of it."""
    texts = part(ctx, "descriptions", "text", "reject_reason", "locale", HEADLINE, "facts", only=only)
    photos = part(ctx, "clean_images", "photo", "master", "cutout", only=only)
    said = ("title", "brand", "price", "is_price_from", "currency")
    examples = part(ctx, "examples", "example", *said, *ARRAYS, only=only)
    joined = texts.join(photos, "product_id", "left").join(examples, "product_id")
    joined = joined.join(products(ctx, only).select("product_id"), "product_id", "left_semi")
    return joined.withColumn("input_hash", joined_hash("text_hash", "photo_hash", "example_hash"))


def run(ctx: JobContext) -> Outcome:
    """Draws an ad picture for each product."""
    params, seed = ctx.config.creatives, ctx.config.seed
    champion = champion_of(ctx.config, ctx.ds)
    transform = partial(
        draw_creatives,
        params=params,
        model_folder=champion.folder,
        model_version=champion.version,
        run_seed=seed,
    )
    config_hash = params.digest(VERSION, champion.version, seed)
    earlier = frozenset(params.digest(VERSION, version, seed) for version in champion.earlier)
    budget = Budget(ctx.config.refresh.rows_a_night, earlier)
    step = Step("creatives", config_hash, transform, is_by_product=True, budget=budget)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("creatives", run, batch_rows=64)
