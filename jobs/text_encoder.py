"""text_encoder: clean_texts -> a registered text model, champion where it is good enough."""

from __future__ import annotations

from dataclasses import replace

from mmgen.engine.context import JobContext
from mmgen.engine.main import main


def run(ctx: JobContext) -> str:
    """Fits term weights and word vectors where there is no champion yet, where their parameters changed, or always with
    --force; otherwise it does nothing."""
    from mmgen.registry.fitting import fit_where_needed
    from mmgen.training.text_model.champion import is_outdated, prepare

    forced = ctx.is_forced or is_outdated(ctx.config)
    return fit_where_needed(replace(ctx, is_forced=forced), "text", lambda: prepare(ctx))


if __name__ == "__main__":
    main("text_encoder", run, batch_rows=5_000)
