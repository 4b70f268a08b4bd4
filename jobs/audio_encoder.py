"""audio_encoder: clean_audio -> a registered audio encoder, champion where it is good enough."""

from __future__ import annotations

from dataclasses import replace

from mmgen.engine.context import JobContext
from mmgen.engine.main import main, progress_lines


def run(ctx: JobContext) -> str:
    """Trains the audio encoder on the catalogue's clips where there is no champion yet, or clips are heard in another
    way by now, or always with --force; otherwise it does nothing."""
    from mmgen.registry.encoders import is_audio_outdated
    from mmgen.registry.fitting import fit_where_needed
    from mmgen.training.encoders.champion import prepare_audio

    progress = progress_lines("audio_encoder")
    forced = ctx.is_forced or is_audio_outdated(ctx.config)
    return fit_where_needed(replace(ctx, is_forced=forced), "audio", lambda: prepare_audio(ctx, progress))


if __name__ == "__main__":
    main("audio_encoder", run)
