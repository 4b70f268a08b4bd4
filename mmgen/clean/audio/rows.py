"""Clean voice clips: any format to 16 kHz mono, noise reduced, silence trimmed, at one loudness, as FLAC."""

from __future__ import annotations

import io
import warnings
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyloudnorm
import soundfile as sf
from scipy.signal import resample_poly

from mmgen.clean.audio.decode import Wave, decode_audio
from mmgen.clean.audio.denoise import Denoised, denoise, denoiser_of
from mmgen.clean.rows import RejectedError, clean_media
from mmgen.config.clean import AudioParams
from mmgen.models.denoiser import HOP, Denoiser
from mmgen.rejects import RejectReason

VERSION = 4

COLUMNS = (
    "audio", "sample_rate_hz", "duration_s", "loudness_lufs", "snr_before_db", "is_denoised", "is_clipped",
    "reject_reason",
)  # fmt: skip

_BLOCK_S = 0.4  # ITU-R BS.1770 measures loudness over blocks of this length
_QUIETEST_LUFS = -70.0  # its absolute gate: below this nothing counts


def clean_audio(batch: pa.RecordBatch, params: AudioParams, weights: bytes) -> dict[str, Any]:
    """Clean a batch of clips.

    batch: ``data`` (binary), ``reject_reason`` of raw_media (passed on where set). weights: the denoiser's.
    Returns a list a column, ``batch.num_rows`` long. A rejected row has its reason and None elsewhere.
    ``loudness_lufs`` and ``duration_s`` are those of the result; ``snr_before_db`` (an estimate) and ``is_clipped`` are
    those of the clip as it came.
    """
    return clean_media(batch, COLUMNS, partial(clean_clip, params=params, model=denoiser_of(weights)))


def clean_clip(data: bytes, params: AudioParams, model: Denoiser) -> dict[str, Any]:
    """The columns of one clip, without ``reject_reason``. Raises RejectedError."""
    clip = decode_audio(data, params)
    if level_db(clip.wave) < params.silence_db:
        raise RejectedError(RejectReason.AUDIO_SILENT)
    heard = denoise(clip.wave, model, params)
    wave, loudness = normalise(trim(heard, params), params)
    return {
        "audio": encode_flac(wave, params.rate_hz),
        "sample_rate_hz": params.rate_hz,
        "duration_s": len(wave) / params.rate_hz,
        "loudness_lufs": loudness,
        "snr_before_db": heard.snr_db,
        "is_denoised": heard.is_denoised,
        "is_clipped": clip.is_clipped,
    }


def level_db(wave: Wave) -> float:
    """RMS level, dB of full scale."""
    return float(10 * np.log10(max(float(np.mean(np.square(wave, dtype=np.float64))), 1e-20)))


def trim(heard: Denoised, params: AudioParams) -> Wave:
    """Without what is no speech at both ends, but for a margin. Pauses inside stay."""
    powers, wave = heard.speech_power, heard.wave
    below_db = params.trim_noisy_below_peak_db if heard.is_denoised else params.trim_below_peak_db
    loud = np.flatnonzero(powers >= powers.max() * 10 ** (-below_db / 10))
    margin = round(params.trim_margin_s * params.rate_hz)
    start, stop = max(0, (int(loud[0]) - 1) * HOP - margin), min(len(wave), (int(loud[-1]) + 1) * HOP + margin)
    shortest = round(params.min_duration_s * params.rate_hz)
    return wave[start:stop] if stop - start >= shortest else wave


def loudness_lufs(wave: Wave, rate_hz: int) -> float:
    """Integrated loudness (ITU-R BS.1770-4). A clip under one block is repeated; -70 where nothing counts."""
    block = round(_BLOCK_S * rate_hz)
    if len(wave) <= block:
        wave = np.resize(wave, block + 1)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        loudness = float(pyloudnorm.Meter(rate_hz).integrated_loudness(wave.astype(np.float64)))
    return max(loudness, _QUIETEST_LUFS) if np.isfinite(loudness) else _QUIETEST_LUFS


def true_peak(wave: Wave) -> float:
    """The highest point of the curve between the samples, by fourfold oversampling."""
    return float(np.abs(resample_poly(wave, 4, 1)).max(initial=0.0))


def normalise(wave: Wave, params: AudioParams) -> tuple[Wave, float]:
    """At the target loudness, or below it where the true peak would pass its ceiling; and the loudness reached."""
    before = loudness_lufs(wave, params.rate_hz)
    gain = 10 ** ((params.loudness_lufs - before) / 20)
    ceiling = 10 ** (params.true_peak_db / 20)
    # The sample peak bounds the true peak within 6 dB for real sound: most clips need no oversampling
    if 2 * gain * float(np.abs(wave).max(initial=0.0)) > ceiling:
        gain = min(gain, ceiling / max(true_peak(wave), 1e-9))
    return (wave * np.float32(gain)).astype(np.float32), before + float(20 * np.log10(gain))


def encode_flac(wave: Wave, rate_hz: int) -> bytes:
    """16-bit FLAC."""
    buffer = io.BytesIO()
    sf.write(buffer, np.clip(wave, -1.0, 32767 / 32768), rate_hz, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()
