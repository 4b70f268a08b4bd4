"""graph_features: features of products and what links them -> graph_features."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.catalog.baskets import baskets_digest, write_links
from mmgen.catalog.tables import open_catalog
from mmgen.derive import Outcome, Step, derive
from mmgen.features.graph import BASKET, VERSION, graph_features
from mmgen.inputs import joined_hash, one_version, part, products, written
from mmgen.job import JobContext, main
from mmgen.product_graph import edges_of, nearest, own_rows, with_hops, with_input_hash
from mmgen.spark import kept


def own(ctx: JobContext) -> DataFrame:
    """Each product's vector and signatures."""
    rows = products(ctx).select("product_id", "category", "brand", "price", "currency", "attributes")
    texts = part(ctx, "text_features", "text", F.col("word_vector").alias("text"), "encoder_version")
    images = part(ctx, "image_features", "image", F.col("embedding").alias("image"))
    joined = rows.join(texts, "product_id", "left").join(images, "product_id", "left")
    hashed = joined.withColumn("own_hash", joined_hash("text_hash", "image_hash"))
    hashed = hashed.withColumn("category_key", F.lower(F.coalesce(F.array_join("category", "\x1f"), F.lit(""))))
    return own_rows(hashed, ctx.config.features.graph)


def inputs(ctx: JobContext, scratch: Path) -> DataFrame:
    """Each product with its neighbours. What is used many times is written once: Spark plans a short query faster."""
    params = ctx.config.features.graph
    rows = one_version(written(own(ctx), scratch / "own"), "text_features")
    write_links(open_catalog(ctx.config.catalogue_url), params.basket_neighbours, scratch / "links")
    bought = ctx.spark.read.parquet(str(scratch / "links")).withColumn("kind", F.lit(BASKET))
    # Of products bought together those that the catalogue has as of the date
    ids = rows.select("product_id")
    bought = bought.join(ids, "product_id", "left_semi").join(ids.toDF("other"), "other", "left_semi")
    edges = written(edges_of(nearest(rows, params).unionByName(bought), params), scratch / "edges")
    return kept(with_input_hash(rows, edges).withColumn("reject_reason", F.lit(None).cast("string")))


def run(ctx: JobContext) -> Outcome:
    """Finds each product's neighbours, by attributes, text, image and baskets, and averages their features."""
    params = ctx.config.features.graph

    with tempfile.TemporaryDirectory(dir=ctx.scratch()) as folder:
        scratch = Path(folder)

        def enrich(rows: DataFrame) -> DataFrame:
            own_part, edges = (ctx.spark.read.parquet(str(scratch / name)) for name in ("own", "edges"))
            return with_hops(rows, own_part, edges, params)

        digest = baskets_digest(open_catalog(ctx.config.catalogue_url))
        transform = partial(graph_features, params=params)
        step = Step("graph_features", params.digest(VERSION), transform, external=digest, enrich=enrich)
        return derive(ctx, partial(inputs, ctx, scratch), step)


if __name__ == "__main__":
    main("graph_features", run, batch_rows=2_000)
