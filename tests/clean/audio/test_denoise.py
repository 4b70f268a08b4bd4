"""Noise taken out of voices, and what must be left alone. The voices are the sample shop's; figures on real speech are
in benchmarks/quality_audio.py."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import soundfile as sf
import torch

from mmgen.clean.audio.denoise import _CHUNK, _gains, denoise, denoiser_of, denoiser_weights
from mmgen.clean.audio.rows import clean_audio
from mmgen.config.clean import AudioParams
from mmgen.metrics.audio import si_sdr_db
from mmgen.models.denoiser import HOP, RATE_HZ, REACH, Denoiser, bands, features, spectrum, waveform
from mmgen.sample.voice import speak

PARAMS = AudioParams()
WEIGHTS = denoiser_weights("")
MODEL = denoiser_of(WEIGHTS)


@cache
def voice(seed: int = 0) -> np.ndarray:
    """(samples,) float32: two utterances of a voice-like sound, with a pause between."""
    rng = np.random.default_rng(seed)
    return np.concatenate([speak(RATE_HZ, rng), np.zeros(RATE_HZ // 4), speak(RATE_HZ, rng)]).astype(np.float32)


def hiss(num: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=num)


def rumble(num: int, rng: np.random.Generator) -> np.ndarray:
    steps = np.cumsum(rng.normal(size=num))
    return steps - np.convolve(steps, np.ones(2000) / 2000, "same")


def hum(num: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(num) / RATE_HZ
    return sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in range(1, 8)) + 0.01 * rng.normal(size=num)


def clicks(num: int, rng: np.random.Generator) -> np.ndarray:
    wave = np.zeros(num)
    for start in range(1000, num - 400, 8000):
        wave[start : start + 400] = rng.normal(size=400) * np.exp(-np.arange(400) / 60)
    return wave


NOISES = {"hiss": hiss, "rumble": rumble, "hum": hum, "clicks": clicks}


def noisy(snr_db: float, kind: str = "hiss", seed: int = 0) -> np.ndarray:
    clean = voice(seed)
    noise = NOISES[kind](len(clean), np.random.default_rng(seed + 1))
    noise = noise * np.sqrt(np.mean(clean**2) / np.mean(noise**2) / 10 ** (snr_db / 10))
    return (clean + noise).astype(np.float32)


@pytest.mark.parametrize(("snr_db", "least_db"), [(0, 4.0), (5, 3.0), (10, 2.0), (15, 1.0)])
@pytest.mark.parametrize("kind", NOISES)
def test_noise_is_reduced(snr_db: int, least_db: float, kind: str) -> None:
    heard = denoise(noisy(snr_db, kind), MODEL, PARAMS)
    assert heard.is_denoised
    assert heard.wave.shape == voice().shape and heard.wave.dtype == np.float32
    assert si_sdr_db(voice(), heard.wave) >= si_sdr_db(voice(), noisy(snr_db, kind)) + least_db


def test_the_estimated_snr_follows_the_true_one() -> None:
    levels = (-5, 0, 5, 10, 15)
    estimates = [denoise(noisy(snr_db), MODEL, PARAMS).snr_db for snr_db in levels]
    assert estimates == sorted(estimates)
    assert all(abs(estimate - snr_db) < 5 for estimate, snr_db in zip(estimates, levels, strict=True))


def chords(num: int) -> np.ndarray:
    t = np.arange(num) / RATE_HZ
    pitches = 220 * 2 ** (np.array([0, 4, 7, 12]) / 12)
    decay = np.exp(-3 * (t % 0.5))
    return 0.05 * decay * sum(np.sin(2 * np.pi * k * hz * t) / k for hz in pitches for k in range(1, 6))


ALONE = {
    "a clean voice": voice(),
    "music": chords(4 * RATE_HZ).astype(np.float32),
    "noise without a voice": (0.1 * np.random.default_rng(7).normal(size=3 * RATE_HZ)).astype(np.float32),
}


@pytest.mark.parametrize("name", ALONE)
def test_is_left_alone(name: str) -> None:
    heard = denoise(ALONE[name], MODEL, PARAMS)
    assert heard.wave is ALONE[name]
    assert not heard.is_denoised


@pytest.mark.parametrize("gain", [1e-3, 0.1, 1.0])
def test_loudness_changes_nothing(gain: float) -> None:
    """The 16 bits of a quiet clip aside: nothing depends on its level."""
    whole, scaled = (denoise(np.float32(g) * noisy(5), MODEL, PARAMS) for g in (1.0, gain))
    assert scaled.snr_db == pytest.approx(whole.snr_db, abs=0.01)
    assert si_sdr_db(whole.wave, scaled.wave) > 60


@pytest.mark.parametrize("num_samples", [1, 100, HOP, 1600, 16_001])
def test_any_length(num_samples: int) -> None:
    assert len(denoise(noisy(0)[:num_samples], MODEL, PARAMS).wave) == num_samples


def test_spectrum_and_waveform_are_inverse() -> None:
    wave = torch.from_numpy(voice())[None]
    assert (waveform(spectrum(wave), wave.shape[1]) - wave).abs().max() < 1e-5
    assert bands().sum(dim=0).allclose(torch.ones(bands().shape[1]))


def test_long_clips_are_heard_in_pieces_that_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = features(spectrum(torch.from_numpy(noisy(5))[None]))
    with torch.inference_mode():
        whole = MODEL(inputs)
        monkeypatch.setattr("mmgen.clean.audio.denoise._CHUNK", 64)
        assert _gains(MODEL, inputs).allclose(whole, atol=1e-5)
    assert REACH < _CHUNK


def test_a_clip_does_not_depend_on_its_neighbours() -> None:
    def saved(wave: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        sf.write(buffer, wave, RATE_HZ, format="WAV")
        return buffer.getvalue()

    clips = [saved(noisy(snr_db, seed=seed)) for seed, snr_db in enumerate((0, 5, 10))]
    columns = {"data": pa.array(clips, pa.binary()), "reject_reason": pa.nulls(3, pa.string())}
    together = clean_audio(pa.RecordBatch.from_pydict(columns), PARAMS, WEIGHTS)["audio"]
    batches = [pa.RecordBatch.from_pydict(columns).slice(place, 1) for place in range(3)]
    assert together == [clean_audio(batch, PARAMS, WEIGHTS)["audio"][0] for batch in batches]


@pytest.mark.parametrize("snr_db", [0, 10, 60])
def test_trims_noise_without_a_voice_at_the_ends(snr_db: int) -> None:
    lead = 2 * RATE_HZ
    clean = np.concatenate([np.zeros(lead), voice(), np.zeros(lead)])
    noise = hiss(len(clean), np.random.default_rng(1))
    noise *= np.sqrt(np.mean(voice() ** 2) / np.mean(noise**2) / 10 ** (snr_db / 10))
    buffer = io.BytesIO()
    sf.write(buffer, 0.5 * (clean + noise), RATE_HZ, format="WAV")
    columns = {"data": pa.array([buffer.getvalue()], pa.binary()), "reject_reason": pa.nulls(1, pa.string())}
    made = clean_audio(pa.RecordBatch.from_pydict(columns), PARAMS, WEIGHTS)
    assert made["duration_s"][0] == pytest.approx(len(voice()) / RATE_HZ, abs=0.6)


def test_weights_of_a_shop(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(Denoiser(hidden=16).to_bytes({"steps": "0"}))
    own = denoiser_of(denoiser_weights(str(path)))
    assert denoise(noisy(5), own, PARAMS).wave.tobytes() != denoise(noisy(5), MODEL, PARAMS).wave.tobytes()
    path.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="no weights of a denoiser"):
        denoiser_weights(str(path))
    with pytest.raises(ValueError, match="no file"):
        denoiser_weights(str(path.with_name("gone")))
