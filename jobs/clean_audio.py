"""clean_audio: raw_media -> clean_audio."""

from __future__ import annotations

from functools import partial

from mmgen.clean.audio import VERSION, clean_audio
from mmgen.derive import Outcome, Step, derive
from mmgen.inputs import media
from mmgen.job import JobContext, main


def run(ctx: JobContext) -> Outcome:
    """Brings clips to 16 kHz mono at one loudness and removes noise where there is any."""
    params = ctx.config.clean.audio
    inputs = partial(media, ctx, "audio")
    transform = partial(clean_audio, params=params)
    return derive(ctx, inputs, Step("clean_audio", params.digest(VERSION), transform, needs="data"))


if __name__ == "__main__":
    main("clean_audio", run, batch_rows=64)
