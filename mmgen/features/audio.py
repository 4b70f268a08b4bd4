"""Audio features: mean and standard deviation over time of a clip's log-mel bands, and what the audio encoder says of
them where one is fitted."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import soundfile as sf

from mmgen.config.features import AudioFeatureParams
from mmgen.models.encoders.fitted import UNTRAINED, AudioEncoder, audio_encoder_in
from mmgen.rejects import RejectReason

VERSION = 3

COLUMNS = ("embedding", "encoding", "encoder_version", "num_frames", "reject_reason")

_FFT = 512
_FLOOR = 1e-10  # -100 dB: digital silence must not become minus infinity

Matrix = npt.NDArray[np.float32]


def audio_features(
    batch: pa.RecordBatch, params: AudioFeatureParams, encoder_folder: str = "", encoder_version: str = UNTRAINED
) -> dict[str, Any]:
    """Features of a batch of clean clips.

    batch: ``audio`` (16 kHz mono FLAC, or None), ``reject_reason`` of clean_audio. The encoder's folder
    is empty where none is fitted.
    Returns lists, ``batch.num_rows`` long: ``embedding`` (2 x num_mels,) float32 (means, then standard deviations, of
    log10 power); ``encoding`` float32 of unit length by the encoder (None where none is fitted) and
    ``encoder_version``; ``num_frames``; ``reject_reason`` (``input_rejected`` where there is no clean clip).
    """
    columns: dict[str, list[Any]] = {name: [None] * batch.num_rows for name in COLUMNS}
    encoder = audio_encoder_in(encoder_folder) if encoder_folder else None
    reasons = batch.column("reject_reason").to_pylist()
    for row, (data, reason) in enumerate(zip(batch.column("audio"), reasons, strict=True)):
        found = _features(None if reason is not None else data.as_py(), params, encoder, encoder_version)
        for name, value in found.items():
            columns[name][row] = value
    return columns


def _features(
    data: bytes | None, params: AudioFeatureParams, encoder: AudioEncoder | None, version: str
) -> dict[str, Any]:
    if data is None:
        return {"reject_reason": RejectReason.INPUT_REJECTED.value}
    bands = bands_of(data, params)
    if bands is None:
        return {"reject_reason": RejectReason.AUDIO_UNDECODABLE.value}
    return {
        "embedding": np.concatenate([bands.mean(axis=0), bands.std(axis=0)]).astype(np.float32),
        "encoding": encoder.embed(bands) if encoder else None,
        "encoder_version": version,
        "num_frames": len(bands),
    }


def bands_of(data: bytes, params: AudioFeatureParams) -> Matrix | None:
    """``log_mel`` of a clean clip; None where it can't be decoded, is empty or of another rate."""
    try:
        wave, rate_hz = sf.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (sf.SoundFileError, RuntimeError):
        return None
    return log_mel(wave[:, 0], params) if rate_hz == params.rate_hz and len(wave) else None


def log_mel(wave: npt.NDArray[np.float32], params: AudioFeatureParams) -> Matrix:
    """(samples,) -> (frames, num_mels): log10 of the power in each mel band. A clip under one frame is padded."""
    if len(wave) < params.window:
        wave = np.pad(wave, (0, params.window - len(wave)))
    frames = np.lib.stride_tricks.sliding_window_view(wave, params.window)[:: params.hop]
    taper = np.hanning(params.window).astype(np.float32)
    bands = np.fft.rfft(frames * taper, _FFT, axis=1)
    power = (np.square(bands.real) + np.square(bands.imag)).astype(np.float32)
    return np.log10(np.maximum(power @ mel_filters(params.num_mels, params.rate_hz).T, _FLOOR)).astype(np.float32)


@cache
def mel_filters(num_mels: int, rate_hz: int) -> Matrix:
    """(num_mels, FFT // 2 + 1): triangles evenly spaced on the mel scale (O'Shaughnessy's 2595 log10(1 + f / 700)).

    Each sums to one, so a band's value does not depend on its width; a low band narrower than a bin takes the nearest.
    """
    top = 2595 * np.log10(1 + rate_hz / 2 / 700)
    edges_hz = 700 * (10 ** (np.linspace(0, top, num_mels + 2) / 2595) - 1)
    bins_hz = np.fft.rfftfreq(_FFT, 1 / rate_hz)
    low, centre, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    filters = np.maximum(0, np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)))
    empty = np.flatnonzero(filters.sum(axis=1) == 0)
    filters[empty, np.abs(bins_hz - edges_hz[1:-1][empty, None]).argmin(axis=1)] = 1
    return (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
