"""Whether the fusion model gains from what a product's neighbours are like (`[examples] neighbours`), or loses by it.

Two models are trained alike on the same fashion products: with the four modalities, and with `graph` beside them. Links
are by attributes within a category, the one kind that fashion has without a photo or a text choosing it; no path leads
back to a product or its near-copies (`mmgen.graph.context`). Held out are whole groups of near-copies (equal
`image_md5` or title). Of a held-out product the model is shown what `shown` names. *The mean photo* is the floor: of
all training products, or of those of the same category, which is what a product without a photo would get from a table.
Attributes are not asked from the neighbours, whom they have chosen. Differences are paired by product, means over
seeds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from report import Section, bootstrap, catalogue, options, publish

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from quality_example_modalities import LEVELS, OTHERS, SCHEMA, example
from quality_features import fashion, groups_of
from quality_text_features import tokens_of

from mmgen.config.config import Config
from mmgen.config.features import GraphParams
from mmgen.config.training import TrainParams
from mmgen.features.image import image_features
from mmgen.features.text import text_features
from mmgen.graph.context import context_rows
from mmgen.graph.local import graph_of
from mmgen.graph.vectors import ATTRIBUTES, OWN, project_batches
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.seeds import seed_of
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.fusion import loop
from mmgen.training.fusion.figures import psnr_db
from mmgen.training.fusion.texts import collect
from mmgen.writing.targets import training_targets

NUM_PRODUCTS, NUM_QUICK = 1000, 200
STEPS, QUICK_STEPS = 200, 4
FOUR = ("image", "text", "audio", "attributes")
MODELS = {"four modalities": FOUR, "and graph": (*FOUR, "graph")}
COLUMNS = (
    "figure",
    "shown",
    "held out",
    "four modalities",
    "and graph",
    "graph's gain",
    "against the category's mean photo",
)
SHOWN = {"nothing": (), "attributes": ("attributes",), "text": ("text",), "image": ("image",)}


def main() -> None:
    args = options(
        __doc__,
        ("--products", f"how many (default {NUM_PRODUCTS})"),
        ("--steps", f"of each training (default {STEPS})"),
        ("--seeds", "how many trainings of each model (default 2)"),
        ("--work", "a folder that keeps the features and the models"),
    )
    count = NUM_QUICK if args.quick else int(args.products or NUM_PRODUCTS)
    steps = QUICK_STEPS if args.quick else int(args.steps or STEPS)
    seeds = range(1 if args.quick else int(args.seeds or 2))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.work or scratch)
        file = write_examples(folder, count)
        runs = {
            name: [figures(trained(file, folder, name, modalities, steps, seed), file) for seed in seeds]
            for name, modalities in MODELS.items()
        }
    note = (
        f"{(__doc__ or '').strip()}\n\n{count} fashion products, {steps} steps of {TrainParams().batch_rows} rows, "
        f"{len(seeds)} seed(s): less than a shop trains for, so differences count, not values."
    )
    title = "What neighbours tell the fusion model"
    publish(args, Section("quality_neighbours", title, note, COLUMNS, compared(runs)))


# --- data -----------------------------------------------------------------------------------------------------------


def write_examples(folder: Path, count: int) -> str:
    """Rows of ``examples`` with ``graph_vector``; the path."""
    path = folder / f"neighbours-{count}.parquet"
    if path.is_file():
        return str(path)
    folder.mkdir(parents=True, exist_ok=True)
    every = fashion(None)
    group_of = dict(zip((row["id"] for row in every), groups_of(every), strict=True))
    rows = sorted(every, key=lambda row: seed_of("neighbours", row["id"]))[:count]
    photos = [(catalogue("fashion") / row["image"]).read_bytes() for row in rows]
    batch = pa.RecordBatch.from_pydict({"model_image": photos, "reject_reason": pa.nulls(count, pa.string())})
    images = image_features(batch, Config().features.image)
    tokens = pa.array(
        tokens_of([row["productDisplayName"] for row in rows], [None] * count, "en"), pa.list_(pa.string())
    )
    nothing = pa.nulls(count, pa.string())
    batch = pa.RecordBatch.from_pydict({"tokens": tokens, "title": nothing, "description": nothing})
    texts = text_features(batch, Config().features.text)["embedding"]
    table = pa.Table.from_pylist([example(row, group_of[row["id"]]) for row in rows], SCHEMA)
    told = {row["product_id"]: row["graph_vector"] for row in neighbours(rows, group_of, texts, images["embedding"])}
    lists = pa.list_(pa.float32())
    for name, column in {
        "pixels": pa.array(images["pixels"], pa.binary()),
        "text_embedding": pa.array([None if one is None else list(one) for one in texts], lists),
        "graph_vector": pa.array([told.get(row["id"]) for row in rows], lists),
        "graph_encoder": pa.array(["measured" if row["id"] in told else None for row in rows], pa.string()),
    }.items():
        table = table.append_column(name, column)
    pq.write_table(table, path, row_group_size=500)
    return str(path)


def neighbours(
    rows: Sequence[Mapping[str, str]], group_of: Mapping[str, str], texts: Sequence[Any], images: Sequence[Any]
) -> list[dict[str, Any]]:
    """What the job makes of the products' vectors and of their links by attributes."""
    params, lists = GraphParams(), pa.list_(pa.float32())
    columns: dict[str, Any] = {
        "product_id": pa.array([row["id"] for row in rows]), "own_hash": pa.array([""] * len(rows)),
        "category_key": pa.array(["\x1f".join(row[name] for name in LEVELS).lower() for row in rows]),
        "encoder_version": pa.array(["measured"] * len(rows)),
        "text": pa.array([None if one is None else list(one) for one in texts], lists),
        "image": pa.array([None if one is None else list(one) for one in images], lists),
        "category": pa.array([[row[name] for name in LEVELS] for row in rows]),
        "brand": pa.nulls(len(rows), pa.string()), "price": pa.nulls(len(rows), pa.float64()),
        "currency": pa.nulls(len(rows), pa.string()),
        "attributes": pa.array([[(n, row[n]) for n in OTHERS] for row in rows], pa.map_(pa.string(), pa.string())),
    }  # fmt: skip
    own = pa.Table.from_batches(project_batches(iter([pa.RecordBatch.from_pydict(columns)]), params), OWN)
    own = own.sort_by("product_id")
    bought = pa.schema([("product_id", pa.string()), ("far", pa.int64()), ("other", pa.string())]).empty_table()
    graph = graph_of(own, bought, params)
    ids, spans = graph.ids.to_pylist(), list(zip(graph.starts[:-1].tolist(), graph.starts[1:].tolist(), strict=True))
    near = [[ids[other] for other in graph.others[slice(*span)].tolist()] for span in spans]
    kinds = pa.array([graph.kinds[slice(*span)].tolist() for span in spans], pa.list_(pa.int32()))
    table = own.select(["product_id", "vector", "encoder_version"])
    table = table.append_column("neighbours", pa.array(near, pa.list_(pa.string())))
    groups = pa.table({"product_id": ids, "group_id": [group_of[one] for one in ids]})
    found: list[dict[str, Any]] = context_rows(
        table.append_column("neighbour_kinds", kinds), groups, ATTRIBUTES
    ).to_pylist()
    return found


# --- models ---------------------------------------------------------------------------------------------------------


def trained(file: str, folder: Path, name: str, modalities: tuple[str, ...], steps: int, seed: int) -> FusionModel:
    """A model; read from ``folder`` where it was trained before."""
    out = folder / f"{name.replace(' ', '-')}-{Path(file).stem}-{steps}-{seed}"
    if (out / "model" / "sentences.json").is_file():
        return FusionModel.load(out / "model")
    data = take_snapshots([file], loop.SPLITS)
    targets = partial(training_targets, limits=Config().descriptions)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    params = TrainParams(
        modalities=modalities, min_steps=steps, max_steps=steps, num_threads=1, checkpoint_every=50, critic="none"
    )
    model = loop.train(data, texts, out, params, seed)
    model.save(out / "model")
    print("trained", name, seed, flush=True)
    return model


def figures(model: FusionModel, file: str) -> dict[tuple[str, str], np.ndarray]:
    """Of each held-out product, by figure and by what is shown (with what neighbours say, where the model has it)."""
    data = take_snapshots([file], ("train", "test"))
    train, test = (data[split].read(100_000) for split in ("train", "test"))
    assert train is not None and test is not None
    found: dict[tuple[str, str], np.ndarray] = {}
    for shown, names in SHOWN.items():
        given = test.only(*names, "graph")
        found["image PSNR, dB", shown] = psnr_db(test.values["image"], model.decode_images(given))
        found["text cosine", shown] = cosine(test, model.decode(given, "text"))
    found["image PSNR, dB", "mean"] = psnr_db(test.values["image"], mean_photos(train, test, {}))
    categories = {row["product_id"]: row["category"][-1] for split in data.values() for row in split.read_texts()}
    found["image PSNR, dB", "mean of the category"] = psnr_db(
        test.values["image"], mean_photos(train, test, categories)
    )
    return found


def cosine(test: ExampleArrays, said: np.ndarray) -> np.ndarray:
    own, length = test.values["text"], np.linalg.norm(said, axis=1) * np.linalg.norm(test.values["text"], axis=1)
    result: np.ndarray = (own * said).sum(axis=1) / np.maximum(length, 1e-9)
    return result


def mean_photos(train: ExampleArrays, test: ExampleArrays, categories: Mapping[str, Any]) -> np.ndarray:
    """(B, 64, 64, 3): the mean training photo, of the product's category where one is named and has any."""
    photos = train.values["image"].astype(np.float32)
    named = np.array([categories.get(one, "") for one in train.product_id])
    means = {name: photos[named == name].mean(axis=0) for name in set(named)}
    whole = photos.mean(axis=0)
    made = np.stack([means.get(categories.get(one, ""), whole) for one in test.product_id])
    return made.round().astype(np.uint8)


def compared(runs: Mapping[str, list[dict[tuple[str, str], np.ndarray]]]) -> list[Sequence[object]]:
    means = {
        name: {key: np.mean([run[key] for run in found], axis=0) for key in found[0]} for name, found in runs.items()
    }
    four, more = means.values()
    out: list[Sequence[object]] = []
    for key, values in four.items():
        figure, shown = key
        if shown.startswith("mean"):
            out.append(
                (figure, f"the mean photo{shown.removeprefix('mean')}", len(values), bootstrap(values), "", "", "")
            )
            continue
        floor = told(more[key] - four["image PSNR, dB", "mean of the category"]) if "PSNR" in figure else ""
        out.append(
            (figure, shown, len(values), bootstrap(values), bootstrap(more[key]), told(more[key] - values), floor)
        )
    return out


def told(gains: np.ndarray) -> str:
    gain = bootstrap(gains)
    word = "better" if gain.low > 0 else "worse" if gain.high < 0 else "no difference"
    return f"{word}, {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
