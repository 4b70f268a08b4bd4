"""Bytes of any common sound format to one mono channel, with every bound checked in the header first."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import soundfile as sf
from scipy.signal import resample_poly

from mmgen.clean.audio.unfinished import finished
from mmgen.clean.rows import RejectedError
from mmgen.config.clean import AudioParams
from mmgen.rejects import RejectReason

Wave = npt.NDArray[np.float32]

_UNKNOWN_BYTES = 0xFFFFFFFF
_RATES_HZ = (2_000, 384_000)
_MP3_RATES = ((11025, 12000, 8000), (0, 0, 0), (22050, 24000, 16000), (44100, 48000, 32000))
_MP3_KBPS_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_KBPS_V2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)


@dataclass(frozen=True)
class Clip:
    """A decoded clip."""

    wave: Wave  # (samples,), mono, float32, at ``rate_hz``, without DC offset
    rate_hz: int
    is_clipped: bool  # of the source, before anything was done to it


def decode_audio(data: bytes, params: AudioParams) -> Clip:
    """Decode one clip to mono at ``params.rate_hz``. Raises RejectedError with the reason."""
    kind = sniff(data)
    if kind is None:
        raise RejectedError(RejectReason.AUDIO_NOT_AUDIO)
    if is_cut_short(data, kind):
        raise RejectedError(RejectReason.AUDIO_TRUNCATED)
    samples, source_hz, num_promised = _read(finished(data, kind), params)
    if len(samples) < 0.98 * num_promised - 4 * 1152:  # an MP3's header counts the encoder's padding
        raise RejectedError(RejectReason.AUDIO_TRUNCATED)
    if len(samples) < params.min_duration_s * source_hz:
        raise RejectedError(RejectReason.AUDIO_TOO_SHORT)
    samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    is_clipped = has_flat_tops(samples)
    wave = to_mono(samples - samples.mean(axis=0, keepdims=True))
    return Clip(resample(wave, source_hz, params.rate_hz), params.rate_hz, is_clipped)


def _read(data: bytes, params: AudioParams) -> tuple[Wave, int, int]:
    """(frames, channels) float32, the rate, and how many frames the header promised."""
    try:
        with sf.SoundFile(io.BytesIO(data)) as file:
            rate_hz, num_frames = file.samplerate, file.frames
            if not _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1] or not 1 <= file.channels <= params.max_channels:
                raise RejectedError(RejectReason.AUDIO_UNDECODABLE)
            if num_frames > params.max_duration_s * rate_hz or num_frames * file.channels > params.max_samples:
                raise RejectedError(RejectReason.AUDIO_TOO_LONG)
            samples = file.read(frames=num_frames, dtype="float32", always_2d=True)
    except RejectedError:
        raise
    except (sf.SoundFileError, RuntimeError, ValueError, MemoryError):
        raise RejectedError(RejectReason.AUDIO_UNDECODABLE) from None
    return samples, rate_hz, num_frames


def sniff(data: bytes) -> str | None:
    """The format that the first bytes declare; None where it is no sound we read.

    libsndfile would take any bytes with something like an MP3 frame in them for music, so two frames must follow
    each other at the distance that the first one states.
    """
    head = data[:12]
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    for magic, kind in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"caff", "caf"), (b".snd", "au"), (b"ID3", "mp3")):
        if head.startswith(magic):
            return kind
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    length = _mp3_frame_bytes(data, 0)
    return "mp3" if length and (_mp3_frame_bytes(data, length) or len(data) == length) else None


def is_cut_short(data: bytes, kind: str) -> bool:
    """Whether the container states more bytes than there are. Streaming writers' "unknown" sizes are believed."""
    if kind == "wav":
        return _wav_is_cut_short(data)
    if kind == "aiff":
        return _chunk_is_cut_short(data, ">4sI", b"SSND")
    if kind == "au":
        header_bytes, size = struct.unpack_from(">II", data.ljust(12, b"\0"), 4)
        return size != _UNKNOWN_BYTES and header_bytes + size > len(data)
    if kind == "ogg":
        last = data.rfind(b"OggS")
        page = data[last : last + 27]
        if len(page) < 27:
            return True
        is_last = bool(page[5] & 4)
        table = data[last + 27 : last + 27 + page[26]]
        return not is_last or len(data) < last + 27 + page[26] + sum(table)
    return False


def _wav_is_cut_short(data: bytes) -> bool:
    if data[:4] == b"RF64" and data[12:16] == b"ds64" and len(data) >= 36:
        (size,) = struct.unpack_from("<Q", data, 28)  # of the data chunk, which itself states 2^32 - 1
        return data.find(b"data", 36) + 8 + size > len(data)
    return _chunk_is_cut_short(data, ">4sI" if data[:4] == b"RIFX" else "<4sI", b"data")


def _chunk_is_cut_short(data: bytes, form: str, wanted: bytes) -> bool:
    """Whether the chunk that holds the samples is missing or longer than what there is."""
    offset = 12
    while offset + 8 <= len(data):
        name, size = struct.unpack_from(form, data, offset)
        if name == wanted:
            is_unknown = size == 0 or size >= 0x7FFFF000
            return not is_unknown and size > len(data) - offset - 8
        offset += 8 + size + (size & 1)
    return True


def _mp3_frame_bytes(data: bytes, offset: int) -> int:
    """The length of the layer III frame at ``offset``; 0 where none begins there."""
    head = data[offset : offset + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, kbps_index, rate_index, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    kbps = (_MP3_KBPS_V1 if version == 3 else _MP3_KBPS_V2)[kbps_index]
    rate_hz = 0 if rate_index == 3 else _MP3_RATES[version][rate_index]
    if not kbps or not rate_hz:
        return 0
    return (144 if version == 3 else 72) * kbps * 1000 // rate_hz + padding


def has_flat_tops(samples: Wave) -> bool:
    """Whether peaks were cut off: runs of three and more equal samples at the top, in any channel."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak < 0.25:
        return False  # coarse quantisation makes a quiet clip's peaks flat
    at_top = np.abs(samples) >= 0.995 * peak
    flat = at_top[2:] & at_top[1:-1] & at_top[:-2]
    return int(flat.sum()) > max(3, 1e-4 * len(samples))


def to_mono(samples: Wave) -> Wave:
    """The mean of the channels; the loudest one where they cancel out (a microphone wired in reverse)."""
    if samples.shape[1] == 1:
        return samples[:, 0]
    mean = samples.mean(axis=1, dtype=np.float32)
    powers = np.mean(samples**2, axis=0)
    if float(np.mean(mean**2)) < 0.02 * float(powers.max()):
        return np.ascontiguousarray(samples[:, int(np.argmax(powers))])
    return mean


def resample(wave: Wave, source_hz: int, rate_hz: int) -> Wave:
    """Polyphase resampling. Odd rates are rounded to a ratio of small numbers (within 0.05%), or the filter is huge."""
    if source_hz == rate_hz:
        return wave
    ratio = Fraction(rate_hz, source_hz).limit_denominator(1000)
    resampled: Wave = resample_poly(wave, ratio.numerator, ratio.denominator).astype(np.float32)
    return resampled
