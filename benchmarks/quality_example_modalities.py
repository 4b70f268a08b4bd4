"""Whether the fusion model is better with more modalities: image encoding, word vectors, and the graph's hops.

Each model is the one that ships, trained alike on the same products, with the features as modalities under a Gaussian
likelihood. Held out are whole groups of near-copies, from the image encoder and the text model, too. *Photo* means the
pixels, and the encoding where the model has it; *text* likewise with the word vector. Hops are averages of neighbours
by photo and title, so they tell something of a product's own title: `given` says where the held-out product's are
shown. Differences are paired by product and mean over the seeds. A feature is taken where one is better by its whole
interval and none is worse by its whole interval, over several seeds: an interval over products does not know how two
trainings of one model differ, so one seed decides nothing.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from report import ROOT, Section, bootstrap, catalogue, options, publish

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fitted_encoder import fitted
from quality_features import fashion, groups_of, is_held_out
from quality_text_features import Shop, fashion_shop, graph_kinds, text_kinds

from mmgen.config.config import Config
from mmgen.config.training import TrainParams
from mmgen.features.examples import attribute_id, attribute_ids
from mmgen.features.image import ImageEncoders, image_features
from mmgen.models.examples import ExampleArrays
from mmgen.models.modalities.arrays import Floats
from mmgen.models.modalities.registry import MODALITIES, Modality
from mmgen.training.data.labels import values_of
from mmgen.training.data.media_rows import MediaRows

SEED = 7
NUM_PRODUCTS, NUM_QUICK = 2000, 300
STEPS, QUICK_STEPS = 320, 20
OTHERS = ("gender", "baseColour", "season", "usage")
LEVELS = ("masterCategory", "subCategory", "articleType")
VECTOR = "mmgen.models.modalities.text:Text"
ADDED = {"image encoding": "image_encoding", "word vectors": "word_vector", "graph hops": "hops"}
PHOTO, TEXT = ("image", "image_encoding"), ("text", "word_vector")
COLUMNS = ("model", "figure", "held out", "value", "against the four modalities")

Rows = dict[str, np.ndarray]


def main() -> None:
    args = options(
        __doc__,
        ("--products", f"how many (default {NUM_PRODUCTS})"),
        ("--steps", f"of each training (default {STEPS})"),
        ("--added", f"which, comma-separated (default {','.join(ADDED)})"),
        ("--seeds", "how many trainings of each model (default 2)"),
        ("--work", "a folder that keeps the features and the models"),
    )
    count = NUM_QUICK if args.quick else int(args.products or NUM_PRODUCTS)
    steps = QUICK_STEPS if args.quick else int(args.steps or STEPS)
    seeds = range(1 if args.quick else int(args.seeds or 2))
    added_to = {name: ADDED[name] for name in args.added.split(",")} if args.added else ADDED
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.work or scratch)
        files = [write_examples(folder, count)]
        found: dict[str, list[Rows]] = {}
        for seed in seeds:
            for name, added in (("four modalities", None), *added_to.items()):
                for label, rows in measured(files, folder, name, added, steps, seed).items():
                    found.setdefault(label, []).append(rows)
                print(name, seed, {k: round(float(np.nanmean(v)), 4) for k, v in found[name][-1].items()}, flush=True)
    note = (
        f"{(__doc__ or '').strip()}\n\n{count} fashion products; {steps} steps of {TrainParams().batch_rows} rows, "
        f"{len(seeds)} seed(s): a part of what a shop of that size trains for, so differences count, not values."
    )
    title = "What more modalities do for the fusion model"
    publish(args, Section("quality_example_modalities", title, note, COLUMNS, compared(found)))


# --- data -----------------------------------------------------------------------------------------------------------


def write_examples(folder: Path, count: int) -> str:
    """Rows of ``examples`` with the features beside them; the path."""
    path = folder / f"examples-{count}.parquet"
    if path.is_file():
        return str(path)
    folder.mkdir(parents=True, exist_ok=True)
    shop = fashion_shop(count)
    photos = [(catalogue("fashion") / row["image"]).read_bytes() for row in shop.rows]
    fit_encoder(folder, shop, photos)
    batch = pa.RecordBatch.from_pydict({"model_image": photos, "reject_reason": pa.nulls(len(photos), pa.string())})
    images = image_features(batch, Config().features.image, ImageEncoders(str(folder / "image"), "measured"))
    vectors = spark_features(folder, shop)
    every = fashion(None)
    groups = dict(zip((row["id"] for row in every), groups_of(every), strict=True))
    rows = [example(row, groups[row["id"]]) for row in shop.rows]
    table = pa.Table.from_pylist(rows, SCHEMA)
    lists = pa.list_(pa.float32())
    columns = {"pixels": pa.array(images["pixels"], pa.binary()), "image_encoding": pa.array(images["encoding"], lists)}
    columns |= {name: pa.array(list(matrix), lists) for name, matrix in vectors.items()}
    for name, column in columns.items():
        table = table.append_column(name, column)
    pq.write_table(table, path, row_group_size=500)
    return str(path)


SCHEMA = pa.schema([
    *((name, pa.string()) for name in ("product_id", "locale", "title", "description", "brand", "currency")),
    ("price", pa.float64()), ("category", pa.list_(pa.string())), ("attributes", pa.map_(pa.string(), pa.string())),
    ("attribute_ids", pa.list_(pa.int32())), ("group_id", pa.string()), ("split", pa.string()),
    ("reject_reason", pa.string()),
])  # fmt: skip


def example(row: Mapping[str, str], group: str) -> dict[str, Any]:
    said = [(name, row[name]) for name in OTHERS if row[name]]
    known = {"locale": "en", "title": row["productDisplayName"], "category": [row[name] for name in LEVELS]}
    known |= {"attributes": said, "brand": None}
    about = {"product_id": row["id"], "group_id": group, "split": "test" if is_held_out(group) else "train"}
    return known | about | {"attribute_ids": attribute_ids(known)}


def fit_encoder(folder: Path, shop: Shop, photos: Sequence[bytes]) -> None:
    """The image encoder, on the products that are not held out, in the encoders' environment."""
    known = [(row, photo) for row, photo, held in zip(shop.rows, photos, shop.is_test, strict=True) if not held]
    ids = [row["id"] for row, _ in known]
    table = pa.table({"product_id": ids, "model_image": pa.array([photo for _, photo in known], pa.binary())})
    pq.write_table(table, folder / "rows.parquet", row_group_size=2000)
    values = {
        row["id"]: values_of({"category": [row[n] for n in LEVELS], "attributes": {n: row[n] for n in OTHERS}})
        for row, _ in known
    }
    content = {row["id"]: hashlib.sha256(photo).hexdigest() for row, photo in known}
    fitted("image", MediaRows({str(folder / "rows.parquet"): sorted(values)}, values, content), folder / "image", SEED)


def spark_features(folder: Path, shop: Shop) -> dict[str, np.ndarray]:
    """The hashed bag, the word vectors and the two hops of all products."""
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--master local[2] --conf spark.ui.showConsoleProgress=false pyspark-shell"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_CONF_DIR", str(ROOT / "conf" / "spark"))
    from mmgen.engine.spark import session

    spark = session("quality_example_modalities", 2_000)
    try:
        texts = text_kinds(spark, shop, folder / "text")
        _, hops = graph_kinds(spark, shop, np.asarray(texts["word vectors"]))
    finally:
        spark.stop()
    return {
        "text_embedding": np.asarray(texts["bag of hashes"]),
        "word_vector": np.asarray(texts["word vectors"], np.float32),
        "hops": np.asarray(hops["graph, neighbours"], np.float32),
    }


# --- models ---------------------------------------------------------------------------------------------------------


def measured(files: list[str], folder: Path, name: str, added: str | None, steps: int, seed: int) -> dict[str, Rows]:
    """Train one model; its figures of each held-out row, by the model's name and by what it was given."""
    from mmgen.training.data.snapshot import take_snapshots
    from mmgen.training.fusion import loop
    from mmgen.training.fusion.texts import collect, index_texts
    from mmgen.writing.targets import training_targets

    if added:
        MODALITIES[added] = Modality(added, Floats(64), VECTOR)
    try:
        data = take_snapshots(files, loop.SPLITS)
        targets = partial(training_targets, limits=Config().descriptions)
        texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
        params = TrainParams(min_steps=steps, max_steps=steps, num_threads=1, checkpoint_every=steps)
        model = loop.train(data, texts, folder / f"{name}-{seed}-{steps}", params, seed)
        test = data["test"].read(10_000)
        assert test is not None
        values = {row["product_id"]: row for row in data["test"].read_texts()}
        known = [dict(row) for row in data["train"].read_texts()]
        index = index_texts(texts["test"], model.vocabulary, params)
        found = {name: figures(model, test, values, known, index, ())}
        if added == "hops":
            found[f"{name}, given"] = figures(model, test, values, known, index, ("hops",))
        return found
    finally:
        if added:
            del MODALITIES[added]


def figures(
    model: Any, test: ExampleArrays, values: Mapping[str, Any], known: Sequence[Any], texts: Any, also: tuple[str, ...]
) -> Rows:
    """Of each held-out row; ``also``: modalities shown beside photo or text."""
    from mmgen.training.fusion.figures import TOP, psnr_db

    by_photo, by_text = model.encode(test.only(*PHOTO, *also))[0], model.encode(test.only(*TEXT, *also))[0]
    likeness = unit(by_text) @ unit(by_photo).T
    shown = test.only(*PHOTO, *also)
    logits = model.decode(shown, "attributes")
    rows: Rows = {
        "image PSNR from the photo, dB": psnr_db(test.values["image"], model.decode_images(shown)),
        "text cost, nats a token (less is better)": token_costs(model, shown, texts),
    }
    if not also:  # with hops on both sides a product would find itself by them
        rows["recall@10, text to photo"] = ((likeness > np.diag(likeness)[:, None]).sum(axis=1) < TOP).astype(float)
    for told, one_of in (("articleType", lambda row: row["category"][-1]), ("baseColour", colour_of)):
        key = "category" if told == "articleType" else told
        choices = sorted({one_of(row) for row in known} - {""})
        ids = [attribute_id(key, choice) for choice in choices]
        said = np.array(choices)[logits[:, ids].argmax(axis=1)]
        rows[f"{told} from the photo"] = (said == [one_of(values[i]) for i in test.product_id]).astype(float)
    return rows


def colour_of(row: Mapping[str, Any]) -> str:
    return str(row["attributes"].get("baseColour", ""))


def token_costs(model: Any, shown: ExampleArrays, texts: Any) -> np.ndarray:
    """Nats a token of each row's first text, at the posterior mean of what is shown."""
    import torch

    from mmgen.models.text.decoder import UNKNOWN

    mu, batch = torch.from_numpy(model.encode(shown)[0]), texts.batch(shown.product_id, [0] * len(shown))
    with torch.no_grad():
        cost = model.net.text_decoder.nll(batch.tokens, mu, batch.slots, UNKNOWN).numpy()
    lengths = (batch.tokens[:, 1:] != 0).sum(dim=1).numpy()
    return np.where(batch.present.numpy(), cost / np.maximum(lengths, 1), np.nan)


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


# --- figures --------------------------------------------------------------------------------------------------------


def compared(found: Mapping[str, list[Rows]]) -> list[Sequence[object]]:
    """One row a model and figure, with the paired difference from the four modalities."""
    means = {
        name: {key: np.mean([rows[key] for rows in runs], axis=0) for key in runs[0]} for name, runs in found.items()
    }
    base, out = means["four modalities"], []
    for name, rows in means.items():
        for key, values in rows.items():
            there = np.isfinite(values)
            gain = bootstrap((values - base[key])[there]) if name != "four modalities" else None
            told = "" if gain is None else verdict(gain, "less is better" in key)
            out.append((name, key, int(there.sum()), bootstrap(values[there]), told))
    return out


def verdict(gain: Any, is_less_better: bool) -> str:
    better, worse = (gain.high < 0, gain.low > 0) if is_less_better else (gain.low > 0, gain.high < 0)
    word = "better" if better else "worse" if worse else "no difference"
    return f"{word}, {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


if __name__ == "__main__":
    main()
