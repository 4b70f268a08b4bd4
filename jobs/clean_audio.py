"""clean_audio: raw_media -> clean_audio."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.clean.audio.denoise import denoiser_weights
from mmgen.clean.audio.rows import VERSION, clean_audio
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, media
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.hashes import sha256_of


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The clips as they came."""
    return media(ctx, "audio", only)


def run(ctx: JobContext) -> Outcome:
    """Brings clips to 16 kHz mono at one loudness and removes noise where there is any."""
    params = ctx.config.clean.audio
    weights = denoiser_weights(params.denoiser)
    config_hash = params.digest(VERSION, sha256_of(weights))
    transform = partial(clean_audio, params=params, weights=weights)
    step = Step("clean_audio", config_hash, transform, needs="data", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("clean_audio", run, batch_rows=64)
