"""The image encoder learns from labels or without, gives the same bytes twice, and takes ResNet50 from a file."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmgen.config.encoders import ImageEncoderParams, Schedule
from mmgen.models.encoders.fitted import image_encoder_in
from tests.training.media_files import photo_rows

pytest.importorskip("tensorflow")
from mmgen.features.image import model_pixels
from mmgen.training.encoders import image as image_encoder
from mmgen.training.encoders import loop as keras_loop

SHORT = Schedule(epochs=1, min_steps=6, max_steps=6, batch_rows=8, learning_rate=3e-3)
TINY = ImageEncoderParams(side_px=32, widths=(8, 16), schedule=SHORT, min_products=4)


def weights_of(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def fitted(rows, folder: Path, params: ImageEncoderParams = TINY, seed: int = 7) -> Path:
    image_encoder.fit(rows, params, seed, folder)
    return folder


def test_the_same_twice_gives_the_same_bytes_and_another_seed_others(tmp_path):
    rows = photo_rows(tmp_path / "data")
    one, two, other = (fitted(rows, tmp_path / str(i), seed=s) for i, s in enumerate((7, 7, 8)))
    assert weights_of(one) == weights_of(two) != weights_of(other)
    assert sorted(p.name for p in one.iterdir()) == ["config.json", "model.safetensors"]


def test_what_a_product_is_shows_in_its_vector(tmp_path):
    """Nearest by the encoding: another one of its shape, on whatever colour; before training, of its colour."""
    rows = photo_rows(tmp_path / "data", count=96, is_on_colour=True)
    longer = TINY.model_copy(update={"schedule": SHORT.model_copy(update={"min_steps": 60, "max_steps": 60})})
    new = photo_rows(tmp_path / "new", count=48, first=500, is_on_colour=True)
    photos = dict(keras_loop.read(new.snapshot, "model_image", 7, keras_loop.ranks()))
    ids = [p for p in sorted(photos) if p != "broken"]
    pixels = np.stack([model_pixels(photos[p], 32) for p in ids])

    def agreement(folder: Path) -> float:
        vectors = image_encoder_in(str(folder)).embed(pixels)
        likeness = vectors @ vectors.T - 2 * np.eye(len(ids))
        shapes = [new.values[p]["category:1"] for p in ids]
        return float(np.mean([shapes[i] == shapes[j] for i, j in enumerate(likeness.argmax(axis=1))]))

    trained, hardly = (agreement(fitted(rows, tmp_path / name, p)) for name, p in (("long", longer), ("short", TINY)))
    assert trained >= 0.9 and trained > hardly + 0.1


def test_without_any_label_the_thumbnail_teaches(tmp_path):
    rows = photo_rows(tmp_path / "data", with_labels=False)
    trained = fitted(rows, tmp_path / "trained")
    again = fitted(rows, tmp_path / "again", TINY.model_copy(update={"thumbnail_weight": 0.0}))
    assert weights_of(trained) != weights_of(again)
    assert image_encoder_in(str(trained)).embed(np.zeros((2, 32, 32, 3), np.uint8)).shape == (2, 16)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_erase_blanks_a_share_and_leaves_the_input(share):
    pixels = np.random.default_rng(0).integers(0, 256, (200, 16, 16, 3)).astype(np.uint8)
    before = pixels.copy()
    out = image_encoder.erase(pixels, share, 3)
    changed = (out != pixels).any(axis=(1, 2, 3)).mean()
    assert np.array_equal(pixels, before) and changed == pytest.approx(share, abs=0.1)
    blanked = (out != pixels).any(axis=3).mean(axis=(1, 2))[(out != pixels).any(axis=(1, 2, 3))]
    assert not share or (blanked.min() > 0.05 and blanked.max() < 0.5)


def test_resnet50_takes_a_local_file_and_nothing_else(tmp_path):
    """Random weights, made here: the ImageNet ones are the shop's to bring."""
    import keras

    keras.utils.set_random_seed(1)
    net = keras.applications.ResNet50(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))
    file = tmp_path / "resnet50.weights.h5"
    net.save_weights(file)
    params = ImageEncoderParams(architecture="resnet50", weights_file=str(file))
    image_encoder.take_resnet50(params, tmp_path / "model")
    encoder = image_encoder_in(str(tmp_path / "model"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3)).astype(np.uint8)
    found = encoder.embed(pixels)
    prepared = keras.applications.resnet50.preprocess_input(pixels.astype(np.float32))
    wanted = net(prepared, training=False).numpy()
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-5)
    assert encoder.network.source == params.source != ""
    for name in ("absent.h5", ""):
        with pytest.raises(ValueError, match=r"encoders\.image\.weights_file: there is no file .* nothing is fetched"):
            image_encoder.take_resnet50(params.model_copy(update={"weights_file": name}), tmp_path / "none")
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)]).save_weights(other)
    with pytest.raises(ValueError, match="holds no weights of ResNet50"):
        image_encoder.take_resnet50(params.model_copy(update={"weights_file": str(other)}), tmp_path / "none")


WORKER = """
import sys
from pathlib import Path
from tests.training.media_files import photo_rows
from tests.training.test_image_encoder import TINY
from mmgen.training.encoders import image as image_encoder
from mmgen.training.encoders import loop as keras_loop
home, number = Path(sys.argv[1]), sys.argv[2]
image_encoder.fit(photo_rows(home / f"data{number}"), TINY, 7, home / number)
print(keras_loop.ranks())
"""


@pytest.mark.timeout(300)
def test_two_workers_train_one_encoder(tmp_path):
    """MultiWorkerMirroredStrategy, as TF_CONFIG has it: each reads its share, and both end with the same weights."""
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(f"127.0.0.1:{free.getsockname()[1]}")
    root = Path(__file__).parents[2]
    workers = []
    for number in range(2):
        cluster = {"cluster": {"worker": ports}, "task": {"type": "worker", "index": number}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(cluster), "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", WORKER, str(tmp_path), str(number)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        workers.append(subprocess.Popen(command, env=environment, cwd=root, text=True, **streams))
    try:
        said = [worker.communicate(timeout=240) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0], said[0][1][-2000:]
    assert [f"Ranks(rank={n}, world_size=2" in said[n][0] for n in range(2)] == [True, True]
    assert weights_of(tmp_path / "0") == weights_of(tmp_path / "1")
    alone = fitted(photo_rows(tmp_path / "data"), tmp_path / "alone")
    assert weights_of(alone) != weights_of(tmp_path / "0"), "two batches a step, not one"
