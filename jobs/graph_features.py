"""graph_features: features of products and what links them -> graph_features."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.catalog.baskets import baskets_digest, write_links
from mmgen.catalog.tables import open_catalog
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import joined_hash, part, products
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.graph.spark import ProductGraph, own_rows
from mmgen.graph.vectors import VERSION, graph_features


def own(ctx: JobContext) -> DataFrame:
    """Each product's vector and signatures."""
    rows = products(ctx).select("product_id", "category", "brand", "price", "currency", "attributes")
    texts = part(ctx, "text_features", "text", F.col("word_vector").alias("text"), "encoder_version")
    images = part(ctx, "image_features", "image", F.col("embedding").alias("image"), F.col("plain_hash").alias("plain"))
    joined = rows.join(texts, "product_id", "left").join(images, "product_id", "left")
    hashed = joined.withColumn("own_hash", joined_hash("text_hash", "plain"))
    hashed = hashed.withColumn("category_key", F.lower(F.coalesce(F.array_join("category", "\x1f"), F.lit(""))))
    return own_rows(hashed, ctx.config.features.graph)


def inputs(ctx: JobContext, graph: ProductGraph, _only: None) -> DataFrame:
    """Each product with its neighbours."""
    write_links(open_catalog(ctx.config.catalogue_url), graph.params.basket_neighbours, graph.folder / "links")
    return graph.rows(own(ctx)).withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Finds each product's neighbours, by attributes, text, image and baskets, and averages their features."""
    params = ctx.config.features.graph
    with tempfile.TemporaryDirectory(dir=ctx.scratch()) as folder:
        graph = ProductGraph(Path(folder), params)
        digest = baskets_digest(open_catalog(ctx.config.catalogue_url))
        transform = partial(graph_features, params=params)
        step = Step("graph_features", params.digest(VERSION), transform, external=digest, enrich=graph.with_hops)
        return derive(ctx, partial(inputs, ctx, graph), step)


if __name__ == "__main__":
    main("graph_features", run, batch_rows=2_000)
