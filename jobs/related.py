"""related: graph_features and the graph model -> related."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.catalog.baskets import all_links, baskets_digest
from mmgen.catalog.tables import open_catalog
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import held, held_product_ids
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.graph.links import GRAPH_COLUMNS
from mmgen.graph.related import VERSION, keep_related, related_rows
from mmgen.registry.fitting import fitted_champion


def inputs(ctx: JobContext, folder: str, _only: None) -> DataFrame:
    """The products of the catalogue, each with those that it is likely to be bought with."""
    ids = held_product_ids(ctx).to_pylist()
    graph, groups = (
        held(ctx, name, *columns, only=ids)
        for name, columns in (("graph_features", GRAPH_COLUMNS), ("duplicates", ("group_id",)))
    )
    group_of = dict(zip(groups.column("product_id").to_pylist(), groups.column("group_id").to_pylist(), strict=True))
    bought = all_links(open_catalog(ctx.config.catalogue_url))
    rows = related_rows(graph, bought, group_of, folder, ctx.config.related.count)
    return ctx.spark.createDataFrame(rows).withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Names the products that the graph model expects in one basket with each."""
    model = fitted_champion(ctx.config, "graph")
    config_hash = ctx.config.related.digest(VERSION, model.label)
    digest = baskets_digest(open_catalog(ctx.config.catalogue_url))
    return derive(ctx, partial(inputs, ctx, model.folder), Step("related", config_hash, keep_related, external=digest))


if __name__ == "__main__":
    main("related", run, batch_rows=10_000)
