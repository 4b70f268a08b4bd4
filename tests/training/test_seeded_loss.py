"""A seed goes on to give the loss that it gave: the order in which weights are drawn and terms are summed is kept."""

from __future__ import annotations

import pytest

from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import TINY, targets, write_shop

# Seed 7, when modalities still had numbers. Machines differ in the last bits, and steps carry these on: so few steps.
LOSS = {1: float.fromhex("0x1.68fc82p+0"), 2: float.fromhex("0x1.92a158p-1"), 10: float.fromhex("0x1.2e479p-1")}


def test_a_seed_gives_the_loss_that_it_gave(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    data = take_snapshots(write_shop(tmp_path / "shop"), loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    params = TINY.model_copy(update={"min_steps": 40, "max_steps": 40})
    losses: dict[int, float] = {}

    def note(metrics: dict[str, float], step: int) -> None:
        losses[step] = metrics.get("train_loss", losses.get(step, 0.0))

    loop.train(data, texts, tmp_path / "out", params, 7, on_metrics=note)
    assert {step: losses[step] for step in LOSS} == pytest.approx(LOSS, rel=1e-4)
