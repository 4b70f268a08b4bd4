"""related: graph_features and the graph model -> related."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import held, held_product_ids
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.graph.related import VERSION, keep_related, related_rows
from mmgen.registry.fitting import fitted_champion


def inputs(ctx: JobContext, folder: str, _only: None) -> DataFrame:
    """The products of the catalogue, each with those that it is likely to be bought with."""
    ids = held_product_ids(ctx).to_pylist()
    names = ("vector", "neighbours", "neighbour_kinds", "encoder_version")
    graph, groups = (held(ctx, name, *columns, only=ids) for name, columns in
                     (("graph_features", names), ("duplicates", ("group_id",))))  # fmt: skip
    group_of = dict(zip(groups.column("product_id").to_pylist(), groups.column("group_id").to_pylist(), strict=True))
    rows = related_rows(graph, folder, ctx.config.related.count, group_of)
    return ctx.spark.createDataFrame(rows).withColumn("reject_reason", F.lit(None).cast("string"))


def run(ctx: JobContext) -> Outcome:
    """Names the products that the graph model expects in one basket with each."""
    model = fitted_champion(ctx.config, "graph")
    step = Step("related", ctx.config.related.digest(VERSION, model.label), keep_related)
    return derive(ctx, partial(inputs, ctx, model.folder), step)


if __name__ == "__main__":
    main("related", run, batch_rows=10_000)
