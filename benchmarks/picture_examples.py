"""What measurements of drawn pictures rest on: the fashion shop's examples without Spark, and the plain fusion model.

Held out are whole groups of equal photos or titles, by the project's own split. The fusion model has no critic: it is
what shops call a plain VAE. Both are kept by what made them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from report import catalogue

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from quality_example_modalities import SCHEMA, example
from quality_features import fashion, groups_of
from safetensors.numpy import load_file, save_file

from mmgen.clean.text.tokens import tokenize
from mmgen.config.config import Config
from mmgen.config.training import TrainParams
from mmgen.features.image import model_pixels
from mmgen.features.text import embed_tokens
from mmgen.hashes import fingerprint
from mmgen.models.fusion.model import FusionModel
from mmgen.models.modalities.registry import IMAGE_PX
from mmgen.training.data.snapshot import Snapshot, take_snapshots
from mmgen.training.pictures.material import Material, Posteriors

SPLITS = ("train", "validation", "test")


def examples(folder: Path, count: int | None) -> dict[str, Snapshot]:
    """Snapshots of about ``count`` products' photos, hashed title words and attributes (None: of all)."""
    path = folder / f"examples-{count or 'all'}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        rows = fashion(count)
        made = [example(row, group) for row, group in zip(rows, groups_of(rows), strict=True)]
        table = pa.Table.from_pylist(made, SCHEMA)
        tokens = [tokenize(row["productDisplayName"], "en", 64) for row in rows]
        texts = [embed_tokens([*words], Config().features.text) if words else None for words in tokens]
        pictures = [model_pixels((catalogue("fashion") / row["image"]).read_bytes(), IMAGE_PX) for row in rows]
        pixels = [None if picture is None else picture.tobytes() for picture in pictures]
        table = table.append_column("text_embedding", pa.array(texts, pa.list_(pa.float32())))
        table = table.append_column("pixels", pa.array(pixels, pa.binary()))
        pq.write_table(table, path, row_group_size=500)
    return take_snapshots([str(path)], SPLITS)


def material(snapshot: Snapshot, vae: FusionModel, vae_name: str, folder: Path) -> Material:
    """Photos and posteriors of a split, which are kept: the model reads a row in milliseconds, and there are many."""
    rows = snapshot.read(100_000)
    if rows is None:
        raise ValueError(f"no products in the split {snapshot.split}")
    path = folder / f"posteriors-{vae_name}-{snapshot.split}-{len(rows)}.safetensors"
    if not path.is_file():
        made = Material.of(rows, vae)
        known = {"with": made.with_photo, "without": made.without_photo}
        save_file({f"{k}_{n}": getattr(v, n) for k, v in known.items() for n in ("mu", "logvar")}, path)
    kept = load_file(path)
    has = np.flatnonzero(rows.present["image"])
    shown = rows.take(has)
    known = [Posteriors(kept[f"{name}_mu"], kept[f"{name}_logvar"]) for name in ("with", "without")]
    return Material(shown.product_id, shown.group_id, shown.values["image"], *known)


def types_of(snapshot: Snapshot, product_ids: list[str]) -> list[str]:
    """The articleType of products."""
    found = {str(row["product_id"]): cast(list[str], row["category"])[-1] for row in snapshot.read_texts()}
    return [found[name] for name in product_ids]


def plain_vae(data: dict[str, Snapshot], folder: Path, steps: int, seed: int) -> tuple[FusionModel, str]:
    """The fusion model without a critic, trained on the training rows, and a name for it: a hash of what made it."""
    from mmgen.training.fusion import loop
    from mmgen.training.fusion.texts import collect
    from mmgen.writing.targets import training_targets

    params = TrainParams(critic="none", min_steps=steps, max_steps=steps, num_threads=1, checkpoint_every=steps)
    targets = partial(training_targets, limits=Config().descriptions)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    made_for = fingerprint(version=loop.VERSION, params=params.model_dump(mode="json"), seed=seed,
                           rows=data["train"].num_rows)[:16]  # fmt: skip
    kept = folder / f"vae-{made_for}"
    if not (kept / "model.safetensors").is_file():
        loop.train(data, texts, folder / f"vae-training-{made_for}", params, seed).save(kept)
    return FusionModel.load(kept), made_for
