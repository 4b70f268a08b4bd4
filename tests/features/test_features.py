"""Features: shapes, norms, determinism across processes, and that they tell unlike things apart."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
import soundfile as sf

from mmgen.clean.image.decode import cv2, encode_jpeg
from mmgen.config.features import AudioFeatureParams, ImageFeatureParams, TextFeatureParams
from mmgen.features.audio import audio_features, log_mel
from mmgen.features.image import embed_image, image_features
from mmgen.features.text import embed_tokens, stable_hash, text_features
from mmgen.models.spectrogram import mel_filters

IMAGE, TEXT, AUDIO = ImageFeatureParams(), TextFeatureParams(), AudioFeatureParams()


def picture(colour: tuple[int, int, int], shape: str) -> np.ndarray:
    """A shape of one colour (BGR) on white, (224, 224, 3)."""
    canvas = np.full((224, 224, 3), 250, np.uint8)
    if shape == "disc":
        cv2.circle(canvas, (112, 112), 60, colour, -1)
    else:
        cv2.rectangle(canvas, (90, 20), (134, 204), colour, -1)
    return canvas


def images(*data: bytes | None, reasons: list[str | None] | None = None) -> pa.RecordBatch:
    given = reasons or [None if item else "image_blank" for item in data]
    return pa.RecordBatch.from_pydict(
        {"model_image": pa.array(data, pa.binary()), "reject_reason": pa.array(given, pa.string())}
    )


def tokens(*lists: list[str] | None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"tokens": pa.array(lists, pa.list_(pa.string()))})


def clips(*data: bytes | None, reasons: list[str | None] | None = None) -> pa.RecordBatch:
    given = reasons or [None if item else "audio_silent" for item in data]
    return pa.RecordBatch.from_pydict(
        {"audio": pa.array(data, pa.binary()), "reject_reason": pa.array(given, pa.string())}
    )


def flac(wave: np.ndarray, rate_hz: int = 16_000) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, wave, rate_hz, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def tone(hertz: float, duration_s: float = 0.5) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(16_000 * duration_s)) / 16_000)


def test_image_columns_in_order() -> None:
    red = encode_jpeg(picture((0, 0, 200), "disc"), 92)
    columns = image_features(
        images(red, None, b"garbage", red, reasons=[None, "image_blank", None, "image_blank"]), IMAGE
    )
    assert columns["reject_reason"] == [None, "input_rejected", "image_undecodable", "input_rejected"]
    assert [item is None for item in columns["embedding"]] == [False, True, True, True]
    embedding, pixels = columns["embedding"][0], np.frombuffer(columns["pixels"][0], np.uint8).reshape(64, 64, 3)
    assert embedding.shape == (256,) and embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1)
    assert np.linalg.norm(embedding[:128]) == pytest.approx(np.sqrt(0.5))
    assert len(columns["plain_hash"][0]) == 32 and columns["plain_hash"][1] is None
    assert pixels[32, 32, 0] > 180 > 40 > pixels[32, 32, 2], "RGB, not BGR"
    assert {len(values) for values in image_features(images(), IMAGE).values()} == {0}


def test_image_embedding_tells_colour_and_shape() -> None:
    red_disc, blue_disc = picture((0, 0, 200), "disc"), picture((200, 0, 0), "disc")
    base, colour, shape, copy = (
        embed_image(item, IMAGE)
        for item in (red_disc, blue_disc, picture((0, 0, 200), "bar"), cv2.GaussianBlur(red_disc, (5, 5), 1))
    )
    assert base @ copy > 0.95
    assert base[:128] @ colour[:128] < 0.3 and base[128:] @ colour[128:] > 0.45
    assert base[:128] @ shape[:128] > 0.45 and base[128:] @ shape[128:] < 0.4


def test_a_flat_image_has_a_finite_embedding() -> None:
    assert np.isfinite(embed_image(np.zeros((224, 224, 3), np.uint8), IMAGE)).all()


@pytest.mark.parametrize(
    ("given", "is_rejected"),
    [(["blue", "shirt"], False), (["蓝色", "衬衫"], False), ([], True), (None, True), (["x"] * 5000, False)],
    ids=["english", "chinese", "empty", "none", "long"],
)
def test_text_columns(given: list[str] | None, is_rejected: bool) -> None:
    columns = text_features(tokens(given, ["mug"]), TEXT)
    assert columns["reject_reason"] == ["input_rejected" if is_rejected else None, None]
    assert (columns["embedding"][0] is None) == is_rejected
    for embedding in columns["embedding"]:
        if embedding is not None:
            assert embedding.shape == (256,) and embedding.dtype == np.float32
            assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-6)


def test_text_embedding_tells_texts_apart() -> None:
    base, near, order, far = (
        embed_tokens(words, TEXT)
        for words in (
            ["nike", "men", "blue", "running", "shoes"],
            ["nike", "women", "blue", "running", "shoes"],
            ["shoes", "running", "blue", "men", "nike"],
            ["organic", "green", "tea", "leaves"],
        )
    )
    assert base @ near > 0.6 > base @ far + 0.3
    assert 0.7 < base @ order < 0.999, "pairs of tokens see the order"


def test_chinese_compounds_share_their_characters() -> None:
    one, other = embed_tokens(["运动鞋"], TEXT), embed_tokens(["运动", "鞋子"], TEXT)
    without = TextFeatureParams(character_weight=0)
    assert one @ other > 0.3 > embed_tokens(["运动鞋"], without) @ embed_tokens(["运动", "鞋子"], without)


def test_the_hash_is_the_same_in_another_process() -> None:
    code = "from mmgen.features.text import stable_hash; print([stable_hash(w) for w in ('blue', '蓝色', '')])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == str([stable_hash(word) for word in ("blue", "蓝色", "")])


def test_hashes_fill_the_vector_evenly() -> None:
    counts = np.bincount([(stable_hash(f"token{i}") >> 1) % 256 for i in range(25_600)], minlength=256)
    assert counts.min() > 60 and counts.max() < 150


def test_audio_columns_in_order() -> None:
    clip = flac(tone(440))
    columns = audio_features(clips(clip, None, b"garbage", flac(tone(440), 8000), flac(tone(440)[:50])), AUDIO)
    assert columns["reject_reason"] == [None, "input_rejected", "audio_undecodable", "audio_undecodable", None]
    assert columns["num_frames"] == [48, None, None, None, 1]
    assert [value and len(value) for value in columns["spectrogram"]] == [64 * 128, None, None, None, 64 * 128]
    embedding = columns["embedding"][0]
    assert embedding.shape == (128,) and embedding.dtype == np.float32 and np.isfinite(embedding).all()
    assert {len(values) for values in audio_features(clips(), AUDIO).values()} == {0}


@pytest.mark.parametrize("hertz", [200, 1000, 4000, 7000])
def test_a_tone_lands_in_its_band(hertz: float) -> None:
    bands = log_mel(tone(hertz).astype(np.float32), AUDIO)
    centres = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 66)[1:-1] / 2595) - 1)
    assert centres[bands.mean(axis=0).argmax()] == pytest.approx(hertz, rel=0.1)


def test_mel_filters_have_no_empty_band() -> None:
    filters = mel_filters(64, 16_000, 512)
    assert filters.shape == (64, 257)
    assert np.allclose(filters.sum(axis=1), 1)


def test_silence_is_finite() -> None:
    columns = audio_features(clips(flac(np.zeros(16_000))), AUDIO)
    assert np.isfinite(columns["embedding"][0]).all()


def test_same_features_twice() -> None:
    data = images(encode_jpeg(picture((10, 99, 200), "bar"), 92))
    assert np.array_equal(image_features(data, IMAGE)["embedding"][0], image_features(data, IMAGE)["embedding"][0])
    wave = clips(flac(tone(330)))
    assert np.array_equal(audio_features(wave, AUDIO)["embedding"][0], audio_features(wave, AUDIO)["embedding"][0])
