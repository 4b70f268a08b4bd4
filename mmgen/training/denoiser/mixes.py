"""Noisy speech to learn from: any speech, any noise, mixed at random levels after random recording conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile as sf
import torch
from scipy.signal import fftconvolve
from torch import Tensor

from mmgen.clean.audio.decode import Wave, resample, to_mono
from mmgen.models.denoiser import HOP, NUM_BINS, RATE_HZ, spectrum


@dataclass(frozen=True)
class MixParams:
    """How clips are mixed. Levels in dB, lengths in seconds."""

    duration_s: float = 2.5
    snr_db: tuple[float, float] = (-5.0, 20.0)
    speed: tuple[float, float] = (0.85, 1.18)  # pitch and formants move along: other voices
    pause_s: float = 0.3
    share_of_speechless: float = 0.05
    share_of_clean: float = 0.05
    share_of_synthetic: float = 0.15  # hiss, hum and chords beside the recorded noises
    share_of_two_noises: float = 0.3
    share_of_reverberant: float = 0.15
    share_of_telephone: float = 0.5  # band-limited below 4 kHz, as 8 kHz recordings are
    equaliser_db: float = 4.0
    num_synthetic: int = 60


def read_clip(path: Path) -> Wave:
    """(samples,) of a sound file at RATE_HZ, mono, without offset. ValueError where it cannot be read."""
    try:
        samples, rate_hz = sf.read(path, dtype="float32", always_2d=True)
    except (sf.SoundFileError, RuntimeError) as error:
        raise ValueError(f"{path}: {error}") from None
    wave = to_mono(samples - samples.mean(axis=0, keepdims=True))
    return resample(wave, rate_hz, RATE_HZ)


class Mixer:
    """Draws batches. ``speech``: sources that are drawn from alike (a source's clips may be few); clips at RATE_HZ."""

    def __init__(self, speech: Sequence[Sequence[Wave]], noise: Sequence[Wave], params: MixParams, seed: int):
        if not noise or not speech or not all(speech):
            raise ValueError("give at least one clip of speech in each source and one of noise")
        self.speech, self.noise, self.params = speech, noise, params
        self.rng = np.random.default_rng(seed)
        self.synthetic = [synthetic_noise(self.rng, kind % 3) for kind in range(params.num_synthetic)]
        self.num_samples = round(params.duration_s * RATE_HZ) // HOP * HOP

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Spectra of ``size`` mixes and of the speech in them, (B, T, F) each."""
        rng, params = self.rng, self.params
        speech = spectrum(torch.from_numpy(np.stack([self._speech() for _ in range(size)])))
        noise = spectrum(torch.from_numpy(np.stack([self._noise() for _ in range(size)])))
        limit = np.where(rng.random(size) < params.share_of_telephone, rng.uniform(100, 128, size), 400)
        limited = 1 / (1 + np.exp((np.arange(NUM_BINS) - limit[:, None]) / 1.0))
        speech = speech * _as_gains(self._equaliser(size, 0.7) * limited)
        noise = noise * _as_gains(self._equaliser(size, 1.0) * limited)
        snr_db = np.where(rng.random(size) < params.share_of_clean, 45.0, rng.uniform(*params.snr_db, size))
        ratio = _power(speech).clamp(min=1e-12) / _power(noise).clamp(min=1e-12)
        noise = noise * (ratio * torch.from_numpy(10 ** (-snr_db / 10)).float()[:, None, None]).sqrt()
        keep = torch.from_numpy(rng.random(size) >= params.share_of_speechless).float()[:, None, None]
        speech = speech * keep
        level = torch.from_numpy(10 ** rng.uniform(-2, 0, size)).float()[:, None, None]
        return (speech + noise) * level, speech * level

    def _speech(self) -> Wave:
        """Clips of one source one after the other, with pauses, at one speed."""
        rng, params = self.rng, self.params
        source = self.speech[int(rng.integers(len(self.speech)))]
        speed, loud = rng.uniform(*params.speed), float(rng.uniform(0, params.pause_s))
        wave = np.zeros(self.num_samples, np.float32)
        at = -int(rng.integers(0, RATE_HZ // 2)) if rng.random() < 0.5 else int(rng.integers(0, RATE_HZ))
        while at < self.num_samples:
            clip = source[int(rng.integers(len(source)))]
            if len(clip) > self.num_samples * 1.3:
                start = int(rng.integers(0, len(clip) - int(self.num_samples * 1.25)))
                clip = clip[start : start + int(self.num_samples * 1.25)]
            clip = np.interp(np.arange(0, len(clip) - 1, speed), np.arange(len(clip)), clip).astype(np.float32)
            begin, end = max(at, 0), min(at + len(clip), self.num_samples)
            if end > begin:
                wave[begin:end] += clip[begin - at : end - at]
            at += len(clip) + int(rng.uniform(0, loud) * RATE_HZ)
        if rng.random() < params.share_of_reverberant:
            wave = self._in_a_room(wave)
        return wave

    def _in_a_room(self, wave: Wave) -> Wave:
        """An exponentially decaying tail, 0.1 to 0.5 s long (Polack's model of a room)."""
        decay_s = self.rng.uniform(0.1, 0.5)
        length = int(decay_s * RATE_HZ)
        tail = self.rng.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
        tail *= self.rng.uniform(0.1, 0.5) / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        return fftconvolve(wave, tail)[: len(wave)].astype(np.float32)

    def _noise(self) -> Wave:
        rng, params = self.rng, self.params
        wave = self._piece()
        if rng.random() < params.share_of_two_noises:
            other = self._piece()
            wave = wave + other * np.float32(_rms(wave) / _rms(other) * 10 ** (rng.uniform(-10, 5) / 20))
        return wave

    def _piece(self) -> Wave:
        """A piece of a noise that is not silent, repeated where it is short, at a random speed."""
        rng = self.rng
        for _ in range(20):
            pool = self.synthetic if rng.random() < self.params.share_of_synthetic else self.noise
            clip = pool[int(rng.integers(len(pool)))]
            speed = rng.uniform(0.8, 1.25)
            length = int(self.num_samples * speed) + 2
            clip = np.resize(clip, max(length, len(clip)) + length)
            start = int(rng.integers(0, len(clip) - length))
            piece = np.interp(np.arange(self.num_samples) * speed, np.arange(length), clip[start : start + length])
            if _rms(piece) > 1e-4:
                return piece.astype(np.float32)
        raise ValueError("the noise is silent: 20 pieces drawn, none above -80 dB of full scale")

    def _equaliser(self, size: int, share: float) -> npt.NDArray[np.float64]:
        """(size, F) smooth random responses of microphone and room."""
        knots = self.rng.normal(0, share * self.params.equaliser_db, (size, 8))
        place = np.sqrt(np.linspace(0, 1, NUM_BINS)) * 7
        return np.stack([10 ** (np.interp(place, np.arange(8), row) / 20) for row in knots])


def synthetic_noise(rng: np.random.Generator, kind: int, duration_s: float = 6.0) -> Wave:
    """Hiss (0), the mains' hum (1) or chords of decaying harmonics (2): what sets of noises lack, and music's shape."""
    t = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    if kind == 0:
        return rng.normal(0, 0.1, len(t)).astype(np.float32)
    if kind == 1:
        base = rng.choice([50.0, 60.0])
        hum = sum(rng.uniform(0, 1) / k * np.sin(2 * np.pi * k * base * t + rng.uniform(0, 6)) for k in range(1, 12))
        return (0.1 * np.asarray(hum) + rng.normal(0, 0.005, len(t))).astype(np.float32)
    wave, onset_s = np.zeros(len(t)), 0.0
    while onset_s < duration_s:
        length_s = float(rng.choice([0.15, 0.3, 0.6, 1.2]))
        part = slice(int(onset_s * RATE_HZ), None)
        since = t[part] - onset_s
        for note in rng.choice(24, rng.integers(1, 5), replace=False):
            pitch_hz, tilt = 110 * 2 ** (note / 12), rng.uniform(0.7, 2)
            chord = sum(np.sin(2 * np.pi * k * pitch_hz * since) / k**tilt for k in range(1, 9))
            wave[part] += np.exp(-since / (length_s * rng.uniform(0.3, 2))) * np.asarray(chord)
        onset_s += length_s
    return (0.1 * wave).astype(np.float32)


def _as_gains(values: npt.NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None, :]


def _power(bins: Tensor) -> Tensor:
    return torch.view_as_real(bins).square().mean(dim=(1, 2, 3))[:, None, None]


def _rms(wave: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(wave, dtype=np.float64)))) + 1e-9
