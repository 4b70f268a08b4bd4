"""Small ``examples`` files and texts for tests of models and training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mmgen.config.training import Adversarial, ModelSizes, TrainParams
from mmgen.models.text.sentences import TextTargets

SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        ("locale", pa.string()),
        ("category", pa.list_(pa.string())),
        ("attributes", pa.map_(pa.string(), pa.string())),
        ("pixels", pa.binary()),
        ("text_embedding", pa.list_(pa.float32())),
        ("audio_embedding", pa.list_(pa.float32())),
        ("attribute_ids", pa.list_(pa.int32())),
        ("spectrogram", pa.binary()),
        ("group_id", pa.string()),
        ("split", pa.string()),
        ("reject_reason", pa.string()),
    ]
)
TINY = TrainParams(
    sizes=ModelSizes(latent=8, hidden=16, image_width=8, text_hidden=8, text_embedding=8),
    adversarial=Adversarial(width=8, start=0.5, interval=1, r1_interval=2),
    batch_rows=4, min_steps=6, max_steps=6, warmup_steps=2, checkpoint_every=2, validate_every=3, bootstrap_rounds=10,
    min_token_count=1, timeout_s=30, num_threads=1, modality_alone=0.0, weights={"attributes": 10.0},
)  # fmt: skip
COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200), "green": (30, 160, 60)}


def example(number: int, split: str = "train", **changed: Any) -> dict[str, Any]:
    """One product: a coloured square, with the gaps of a real catalogue."""
    generator = np.random.default_rng(number)
    name = list(COLOURS)[number % 3]
    picture = np.full((64, 64, 3), 250, np.uint8)
    size = 8 + number % 16
    picture[32 - size : 32 + size, 32 - size : 32 + size] = COLOURS[name]
    text = generator.normal(size=256).astype(np.float32)
    row = {
        "product_id": f"p{number:03d}", "locale": ("en", "zh-CN", "de")[number % 3], "category": ["Shirts"],
        "attributes": [("colour", name)], "pixels": picture.tobytes() if number % 7 else None,
        "text_embedding": text / np.linalg.norm(text) if number % 5 else None,
        "audio_embedding": generator.normal(size=128).astype(np.float32) if number % 4 == 1 else None,
        "attribute_ids": [number % 3, 10 + number % 2],
        "spectrogram": generator.integers(0, 256, 64 * 16, np.uint8).tobytes() if number % 4 == 1 else None,
        "group_id": f"g{number // 2}", "split": split,
        "reject_reason": None,
    }  # fmt: skip
    return row | changed


def write(path: Path, rows: list[dict[str, Any]], row_group_size: int = 10) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {f.name: pa.array([row[f.name] for row in rows], f.type) for f in SCHEMA}
    pq.write_table(pa.table(columns, schema=SCHEMA), path, row_group_size=row_group_size)
    return str(path)


def write_shop(folder: Path, num_train: int = 22, num_held: int = 6) -> list[str]:
    """Two files: training rows, and rows of the other splits among them."""
    rows = [example(i) for i in range(num_train)]
    rows += [example(100 + i, "validation") for i in range(num_held)] + [
        example(200 + i, "test") for i in range(num_held)
    ]
    rows.sort(key=lambda row: row["product_id"][::-1])
    half = len(rows) // 2
    folder = folder / "a shop's 100%" / "ds=2026-11-01"  # names that a URL would write otherwise
    return [write(folder / "a.parquet", rows[:half]), write(folder / "b.parquet", rows[half:])]


def targets(row: Mapping[str, Any]) -> TextTargets:
    """A delexicaliser that knows two sentences."""
    if row["product_id"] == "p003":
        return TextTargets([], [])
    end = ["ready", "."] if row["attributes"]["colour"] == "red" else ["now", "."]
    texts = [["<bos:description:en>", "a", "<colour>", "shirt", *end], ["<bos:ad_copy:en>", "<title>", ":", "new", "!"]]
    return TextTargets(texts, [frozenset({"<colour>", "<title>"})] * 2, "one")
