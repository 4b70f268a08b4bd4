"""image_encoder: clean_images -> a registered image encoder, champion where it is good enough."""

from __future__ import annotations

from dataclasses import replace

from mmgen.engine.context import JobContext
from mmgen.engine.main import main, progress_lines


def run(ctx: JobContext) -> str:
    """Trains the image encoder on the catalogue's photos where there is no champion yet, or another one is configured,
    or always with --force; otherwise it does nothing."""
    from mmgen.registry.encoders import is_image_outdated
    from mmgen.registry.fitting import fit_where_needed
    from mmgen.training.encoders.champion import prepare_image

    progress = progress_lines("image_encoder")
    forced = ctx.is_forced or is_image_outdated(ctx.config)
    return fit_where_needed(replace(ctx, is_forced=forced), "image", lambda: prepare_image(ctx, progress))


if __name__ == "__main__":
    main("image_encoder", run)
