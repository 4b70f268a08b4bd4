"""Features by a fitted encoder: which version made a row, and that a row does not depend on its neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.features import AudioFeatureParams, ImageFeatureParams
from mmgen.engine.work import as_arrays
from mmgen.features.audio import audio_features
from mmgen.features.image import ImageEncoders, image_features
from mmgen.models.encoders.fitted import AudioNetwork, ImageNetwork, save_encoder
from mmgen.store.contracts import contract
from tests.training.media_files import clip, photo

RNG = np.random.default_rng(3)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


@pytest.fixture(scope="module")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    shapes = {"stem": (3, 8), "block0a": (8, 8), "block0b": (8, 8), "down1": (8, 12)}
    shapes |= {"block1a": (12, 12), "block1b": (12, 12)}
    weights = {f"{name}.kernel": 0.1 * normal(3, 3, *shape) for name, shape in shapes.items()}
    weights |= {f"{name}.bias": normal(shape[1]) for name, shape in shapes.items()}
    folder = tmp_path_factory.mktemp("image")
    save_encoder(folder, ImageNetwork(side_px=32, widths=(8, 12)), weights)
    return str(folder)


@pytest.fixture(scope="module")
def audio_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    network = AudioNetwork(num_mels=64, pooled=4, steps=16, units=6)
    weights = {"lstm.kernel": 0.1 * normal(64, 24), "lstm.recurrent": 0.1 * normal(6, 24), "lstm.bias": normal(24)}
    folder = tmp_path_factory.mktemp("audio")
    save_encoder(folder, network, weights | {"mean": np.full(64, -4, np.float32), "std": np.full(64, 2, np.float32)})
    return str(folder)


def images(*data: bytes | None) -> pa.RecordBatch:
    columns = {"model_image": pa.array(data, pa.binary()), "reject_reason": pa.nulls(len(data), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def clips(*data: bytes | None) -> pa.RecordBatch:
    columns = {"audio": pa.array(data, pa.binary()), "reject_reason": pa.nulls(len(data), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def with_image(folder: str, version: str, *data: bytes | None) -> dict[str, list]:
    return image_features(images(*data), ImageFeatureParams(), ImageEncoders(folder, version))


def with_audio(folder: str, version: str, *data: bytes | None) -> dict[str, list]:
    return audio_features(clips(*data), AudioFeatureParams(), folder, version)


@pytest.mark.parametrize(("name", "make", "width"), [("image", with_image, 12), ("audio", with_audio, 6)])
def test_rows_name_what_made_them(name, make, width, image_folder, audio_folder):
    folder = {"image": image_folder, "audio": audio_folder}[name]
    good = [photo(1), photo(2)] if name == "image" else [clip(1), clip(2)]
    columns = make(folder, "mmgen-encoder-x-3", good[0], None, b"garbage", good[1])
    assert columns["encoder_version"] == ["mmgen-encoder-x-3", None, None, "mmgen-encoder-x-3"]
    assert [value is None for value in columns["encoding"]] == [False, True, True, False]
    assert all(np.linalg.norm(columns["encoding"][row]) == pytest.approx(1, abs=1e-5) for row in (0, 3))
    assert columns["encoding"][0].shape == (width,)
    assert not np.allclose(columns["encoding"][0], columns["encoding"][3])
    alone = make(folder, "mmgen-encoder-x-3", good[1])
    assert alone["encoding"][0].tobytes() == columns["encoding"][3].tobytes()
    assert alone["embedding"][0].tobytes() == columns["embedding"][3].tobytes()
    arrays = as_arrays(columns, 4, contract(f"{name}_features"))
    assert arrays["encoding"].type == pa.list_(pa.float32())


@pytest.mark.parametrize(("name", "make"), [("image", with_image), ("audio", with_audio)])
def test_without_an_encoder_the_rest_stands(name, make, image_folder, audio_folder):
    folder = {"image": image_folder, "audio": audio_folder}[name]
    good = photo(1) if name == "image" else clip(1)
    without, with_one = make("", "untrained", good), make(folder, "v1", good)
    assert (without["encoder_version"], without["encoding"]) == (["untrained"], [None])
    assert without["embedding"][0].tobytes() == with_one["embedding"][0].tobytes()
    assert without["reject_reason"] == [None]


@pytest.mark.parametrize(("name", "make"), [("image", with_image), ("audio", with_audio)])
def test_a_folder_that_is_gone_is_an_error_not_a_reject(name, make, tmp_path: Path):
    with pytest.raises(ValueError, match="holds no encoder"):
        make(str(tmp_path / name), "v1", photo(1) if name == "image" else clip(1))
