"""Noise reduction for voice clips: a decision-directed Wiener filter over noise tracked by minimum statistics.

Sources: Ephraim and Malah, "Speech enhancement using a minimum mean-square error short-time spectral amplitude
estimator" (1984) for the decision-directed rule; Martin, "Noise power spectral density estimation based on optimal
smoothing and minimum statistics" (2001) for the noise. Bands are vectorised; only the recursion runs over frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from mmgen.clean.params import AudioParams

Wave = npt.NDArray[np.float32]
Powers = npt.NDArray[np.float64]

WINDOW = 512  # samples: 32 ms at 16 kHz, over which a voice is about stationary
HOP = 256
_NUM_SMOOTHED = 5  # frames (80 ms) over which power is averaged before its minimum is taken
_MAX_POSTERIOR = 1e3
_MIN_PRIOR = 10 ** (-25 / 10)
_TAPER = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)  # squared and overlapped by half it sums to one


def spectrum(wave: Wave) -> npt.NDArray[np.complex64]:
    """(frames, WINDOW // 2 + 1) of a padded copy: every sample lies in two frames."""
    padded = np.concatenate([np.zeros(WINDOW, np.float32), wave, np.zeros(WINDOW + HOP, np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    return np.fft.rfft(frames * _TAPER, axis=1).astype(np.complex64)


def waveform(bands: npt.NDArray[np.complex64], num_samples: int) -> Wave:
    """The inverse of ``spectrum``, by overlap and add."""
    frames = np.fft.irfft(bands, WINDOW, axis=1) * _TAPER
    padded = np.zeros((len(frames) + 1) * HOP)
    padded[:-HOP] += frames[:, :HOP].ravel()
    padded[HOP:] += frames[:, HOP:].ravel()
    return padded[WINDOW : WINDOW + num_samples].astype(np.float32)


def noise_power(power: Powers, params: AudioParams) -> Powers:
    """(frames, bands): the running minimum of smoothed power, scaled up by how far a minimum lies under its mean."""
    smoothed = uniform_filter1d(power, _NUM_SMOOTHED, axis=0)
    num_frames = max(3, min(len(power), round(params.noise_window_s * params.rate_hz / HOP)))
    lowest = minimum_filter1d(smoothed, num_frames, axis=0)
    return np.maximum(uniform_filter1d(lowest, max(1, num_frames // 2), axis=0) * params.noise_bias, 1e-10)


def estimated_snr_db(power: Powers, noise: Powers) -> float:
    """Signal over noise of the whole clip, dB, from its power and the tracked noise. Bounded to -20..60."""
    total, noisy = float(power.sum()), float(noise.sum())
    ratio = max(total - noisy, 1e-12) / max(noisy, 1e-12)
    return float(np.clip(10 * np.log10(ratio), -20.0, 60.0))


def gains(power: Powers, noise: Powers, params: AudioParams) -> Powers:
    """(frames, bands) Wiener gains between the floor and 1."""
    floor = 10 ** (params.gain_floor_db / 20)
    posterior = np.minimum(power / noise, _MAX_POSTERIOR)
    excess = (1 - params.smoothing) * np.maximum(posterior - 1, 0)
    result = np.empty_like(power)
    carried = np.ones(power.shape[1])
    for frame in range(len(power)):
        prior = np.maximum(params.smoothing * carried + excess[frame], _MIN_PRIOR)
        gain = prior / (1 + prior)
        carried = gain * gain * posterior[frame]
        result[frame] = gain
    result[:, : round(params.rumble_hz * WINDOW / params.rate_hz)] = floor
    return np.maximum(result, floor)


def denoise(wave: Wave, params: AudioParams) -> tuple[Wave, float, bool]:
    """(samples,) at ``params.rate_hz`` -> the same length with less noise, the estimated SNR before, whether changed.

    A clip whose estimated SNR is good enough is returned as it is.
    """
    bands = spectrum(wave)
    power = np.square(np.abs(bands)).astype(np.float64)
    inner = slice(2, max(3, len(power) - 3))  # the padding is silent: it would be taken for the noise
    noise = np.empty_like(power)
    noise[inner] = noise_power(power[inner], params)
    noise[: inner.start], noise[inner.stop :] = noise[inner.start], noise[inner.stop - 1]
    snr_db = estimated_snr_db(power[inner], noise[inner])
    if snr_db >= params.denoise_below_db:
        return wave, snr_db, False
    return waveform(bands * gains(power, noise, params).astype(np.float32), len(wave)), snr_db, True
