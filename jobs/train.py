"""train: examples -> a registered fusion model, champion where it is good enough. Started by mmgen.launch."""

from __future__ import annotations

import os
from functools import partial

from mmgen.engine.context import JobContext
from mmgen.engine.main import main, progress_lines
from mmgen.launch.life import Step, signs_of_life
from mmgen.store.products import product_ids

MIN_ROWS = 30
"""Fewer training rows than this teach nothing: content is then composed from the facts."""


def run(ctx: JobContext) -> str:
    """Trains the fusion model where there is no champion yet, or always with --force, and promotes it if it is due."""
    with signs_of_life() as alive:
        return train(ctx, alive)


def train(ctx: JobContext, alive: Step) -> str:
    """The same, where ``alive`` hears of each step. One process of a group tells a person of them, too."""
    from mmgen.registry.tracker import Tracker

    store = ctx.config.tracking_store
    champion = Tracker(store).version_of("champion")
    if champion is not None and not ctx.is_forced:
        return f"train ds={ctx.ds}: version {champion} is the champion; nothing to train"

    from mmgen.training.data.snapshot import take_snapshots
    from mmgen.training.fusion.loop import train_and_register
    from mmgen.writing.targets import training_targets

    dataset = ctx.dataset("examples")
    files = dataset.files(until=ctx.ds)
    # Those that left the shop keep features of the encoder of their time
    live = set(product_ids(ctx.dataset("raw_products"), ctx.ds).to_pylist())
    rows = take_snapshots(files, ["train"], live)["train"].num_rows
    if rows < MIN_ROWS:
        return f"train ds={ctx.ds}: {rows} training rows, {MIN_ROWS} are needed; content is composed from the facts"
    versions = {"examples": dataset.version()}
    folder = ctx.home / "training" / ctx.ds
    tell = progress_lines("train") if os.environ.get("RANK", "0") == "0" else None

    def progress(done: int, total: int) -> None:
        alive(done, total)
        if tell:
            tell(done, total)

    params, seed = ctx.config.train, ctx.config.seed
    targets = partial(training_targets, limits=ctx.config.descriptions)
    model = train_and_register(files, folder, params, store, ctx.ds, versions, seed, targets, progress, live)
    if model is None:
        return f"train ds={ctx.ds}: this process was not the first of its group; it is done"
    state = "promoted to champion" if model.decision.promote else "registered, not promoted"
    reasons = "; ".join([*model.decision.reasons, *filter(None, [model.throughput])])
    return f"train ds={ctx.ds}: version {model.version} {state}: {reasons}"


if __name__ == "__main__":
    main("train", run)
