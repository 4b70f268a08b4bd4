"""image_features: clean_images -> image_features."""

from __future__ import annotations

from functools import partial

from mmgen.derive import Outcome, Step, derive
from mmgen.features.image import VERSION, image_features
from mmgen.inputs import derived
from mmgen.job import JobContext, main


def run(ctx: JobContext) -> Outcome:
    """Colour and shape features of each photo, and its pixels at the training size."""
    params = ctx.config.features.image
    inputs = partial(derived, ctx, "clean_images", "model_image")
    transform = partial(image_features, params=params)
    return derive(ctx, inputs, Step("image_features", params.digest(VERSION), transform, needs="model_image"))


if __name__ == "__main__":
    main("image_features", run, batch_rows=128)
