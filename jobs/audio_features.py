"""audio_features: clean_audio, by the audio encoder -> audio_features."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, derived
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.features.audio import VERSION, audio_features
from mmgen.registry.encoders import fitted_audio


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The clean clips."""
    return derived(ctx, "clean_audio", "audio", only=only)


def run(ctx: JobContext) -> Outcome:
    """Log-mel statistics of each clip, and what the encoder says of it."""
    params, sound, fitted = ctx.config.features.audio, ctx.config.features.sound, fitted_audio(ctx.config, ctx.ds)
    transform = partial(
        audio_features, params=params, encoder_folder=fitted.folder, encoder_version=fitted.label, sound=sound
    )
    config_hash = params.digest(VERSION, fitted.label, sound.model_dump(mode="json"))
    step = Step("audio_features", config_hash, transform, needs="audio", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("audio_features", run, batch_rows=64)
