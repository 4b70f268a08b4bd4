"""image_features: clean_images, by the image encoder -> image_features."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, derived
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.features.image import VERSION, image_features
from mmgen.registry.encoders import fitted_image


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The photos as the model sees them."""
    return derived(ctx, "clean_images", "model_image", only=only)


def run(ctx: JobContext) -> Outcome:
    """Colour and shape features of each photo, what the encoder says of it, and its pixels at the training size."""
    params, fitted = ctx.config.features.image, fitted_image(ctx.config, ctx.ds)
    transform = partial(image_features, params=params, encoder_folder=fitted.folder, encoder_version=fitted.label)
    config_hash = params.digest(VERSION, fitted.label)
    step = Step("image_features", config_hash, transform, needs="model_image", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("image_features", run, batch_rows=128)
