"""Sound as a picture of fixed size, and back: a log-mel spectrogram of the loudest part of a clip.

Shapes: M mel bands (64), T frames. One byte a value: 0 is -100 dB of full scale or less, 255 is 0 dB, a step is 0.4 dB.
Sounds are 16 kHz mono. No torch: Spark's workers make the pictures, and only what is listened to becomes sound again.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
FFT = 1024  # 64 ms: fine enough that the lowest of 64 bands has bins of its own
HOP = 256  # 16 ms
NUM_MELS = 64
FLOOR_DB = -100.0
ROUNDS = 32  # of phase reconstruction, as librosa has it

Wave = npt.NDArray[np.float32]
Levels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float32]


def levels_of(wave: Wave, num_frames: int) -> Levels:
    """(samples,) -> (M, num_frames): the part of the clip that is loudest, silence behind a clip that is shorter.

    Loudest is the window with the greatest sum of its levels in dB, over all bands: a bang counts for the frames that
    it lasts, where a sum of powers would choose it over a sentence. Of equals the first. Raises ValueError for a clip
    without a sample.
    """
    if not len(wave):
        raise ValueError("a clip without a sample has no spectrogram")
    padded = np.pad(wave, FFT // 2)  # the first frame stands about the first sample, as phase reconstruction has it
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    bins = np.fft.rfft(frames * _taper(), axis=1)
    power = (np.square(bins.real) + np.square(bins.imag)).astype(np.float32) / _FULL_SCALE
    db = 10 * np.log10(np.maximum(power @ mel_filters(NUM_MELS, RATE_HZ, FFT).T, 10 ** (FLOOR_DB / 10)))
    levels = np.clip(np.rint(255 * (1 - db / FLOOR_DB)), 0, 255).astype(np.uint8)
    kept = levels[_loudest(levels, num_frames) :][:num_frames]
    out = np.zeros((NUM_MELS, num_frames), np.uint8)
    out[:, : len(kept)] = kept.T
    return out


def wave_of(levels: Levels, seed: int = 0) -> Wave:
    """(M, T) -> ((T - 1) * 256,) samples: the sound whose spectrogram this is most nearly.

    What the mel bands leave open of the spectrum is its least non-negative solution; its phase, which no spectrogram
    has, is by fast Griffin-Lim (Perraudin, Balazs and Søndergaard 2013), from a seeded start. Both are librosa's. A
    level of 0 is silence. Raises ValueError for another number of bands.
    """
    import librosa  # here: a second and 200 MB, for what most processes never do

    if levels.ndim != 2 or len(levels) != NUM_MELS:
        raise ValueError(f"a spectrogram has {NUM_MELS} bands by frames, not the shape {levels.shape}")
    if not levels.any():
        return np.zeros((levels.shape[1] - 1) * HOP, np.float32)
    power = np.where(levels > 0, _FULL_SCALE * 10 ** ((1 - levels / 255) * FLOOR_DB / 10), 0.0)
    # Not librosa's mel_to_stft: its solver keeps 513 corrections and has no bound, so noise takes it minutes
    spectrum = librosa.util.nnls(mel_filters(NUM_MELS, RATE_HZ, FFT).astype(np.float64), power, m=10, maxiter=50)
    wave = librosa.griffinlim(
        np.sqrt(spectrum), n_iter=ROUNDS, hop_length=HOP, n_fft=FFT, pad_mode="constant", random_state=seed
    )
    found: Wave = np.clip(wave, -1.0, 1.0).astype(np.float32)
    return found


@cache
def mel_filters(num_mels: int, rate_hz: int, fft: int) -> Matrix:
    """(num_mels, fft // 2 + 1): triangles evenly spaced on the mel scale (O'Shaughnessy's 2595 log10(1 + f / 700)).

    Each sums to one, so a band's value does not depend on its width; a low band narrower than a bin takes the nearest.
    """
    top = 2595 * np.log10(1 + rate_hz / 2 / 700)
    edges_hz = 700 * (10 ** (np.linspace(0, top, num_mels + 2) / 2595) - 1)
    bins_hz = np.fft.rfftfreq(fft, 1 / rate_hz)
    low, centre, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    filters = np.maximum(0, np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)))
    empty = np.flatnonzero(filters.sum(axis=1) == 0)
    filters[empty, np.abs(bins_hz - edges_hz[1:-1][empty, None]).argmin(axis=1)] = 1
    return (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)


@cache
def _taper() -> Matrix:
    """(FFT,): Hann's window, periodic."""
    return np.hanning(FFT + 1)[:-1].astype(np.float32)


_FULL_SCALE = float((FFT / 4) ** 2)
"""The power in its bin of a sine of full scale, under the window."""


def _loudest(levels: Levels, num_frames: int) -> int:
    """Where the loudest ``num_frames`` of (T, M) levels begin."""
    if len(levels) <= num_frames:
        return 0
    sums = np.concatenate([[0], levels.sum(axis=1, dtype=np.int64).cumsum()])
    return int((sums[num_frames:] - sums[:-num_frames]).argmax())
