"""What text and graph features know of a product: linear probes, and nearest neighbours, on products held out.

A probe is a linear classifier on one kind of features. Held out are whole groups of near-copies (fashion: equal
`image_md5` or title; grocery: `class_id`), by the project's own split. The text model is fitted on the other products
alone. The graph has edges by text and image, none by attributes, which the probes ask for; products on both sides are
in it, since neighbours give features and no labels. `neighbours` has nothing of the product itself.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Interval, Section, bootstrap, catalogue, options, publish

import numpy as np
import pyarrow as pa
from quality_features import fashion, groups_of, is_held_out
from scipy.sparse import csr_matrix, spmatrix
from sklearn.svm import LinearSVC

from mmgen.clean.text.rows import clean_texts
from mmgen.config.clean import TextParams
from mmgen.config.config import Config
from mmgen.config.features import GraphParams
from mmgen.features.examples import split_of
from mmgen.features.image import image_features
from mmgen.features.text import FittedText, text_features
from mmgen.features.text_model import text_model_in
from mmgen.features.tfidf import tfidf
from mmgen.graph.vectors import TEXT, means
from mmgen.seeds import seed_of

SEED, TEST_SHARE = 7, 0.2
NUM_PHOTOS, NUM_QUICK = 2000, 600
NUM_SAMPLE = 240
TOP = 10
MIN_OF_VALUE = 20  # of a rarer value too few are held out to be probed
COLUMNS = ("shop", "told", "features", "held out", "score", "beats the bag of hashes")

Row = dict[str, Any]
Features = np.ndarray | spmatrix


@dataclass(frozen=True)
class Shop:
    """Rows with a text each, their tokens, and which are held out."""

    name: str
    rows: Sequence[Row]
    tokens: Sequence[list[str]]
    is_test: np.ndarray
    images: np.ndarray | None = None


def main() -> None:
    args = options(__doc__)
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--master local[2] --conf spark.ui.showConsoleProgress=false pyspark-shell"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).resolve().parent.parent / "conf" / "spark"))
    from mmgen.engine.spark import session

    spark = session("quality_text_features", 2_000)
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(spark, Path(folder), NUM_QUICK if args.quick else NUM_PHOTOS)
    finally:
        spark.stop()
    note = (
        f"{(__doc__ or '').strip()}\n\nScores with their 95% intervals over held-out products: accuracy, or for `near` "
        f"the share of the {TOP} nearest training products that have the same value. `sample` is the catalogue that "
        "`mmgen sample` makes: its Chinese texts are composed, so its figures show that Chinese works, not how well."
    )
    publish(args, Section("quality_text_features", "What text and graph features know", note, COLUMNS, rows))


def measure(spark: Any, folder: Path, num_photos: int) -> list[Sequence[object]]:
    """The rows of the table, shop by shop."""
    out: list[Sequence[object]] = []
    shop = fashion_shop(num_photos)
    kinds = text_kinds(spark, shop, folder / "fashion")
    edges, hops = graph_kinds(spark, shop, kinds["word vectors"])
    for told in ("baseColour", "usage", "gender", "season"):
        out += probes(shop, told, kinds | hops)
    out += nearest(shop, "articleType", kinds)
    out.append(
        ("fashion", "nearest texts", "graph, 4 by text", len(shop.rows), recall(edges, kinds["word vectors"]), "")
    )
    shop = grocery_shop()
    kinds = text_kinds(spark, shop, folder / "grocery")
    for told in ("department", "family"):
        out += probes(shop, told, kinds, min_of_value=2)
    shop = chinese_shop(folder / "sample")
    out += probes(shop, "category", text_kinds(spark, shop, folder / "chinese"), min_of_value=2)
    return out


# --- shops ----------------------------------------------------------------------------------------------------------


def tokens_of(titles: Sequence[str], descriptions: Sequence[str | None], locale: str) -> list[list[str]]:
    """What ``clean_texts`` gives the feature job."""
    columns = {"title": titles, "description": descriptions, "locale": [locale] * len(titles)}
    batch = pa.RecordBatch.from_pydict({k: pa.array(v, pa.string()) for k, v in columns.items()})
    batch = pa.RecordBatch.from_arrays(
        [*batch.columns, pa.nulls(len(titles), pa.string())], [*columns, "reject_reason"]
    )
    return [row or [] for row in clean_texts(batch, TextParams())["tokens"]]


def fashion_shop(count: int) -> Shop:
    """Titles and photos of ``count`` products, chosen by hash."""
    every = fashion(None)
    test = {row["id"]: is_held_out(group) for row, group in zip(every, groups_of(every), strict=True)}
    rows = sorted(every, key=lambda row: seed_of("text probes", row["id"]))[:count]
    data = [(catalogue("fashion") / row["image"]).read_bytes() for row in rows]
    batch = pa.RecordBatch.from_pydict({"model_image": data, "reject_reason": pa.nulls(len(data), pa.string())})
    images = np.stack(image_features(batch, Config().features.image)["embedding"])
    tokens = tokens_of([row["productDisplayName"] for row in rows], [None] * len(rows), "en")
    return Shop("fashion", rows, tokens, np.array([test[row["id"]] for row in rows]), images)


def grocery_shop() -> Shop:
    """The written descriptions alone, without the name; half of the classes are held out."""
    with (catalogue("grocery") / "products.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    rows = [
        {"id": row["class_id"], "department": row["iconic_image"].split("/")[2], "family": row["coarse_class"]}
        for row in found
    ]
    is_test = np.array([split_of(row["id"], SEED, 0.0, 0.5) == "test" for row in rows])
    return Shop("grocery", rows, tokens_of([row["description"] for row in found], [None] * len(rows), "en"), is_test)


def chinese_shop(folder: Path) -> Shop:
    """The Chinese half of a sample catalogue: composed texts, held out by title."""
    from mmgen.sample.shop import write_sample

    with write_sample(folder, NUM_SAMPLE).products_csv.open(newline="", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["locale"].startswith("zh") and row["name"] and not row["fault"]
        ]
    is_test = np.array([split_of(row["name"], SEED, 0.0, TEST_SHARE) == "test" for row in rows])
    tokens = tokens_of([row["name"] for row in rows], [row["description"] for row in rows], "zh")
    return Shop("sample, Chinese", rows, tokens, is_test)


# --- features -------------------------------------------------------------------------------------------------------


def text_kinds(spark: Any, shop: Shop, folder: Path) -> dict[str, Features]:
    """The kinds of text features of all products, by a model fitted on those that are not held out."""
    from mmgen.training.text_model.fit import documents_of, fit_text_model

    config = Config(seed=SEED)
    params = config.features.text_model
    known = [(row["id"], None, tokens) for row, tokens in zip(shop.rows, shop.tokens, strict=True)]
    known = [row for row, test in zip(known, shop.is_test, strict=True) if not test]
    frame = spark.createDataFrame(known, "product_id string, title_key string, tokens array<string>")
    fit_text_model(documents_of(frame, params.bigrams, SEED, 0.0).persist(), params, SEED).save(folder)
    nothing = pa.nulls(len(shop.rows), pa.string())
    batch = pa.RecordBatch.from_pydict(
        {"tokens": pa.array(shop.tokens, pa.list_(pa.string())), "title": nothing, "description": nothing}
    )
    made = text_features(batch, config.features.text, FittedText("measured", str(folder)))
    vectors = [v if v is not None else np.zeros(params.vector_width, np.float32) for v in made["word_vector"]]
    model = text_model_in(str(folder))
    assert model is not None
    sparse = [tfidf(tokens, model.idf, model.bigrams) for tokens in shop.tokens]
    starts = np.cumsum([0, *(len(indices) for indices, _ in sparse)])
    values = np.concatenate([*(found for _, found in sparse), np.zeros(0, np.float32)])
    places = np.concatenate([*(indices for indices, _ in sparse), np.zeros(0, np.int32)])
    return {
        "bag of hashes": np.stack(made["embedding"]),
        "TF-IDF": csr_matrix((values, places, starts), (len(shop.rows), params.num_buckets)),
        "word vectors": np.stack(vectors),
    }


def graph_kinds(spark: Any, shop: Shop, vectors: np.ndarray) -> tuple[list[list[int]], dict[str, Features]]:
    """Each product's neighbours by text, and the graph's vectors, by the job's own steps."""
    from mmgen.graph.spark import edges_of, nearest, own_rows, with_hops

    assert shop.images is not None
    params = GraphParams()
    schema = (
        "product_id string, own_hash string, category_key string, encoder_version string, text array<float>, "
        "image array<float>, category array<string>, brand string, price double, currency string, "
        "attributes map<string,string>"
    )
    rows = [
        (str(place), "", "", "m", text.tolist() if text.any() else None, image.tolist(), [], None, None, None, {})
        for place, (text, image) in enumerate(zip(vectors, shop.images, strict=True))
    ]
    own = own_rows(spark.createDataFrame(rows, schema), params).persist()
    edges = edges_of(nearest(own, params), params).persist()
    near: list[list[int]] = [[] for _ in rows]
    for row in edges.collect():
        near[int(row.product_id)] = [int(edge.other) for edge in row.edges if edge.kinds & TEXT]
    hops = np.zeros((3, len(rows), params.width), np.float32)
    found = with_hops(own, own, edges, params).select("product_id", "vector", "hop_1", "near_hops").collect()
    for row in found:
        place = int(row.product_id)
        hops[0, place] = row.vector if row.vector else 0
        hops[1, place] = row.hop_1 if row.hop_1 else 0
    lists = pa.array([row.near_hops for row in found], pa.list_(pa.list_(pa.float32())))
    hops[2, [int(row.product_id) for row in found]] = means(lists, params.width)
    return near, {
        "graph, the product itself": hops[0],
        "graph, neighbours": np.concatenate([hops[1], hops[2]], axis=1),
        "graph, all": np.concatenate(list(hops), axis=1),
        "word vectors and neighbours": np.concatenate([vectors, hops[1], hops[2]], axis=1),
    }


# --- figures --------------------------------------------------------------------------------------------------------


def probes(
    shop: Shop, told: str, kinds: Mapping[str, Features], min_of_value: int = MIN_OF_VALUE
) -> list[Sequence[object]]:
    """A row for the majority class and one for each kind of features."""
    values = np.array([row[told] or "" for row in shop.rows])
    often = {
        value for value, count in Counter(values[~shop.is_test].tolist()).items() if value and count >= min_of_value
    }
    known = np.array([value in often for value in values])
    train, test = known & ~shop.is_test, known & shop.is_test
    majority = Counter(values[train].tolist()).most_common(1)[0][0]
    hits = {"majority class": values[test] == majority}
    for name, matrix in kinds.items():
        model = LinearSVC(C=1.0, random_state=0).fit(matrix[train], values[train])
        hits[name] = model.predict(matrix[test]) == values[test]
    return compared(shop.name, told, hits)


def nearest(shop: Shop, told: str, kinds: Mapping[str, Features]) -> list[Sequence[object]]:
    """The share of the nearest training products that have the value; `any product` is chance."""
    values = np.array([row[told] for row in shop.rows])
    train, test = values[~shop.is_test], values[shop.is_test]
    shares = {value: count / len(train) for value, count in Counter(train.tolist()).items()}
    hits = {"any product": np.array([shares.get(value, 0.0) for value in test])}
    for name, matrix in kinds.items():
        likeness = matrix[shop.is_test] @ matrix[~shop.is_test].T
        likeness = np.asarray(likeness.todense()) if hasattr(likeness, "todense") else likeness
        near = np.argsort(-likeness, axis=1, kind="stable")[:, :TOP]
        hits[name] = (train[near] == test[:, None]).mean(axis=1)
    return compared(shop.name, f"near: {told}", hits)


def compared(shop: str, told: str, hits: Mapping[str, np.ndarray]) -> list[Sequence[object]]:
    """One row a kind; the last cell is the paired difference from the bag of hashes."""
    base = hits["bag of hashes"].astype(float)
    rows: list[Sequence[object]] = []
    for name, hit in hits.items():
        gain = bootstrap(hit.astype(float) - base) if name != "bag of hashes" else None
        told_gain = (
            ""
            if gain is None
            else f"{'yes' if gain.low > 0 else 'no'}, {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
        )
        rows.append((shop, told, name, len(hit), bootstrap(hit.astype(float)), told_gain))
    return rows


def recall(near: Sequence[Sequence[int]], vectors: np.ndarray) -> Interval:
    """How many of each product's neighbours by text are among its ten nearest by an exact search (or as near)."""
    found = []
    for place, others in enumerate(near):
        if others:
            likeness = vectors @ vectors[place]
            likeness[place] = -2
            found.append(float(np.mean(likeness[list(others)] >= np.sort(likeness)[-TOP] - 1e-6)))
    return bootstrap(found)


if __name__ == "__main__":
    main()
