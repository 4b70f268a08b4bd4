"""descriptions: examples, by the champion -> descriptions."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, derived, products
from mmgen.engine.main import main
from mmgen.engine.step import Budget, Outcome, Step
from mmgen.registry.champions import champion_of
from mmgen.writing.rows import PAYLOAD, VERSION, describe


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The examples of the products that are in the catalogue."""
    rows = derived(ctx, "examples", *PAYLOAD, only=only)
    return rows.join(products(ctx, only).select("product_id"), "product_id", "left_semi")


def run(ctx: JobContext) -> Outcome:
    """Writes a description and a line of ad copy for each product."""
    params = ctx.config.descriptions.model_copy(update={"run_seed": ctx.config.seed})
    champion = champion_of(ctx.config, ctx.ds)
    transform = partial(describe, params=params, model_folder=champion.folder, model_version=champion.version)
    config_hash = params.digest(VERSION, champion.version)
    earlier = frozenset(params.digest(VERSION, version) for version in champion.earlier)
    budget = Budget(ctx.config.refresh.rows_a_night, earlier, worst="score")
    step = Step("descriptions", config_hash, transform, is_by_product=True, budget=budget)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("descriptions", run, batch_rows=128)
