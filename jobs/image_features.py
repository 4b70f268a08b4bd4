"""image_features: clean_images, by the image encoders -> image_features."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, derived
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step
from mmgen.features.image import VERSION, ImageEncoders, image_features
from mmgen.features.vision import digest_of_vision, vision_encoder_in
from mmgen.pretrained.installed import folder_of
from mmgen.registry.encoders import fitted_image


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """The photos as the model sees them."""
    return derived(ctx, "clean_images", "model_image", only=only)


def encoders_of(ctx: JobContext) -> ImageEncoders:
    """The networks that photos are given to."""
    fitted, named = fitted_image(ctx.config), ctx.config.features.image.pretrained
    if not named:
        return ImageEncoders(fitted.folder, fitted.label)
    folder = folder_of(named, ctx.config)
    vision_encoder_in(str(folder))  # a folder that does not load fails here, not in every worker
    return ImageEncoders(fitted.folder, fitted.label, str(folder), f"{folder.name}-{digest_of_vision(folder)}")


def run(ctx: JobContext) -> Outcome:
    """Colour and shape features of each photo, what the encoder says of it, and its pixels at the training size."""
    params = ctx.config.features.image
    encoders = encoders_of(ctx)
    transform = partial(image_features, params=params, encoders=encoders)
    config_hash = params.digest(VERSION, encoders.label, encoders.pretrained_label)
    step = Step("image_features", config_hash, transform, needs="model_image", is_by_product=True)
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("image_features", run, batch_rows=128)
