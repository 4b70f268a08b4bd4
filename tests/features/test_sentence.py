"""Sentence embeddings: a small checkpoint made on the spot, loaded as any other, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.features import TextFeatureParams
from mmgen.features.sentence import SentenceEncoder, check_checkpoint, digest_of_checkpoint
from mmgen.features.text import FittedText, text_features

WORDS = ["a", "blue", "red", "shirt", "shoe", "for", "men", "women", "running", "蓝", "色", "衬", "衫"]
TEXTS = ["a blue shirt", "red running shoe for men", "蓝色衬衫", "", "blue " * 60]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of random weights, as ``save_pretrained`` writes it."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("checkpoint")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: number for number, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=special[1]))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), max_position_embeddings=64, **sizes)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def encoder(checkpoint: Path) -> SentenceEncoder:
    return SentenceEncoder.load(checkpoint, max_tokens=128)


def test_an_embedding_is_what_the_library_gives(encoder: SentenceEncoder, checkpoint: Path) -> None:
    import torch

    made = encoder.embed(TEXTS)
    assert made.shape == (5, 32) and made.dtype == np.float32
    assert np.linalg.norm(made, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    ids = encoder.tokenizer.encode(TEXTS[1]).ids
    assert len(ids) == 7, "five words between [CLS] and [SEP]"
    with torch.inference_mode():
        hidden = encoder.model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0).numpy()
    assert made[1] == pytest.approx(hidden / np.linalg.norm(hidden), abs=1e-5)


def test_the_same_text_gives_the_same_bytes_in_any_company(encoder: SentenceEncoder) -> None:
    together = encoder.embed(TEXTS * 9)
    for row, text in enumerate(TEXTS):
        assert np.array_equal(together[row], encoder.embed([text])[0]), text
        assert np.array_equal(together[row], together[row + 5 * 8])


@pytest.mark.parametrize(
    ("pooling", "message"),
    [
        ({"pooling_mode_mean_tokens": True}, None),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, None),
        ({"pooling_mode_max_tokens": True}, "pools by pooling_mode_max_tokens"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, "mean or cls is wanted"),
        ({}, "pools by nothing"),
    ],
    ids=["mean", "first token", "maximum", "two", "none"],
)
def test_pooling_is_the_checkpoints(
    checkpoint: Path, tmp_path: Path, pooling: dict[str, bool], message: str | None
) -> None:
    folder = copied(checkpoint, tmp_path)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    if message:
        with pytest.raises(ValueError, match=message):
            SentenceEncoder.load(folder, 64)
        return
    made = SentenceEncoder.load(folder, 64)
    assert made.pooling == ("cls" if pooling.get("pooling_mode_cls_token") else "mean")
    assert digest_of_checkpoint(folder) != digest_of_checkpoint(checkpoint)


def copied(checkpoint: Path, folder: Path) -> Path:
    for path in checkpoint.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused(checkpoint: Path, tmp_path: Path, name: str) -> None:
    folder = copied(checkpoint, tmp_path)
    (folder / name).rename(folder / "pytorch_model.bin")  # what holds a pickle does not count
    with pytest.raises(ValueError, match=f"no {name}"):
        check_checkpoint(folder)


def test_code_of_the_checkpoints_own_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(checkpoint, tmp_path)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ValueError, match="code of its own"):
        SentenceEncoder.load(folder, 64)


def test_text_features_embed_what_a_person_reads(checkpoint: Path, encoder: SentenceEncoder) -> None:
    columns = {
        "tokens": pa.array([["blue", "shirt"], None, ["shoe"]], pa.list_(pa.string())),
        "title": pa.array(["A blue shirt", None, None]),
        "description": pa.array(["For men", "never seen", "red shoe"]),
    }
    fitted = FittedText("mmgen-encoder-text-1", "", str(checkpoint), 64)
    made = text_features(pa.RecordBatch.from_pydict(columns), TextFeatureParams(), fitted)
    assert made["sentence_embedding"][1] is None
    assert np.array_equal(made["sentence_embedding"][0], encoder.embed(["A blue shirt\nFor men"])[0])
    assert np.array_equal(made["sentence_embedding"][2], encoder.embed(["red shoe"])[0])
