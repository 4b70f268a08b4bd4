"""extract_media: raw_products -> raw_media."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame

from mmgen.catalog.extract import FINGERPRINT_SCHEMA, MEDIA_VERSION, fingerprints, read_files
from mmgen.engine.context import JobContext
from mmgen.engine.derive import derive
from mmgen.engine.inputs import Only, products
from mmgen.engine.main import main
from mmgen.engine.step import Outcome, Step


def inputs(ctx: JobContext, only: Only) -> DataFrame:
    """Two rows a product, one a modality, with a fingerprint of the file."""
    wanted = products(ctx, only).select("product_id", "media_root", "image_path", "audio_path")
    return wanted.mapInArrow(fingerprints, FINGERPRINT_SCHEMA)


def run(ctx: JobContext) -> Outcome:
    """Packs each product's photo and clip into Parquet, so that no later stage opens small files."""
    params = ctx.config.media
    transform = partial(read_files, max_bytes=params.max_bytes)
    step = Step(
        "raw_media", params.digest(MEDIA_VERSION), transform, needs="path", is_external=True, is_by_product=True
    )
    return derive(ctx, partial(inputs, ctx), step)


if __name__ == "__main__":
    main("extract_media", run, batch_rows=256)
