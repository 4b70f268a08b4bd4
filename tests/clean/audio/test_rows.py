"""Clips of every format and fault, made on the spot."""

from __future__ import annotations

import io
import struct
import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import soundfile as sf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mmgen.clean.audio.decode import decode_audio, resample
from mmgen.clean.audio.denoise import denoiser_weights
from mmgen.clean.audio.rows import COLUMNS, clean_audio, loudness_lufs, true_peak
from mmgen.clean.rows import RejectedError
from mmgen.config.clean import AudioParams
from mmgen.metrics.audio import si_sdr_db
from mmgen.models.denoiser import RATE_HZ
from mmgen.rejects import RejectReason

PARAMS = AudioParams()
WEIGHTS = denoiser_weights("")


def voice(rate_hz: int = 16_000, duration_s: float = 2.0, level: float = 0.3) -> np.ndarray:
    """Voiced bursts with pauses: harmonics of a gliding pitch under a syllable-like envelope. (samples,) float64."""
    t = np.arange(round(rate_hz * duration_s)) / rate_hz
    pitch = 2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * np.pi * 0.7 * t)) / rate_hz
    tone = sum(np.sin(k * pitch) / k for k in range(1, 12))
    envelope = np.clip(np.sin(2 * np.pi * 2.1 * t), 0, None) ** 0.5
    wave = tone * envelope
    return level * wave / np.abs(wave).max()


def saved(wave: np.ndarray, rate_hz: int = 16_000, kind: str = "WAV", subtype: str | None = None) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, wave, rate_hz, format=kind, subtype=subtype)
    return buffer.getvalue()


def batch(*data: bytes | None, reasons: list[str | None] | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {"data": pa.array(data, pa.binary()), "reject_reason": pa.array(reasons or [None] * len(data), pa.string())}
    )


def clean(data: bytes | None) -> dict[str, Any]:
    columns = clean_audio(batch(data), PARAMS, WEIGHTS)
    assert set(columns) == set(COLUMNS)
    return {name: values[0] for name, values in columns.items()}


def heard(flac: bytes) -> np.ndarray:
    info = sf.info(io.BytesIO(flac))
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("FLAC", "PCM_16", 16_000, 1)
    return sf.read(io.BytesIO(flac))[0]


def claiming(data: bytes, at: int, words: bytes) -> bytes:
    """The file with other words in its header."""
    return data[:at] + words + data[at + len(words) :]


def streaminfo(data: bytes, rate_hz: int, num_channels: int, num_samples: int) -> bytes:
    """A FLAC file whose header states these."""
    bits = rate_hz << 44 | (num_channels - 1) << 41 | 15 << 36 | num_samples
    return claiming(data, 18, bits.to_bytes(8, "big"))


STEREO = np.stack([voice(), 0.5 * voice()], axis=1)
READABLE = {
    "wav": saved(voice()),
    "8-bit wav": saved(voice(), subtype="PCM_U8"),
    "24-bit wav": saved(voice(), subtype="PCM_24"),
    "float wav": saved(voice(level=1.0) * 2.5, subtype="FLOAT"),
    "mu-law wav": saved(voice(8000), 8000, subtype="ULAW"),
    "flac": saved(voice(), kind="FLAC"),
    "ogg": saved(voice(), kind="OGG"),
    "opus": saved(voice(), kind="OGG", subtype="OPUS"),
    "mp3": saved(voice(44_100), 44_100, kind="MP3"),
    "aiff": saved(voice(), kind="AIFF"),
    "au": saved(voice(), kind="AU"),
    "rf64": saved(voice(), kind="RF64"),
    "au of unknown length": saved(voice(), kind="AU")[:8] + b"\xff\xff\xff\xff" + saved(voice(), kind="AU")[12:],
    "8 kHz": saved(voice(8000), 8000),
    "22.05 kHz": saved(voice(22_050), 22_050),
    "11.025 kHz mp3": saved(voice(11_025), 11_025, kind="MP3"),
    "48 kHz": saved(voice(48_000), 48_000),
    "96 kHz flac": saved(voice(96_000), 96_000, kind="FLAC"),
    "44,099 Hz": saved(voice(44_099), 44_099),
    "stereo": saved(STEREO),
    "stereo in opposite phase": saved(np.stack([voice(), -voice()], axis=1)),
    "clipped": saved(np.clip(voice(level=2.0), -0.9, 0.9)),
    "one dead channel": saved(np.stack([voice(), 0 * voice()], axis=1)),
    "five channels": saved(np.stack([voice()] * 5, axis=1)),
    "dc offset": saved(voice() + 0.4),
    "wav of unknown length": saved(voice())[:40] + b"\xff\xff\xff\xff" + saved(voice())[44:],
    "quiet": saved(voice(level=0.01)),
    "short": saved(voice(duration_s=0.25)),
    "not a number inside": saved(np.where(np.arange(32_000) == 9, np.nan, voice()), subtype="FLOAT"),
}


@pytest.mark.parametrize("name", READABLE)
def test_reads_every_format(name: str) -> None:
    row = clean(READABLE[name])
    assert row["reject_reason"] is None
    wave = heard(row["audio"])
    assert row["sample_rate_hz"] == 16_000
    assert row["duration_s"] == pytest.approx(len(wave) / 16_000)
    assert 0.1 <= row["duration_s"] <= 2.05
    assert abs(wave.mean()) < 0.005
    assert true_peak(wave.astype(np.float32)) <= 10 ** (PARAMS.true_peak_db / 20) + 0.005
    assert row["loudness_lufs"] <= PARAMS.loudness_lufs + 0.01
    assert loudness_lufs(wave.astype(np.float32), 16_000) == pytest.approx(row["loudness_lufs"], abs=0.3)


def zeroed(data: bytes, *places: int) -> bytes:
    """The file with 32-bit zeros at these places of its header."""
    for at in places:
        data = claiming(data, at, bytes(4))
    return data


UNFINISHED = {
    "wav": (zeroed(READABLE["wav"], 4, 40), READABLE["wav"]),
    "wav whose data alone has no size": (zeroed(READABLE["wav"], 40), READABLE["wav"]),
    "24-bit wav": (zeroed(READABLE["24-bit wav"], 4, READABLE["24-bit wav"].index(b"data") + 4),
                   READABLE["24-bit wav"]),
    "float wav": (zeroed(READABLE["float wav"], 4, READABLE["float wav"].index(b"data") + 4), READABLE["float wav"]),
    "stereo wav": (zeroed(READABLE["stereo"], 4, 40), READABLE["stereo"]),
    "rf64": (zeroed(READABLE["rf64"], 20, 24, 28, 32), READABLE["rf64"]),
    "aiff": (zeroed(READABLE["aiff"], 4, READABLE["aiff"].index(b"COMM") + 10, READABLE["aiff"].index(b"SSND") + 4),
             READABLE["aiff"]),
    "au": (zeroed(READABLE["au"], 8), READABLE["au"]),
}  # fmt: skip


def test_reaches_the_loudness_asked_for() -> None:
    assert clean(READABLE["wav"])["loudness_lufs"] == pytest.approx(-23.0)


@pytest.mark.parametrize("unfinished", UNFINISHED)
def test_a_header_that_was_never_finished_is_read_to_the_end(unfinished: str) -> None:
    """Recorders write the sizes last, and leave zeros where power or program ends."""
    data, whole = UNFINISHED[unfinished]
    row = clean(data)
    assert (row["reject_reason"], row["duration_s"]) == (None, clean(whole)["duration_s"])
    assert np.array_equal(heard(row["audio"]), heard(clean(whole)["audio"]))


REJECTED = {
    "missing": (None, RejectReason.MEDIA_MISSING),
    "empty": (b"", RejectReason.AUDIO_NOT_AUDIO),
    "text": (b"no sound at all\n" * 50, RejectReason.AUDIO_NOT_AUDIO),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), RejectReason.AUDIO_NOT_AUDIO),
    "byte soup": (np.random.default_rng(3).integers(0, 256, 9000, np.uint8).tobytes(), RejectReason.AUDIO_NOT_AUDIO),
    "one mp3 frame header in text": (b"\xff\xfb\x90\x00" + b"x" * 900, RejectReason.AUDIO_NOT_AUDIO),
    "wav cut": (READABLE["wav"][:-9000], RejectReason.AUDIO_TRUNCATED),
    "wav header alone": (READABLE["wav"][:44], RejectReason.AUDIO_TRUNCATED),
    "wav cut in its header": (READABLE["wav"][:20], RejectReason.AUDIO_TRUNCATED),
    "wav that claims hours": (
        claiming(READABLE["wav"], 40, struct.pack("<I", 0x7F00_0000)),
        RejectReason.AUDIO_TRUNCATED,
    ),
    "rf64 cut": (READABLE["rf64"][:-9000], RejectReason.AUDIO_TRUNCATED),
    "aiff cut": (READABLE["aiff"][:-9000], RejectReason.AUDIO_TRUNCATED),
    "au cut": (READABLE["au"][:-9000], RejectReason.AUDIO_TRUNCATED),
    "ogg cut": (READABLE["ogg"][:-900], RejectReason.AUDIO_TRUNCATED),
    "mp3 cut": (READABLE["mp3"][: len(READABLE["mp3"]) // 2], RejectReason.AUDIO_TRUNCATED),
    "mp3 that claims hours": (
        claiming(READABLE["mp3"], READABLE["mp3"].index(b"Xing") + 8, struct.pack(">I", 10**6)),
        RejectReason.AUDIO_TOO_LONG,
    ),
    "flac that claims hours": (streaminfo(READABLE["flac"], 16_000, 1, 1 << 35), RejectReason.AUDIO_TOO_LONG),
    "flac that claims a gigabyte": (
        streaminfo(READABLE["flac"], 192_000, 8, 192_000 * 100),
        RejectReason.AUDIO_TOO_LONG,
    ),
    "silence": (saved(np.zeros(16_000)), RejectReason.AUDIO_SILENT),
    "dc alone": (saved(np.full(16_000, 0.5)), RejectReason.AUDIO_SILENT),
    "hiss far down": (saved(np.random.default_rng(1).normal(0, 3e-4, 16_000)), RejectReason.AUDIO_SILENT),
    "50 ms": (saved(voice(duration_s=0.05)), RejectReason.AUDIO_TOO_SHORT),
    "no samples": (saved(np.zeros(0)), RejectReason.AUDIO_TOO_SHORT),
    "no samples, but a note": (saved(np.zeros(0)) + b"LIST\x08\0\0\0INFOISFT", RejectReason.AUDIO_TOO_SHORT),
    "three minutes": (saved(np.zeros(180 * 8000), 8000, subtype="PCM_U8"), RejectReason.AUDIO_TOO_LONG),
    "32 channels": (saved(np.zeros((4000, 32))), RejectReason.AUDIO_UNDECODABLE),
    "flac of garbage": (b"fLaC" + bytes(600), RejectReason.AUDIO_UNDECODABLE),
}


@pytest.mark.parametrize("name", REJECTED)
def test_rejects_by_name(name: str) -> None:
    data, reason = REJECTED[name]
    row = clean(data)
    assert row.pop("reject_reason") == reason
    assert set(row.values()) == {None}


def test_a_cut_flac_is_rejected() -> None:
    row = clean(READABLE["flac"][: len(READABLE["flac"]) // 2])
    assert row["reject_reason"] in (RejectReason.AUDIO_TRUNCATED, RejectReason.AUDIO_UNDECODABLE)


def test_keeps_order_and_passes_reasons_on() -> None:
    columns = clean_audio(
        batch(READABLE["wav"], b"x", READABLE["ogg"], reasons=["media_empty", None, None]), PARAMS, WEIGHTS
    )
    assert columns["reject_reason"] == ["media_empty", "audio_not_audio", None]
    assert [audio is None for audio in columns["audio"]] == [True, True, False]
    assert {len(values) for values in clean_audio(batch(), PARAMS, WEIGHTS).values()} == {0}


def test_clipping_is_told() -> None:
    assert clean(saved(np.clip(voice(level=1.6), -0.9, 0.9)))["is_clipped"] is True
    assert clean(saved(voice(level=0.9)))["is_clipped"] is False


def test_trims_the_ends_and_keeps_the_pauses() -> None:
    burst = voice(duration_s=0.2)
    wave = np.concatenate([np.zeros(16_000), burst, np.zeros(8000), burst, np.zeros(16_000)])
    assert clean(saved(wave))["duration_s"] == pytest.approx(0.9 + 2 * PARAMS.trim_margin_s, abs=0.12)


def test_si_sdr_ignores_scale_and_refuses_silence() -> None:
    wave = voice()
    assert si_sdr_db(wave, 0.1 * wave) > 100
    noise = np.random.default_rng(0).normal(size=len(wave))
    noise *= np.linalg.norm(wave) / np.linalg.norm(noise) / 10
    assert si_sdr_db(wave, wave + noise) == pytest.approx(20, abs=0.3)
    with pytest.raises(ValueError, match="silent"):
        si_sdr_db(np.zeros(9), wave[:9])
    with pytest.raises(ValueError, match="align"):
        si_sdr_db(wave, wave[1:])


def test_resampling_keeps_the_tone() -> None:
    wave = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100).astype(np.float32)
    spectrum_peak = np.argmax(np.abs(np.fft.rfft(resample(wave, 44_100, 16_000))))
    assert spectrum_peak == pytest.approx(440, abs=1)


def test_same_bytes_twice() -> None:
    data = list(READABLE.values())
    assert clean_audio(batch(*data), PARAMS, WEIGHTS) == clean_audio(batch(*data), PARAMS, WEIGHTS)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([READABLE[name] for name in ("short", "flac", "ogg", "mp3", "aiff", "mu-law wav")]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=8),
    st.floats(0.05, 1),
)
def test_never_raises_on_mutated_files(seed: bytes, edits: list[tuple[float, bytes]], kept: float) -> None:
    data = bytearray(seed)
    for place, patch in edits:
        at = int(place**3 * (len(data) - 1))  # mostly in the header
        data[at : at + len(patch)] = patch
    row = clean(bytes(data[: max(1, int(kept * len(data)))]))
    assert (row["reject_reason"] is None) == (row["audio"] is not None)
    assert row["reject_reason"] != RejectReason.TRANSFORM_FAILED


def test_what_a_header_claims_takes_no_memory() -> None:
    data, reason = REJECTED["flac that claims a gigabyte"]
    tracemalloc.start()
    try:
        with pytest.raises(RejectedError, match=reason):
            decode_audio(data, PARAMS)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_no_rate_but_the_denoisers() -> None:
    with pytest.raises(ValidationError, match="rate_hz"):
        AudioParams(rate_hz=22_050)
    assert AudioParams().rate_hz == RATE_HZ
