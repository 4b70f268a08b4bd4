"""What a training says of its speed."""

from __future__ import annotations

import time

import pytest
import torch

from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.distributed.ranks import Part
from mmgen.training.distributed.throughput import Meter, sentence
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import TINY, targets, write_shop

CPU = torch.device("cpu")
SHARES = ("share_model", "share_loading", "share_communication", "share_rest")


def product() -> torch.Tensor:
    """2 * 10 * 20 * 30 FLOP forward, and twice that for both gradients."""
    one, other = torch.ones(10, 20, requires_grad=True), torch.ones(20, 30, requires_grad=True)
    loss = (one @ other).sum()
    loss.backward()
    return loss.detach()


def test_flops_are_counted_once_a_kind_of_step_and_then_time_is_taken():
    meter = Meter(CPU, rate=1e9)
    assert meter.values() == {}
    for kind in (False, True, False, True, True):
        assert meter.step(Part(0, 4, 8), kind, product).item() == 6000
    assert meter.flops == {False: 36_000.0, True: 36_000.0}
    assert meter.rows == 24 and meter.done_flops == 3 * 36_000


def test_shares_of_the_time_are_those_that_were_spent():
    meter = Meter(CPU, rate=1e9)
    meter.step(Part(0, 4, 4), False, product)
    items = meter.loading(time.sleep(0.03) or item for item in (1, 2))
    for _ in items:
        meter.step(Part(0, 4, 4), False, lambda: time.sleep(0.06))
    meter.gradients_ready()
    time.sleep(0.03)
    meter.gradients_averaged()
    found = {name: value.item() for name, value in meter.values().items()}
    assert sum(found[name] for name in SHARES) == pytest.approx(1.0, abs=1e-5)
    assert found["share_loading"] > 0.05 and found["share_communication"] > 0.02 and found["share_model"] > 0.05
    assert 0 < found["samples_per_s"] < 8 / 0.18
    assert "rows a second" in sentence(found) and "communication" in sentence(found)
    assert sentence({"train_loss": 1.0}) == ""


def test_a_training_logs_it(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 2)
    data = take_snapshots(write_shop(tmp_path / "shop"), loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    logged: dict[str, float] = {}
    loop.train(data, texts, tmp_path / "out", TINY, 7, on_metrics=lambda metrics, _: logged.update(metrics))
    assert logged["samples_per_s"] > 0 and 0 < logged["matmul_share"] < 1
    assert sum(logged[name] for name in SHARES) == pytest.approx(1.0, abs=1e-5)
