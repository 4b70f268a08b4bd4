"""The comparison of ways of fusion: its pictures, and trainings that go on where they were broken off."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

FOLDER = Path(__file__).parents[1] / "benchmarks"
BITS = 10


@pytest.fixture(scope="module")
def quality() -> ModuleType:
    """The script, without what it puts on the path for the rest of this process."""
    path = list(sys.path)
    sys.path.insert(0, str(FOLDER))
    try:
        import quality_polyfashion
    finally:
        sys.path[:] = path
    return quality_polyfashion


@pytest.fixture
def pictures(quality, monkeypatch) -> dict[str, torch.Tensor]:
    """A small data set whose garments show their numbers in their first pixels, on grounds of one colour each."""
    data = sys.modules["polyfashion"]

    def garments(part: str) -> tuple[np.ndarray, np.ndarray]:
        count = 500 if part == "train" else 100
        pixels = np.zeros((count, 28, 28), np.uint8)
        pixels[:, 0, :BITS] = 255 * (np.arange(count)[:, None] >> np.arange(BITS) & 1)
        return pixels, np.arange(count) % 10

    monkeypatch.setattr(data, "TRAIN", 100)
    monkeypatch.setattr(data, "VALIDATION", 20)
    monkeypatch.setattr(data, "_garments", garments)
    grounds = [np.full((40, 50, 3), value, np.uint8) for value in range(10, 60, 10)]
    monkeypatch.setattr(data, "_backgrounds", lambda: grounds)
    return data._made(0)


def numbers_in(pictures: torch.Tensor) -> list[int]:
    bits = (pictures[:, 0, 0, :BITS] > 128).long()
    return (bits << torch.arange(BITS)).sum(dim=1).tolist()


def test_every_garment_is_of_its_rows_class_and_used_once(pictures):
    names = [f"m{number}" for number in range(5)]
    found = {split: [numbers_in(pictures[f"{split}.{name}"]) for name in names] for split in ("train", "test")}
    for split, by_name in found.items():
        labels = pictures[f"{split}.labels"].tolist()
        for numbers in by_name:
            assert [number % 10 for number in numbers] == labels
    used = [number for numbers in found["train"] for number in numbers]
    assert sorted(used) == list(range(500)), "in one row of one modality each"
    assert len({tuple(numbers) for numbers in found["test"]}) == 5, "paired at random"
    validated = {number for name in names for number in numbers_in(pictures[f"validation.{name}"])}
    assert len(validated) == 20 and not validated & set(found["test"][0])


def test_an_outline_inverts_its_ground(pictures):
    for number in range(5):
        values = pictures[f"train.m{number}"]
        ground = 10 * (number + 1)
        assert set(values.unique().tolist()) == {ground, 255 - ground}
        assert values.shape == (100, 3, 28, 28) and (values[:, :, 1:] == ground).all()


@pytest.mark.parametrize(
    ("done", "minutes", "expected"),
    [(0, 0.5, [0.5]), (0, 5, [5]), (0, 12, [5, 10, 12]), (5, 12, [10, 12]), (7, 12, [10, 12]), (12, 12, [])],
)
def test_when_a_training_is_kept(quality, done, minutes, expected):
    assert quality._stops(done, minutes) == expected


def test_the_longest_that_is_not_longer_goes_on(quality, tmp_path):
    for name in ("a-0-ff-1", "a-0-ff-5", "a-0-ff-40", "a-0-ff-1-judges-500", "a-0-ee-4"):
        (tmp_path / f"{name}.safetensors").touch()
    found = [quality._longest(tmp_path, "a-0-ff", minutes) for minutes in (0.5, 1, 4, 39, 100)]
    assert [path and path.stem for path in found] == [None, "a-0-ff-1", "a-0-ff-1", "a-0-ff-5", "a-0-ff-40"]


def test_a_training_that_goes_on_is_the_one_that_was_not_broken_off(quality, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(quality, "BATCH", 2)
    data = sys.modules["polyfashion"]
    train = data.Split({name: pictures[f"train.{name}"] for name in data.NAMES}, pictures["train.labels"])

    def fresh():
        torch.manual_seed(0)
        model = quality.MAKERS["product_of_experts"]()
        return model, torch.optim.Adam(model.parameters(), 1e-3, amsgrad=True)

    def steps(model, optimizer, numbers):
        for number in numbers:
            quality._seed(0, "step", number)
            quality.step(model, optimizer, train)

    whole, broken, goes_on = fresh(), fresh(), fresh()
    steps(*whole, range(3))
    steps(*broken, range(2))
    path = tmp_path / "kept.safetensors"
    quality._keep(
        path, lambda at, metadata: quality.save_weights(quality._state(*broken), at, metadata), {"steps": "2"}
    )
    quality._restore(*goes_on, quality.load_weights(path))
    steps(*goes_on, range(2, 3))
    for name, value in whole[0].state_dict().items():
        assert torch.equal(value, goes_on[0].state_dict()[name]), name
    assert quality._told(path) == {"steps": "2"} and [one.name for one in tmp_path.iterdir()] == ["kept.safetensors"]


def test_seeds_widen_an_interval_and_one_leaves_it_as_it_is(quality):
    one, other = quality.Interval(0.5, 0.4, 0.7), quality.Interval(0.7, 0.6, 0.8)
    assert quality.over_seeds([one]) == one and quality.over_seeds([3.0, 5.0]) == 4.0
    both = quality.over_seeds([one, other])
    assert both.value == pytest.approx(0.6) and both.low < 0.45 and both.high > 0.75
    alike = quality.over_seeds([one, one, one])
    assert (alike.value, alike.high - alike.low) == pytest.approx((0.5, 0.3))
