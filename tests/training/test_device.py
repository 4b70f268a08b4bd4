"""Where a step computes and in which precision. No GPU is needed: the meta device refuses tensors of the CPU, too."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import torch

from mmgen.config.config import Config
from mmgen.models.fusion.registry import FUSIONS
from mmgen.resources import ROOT
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.distributed.device import device_for
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.fusion import loop, steps
from mmgen.training.fusion.inputs import Draws, Inputs
from mmgen.training.fusion.texts import build_vocabulary, collect, index_texts
from tests.training.examples_files import TINY, targets, write_shop

CPU, META = torch.device("cpu"), torch.device("meta")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    data = take_snapshots(write_shop(tmp_path_factory.mktemp("shop")), loop.SPLITS)
    return data, {split: collect(snapshot, targets) for split, snapshot in data.items()}


def step_of(shop: Any, where: torch.device, **changed: Any) -> tuple[steps.State, Inputs, Any]:
    """A state in the middle of a training, when the critic has set in, and the inputs of its step, on the CPU."""
    data, texts = shop
    params = TINY.model_copy(update=changed)
    vocabulary = build_vocabulary(texts["train"], params)
    torch.manual_seed(0)
    with where:
        net, critic = steps.fresh_networks(loop._config(data["train"], vocabulary, params), params)
    draws = Draws(net, index_texts(texts["train"], vocabulary, params), params, 7, Ranks(), CPU)
    inputs = draws.inputs(data["train"].read(8), 0)
    state = steps.ready(net, critic, params, Ranks(), where)
    state.step = 5
    return state, inputs, params


@pytest.mark.parametrize(("fusion", "accumulate"), [*((fusion, 1) for fusion in FUSIONS), (TINY.fusion, 3)])
def test_all_tensors_of_a_step_are_on_the_device(shop, monkeypatch, fusion: str, accumulate: int):
    monkeypatch.setattr(steps, "_update", lambda *_: None)  # fused Adam knows no meta tensors
    state, inputs, params = step_of(shop, META, fusion=fusion, accumulate=accumulate)
    found = steps.take_step(state, inputs.to(META), params, 6)
    assert {value.device.type for value in found.values()} == {"meta"} and "train_critic_loss" in found
    assert {value.device.type for value in state.net.state_dict().values()} == {"meta"}
    assert all(p.grad is not None and p.grad.device.type == "meta" for p in state.net.fusion.parameters())
    with pytest.raises(RuntimeError, match="meta"):
        steps.take_step(state, inputs, params, 6)  # as it would be, were they left on the CPU


def test_bf16_changes_a_little_and_no_weight_s_type(shop):
    runs = {}
    for precision in ("fp32", "bf16"):
        state, inputs, params = step_of(shop, CPU, precision=precision)
        runs[precision] = steps.take_step(state, inputs, params, 6)
        assert {value.dtype for value in state.net.state_dict().values()} == {torch.float32}
        assert {value.dtype for value in runs[precision].values()} == {torch.float32}
    for name, value in runs["fp32"].items():
        assert runs["bf16"][name].item() == pytest.approx(value.item(), rel=0.03, abs=0.03), name
    assert runs["bf16"]["train_loss"] != runs["fp32"]["train_loss"]


def test_a_model_trained_in_bf16_generates_in_fp32(shop, tmp_path):
    model = loop.train(*shop, tmp_path, TINY.model_copy(update={"precision": "bf16"}), 7)
    assert not model.net.is_mixed and all(torch.isfinite(value).all() for value in model.net.state_dict().values())


def test_compile_is_of_each_encoder_and_decoder(shop):
    for compile_, count in ((False, 0), (True, 8)):
        state, _, _ = step_of(shop, CPU, compile=compile_)
        assert sum(part._compiled_call_impl is not None for part in state.net.modules()) == count


def test_rows_that_compare_each_other_are_not_taken_in_parts(shop, tmp_path):
    with pytest.raises(ValueError, match="alignment compares all rows of a batch"):
        loop.train(*shop, tmp_path, TINY.model_copy(update={"fusion": "alignment", "accumulate": 2}), 7)


GPUS = {
    "none, auto": (0, "auto", 0, "cpu"),
    "none, cpu": (0, "cpu", 3, "cpu"),
    "two, auto": (2, "auto", 1, "cuda:1"),
    "two, cpu": (2, "cpu", 1, "cpu"),
    "two, cuda": (2, "cuda", 0, "cuda:0"),
}


@pytest.mark.parametrize(("count", "wanted", "local_rank", "found"), GPUS.values(), ids=GPUS)
def test_the_device_of_a_process(monkeypatch, count: int, wanted: str, local_rank: int, found: str):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    assert str(device_for(wanted, Ranks(0, 4, local_rank))) == found


@pytest.mark.parametrize(
    ("count", "local_rank", "words"), [(0, 0, "torch sees no GPU"), (2, 2, "process 3 of this machine has no GPU")]
)
def test_a_gpu_that_is_not_there_is_an_error(monkeypatch, count: int, local_rank: int, words: str):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(ValueError, match=words):
        device_for("cuda", Ranks(0, 4, local_rank))


def test_the_large_recipe_has_about_300_million_weights_and_its_shapes_fit(shop, monkeypatch):
    monkeypatch.setattr(steps, "_update", lambda *_: None)
    large = Config.load(tomllib.loads((ROOT / "conf" / "large.toml").read_text(encoding="utf-8")), "large.toml").train
    state, inputs, params = step_of(
        shop, META, **dict(large) | {"compile": False, "precision": "fp32"}
    )  # meta has no bf16
    weights = {name: sum(p.numel() for p in part.parameters()) for name, part in state.net.named_children()}
    assert 280e6 < sum(weights.values()) < 320e6, weights
    found = steps.take_step(state, inputs.to(META), params, 6)
    assert found["train_loss"].shape == () and state.net.latent == 768
    assert all(parameter.grad is not None for parameter in state.net.fusion.parameters())
