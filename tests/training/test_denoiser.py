"""Mixes of speech and noise, the loss, and the command that teaches a denoiser from folders."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import torch

from mmgen.models.denoiser import NUM_BANDS, NUM_BINS, Denoiser, band_power, features, spectrum
from mmgen.sample.voice import speak
from mmgen.training.denoiser.loop import DenoiserParams, likeness, loss_of, train
from mmgen.training.denoiser.mixes import Mixer, MixParams, read_clip, synthetic_noise
from mmgen.training.denoiser.train import main, sounds_in

RATE_HZ = 16_000
PLAIN = MixParams(duration_s=1.0, share_of_speechless=0.0, share_of_clean=0.0, num_synthetic=3)
FEW = DenoiserParams(num_steps=6, num_warm_up=2, num_cool_down=2, batch_size=2)


@pytest.fixture(scope="module")
def voices() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [speak(RATE_HZ, rng).astype(np.float32) for _ in range(12)]


@pytest.fixture(scope="module")
def noises() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.normal(0, 0.1, RATE_HZ).astype(np.float32) for _ in range(12)]


def power(bins: torch.Tensor) -> torch.Tensor:
    return bins.abs().square().mean(dim=(1, 2))


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_mixes_at_the_level_asked_for(voices: list[np.ndarray], noises: list[np.ndarray], snr_db: float) -> None:
    mixer = Mixer([voices], noises, replace(PLAIN, snr_db=(snr_db, snr_db)), 3)
    mix, speech = mixer.batch(4)
    assert mix.shape == speech.shape == (4, mix.shape[1], NUM_BINS)
    found_db = 10 * torch.log10(power(speech) / power(mix - speech))
    assert found_db.tolist() == pytest.approx([snr_db] * 4, abs=0.01)


def test_the_same_seed_gives_the_same_mixes(voices: list[np.ndarray], noises: list[np.ndarray]) -> None:
    first, second, other = (Mixer([voices], noises, PLAIN, seed).batch(2)[0] for seed in (3, 3, 4))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_speechless_and_clean_mixes(voices: list[np.ndarray], noises: list[np.ndarray]) -> None:
    mix, speech = Mixer([voices], noises, replace(PLAIN, share_of_speechless=1.0), 0).batch(2)
    assert power(speech).max() == 0 < power(mix).min()
    mix, speech = Mixer([voices], noises, replace(PLAIN, share_of_clean=1.0), 0).batch(2)
    assert (power(mix - speech) / power(speech)).max() < 1e-4


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_synthetic_noises_are_finite_and_heard(kind: int) -> None:
    wave = synthetic_noise(np.random.default_rng(0), kind)
    assert np.isfinite(wave).all() and np.abs(wave).max() > 0.01


def test_needs_sounds(voices: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="at least one clip"):
        Mixer([voices, []], voices, PLAIN, 0)
    with pytest.raises(ValueError, match="silent"):
        Mixer([voices], [np.zeros(100, np.float32)], replace(PLAIN, share_of_synthetic=0.0), 0).batch(1)


def test_the_loss_is_least_for_the_right_gains(voices: list[np.ndarray], noises: list[np.ndarray]) -> None:
    mix, speech = Mixer([voices], noises, replace(PLAIN, snr_db=(0.0, 0.0)), 0).batch(4)
    right = (band_power(speech) / band_power(mix).clamp(min=1e-12)).clamp(0, 1)
    tried = (right, right**3, torch.ones_like(right))
    losses = [float(loss_of(mix, speech, gains, DenoiserParams())) for gains in tried]
    assert losses == sorted(losses) and losses[0] < losses[2] - 0.3
    assert float(likeness(band_power(speech).sqrt(), band_power(speech).sqrt()).min()) > 0.99


def test_training_is_deterministic_and_learns(voices: list[np.ndarray], noises: list[np.ndarray]) -> None:
    models = [train(Mixer([voices], noises, PLAIN, 0), FEW) for _ in range(2)]
    assert models[0].to_bytes({}) == models[1].to_bytes({})
    mix, speech = Mixer([voices], noises, PLAIN, 9).batch(4)
    before, after = (
        float(loss_of(mix, speech, model.eval()(features(mix)).detach(), FEW)) for model in (Denoiser(), models[0])
    )
    assert after < before


@pytest.mark.parametrize(("step", "share"), [(0, 0.01), (99, 1.0), (500, 1.0), (700, 0.5), (799, 0.005), (800, 0.0)])
def test_the_rate_rises_stays_and_falls(step: int, share: float) -> None:
    params = DenoiserParams(num_steps=800, num_warm_up=100, num_cool_down=200)
    assert params.rate_at(step) == pytest.approx(share)


def test_folding_and_half_precision_change_next_to_nothing() -> None:
    model = Denoiser().eval()
    inputs = features(spectrum(torch.randn(1, RATE_HZ)))
    read = Denoiser.from_bytes(model.to_bytes({"a": "b"}))
    assert read(inputs).shape == (1, inputs.shape[2], NUM_BANDS)
    assert (read(inputs) - model(inputs)).abs().max() < 2e-3
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in read.modules())


@pytest.mark.parametrize("data", [b"", b"text, not weights", bytes(64), b"\xff" * 64])
def test_refuses_other_bytes(data: bytes) -> None:
    with pytest.raises(ValueError, match="no weights of a denoiser"):
        Denoiser.from_bytes(data)


def folder_of(path: Path, waves: list[np.ndarray], kind: str) -> str:
    path.mkdir()
    for number, wave in enumerate(waves):
        sf.write(path / f"{number}.{kind}", wave, RATE_HZ)
    return str(path)


def test_a_folder_is_split_in_the_same_way_each_time(tmp_path: Path, voices: list[np.ndarray]) -> None:
    folder = folder_of(tmp_path / "voices", voices, "wav")
    learnt, held_out = sounds_in(folder)
    assert (len(learnt), len(held_out)) == (11, 1) and not set(learnt) & set(held_out)
    assert sounds_in(folder) == (learnt, held_out)


def test_the_command_writes_only_what_is_better(
    tmp_path: Path,
    voices: list[np.ndarray],
    noises: list[np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    out, words = tmp_path / "own.safetensors", folder_of(tmp_path / "words", voices, "flac")
    sounds = folder_of(tmp_path / "sounds", noises, "ogg")
    command = ["--speech", words, "--noise", sounds, "--out", str(out), "--steps", "2"]
    monkeypatch.setattr("mmgen.training.denoiser.train.MixParams", lambda: PLAIN)
    monkeypatch.setattr("mmgen.training.denoiser.train.NUM_JUDGED", 4)
    assert main(command) == 1 and not out.exists()
    assert "no better than the shipped weights" in caplog.text
    worst = Denoiser(hidden=16).to_bytes({})
    monkeypatch.setattr("mmgen.training.denoiser.train.denoiser_weights", lambda _: worst)
    monkeypatch.setattr(
        "mmgen.training.denoiser.train.mean_gain_db", lambda model, *_: float(len(model.squeeze[0].bias))
    )
    assert main(command) == 0
    assert Denoiser.from_bytes(out.read_bytes())


@pytest.mark.parametrize("num", [0, 9])
def test_the_command_says_what_is_missing(tmp_path: Path, voices: list[np.ndarray], num: int) -> None:
    few = folder_of(tmp_path / "few", voices[:num], "wav")
    with pytest.raises(SystemExit, match="ten at least"):
        main(["--speech", few, "--noise", few, "--out", str(tmp_path / "x")])


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF no sound")
    with pytest.raises(ValueError, match=r"broken\.wav"):
        read_clip(tmp_path / "broken.wav")
