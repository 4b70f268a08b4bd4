"""content_checks: descriptions and creatives -> content_checks."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.content_checks.rows import VERSION, check_rows
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.publishing.contents import contents


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """One row a product and kind: its value (a creative's headline), the value's hash and the facts it rests on."""
    columns = ["product_id", "kind", "input_hash", "reject_reason", "locale", "value", "value_hash", "facts"]
    return contents(ctx, only).select(*columns)


def run(ctx: JobContext) -> Outcome:
    """Checks every piece of content; what is borderline waits for a person."""
    params = ctx.config.descriptions.content
    step = Step(
        "content_checks",
        params.digest(VERSION),
        partial(check_rows, params=params),
        is_by_product=True,
    )
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("content_checks", run, batch_rows=1_000)
