"""Sound as a spectrogram and back, and as a modality of the fusion model."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import FusionNet
from mmgen.models.modalities.sound import Sound
from mmgen.models.spectrogram import FFT, HOP, NUM_MELS, RATE_HZ, levels_of, mel_filters, wave_of
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from tests.training.examples_files import TINY, example, write_shop

CONFIG = FusionConfig(**TINY.sizes.model_dump(), modalities=("sound",), num_tokens=9, num_slots=1)


def tone(hertz: float, seconds: float, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(RATE_HZ * seconds)) / RATE_HZ)).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(RATE_HZ * seconds), np.float32)


BANG = np.concatenate([np.ones(64, np.float32), quiet(1.0)])
CLIPS = {
    "short: silence behind it": (tone(440, 0.256), 0, 16),
    "the loud part of a long one": (np.concatenate([tone(440, 1, 0.001), tone(440, 0.512), quiet(1)]), 0, 32),
    "a sentence, not a bang": (np.concatenate([BANG, tone(440, 0.512, 0.1), quiet(0.5)]), 0, 32),
    "equals: the first": (tone(440, 3), 0, 32),
}


@pytest.mark.parametrize(("wave", "first", "stop"), CLIPS.values(), ids=CLIPS)
def test_which_part_is_seen(wave, first, stop):
    levels = levels_of(wave, 32)
    assert levels.shape == (NUM_MELS, 32) and levels.dtype == np.uint8
    heard = levels[mel_filters(NUM_MELS, RATE_HZ, FFT)[:, round(440 * FFT / RATE_HZ)].argmax()] > 150
    assert heard[first + 1 : stop - 1].all() and not heard[stop + 1 :].any()


def test_a_tone_of_full_scale_is_0_db_in_its_bin_and_half_of_it_6_less():
    loud, half = (int(levels_of(tone(1000, 1, a), 32)[:, 8].max()) for a in (1.0, 0.5))
    assert 240 < loud <= 255 and (loud - half) * 100 / 255 == pytest.approx(6.02, abs=0.5)


@pytest.mark.parametrize("wave", [quiet(1), np.zeros(1, np.float32)], ids=["silence", "one sample"])
def test_silence_stays_silence(wave):
    levels = levels_of(wave, 16)
    assert not levels.any() and np.array_equal(wave_of(levels), np.zeros(15 * HOP))


def test_a_clip_without_a_sample_is_an_error():
    with pytest.raises(ValueError, match="without a sample"):
        levels_of(quiet(0), 16)


def test_what_becomes_sound_has_the_same_spectrogram():
    wave = np.concatenate([tone(300, 0.2), tone(1200, 0.2), quiet(0.1)])
    levels = levels_of(wave, 32)
    made = wave_of(levels)
    assert made.shape == (31 * HOP,) and np.array_equal(made, wave_of(levels)), "seeded"
    apart = np.abs(levels_of(made, 32).astype(float) - levels)[levels > 150] * 100 / 255
    assert apart.mean() < 2, "dB"
    with pytest.raises(ValueError, match="64 bands by frames"):
        wave_of(levels[:32])


@pytest.mark.parametrize("size", [0, 64 * 15, 64 * 16 + 1])
def test_a_size_that_is_no_spectrogram_is_an_error(size):
    with pytest.raises(ValueError, match="64 bands by a multiple of 16"):
        Sound(CONFIG, size).make_encoder()


def test_a_model_learns_sound_where_it_is_asked_to_and_says_it(tmp_path):
    data = take_snapshots(write_shop(tmp_path), loop.SPLITS)
    params = TINY.model_copy(update={"modalities": ("image", "sound")})
    texts = {split: {} for split in loop.SPLITS}
    model = loop.train(data, texts, tmp_path / "out", params, 7)
    assert model.config.sizes == {"sound": 64 * 16} and model.net.log_scale["sound"].item() != 0
    test = data["test"].read(3)
    assert test is not None
    levels = model.decode(test.only("image"), "sound")
    assert levels.shape == (3, 64 * 16) and levels.dtype == np.uint8
    heard = data["train"].read(99)
    assert heard is not None
    mean = heard.values["sound"][heard.present["sound"]].mean(axis=0) / 127.5 - 1
    np.testing.assert_allclose(model.net.shared["sound"].mean.flatten(), mean, atol=1e-5)


def test_a_model_of_other_modalities_has_none(tmp_path):
    vocabulary = Vocabulary.build([["a"]], min_count=1)
    config = CONFIG.model_copy(update={"modalities": ("attributes",), "num_tokens": len(vocabulary)})
    model = FusionModel(FusionNet(config), config, vocabulary)
    with pytest.raises(ValueError, match="trained without sound"):
        model.decode_sounds(_rows())


def test_sounds_are_waves():
    vocabulary = Vocabulary.build([["a"]], min_count=1)
    config = CONFIG.model_copy(update={"sizes": {"sound": 64 * 16}, "num_tokens": len(vocabulary)})
    model = FusionModel(FusionNet(config), config, vocabulary)
    waves = model.decode_sounds(_rows())
    assert waves.shape == (2, 15 * HOP) and waves.dtype == np.float32 and np.abs(waves).max() > 0
    assert model.decode_sounds(_rows().take([])).shape[0] == 0


def _rows():
    from mmgen.models.examples import ExampleArrays

    rows = [example(1), example(2)]
    return ExampleArrays.from_columns({name: [row[name] for row in rows] for name in rows[0]})
