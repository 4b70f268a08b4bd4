"""picture_model: examples and the champion -> a registered picture model, champion where it is good enough."""

from __future__ import annotations

from mmgen.engine.context import JobContext
from mmgen.engine.main import main, progress_lines


def run(ctx: JobContext) -> str:
    """Trains the picture model where there is none for the present fusion model, or always with --force, and promotes
    it where it draws better than the fusion model's own decoder."""
    from mmgen.training.pictures.champion import train_and_register

    return train_and_register(ctx, progress_lines("picture_model"))


if __name__ == "__main__":
    main("picture_model", run)
