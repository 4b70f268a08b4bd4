"""text_features: clean_texts, by the fitted text model -> text_features."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, derived
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.features.text import VERSION, text_features
from mmgen.training.text_model.champion import fitted_text


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The tokens of each text. A row rejected for its title keeps its description's tokens, which count."""
    rows = derived(ctx, "clean_texts", "tokens", "title", "description", only=only)
    return rows.withColumn("reject_reason", F.when(F.size("tokens") > 0, None).otherwise(F.col("reject_reason")))


def run(ctx: JobContext) -> Outcome:
    """A hashed bag of tokens, the mean of the word vectors and, with a checkpoint, a sentence embedding."""
    params, fitted = ctx.config.features.text, fitted_text(ctx.config, ctx.ds)
    transform = partial(text_features, params=params, fitted=fitted)
    step = Step("text_features", params.digest(VERSION, fitted.label), transform, needs="tokens", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("text_features", run, batch_rows=5_000)
