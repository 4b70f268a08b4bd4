"""Pretrained networks of photos, by name or by folder: small ones made on the spot, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.config import Config
from mmgen.config.features import ImageFeatureParams
from mmgen.features.image import ImageEncoders, image_features
from mmgen.features.sentence import SentenceEncoder
from mmgen.features.vision import Scaling, digest_of_vision, vision_encoder_in
from mmgen.pretrained.installed import folder_of

WIDTHS = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
SMALL = {**WIDTHS, "image_size": 32, "patch_size": 8}


def vit() -> Any:
    from transformers import ViTConfig, ViTModel

    return ViTModel(ViTConfig(**SMALL))


def resnet() -> Any:
    from transformers import ResNetConfig, ResNetModel

    return ResNetModel(ResNetConfig(embedding_size=8, hidden_sizes=[8, 24], depths=[1, 1], layer_type="basic"))


def clip() -> Any:
    from transformers import CLIPConfig, CLIPModel

    text = {**WIDTHS, "vocab_size": 12, "max_position_embeddings": 20, "bos_token_id": 3, "eos_token_id": 4}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=SMALL, projection_dim=16))


def siglip() -> Any:
    from transformers import SiglipConfig, SiglipModel

    text = {**WIDTHS, "vocab_size": 12, "max_position_embeddings": 16}
    return SiglipModel(SiglipConfig(text_config=text, vision_config=SMALL))


def bert() -> Any:
    from transformers import BertConfig, BertModel

    return BertModel(BertConfig(vocab_size=9, **WIDTHS))


KINDS: dict[str, tuple[Callable[[], Any], int]] = {
    "images": (vit, 32),
    "convolutional": (resnet, 24),
    "images_and_texts": (clip, 16),
    "images_and_texts_sigmoid": (siglip, 32),
}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One of each kind, as ``save_pretrained`` writes it, of random weights."""
    import torch

    made = {}
    for name, (make, _) in (KINDS | {"texts": (bert, 0)}).items():
        torch.manual_seed(5)
        made[name] = tmp_path_factory.mktemp(name)
        make().save_pretrained(made[name])
        said = {"size": {"height": 32, "width": 32}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.25, 0.3]}
        (made[name] / "preprocessor_config.json").write_text(json.dumps(said), encoding="utf-8")
    return made


def photo(seed: int, height: int = 48, width: int = 48) -> np.ndarray:
    small = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("name", KINDS)
def test_an_embedding_is_what_the_library_gives(name: str, checkpoints: dict[str, Path]) -> None:
    import torch
    from transformers import AutoModel

    picture = photo(1, 32, 32)
    made = vision_encoder_in(str(checkpoints[name])).embed([picture])
    assert made.shape == (1, KINDS[name][1]) and made.dtype == np.float32
    assert np.linalg.norm(made) == pytest.approx(1, abs=1e-5)
    scaled = (picture / 255 - [0.4, 0.5, 0.6]) / [0.2, 0.25, 0.3]
    given = torch.from_numpy(scaled.transpose(2, 0, 1)[None].astype(np.float32))
    model = AutoModel.from_pretrained(checkpoints[name]).eval()
    with torch.inference_mode():
        call = getattr(model, "get_image_features", model)
        wanted = call(pixel_values=given).pooler_output.flatten().numpy()
    assert made[0] == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-5)


def test_a_photo_gives_the_same_bytes_in_any_company_and_of_any_size(checkpoints: dict[str, Path]) -> None:
    encoder = vision_encoder_in(str(checkpoints["images"]))
    pictures = [photo(n, 20 + 7 * n, 90 - 4 * n) for n in range(11)]
    together = encoder.embed(pictures)
    for row, picture in enumerate(pictures):
        assert encoder.embed([picture])[0].tobytes() == together[row].tobytes()
    assert len({row.tobytes() for row in together}) == len(pictures)
    assert encoder.embed([]).shape[0] == 0


@pytest.mark.parametrize(
    ("said", "side"),
    [
        pytest.param({"size": {"height": 384, "width": 384}}, 384, id="height_and_width"),
        pytest.param({"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}}, 224, id="cropped"),
        pytest.param({"size": 192}, 192, id="a_number"),
        pytest.param({}, 96, id="by_the_network"),
    ],
)
def test_sides(said: dict[str, Any], side: int, tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said), encoding="utf-8")
    assert Scaling.of(tmp_path, {"image_size": 96}).side_px == side


@pytest.mark.parametrize("side", [2, 1 << 20])
def test_a_side_that_is_none(side: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="px a side"):
        Scaling.of(tmp_path, {"image_size": side})


def test_texts_lie_where_images_do(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    """Of a checkpoint of both, texts get the projection that images get."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    folder = Path(shutil.copytree(checkpoints["images_and_texts"], tmp_path / "clip"))
    special = ["[PAD]", "[UNK]"]
    words = {special[0]: 0, special[1]: 1, "red": 2, "[BOS]": 3, "[EOS]": 4, "shoe": 5, "蓝色": 6}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token=special[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing("[BOS] $A [EOS]", None, [("[BOS]", 3), ("[EOS]", 4)])
    tokenizer.save(str(folder / "tokenizer.json"))
    encoder = SentenceEncoder.load(folder, max_tokens=128)
    made = encoder.embed(["red shoe", "蓝色 shoe", ""])
    assert encoder.has_images and encoder.max_tokens == 20
    assert made.shape == (3, vision_encoder_in(str(folder)).embed([photo(1)]).shape[1])
    with torch.inference_mode():
        said = encoder.model.get_text_features(input_ids=torch.tensor([[3, 2, 5, 4]])).pooler_output[0].numpy()
    assert made[0] == pytest.approx(said / np.linalg.norm(said), abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda f: (f / "model.safetensors").unlink(), "no model.safetensors", id="no_weights"),
        pytest.param(lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "no model", id="a_pickle"),
        pytest.param(lambda f: _config(f, auto_map={"AutoModel": "x.Y"}), "never run", id="code_of_its_own"),
    ],
)
def test_what_is_refused(
    change: Callable[[Path], object], message: str, checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(checkpoints["images"], tmp_path / "changed"))
    change(folder)
    with pytest.raises(ValueError, match=message):
        vision_encoder_in(str(folder))


def _config(folder: Path, **more: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | more), encoding="utf-8")


def test_a_network_of_texts_is_refused(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(ValueError, match="bert reads no images"):
        vision_encoder_in(str(checkpoints["texts"]))


def test_rows_name_the_pretrained_network(checkpoints: dict[str, Path]) -> None:
    folder = checkpoints["images"]
    encoders = ImageEncoders(pretrained_folder=str(folder), pretrained_label=f"vit-{digest_of_vision(folder)}")
    data = [cv2.imencode(".png", photo(1))[1].tobytes(), None, b"garbage"]
    batch = pa.RecordBatch.from_pydict(
        {"model_image": pa.array(data, pa.binary()), "reject_reason": pa.nulls(3, pa.string())}
    )
    found = image_features(batch, ImageFeatureParams(), encoders)
    assert [value is None for value in found["pretrained_encoding"]] == [False, True, True]
    assert found["pretrained_version"] == [encoders.pretrained_label, None, None]
    assert found["encoder_version"][0] == "untrained"
    without = image_features(batch, ImageFeatureParams())
    assert without["pretrained_encoding"] == without["pretrained_version"] == [None] * 3


def test_a_name_is_an_entry_or_a_folder(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    config = Config(home=tmp_path)
    assert folder_of(str(checkpoints["images"]), config) == checkpoints["images"]
    with pytest.raises(ValueError, match="mmgen pretrained install efficientnet-lite0"):
        folder_of("efficientnet-lite0", config)
    with pytest.raises(ValueError, match="neither a folder nor an entry"):
        folder_of("efficientnet", config)
