"""Audio features: mean and standard deviation over time of a clip's log-mel bands, what the audio encoder says of them
where one is fitted, and a spectrogram that can become sound again."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import soundfile as sf

from mmgen.config.features import AudioFeatureParams, SoundParams
from mmgen.models.encoders.fitted import UNTRAINED, AudioEncoder, audio_encoder_in
from mmgen.models.spectrogram import levels_of, mel_filters
from mmgen.rejects import RejectReason

VERSION = 4

COLUMNS = ("embedding", "encoding", "encoder_version", "num_frames", "spectrogram", "reject_reason")

_FFT = 512
_FLOOR = 1e-10  # -100 dB: digital silence must not become minus infinity

Matrix = npt.NDArray[np.float32]


def audio_features(
    batch: pa.RecordBatch,
    params: AudioFeatureParams,
    encoder_folder: str = "",
    encoder_version: str = UNTRAINED,
    sound: SoundParams | None = None,
) -> dict[str, Any]:
    """Features of a batch of clean clips.

    batch: ``audio`` (16 kHz mono FLAC, or None), ``reject_reason`` of clean_audio. The encoder's folder
    is empty where none is fitted.
    Returns lists, ``batch.num_rows`` long: ``embedding`` (2 x num_mels,) float32 (means, then standard deviations, of
    log10 power); ``encoding`` float32 of unit length by the encoder (None where none is fitted) and
    ``encoder_version``; ``num_frames``; ``spectrogram``, 64 bands by ``sound.frames`` bytes (see ``levels_of``);
    ``reject_reason`` (``input_rejected`` where there is no clean clip).
    """
    columns: dict[str, list[Any]] = {name: [None] * batch.num_rows for name in COLUMNS}
    encoder = audio_encoder_in(encoder_folder) if encoder_folder else None
    frames = (sound or SoundParams()).frames
    reasons = batch.column("reject_reason").to_pylist()
    for row, (data, reason) in enumerate(zip(batch.column("audio"), reasons, strict=True)):
        found = _features(None if reason is not None else data.as_py(), params, encoder, encoder_version, frames)
        for name, value in found.items():
            columns[name][row] = value
    return columns


def _features(
    data: bytes | None, params: AudioFeatureParams, encoder: AudioEncoder | None, version: str, frames: int
) -> dict[str, Any]:
    if data is None:
        return {"reject_reason": RejectReason.INPUT_REJECTED.value}
    wave = _wave_in(data, params)
    if wave is None:
        return {"reject_reason": RejectReason.AUDIO_UNDECODABLE.value}
    bands = log_mel(wave, params)
    return {
        "embedding": np.concatenate([bands.mean(axis=0), bands.std(axis=0)]).astype(np.float32),
        "encoding": encoder.embed(bands) if encoder else None,
        "encoder_version": version,
        "num_frames": len(bands),
        "spectrogram": levels_of(wave, frames).tobytes(),
    }


def bands_of(data: bytes, params: AudioFeatureParams) -> Matrix | None:
    """``log_mel`` of a clean clip; None where it can't be decoded, is empty or of another rate."""
    wave = _wave_in(data, params)
    return None if wave is None else log_mel(wave, params)


def _wave_in(data: bytes, params: AudioFeatureParams) -> npt.NDArray[np.float32] | None:
    """(samples,) of a clean clip; None where it can't be decoded, is empty or of another rate."""
    try:
        wave, rate_hz = sf.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (sf.SoundFileError, RuntimeError):
        return None
    return np.ascontiguousarray(wave[:, 0]) if rate_hz == params.rate_hz and len(wave) else None


def log_mel(wave: npt.NDArray[np.float32], params: AudioFeatureParams) -> Matrix:
    """(samples,) -> (frames, num_mels): log10 of the power in each mel band. A clip under one frame is padded."""
    if len(wave) < params.window:
        wave = np.pad(wave, (0, params.window - len(wave)))
    frames = np.lib.stride_tricks.sliding_window_view(wave, params.window)[:: params.hop]
    taper = np.hanning(params.window).astype(np.float32)
    bands = np.fft.rfft(frames * taper, _FFT, axis=1)
    power = (np.square(bands.real) + np.square(bands.imag)).astype(np.float32)
    return np.log10(np.maximum(power @ mel_filters(params.num_mels, params.rate_hz, _FFT).T, _FLOOR)).astype(np.float32)
