"""clean_images: raw_media -> clean_images."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.clean.image.rows import VERSION, clean_images
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, media
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The photos as they came."""
    return media(ctx, "image", only)


def run(ctx: JobContext) -> Outcome:
    """Decodes photos safely, sets them upright in sRGB, enhances those that need it, measures quality."""
    params = ctx.config.clean.image
    transform = partial(clean_images, params=params)
    step = Step("clean_images", params.digest(VERSION), transform, needs="data", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("clean_images", run, batch_rows=64)
