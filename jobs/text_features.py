"""text_features: clean_texts -> text_features."""

from __future__ import annotations

from functools import partial

from mmgen.derive import Outcome, Step, derive
from mmgen.features.text import VERSION, text_features
from mmgen.inputs import derived
from mmgen.job import JobContext, main


def run(ctx: JobContext) -> Outcome:
    """Hashed term frequencies of each text."""
    params = ctx.config.features.text
    inputs = partial(derived, ctx, "clean_texts", "tokens", "language")
    transform = partial(text_features, params=params)
    return derive(ctx, inputs, Step("text_features", params.digest(VERSION), transform, needs="tokens"))


if __name__ == "__main__":
    main("text_features", run, batch_rows=5_000)
