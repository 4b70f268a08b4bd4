from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mmgen.config.training import AugmentParams, TrackingParams, TrainParams
from mmgen.models.fusion.model import FusionModel
from mmgen.registry.tracker import Tracker
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import checkpoint, loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import TINY, targets, write_shop


@pytest.fixture
def shop(tmp_path: Path):
    data = take_snapshots(write_shop(tmp_path / "shop"), loop.SPLITS)
    return data, {split: collect(snapshot, targets) for split, snapshot in data.items()}


def weights(model: FusionModel) -> dict[str, torch.Tensor]:
    return dict(model.net.state_dict())


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_two_runs_give_identical_weights_and_another_seed_others(shop, tmp_path):
    runs = [weights(loop.train(*shop, tmp_path / str(i), TINY, seed)) for i, seed in enumerate((7, 7, 8))]
    assert_same(runs[0], runs[1])
    assert any(not torch.equal(value, runs[2][name]) for name, value in runs[0].items())


def test_photos_are_varied_from_step_to_step(shop, tmp_path):
    still = TINY.model_copy(update={"augment": AugmentParams(**dict.fromkeys(AugmentParams.model_fields, 0.0))})
    varied, as_they_are = (weights(loop.train(*shop, tmp_path / str(i), p, 7)) for i, p in enumerate((TINY, still)))
    assert any(not torch.equal(value, as_they_are[name]) for name, value in varied.items())


class KilledError(Exception):
    pass


LONG = {"min_steps": 9, "max_steps": 9}  # into the second epoch
BROKEN_OFF = {
    "before a checkpoint": (1, {}, 0),
    "at a checkpoint": (2, {}, 0),
    "in an epoch, rows kept": (5, {}, 4),
    "in an epoch, rows streamed": (5, {"shuffle_rows": 6}, 4),
    "in the second epoch, rows streamed": (9, {"shuffle_rows": 6, **LONG}, 8),
}


@pytest.mark.parametrize(("killed_at", "changed", "first"), BROKEN_OFF.values(), ids=BROKEN_OFF)
def test_a_run_broken_off_goes_on_to_identical_weights(shop, tmp_path, killed_at, changed, first):
    params = TINY.model_copy(update=changed)

    def kill(done: int, _: int) -> None:
        if done == killed_at:
            raise KilledError

    whole = weights(loop.train(*shop, tmp_path / "whole", params, 7))
    with pytest.raises(KilledError):
        loop.train(*shop, tmp_path / "broken", params, 7, progress=kill)
    steps: list[int] = []
    resumed = weights(loop.train(*shop, tmp_path / "broken", params, 7, progress=lambda done, _: steps.append(done)))
    assert_same(whole, resumed)
    assert steps == list(range(first + 1, params.max_steps + 1))


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.training.examples_files import TINY, targets
from mmgen.training.fusion import loop
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion.texts import collect

def kill(done, _):
    if done == 5:
        os.kill(os.getpid(), signal.SIGKILL)

data = take_snapshots(sys.argv[2:], loop.SPLITS)
texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
loop.train(data, texts, Path(sys.argv[1]), TINY.model_copy(update={"shuffle_rows": 6}), 7, progress=kill)
"""


def test_a_killed_process_is_gone_on_from_in_the_middle_of_an_epoch(shop, tmp_path):
    files = sorted(str(path) for path in (tmp_path / "shop").rglob("*.parquet"))
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed"), *files], cwd=root, capture_output=True, check=False,
        timeout=120, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == -9, done.stderr[-2000:]
    params = TINY.model_copy(update={"shuffle_rows": 6})
    steps: list[int] = []
    resumed = loop.train(*shop, tmp_path / "killed", params, 7, progress=lambda step, _: steps.append(step))
    assert steps == [5, 6]
    assert_same(weights(resumed), weights(loop.train(*shop, tmp_path / "whole", params, 7)))


def test_terms_are_logged_apart_for_training_and_validation(shop, tmp_path):
    logged: dict[str, float] = {}
    loop.train(*shop, tmp_path, TINY, 7, on_metrics=lambda metrics, _: logged.update(metrics))
    for split in ("train", "validation"):
        names = ("image_nll", "text_nll", "audio_nll", "attributes_nll", "tokens_nll", "kl", "elbo")
        terms = {name: logged[f"{split}_{name}"] for name in names}
        assert terms["elbo"] == pytest.approx(-sum(v for k, v in terms.items() if k != "elbo"), rel=1e-4)
    assert "train_critic_loss" in logged


@pytest.mark.parametrize(
    ("rows", "steps"),
    [(10, 240), (2000, 1000), (1000, 500), (10**6, 1000)],
)
def test_num_steps_is_bounded_both_ways(rows, steps):
    assert TrainParams(epochs=16, batch_rows=32, min_steps=240, max_steps=1000).num_steps(rows) == steps


def checkpoint_of(value: float) -> dict[str, torch.Tensor]:
    return {"net.w": torch.full((3,), value)}


def test_checkpoints_keep_two_and_pass_over_what_is_damaged_or_of_another_run(tmp_path):
    paths = [checkpoint.write(tmp_path, step, checkpoint_of(step), {"made_for": "a"}) for step in (2, 4, 6)]
    assert [p.exists() for p in paths] == [False, True, True]
    paths[2].write_bytes(paths[2].read_bytes()[:-1])
    step, tensors = checkpoint.newest(tmp_path, {"made_for": "a"})
    assert step == 4 and tensors["net.w"].tolist() == [4.0, 4.0, 4.0]
    assert checkpoint.newest(tmp_path, {"made_for": "b"}) is None
    (tmp_path / f".{paths[1].name}.123").write_bytes(b"half")
    checkpoint.write(tmp_path, 8, checkpoint_of(8), {"made_for": "a"})
    assert not list(tmp_path.glob(".step*"))


def tracking(home: Path) -> TrackingParams:
    return TrackingParams(uri=f"sqlite:///{home}/mlflow.db", artifacts=str(home / "artifacts"))


def train_and_register(files: list[str], home: Path, **changed: object) -> loop.TrainedModel | None:
    params = TINY.model_copy(update=changed)
    versions = {"examples": 3}
    return loop.train_and_register(
        files, home / "out", params, tracking(home), "2026-01-01", versions, 7, targets=targets
    )


def test_train_and_register_twice_is_one_version_and_other_rows_are_another(tmp_path):
    files = write_shop(tmp_path / "shop")
    first, again = train_and_register(files, tmp_path), train_and_register(files, tmp_path)
    assert first == again and first is not None
    names = {"elbo", "kl", "image_psnr_db", "image_ssim", "text_perplexity", "retrieval_recall_at_10", "active_units"}
    assert names <= set(first.metrics)
    assert all(
        first.metrics[f"{n}_low"] <= first.metrics[n] <= first.metrics[f"{n}_high"] for n in ("elbo", "image_ssim")
    )
    tracker = Tracker(tracking(tmp_path))
    tags = tracker.tags_of(first.version)
    assert json.loads(tags["data_versions"]) == {"examples": 3} and tags["ds"] == "2026-01-01"
    assert (tags["train_rows"], tags["test_rows"], tags["run_id"]) == ("22", "6", first.run_id)
    assert tracker.version_of("candidate") == first.version
    assert_same(weights(FusionModel.load(tracker.files_of(first.version))),
                load_file(tmp_path / "out" / "model" / "model.safetensors"))  # fmt: skip
    other = train_and_register(write_shop(tmp_path / "other", num_train=21), tmp_path)
    assert other is not None and other.version == "2"
    assert not [p for p in tmp_path.rglob("*") if p.suffix in (".pkl", ".pt", ".pth", ".pickle")]


SCRIPT = """
import sys
from pathlib import Path
from tests.training.examples_files import TINY, targets
from mmgen.training.fusion import loop
from mmgen.training.distributed.group import process_group
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion.texts import collect
home = Path(sys.argv[1])
with process_group(30) as ranks:
    data = take_snapshots(sys.argv[2:], loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    loop.train(data, texts, home / "out", TINY, 7, ranks).save(home / f"rank{ranks.rank}")
"""


def test_two_ranks_train_one_model(tmp_path):
    files = write_shop(tmp_path / "shop")
    (tmp_path / "job.py").write_text(SCRIPT, encoding="utf-8")
    root = Path(__file__).parents[2]
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        str(tmp_path / "job.py"),
    ]
    done = subprocess.run(
        [*command, str(tmp_path), *files], cwd=root, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    one, other = (load_file(tmp_path / f"rank{rank}" / "model.safetensors") for rank in (0, 1))
    assert_same(one, other)


def test_a_record_that_breaks_its_texts_costs_only_these(tmp_path):
    def brittle(row):
        if row["product_id"] == "p004":
            raise KeyError("")
        return targets(row)

    data = take_snapshots(write_shop(tmp_path / "shop"), loop.SPLITS)
    whole, without = collect(data["train"], targets), collect(data["train"], brittle)
    assert whole.keys() - without.keys() == {"p004"}
    loop.train(data, {"train": without, "validation": {}}, tmp_path, TINY, 7)
