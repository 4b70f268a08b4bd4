"""text_features: clean_texts -> text_features."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.derive import Outcome, Step, derive
from mmgen.features.text import VERSION, text_features
from mmgen.inputs import derived
from mmgen.job import JobContext, main


def inputs(ctx: JobContext) -> DataFrame:
    """The tokens of each text. A row rejected for its title keeps its description's tokens, which count."""
    rows = derived(ctx, "clean_texts", "tokens")
    return rows.withColumn("reject_reason", F.when(F.size("tokens") > 0, None).otherwise(F.col("reject_reason")))


def run(ctx: JobContext) -> Outcome:
    """Hashed term frequencies of each text."""
    params = ctx.config.features.text
    transform = partial(text_features, params=params)
    return derive(ctx, partial(inputs, ctx), Step("text_features", params.digest(VERSION), transform, needs="tokens"))


if __name__ == "__main__":
    main("text_features", run, batch_rows=5_000)
