"""Voice-like clips: glottal pulses through three formant resonators that change with every syllable.

Source-filter speech (Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980), cut down to vowels,
short consonant bursts and pauses. There are no words in it: it gives the audio stages something shaped like speech.
"""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.signal import lfilter

RATES_HZ = (8000, 16000, 44100)
# First three formants in Hz (Peterson and Barney, 1952): the vowels of heed, hid, head, had, hod, hawed, who'd, hud.
VOWELS_HZ = (
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410),
    (730, 1090, 2440), (570, 840, 2410), (300, 870, 2240), (640, 1190, 2390),
)  # fmt: skip
BANDWIDTHS_HZ = (70.0, 100.0, 140.0)


def speak(rate_hz: int, rng: np.random.Generator) -> NDArray[Any]:
    """One clip, float64 (num_samples,) with a peak of 0.2 to 0.8: 4 to 12 syllables, 0.9 to 3 s."""
    pitch_hz, tract = float(rng.uniform(95, 230)), float(rng.uniform(0.95, 1.15))
    parts = [np.zeros(int(0.08 * rate_hz))]
    for _ in range(int(rng.integers(4, 13))):
        parts += [_burst(rate_hz, rng), _vowel(rate_hz, pitch_hz * float(rng.uniform(0.9, 1.15)), tract, rng)]
        if rng.random() < 0.25:
            parts.append(np.zeros(int(rng.uniform(0.05, 0.14) * rate_hz)))
    wave = np.concatenate([*parts, np.zeros(int(0.1 * rate_hz))])
    return np.asarray(wave / np.abs(wave).max() * rng.uniform(0.2, 0.8))


def _vowel(rate_hz: int, pitch_hz: float, tract: float, rng: np.random.Generator) -> NDArray[Any]:
    """A voiced syllable: a falling, slightly shaky pitch, a pulse a period, three resonators in series."""
    num = int(rng.uniform(0.11, 0.2) * rate_hz)
    glide = pitch_hz * np.linspace(1.05, 0.92, num) * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * np.arange(num) / rate_hz))
    phase = np.cumsum(glide / rate_hz)
    pulses = np.diff(np.floor(phase), prepend=0.0)
    source = lfilter([1.0], [1.0, -0.96], pulses) - 0.02
    for centre, width in zip(VOWELS_HZ[int(rng.integers(len(VOWELS_HZ)))], BANDWIDTHS_HZ, strict=True):
        if centre * tract < rate_hz * 0.45:
            radius = np.exp(-np.pi * width / rate_hz)
            turn = 2 * np.pi * centre * tract / rate_hz
            taps = [1.0, -2 * radius * np.cos(turn), radius**2]
            source = lfilter([sum(taps)], taps, source)
    ramp = np.minimum(1.0, np.minimum(np.arange(num), np.arange(num)[::-1]) / (0.02 * rate_hz))
    voiced = source * ramp
    return np.asarray(voiced / max(1e-9, np.abs(voiced).max()))


def _burst(rate_hz: int, rng: np.random.Generator) -> NDArray[Any]:
    """A consonant: 20 to 50 ms of high-passed noise, quieter than the vowel after it."""
    noise = rng.standard_normal(int(rng.uniform(0.02, 0.05) * rate_hz))
    return np.asarray(lfilter([1.0, -0.9], [1.0], noise) * np.hanning(len(noise)) * 0.06)


def add_noise(wave: NDArray[Any], snr_db: float, rng: np.random.Generator) -> NDArray[Any]:
    """White noise and a 50 Hz hum under the voice at ``snr_db`` over the whole clip."""
    noise = rng.standard_normal(len(wave)) + 0.5 * np.sin(np.arange(len(wave)) * 0.03)
    gain = np.sqrt(np.mean(wave**2) / np.mean(noise**2) / 10 ** (snr_db / 10))
    mixed = wave + gain * noise
    return np.asarray(mixed / max(1.0, np.abs(mixed).max() / 0.99))


def encode(wave: NDArray[Any], rate_hz: int, suffix: str, serial: int) -> bytes:
    """The clip as ``wav`` (PCM16), ``flac`` or ``ogg`` (Vorbis) bytes, the same bytes every time."""
    buffer = io.BytesIO()
    subtype = None if suffix == "ogg" else "PCM_16"
    sf.write(buffer, wave, rate_hz, format=suffix.upper(), subtype=subtype)
    return fixed_serial(buffer.getvalue(), serial) if suffix == "ogg" else buffer.getvalue()


def _ogg_crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        table.append(crc & 0xFFFFFFFF)
    return table


OGG_CRC = _ogg_crc_table()


def fixed_serial(ogg: bytes, serial: int) -> bytes:
    """The Ogg file with its stream number set: libsndfile draws a random one, which changes the bytes of every run.

    Page layout after RFC 3533: the number is at byte 14, the checksum (over the page with it zeroed) at byte 22.
    """
    out, start = bytearray(ogg), 0
    while start < len(out):
        lengths = out[start + 27 : start + 27 + out[start + 26]]
        end = start + 27 + len(lengths) + sum(lengths)
        out[start + 14 : start + 18] = zlib.crc32(str(serial).encode()).to_bytes(4, "little")
        out[start + 22 : start + 26] = b"\0\0\0\0"
        crc = 0
        for byte in out[start:end]:
            crc = ((crc << 8) & 0xFFFFFFFF) ^ OGG_CRC[(crc >> 24) ^ byte]
        out[start + 22 : start + 26] = crc.to_bytes(4, "little")
        start = end
    return bytes(out)
