"""The encoders in numpy say what the Keras networks say that they come from; rows know nothing of their neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen.models.encoders import fitted as encoders
from mmgen.models.encoders.fitted import AudioEncoder, AudioNetwork, ImageNetwork
from mmgen.vectors import unit

SMALL = ImageNetwork(side_px=32, widths=(8, 16, 24))
RNG = np.random.default_rng(5)
PICTURES = RNG.integers(0, 256, (21, 32, 32, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def image_model():
    """A network whose normalisations have seen data: fresh ones would not show whether they are folded in."""
    keras = pytest.importorskip("keras")
    from mmgen.models.encoders.keras import image_network

    keras.utils.set_random_seed(1)
    model = image_network(SMALL, [3])
    for _ in range(3):
        model(RNG.normal(size=(16, 32, 32, 3)).astype(np.float32), training=True)
    for layer in model.layers:
        if layer.name.endswith(".norm"):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma + RNG.normal(size=gamma.shape) * 0.1, beta + 0.1, mean, variance])
    return model


@pytest.fixture(scope="module")
def image_folder(image_model, tmp_path_factory) -> Path:
    from mmgen.models.encoders.keras import image_weights

    folder = tmp_path_factory.mktemp("image encoder")
    encoders.save_encoder(folder, SMALL, image_weights(image_model))
    return folder


def test_image_encoder_equals_keras(image_model, image_folder):
    import keras

    features = keras.Model(image_model.inputs, image_model.get_layer("features").output)
    scaled = PICTURES.astype(np.float32) / 127.5 - 1
    wanted = sum(features(view, training=False).numpy() for view in (scaled, scaled[:, :, ::-1]))
    found = encoders.image_encoder_in(str(image_folder)).embed(PICTURES)
    np.testing.assert_allclose(found, unit(wanted), atol=2e-6)
    assert np.linalg.norm(wanted[0] - wanted[1]) > 1e-3 * np.linalg.norm(wanted[0]), "it tells pictures apart"


@pytest.mark.parametrize("size", [5, 6, 7, 8])
@pytest.mark.parametrize("stride", [1, 2])
def test_convolve_pads_as_tensorflow(size, stride):
    keras = pytest.importorskip("keras")
    x, kernel, bias = (RNG.normal(size=s).astype(np.float32) for s in ((2, size, size, 4), (3, 3, 4, 5), (5,)))
    layer = keras.layers.Conv2D(5, 3, stride, padding="same")
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    np.testing.assert_allclose(encoders.convolve(x, kernel, bias, stride), layer(x).numpy(), atol=1e-5)


def test_a_picture_has_the_same_bytes_alone_and_among_others_and_mirrored(image_folder):
    encoder = encoders.image_encoder_in(str(image_folder))
    together = encoder.embed(PICTURES)
    assert together.shape == (21, 24) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    alone = np.concatenate([encoder.embed(PICTURES[i : i + 1]) for i in range(21)])
    assert alone.tobytes() == together.tobytes()
    np.testing.assert_allclose(encoder.embed(PICTURES[:, :, ::-1]), together, atol=1e-6)
    assert encoder.embed(PICTURES[:0]).shape == (0, 24)


def test_audio_encoder_equals_keras(tmp_path):
    keras = pytest.importorskip("keras")
    from mmgen.models.encoders.keras import audio_network, audio_weights

    network = AudioNetwork(num_mels=8, pooled=2, steps=10, units=6)
    keras.utils.set_random_seed(2)
    model = audio_network(network)
    mean, std = RNG.normal(size=8).astype(np.float32), np.full(8, 2.0, np.float32)
    encoders.save_encoder(tmp_path, network, {**audio_weights(model), "mean": mean, "std": std})
    bands = RNG.normal(size=(53, 8)).astype(np.float32)
    segments = encoders.segments_of(bands, network)
    state = keras.Model(model.inputs, model.get_layer("lstm").output)
    wanted = state((segments - mean) / std).numpy().mean(axis=0)
    found = encoders.audio_encoder_in(str(tmp_path)).embed(bands)
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=2e-6)


@pytest.mark.parametrize(
    ("num_frames", "num_segments"), [(1, 1), (2, 1), (19, 1), (20, 1), (21, 1), (22, 2), (40, 2), (399, 20)]
)
def test_segments_cover_a_clip(num_frames, num_segments):
    network = AudioNetwork(num_mels=8, pooled=2, steps=10, units=4)
    bands = np.arange(num_frames, dtype=np.float32)[:, None].repeat(8, axis=1)
    segments = encoders.segments_of(bands, network)
    assert segments.shape == (num_segments, 10, 8)
    assert segments[0, 0, 0] == pytest.approx(0.5 if num_frames > 1 else 0)
    assert segments.max() >= num_frames - 3, "its end is in the last one"


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"config\.json, model\.safetensors missing; fit one first"):
        encoders.image_encoder_in(str(tmp_path))


def test_a_constant_clip_and_a_black_picture_are_finite(image_folder):
    assert np.isfinite(encoders.image_encoder_in(str(image_folder)).embed(np.zeros((1, 32, 32, 3), np.uint8))).all()
    network = AudioNetwork(num_mels=8, units=4)
    weights = {"lstm.kernel": np.zeros((8, 16)), "lstm.recurrent": np.zeros((4, 16)), "lstm.bias": np.zeros(16)}
    encoder = AudioEncoder(network, {k: v.astype(np.float32) for k, v in weights.items()} | {"mean": 0.0, "std": 1.0})
    assert np.isfinite(encoder.embed(np.full((3, 8), -10, np.float32))).all()


def test_the_encoder_needs_no_tensorflow(image_folder):
    import subprocess
    import sys

    code = (
        "import sys; from mmgen.models.encoders.fitted import image_encoder_in; import numpy as np\n"
        f"image_encoder_in({str(image_folder)!r}).embed(np.zeros((2, 32, 32, 3), np.uint8))\n"
        "print({'tensorflow', 'keras', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
