"""audio_encoder: clean_audio -> a registered audio encoder, champion where it is good enough."""

from __future__ import annotations

from mmgen.job import JobContext, main, progress_lines


def run(ctx: JobContext) -> str:
    """Trains the audio encoder on the catalogue's clips where there is no champion yet, or
    always with --force; otherwise it does nothing."""
    from mmgen.training.encoder_champion import prepare_audio
    from mmgen.training.fitted import fit_where_needed

    return fit_where_needed(ctx, "audio", lambda: prepare_audio(ctx, progress_lines("audio_encoder")))


if __name__ == "__main__":
    main("audio_encoder", run)
