"""audio_features: clean_audio -> audio_features."""

from __future__ import annotations

from functools import partial

from mmgen.derive import Outcome, Step, derive
from mmgen.features.audio import VERSION, audio_features
from mmgen.inputs import derived
from mmgen.job import JobContext, main


def run(ctx: JobContext) -> Outcome:
    """Log-mel statistics of each clip."""
    params = ctx.config.features.audio
    inputs = partial(derived, ctx, "clean_audio", "audio")
    transform = partial(audio_features, params=params)
    return derive(ctx, inputs, Step("audio_features", params.digest(VERSION), transform, needs="audio"))


if __name__ == "__main__":
    main("audio_features", run, batch_rows=64)
