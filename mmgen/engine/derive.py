"""Derive one dataset from others: only what changed, reusing what was seen before, checked, committed once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen.engine.budget import within
from mmgen.engine.parts import write_parts
from mmgen.engine.step import Outcome, Step
from mmgen.hashes import sha256_of
from mmgen.store.checks import audit, require
from mmgen.store.datasets import Dataset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mmgen.engine.context import JobContext
    from mmgen.engine.inputs import Only


Inputs = Callable[["Only"], "DataFrame"]
"""What a job reads, as of its date: of all products (None), or of these alone, where the rest is not needed."""

ROWS_OF_A_TASK = 64
"""Of a few rows to compute a task gets so many: the slowest transforms take 3 s for them."""


def derive(ctx: JobContext, inputs: Inputs, step: Step) -> Outcome:
    """Bring one partition up to date.

    ``inputs`` has the output's key columns, ``input_hash``, ``reject_reason`` and what the transform reads: every
    product as of ``ctx.ds``. Where the rows to compute turn out to be few, and the step says that it may be, it is
    asked again for these products alone (``only``).

    A row belongs into the partition if the dataset, as of the date before, says something else of it. Of those, rows
    seen before (same key, input and configuration, in any partition) are copied and the rest is computed. Where all
    input tables are the very snapshots that the partition was made from, nothing is asked at all, and Spark is not
    even started.
    """
    started = time.monotonic()
    dataset = ctx.dataset(step.output)
    recipe = recipe_of(ctx, dataset, step)
    if not step.is_external and not ctx.is_full and not ctx.retry_reasons and _was_made_by(dataset, ctx.ds, recipe):
        stands = {p.ds: p.num_rows for p in dataset.partitions()}
        outcome = Outcome(step.output, ctx.ds, 0, stands.get(ctx.ds, 0), _known_rejects(dataset, ctx.ds), True)
    else:
        outcome = _derive_rows(ctx, inputs, step, dataset, recipe)
    if outcome.is_unchanged:
        outcome = replace(outcome, seconds=_since(started))
        dataset.note(ctx.ds, ctx.metadata(outcome) | {"recipe": recipe})
    return replace(outcome, seconds=_since(started))


def recipe_of(ctx: JobContext, dataset: Dataset, step: Step) -> str:
    """Hash of all that a partition depends on: snapshots of the inputs, of the dataset before the date, and how."""
    snapshots = [ctx.dataset(name).fingerprint(until=ctx.ds) for name in ctx.input_datasets]
    also = [step.external, f"at most {step.budget.rows}" if step.budget else ""]
    text = ":".join([step.config_hash, dataset.fingerprint(before=ctx.ds), *snapshots, *filter(None, also)])
    return sha256_of(text)[:32]


def _was_made_by(dataset: Dataset, ds: str, recipe: str) -> bool:
    """Whether the newest commit about the partition was made from exactly this recipe."""
    last = dataset.last_commit(ds)
    return last is not None and last.metadata.get("recipe") == recipe


def _derive_rows(ctx: JobContext, inputs: Inputs, step: Step, dataset: Dataset, recipe: str) -> Outcome:
    from mmgen.engine.spark import kept

    keys = dataset.contract.keys
    every = inputs(None)
    wanted = needed_keys(ctx, every, dataset, step.config_hash)
    need = kept(within(ctx, wanted, dataset, step.budget) if step.budget and not ctx.is_full else wanted)
    seen = kept(_seen(ctx, dataset, need, step.config_hash))
    todo = need.join(seen, on=keys, how="left_anti")
    computed, reused = todo.count(), seen.count()
    if _is_current(dataset, ctx.ds, seen, computed, reused):
        return Outcome(step.output, ctx.ds, 0, reused, _known_rejects(dataset, ctx.ds), True)
    fresh = _fresh(inputs, every, todo, step, dataset, computed)
    copies = _copies(ctx, dataset, seen, reused) if reused else None

    def write_files(attempt: Path) -> None:
        write_parts(attempt, dataset.contract, step.work, fresh, copies)

    return commit_files(ctx, dataset, write_files, computed, reused, {"recipe": recipe})


def _fresh(
    inputs: Inputs,
    every: DataFrame,
    todo: DataFrame,
    step: Step,
    dataset: Dataset,
    computed: int,
) -> DataFrame:
    """The rows to compute. Where they are few, wide columns are read of these products alone, and no more workers
    of Python are started than have work: importing what a transform needs costs seconds in each."""
    from mmgen.engine.spark import FEW_PRODUCTS, few_products, small

    only = few_products(todo) if step.is_by_product and 0 < computed <= FEW_PRODUCTS else None
    rows = every if only is None else inputs(only)
    fresh = rows.join(small(todo, computed), on=[*dataset.contract.keys, "input_hash"])
    if only is not None:
        fresh = fresh.coalesce(math.ceil(computed / ROWS_OF_A_TASK))
    return step.enrich(fresh) if step.enrich and computed else fresh


def needed_keys(ctx: JobContext, inputs: DataFrame, dataset: Dataset, config_hash: str) -> DataFrame:
    """Keys and input hashes of the rows that the partition must hold."""
    from pyspark.sql import functions as F

    from mmgen.engine.spark import newest

    keys = dataset.contract.keys
    now = inputs.select(*keys, "input_hash")
    if ctx.is_full:
        return now
    before = newest(ctx.spark, dataset, before=ctx.ds).where(F.col("config_hash") == config_hash)
    return now.join(before.select(*keys, "input_hash"), on=[*keys, "input_hash"], how="left_anti")


def _seen(ctx: JobContext, dataset: Dataset, need: DataFrame, config_hash: str) -> DataFrame:
    """Of the needed keys, those the dataset holds already, with the ``ds`` to copy from (this date's own first)."""
    from pyspark.sql import functions as F

    from mmgen.engine.spark import scan

    keys = dataset.contract.keys
    rows = scan(ctx.spark, dataset, dataset.files()).where(F.col("config_hash") == config_hash)
    if ctx.retry_reasons:
        rows = rows.where(F.col("reject_reason").isNull() | ~F.col("reject_reason").isin(ctx.retry_reasons))
    match = rows.select(*keys, "input_hash", "ds").join(need, on=[*keys, "input_hash"])
    own_first = F.struct((F.col("ds") == ctx.ds).alias("own"), "ds")
    return match.groupBy(*keys, "input_hash").agg(F.max(own_first).alias("pick")).select(*keys, "input_hash", "pick.ds")


def _copies(ctx: JobContext, dataset: Dataset, seen: DataFrame, reused: int) -> DataFrame:
    from mmgen.engine.spark import scan, small

    dates = [row.ds for row in seen.select("ds").distinct().collect()]
    rows = scan(ctx.spark, dataset, dataset.files(ds=dates))
    picked = rows.join(small(seen, reused), on=[*dataset.contract.keys, "input_hash", "ds"])
    return picked.select(*dataset.contract.file_schema.names)


def _is_current(dataset: Dataset, ds: str, seen: DataFrame, computed: int, reused: int) -> bool:
    stands = {p.ds: p.num_rows for p in dataset.partitions()}
    if computed or stands.get(ds, 0 if dataset.last_commit(ds) else -1) != reused:
        return False
    return bool(seen.where(seen.ds != ds).isEmpty())


def _known_rejects(dataset: Dataset, ds: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for batch in dataset.batches(dataset.files(ds=[ds]), ["reject_reason"], 65_536):
        for entry in batch.column(0).drop_null().value_counts().to_pylist():
            counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def commit_files(
    ctx: JobContext,
    dataset: Dataset,
    write_files: Callable[[Path], None],
    computed: int,
    reused: int,
    extra: Mapping[str, str],
) -> Outcome:
    """Stage, audit, publish: what ``write_files`` puts into the attempt's folder becomes the partition.

    Raises CheckFailedError, or RuntimeError where the rows are not ``computed`` and ``reused`` ones; then nothing has
    changed, and nothing is left behind. ``extra`` goes into the commit's metadata.
    """
    started = time.monotonic()
    attempt = dataset.stage(ctx.ds)
    try:
        write_files(attempt)
        result = audit(dataset.contract, dataset.staged_files(attempt))
        require(dataset.name, result)
        if result.num_rows != computed + reused:
            raise RuntimeError(
                f"{dataset.name} ds={ctx.ds}: {computed + reused} rows went in and {result.num_rows} came out; "
                "nothing was committed"
            )
    except BaseException:
        dataset.discard(attempt)
        raise
    warnings = [f"{o.name}: {o.detail}" for o in result.warned]
    outcome = Outcome(dataset.name, ctx.ds, computed, reused, result.rejects, False, _since(started), warnings)
    ctx.fault("commit")
    dataset.commit(ctx.ds, attempt, ctx.metadata(outcome) | dict(extra))
    return outcome


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)
