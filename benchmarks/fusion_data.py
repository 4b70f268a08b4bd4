"""Examples of the whole fashion shop for ``quality_fusion``: every modality that a product has, and its split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from report import catalogue

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fitted_encoder import fitted
from quality_example_modalities import LEVELS, OTHERS, SCHEMA, example
from quality_features import SEED, TEST_SHARE, Row, fashion, groups_of
from quality_text_features import tokens_of

from mmgen.config.config import Config
from mmgen.features.examples import split_of
from mmgen.features.image import ImageEncoders, image_features
from mmgen.features.text import embed_tokens
from mmgen.pretrained.installed import find
from mmgen.training.data.labels import values_of
from mmgen.training.data.media_rows import MediaRows

VALIDATION_SHARE = 0.05
LITE0 = "efficientnet-lite0"
CHUNK = 32


def write_examples(folder: Path, limit: int | None, config: Config) -> Path:
    """Rows of ``examples`` with what describes the photo beside them; nothing is made twice. Returns the path.

    A photo's features are colour and outline, what the catalogue's own encoder says, which learns from the training
    split alone, and where it is installed what EfficientNet-Lite0 says.
    """
    path = folder / f"fusion-{limit or 'all'}.parquet"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    rows = fashion(limit)
    groups = groups_of(rows)
    splits = [split_of(group, SEED, VALIDATION_SHARE, TEST_SHARE) for group in groups]
    photos = [(catalogue("fashion") / row["image"]).read_bytes() for row in rows]
    encoder = folder / "image-all"
    if limit is None:  # a part of the shop is for a quick look, without the minutes that an encoder takes
        fit_encoder(rows, photos, splits, encoder)
    batch = pa.RecordBatch.from_pydict({"model_image": photos, "reject_reason": pa.nulls(len(photos), pa.string())})
    made = image_features(batch, config.features.image, ImageEncoders("" if limit else str(encoder), "measured"))
    described = [made["embedding"], *([] if limit else [made["encoding"]])]
    if (network := find(LITE0, config)) is not None:
        described.append(list(lite0_features(network, photos, folder / f"lite0-{limit or 'all'}.npy")))
    whole = [np.concatenate(parts).astype(np.float32) for parts in zip(*described, strict=True)]
    bags = [embed_tokens(words, config.features.text) for words in tokens_of(titles(rows), [None] * len(rows), "en")]
    lists = pa.list_(pa.float32())
    columns = {
        "text_embedding": pa.array(bags, lists),
        "image_embedding": pa.array(whole, lists),
    }
    table = pa.Table.from_pylist(
        [example(row, group) | {"split": split} for row, group, split in zip(rows, groups, splits, strict=True)], SCHEMA
    )
    for name, column in columns.items():
        table = table.append_column(name, column)
    attempt = path.with_suffix(".part")
    pq.write_table(table, attempt, row_group_size=500)
    attempt.rename(path)
    return path


def titles(rows: Sequence[Row]) -> list[str]:
    return [row["productDisplayName"] for row in rows]


def fit_encoder(rows: Sequence[Row], photos: Sequence[bytes], splits: Sequence[str], folder: Path) -> None:
    """The image encoder on the training split, in the encoders' environment."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [(row, photo) for row, photo, split in zip(rows, photos, splits, strict=True) if split == "train"]
    table = pa.table({"product_id": [row["id"] for row, _ in known],
                      "model_image": pa.array([photo for _, photo in known], pa.binary())})  # fmt: skip
    pq.write_table(table, folder / "rows.parquet", row_group_size=2000)
    values = {
        row["id"]: values_of({"category": [row[n] for n in LEVELS], "attributes": {n: row[n] for n in OTHERS}})
        for row, _ in known
    }
    content = {row["id"]: hashlib.sha256(photo).hexdigest() for row, photo in known}
    fitted("image", MediaRows({str(folder / "rows.parquet"): sorted(values)}, values, content), folder, SEED)


def lite0_features(folder: Path, photos: Sequence[bytes], kept: Path) -> np.ndarray:
    """(B, 1280) of EfficientNet-Lite0, ``kept`` once they are made."""
    if kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False))
    import torch

    from mmgen.pretrained import efficientnet_lite0

    network = efficientnet_lite0.load(folder)
    found = []
    for start in range(0, len(photos), CHUNK):
        shown = [
            cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            for data in photos[start : start + CHUNK]
        ]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            found.append(network(efficientnet_lite0.scale(np.stack(shown))).float().numpy())
    made = np.concatenate(found).astype(np.float32)
    np.save(kept, made, allow_pickle=False)
    return made
