"""Other ways of reducing noise, each (samples,) float32 at 16 kHz -> the same: for bench_audio and quality_audio."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from report import PEERS  # puts the peers on the path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

Wave = npt.NDArray[np.float32]
Powers = npt.NDArray[np.float64]

_WINDOW, _HOP = 512, 256
_TAPER = np.sqrt(np.hanning(_WINDOW + 1)[:-1]).astype(np.float32)
_RNNOISE_DELAY = 960  # samples at 48 kHz by which RNNoise's output is late: two frames, found by correlation


def peers() -> dict[str, Callable[[Wave], Wave]]:
    """By name. Ends the script with a word where one is not installed."""
    library = find_spec("pyrnnoise")
    if library is None or library.origin is None or find_spec("noisereduce") is None:
        sys.exit(f"noisereduce or pyrnnoise is missing from {PEERS}: make peers")
    return {
        "noisereduce": spectral_gating,
        "RNNoise": RNNoise(Path(library.origin).parent / "librnnoise.so"),
        "Wiener filter": wiener_filter,
        "FFT gate": fft_gate,
    }


def spectral_gating(wave: Wave) -> Wave:
    """noisereduce's stationary gate (Sainburg 2020)."""
    import noisereduce

    return np.asarray(noisereduce.reduce_noise(y=wave, sr=16_000, stationary=True, n_jobs=1), np.float32)


class RNNoise:
    """RNNoise (Valin 2018) by its own library, 10 ms at a time at 48 kHz, without pyrnnoise's file conversions."""

    def __init__(self, library: Path):
        self.library = ctypes.CDLL(str(library))
        self.library.rnnoise_create.restype = ctypes.c_void_p
        self.library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
        self.library.rnnoise_process_frame.argtypes = [ctypes.c_void_p] * 3
        self.library.rnnoise_process_frame.restype = ctypes.c_float

    def __call__(self, wave: Wave) -> Wave:
        state = ctypes.c_void_p(self.library.rnnoise_create(None))
        wide = resample_poly(wave, 3, 1).astype(np.float32) * 32768
        wide = np.ascontiguousarray(np.pad(wide, (0, _RNNOISE_DELAY + 480)))
        for start in range(0, len(wide) - 479, 480):
            frame = ctypes.c_void_p(wide.ctypes.data + start * wide.itemsize)
            self.library.rnnoise_process_frame(state, frame, frame)
        self.library.rnnoise_destroy(state)
        prompt: Wave = resample_poly(wide[_RNNOISE_DELAY:] / 32768, 1, 3)[: len(wave)].astype(np.float32)
        return prompt


def fft_gate(wave: Wave) -> Wave:
    """Bands below 1.5 standard deviations over a clip's mean level are turned down by 15 dB; one FFT for all."""
    bins = _spectrum(wave)
    level_db = 20 * np.log10(np.abs(bins) + 1e-7)
    threshold = level_db.mean(axis=0) + 1.5 * level_db.std(axis=0)
    is_voice = uniform_filter1d((level_db > threshold).astype(np.float32), 3, axis=0)
    return _waveform(bins * np.maximum(np.minimum(2 * is_voice, 1), 10 ** (-15 / 20)), len(wave))


def wiener_filter(wave: Wave) -> Wave:
    """Decision-directed Wiener gains (Ephraim and Malah 1984) over noise by minimum statistics (Martin 2001)."""
    bins = _spectrum(wave)
    power = np.square(np.abs(bins)).astype(np.float64)
    inner = slice(2, max(3, len(power) - 3))  # the padding is silent: it would be taken for the noise
    noise = np.empty_like(power)
    smooth = uniform_filter1d(power[inner], 5, axis=0)
    size = max(3, min(len(smooth), round(0.7 * 16_000 / _HOP)))
    lowest = uniform_filter1d(minimum_filter1d(smooth, size, axis=0), max(1, size // 2), axis=0)
    noise[inner] = np.maximum(3.0 * lowest, 1e-10)
    noise[: inner.start], noise[inner.stop :] = noise[inner.start], noise[inner.stop - 1]
    posterior = np.minimum(power / noise, 1e3)
    gains, carried = np.empty_like(power), np.ones(power.shape[1])
    for frame in range(len(power)):
        prior = np.maximum(0.92 * carried + 0.08 * np.maximum(posterior[frame] - 1, 0), 10**-2.5)
        gains[frame] = prior / (1 + prior)
        carried = gains[frame] ** 2 * posterior[frame]
    return _waveform(bins * np.maximum(gains, 10 ** (-15 / 20)), len(wave))


def _spectrum(wave: Wave) -> npt.NDArray[np.complex64]:
    padded = np.concatenate([np.zeros(_WINDOW, np.float32), wave, np.zeros(_WINDOW + _HOP, np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    return np.asarray(np.fft.rfft(frames * _TAPER, axis=1), np.complex64)


def _waveform(bins: npt.NDArray[np.complexfloating], num_samples: int) -> Wave:
    frames = np.fft.irfft(bins, _WINDOW, axis=1) * _TAPER
    padded = np.zeros((len(frames) + 1) * _HOP)
    padded[:-_HOP] += frames[:, :_HOP].ravel()
    padded[_HOP:] += frames[:, _HOP:].ravel()
    return padded[_WINDOW : _WINDOW + num_samples].astype(np.float32)
