"""How much of what a new model would say otherwise is made anew in one night, and what of it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext
    from mmgen.engine.step import Budget
    from mmgen.store.datasets import Dataset


def within(ctx: JobContext, need: DataFrame, dataset: Dataset, budget: Budget) -> DataFrame:
    """Of the needed keys those that are made on this date; what waits is said in the run's notes. ``need``: keys and
    input hashes. Products that are new or changed never wait."""
    from pyspark.sql import functions as F

    from mmgen.engine.spark import kept, newest

    keys = dataset.contract.keys
    standing = newest(ctx.spark, dataset, before=ctx.ds).where(F.col("config_hash").isin(sorted(budget.earlier)))
    worst = [budget.worst] if budget.worst else []
    waiting = kept(need.join(standing.select(*keys, "input_hash", *worst), on=[*keys, "input_hash"]))
    count = waiting.count()
    if count <= budget.rows:
        return need
    order = [*(F.col(name).asc_nulls_first() for name in worst), F.xxhash64(*keys), *keys]
    first = waiting.orderBy(*order).limit(budget.rows)
    later = waiting.join(first.select(*keys), on=keys, how="left_anti")
    ctx.notes.append(f"{count - budget.rows} rows by an earlier model wait for a later night")
    return need.join(later.select(*keys), on=keys, how="left_anti")
