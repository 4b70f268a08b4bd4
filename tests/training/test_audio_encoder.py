"""The audio encoder says a segment again, gives the same bytes twice, and finds a clip's copy."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow")
from mmgen.config.encoders import AudioEncoderParams, Schedule
from mmgen.config.features import AudioFeatureParams
from mmgen.models.encoders.fitted import audio_encoder_in
from mmgen.training.encoders import audio as audio_encoder
from mmgen.training.encoders import loop as keras_loop
from mmgen.training.encoders.champion import copy_figures
from tests.training.media_files import clip_rows

BANDS = AudioFeatureParams(num_mels=16)
SHORT = Schedule(epochs=1, min_steps=8, max_steps=8, batch_rows=8, learning_rate=3e-3, weight_decay=0.0)
TINY = AudioEncoderParams(steps=16, units=8, schedule=SHORT)


def test_the_same_twice_gives_the_same_bytes_and_copies_are_found(tmp_path):
    rows = clip_rows(tmp_path / "data")
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        audio_encoder.fit(rows, TINY, BANDS, seed, tmp_path / name)
    one, two, other = ((tmp_path / n / "model.safetensors").read_bytes() for n in ("one", "two", "other"))
    assert one == two != other
    clips = audio_encoder.read_bands(rows, BANDS, 7)
    assert len(clips) == 20 and all(bands.shape[1] == 16 for bands in clips.values())
    figures = copy_figures(*audio_encoder.copies(audio_encoder_in(str(tmp_path / "one")), clips, 7))
    assert figures["copy_recall_low"] > figures["baseline_copy_recall"] == 1 / 20


def test_what_the_loop_counts_are_segments(tmp_path, monkeypatch):
    """It shuffles as many rows as it is told of: told of clips, it would take long ones' segments in their order."""
    tasks = []
    monkeypatch.setattr(keras_loop, "train", lambda task, *_: tasks.append(task) or task.build())
    audio_encoder.fit(clip_rows(tmp_path / "data"), TINY, BANDS, 7, tmp_path / "model")
    assert tasks[0].num_rows == len(list(tasks[0].rows())) > 20


def test_scale_counts_each_clip_alike_and_survives_a_constant():
    segments = {"a": np.full((9, 4, 2), 1, np.float32), "b": np.full((1, 4, 2), 3, np.float32)}
    mean, std = audio_encoder.scale_of(segments)
    assert mean.tolist() == [2, 2] and std.tolist() == [1, 1]
    assert (audio_encoder.scale_of({"a": segments["a"]})[1] > 0).all()
    with pytest.raises(ValueError, match="no clip to train the audio encoder on"):
        audio_encoder.scale_of({})


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, {}), (1, {"copy_recall": 1.0, "baseline_copy_recall": 1.0}), (4, {"copy_recall": 1.0})],
)
def test_copy_figures(count, expected):
    vectors = np.eye(4, dtype=np.float32)[:count]
    figures = copy_figures(vectors, vectors)
    assert {name: figures.get(name) for name in expected} == expected
    assert bool(figures) == bool(count)


def test_an_encoder_that_says_the_same_of_all_finds_nothing():
    same = np.ones((10, 3), np.float32) / np.sqrt(np.float32(3))
    assert copy_figures(same, same)["copy_recall"] == pytest.approx(0.1)
