"""The graph in Spark: neighbours without comparing all pairs, what a row rests on, hops of a few rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmgen.config.features import GraphParams
from mmgen.graph.spark import ProductGraph, edges_of, nearest, own_rows, with_hops, with_input_hash
from mmgen.graph.vectors import ATTRIBUTES, BASKET, IMAGE, TEXT, means, project

PARAMS = GraphParams(width=16, neighbours=3, reach=6, min_alike=0.3)
COLUMNS = (
    "product_id string, own_hash string, category_key string, encoder_version string, text array<float>, "
    "image array<float>, category array<string>, brand string, price double, currency string, "
    "attributes map<string,string>"
)
NUM_FAMILIES, NUM_EACH = 12, 5
Near = dict[str, list[tuple[str, int]]]


def shop() -> list[dict[str, Any]]:
    """Families of five that look alike; their texts are alike across families; attributes go by colour."""
    rng = np.random.default_rng(4)
    looks, words = rng.normal(size=(NUM_FAMILIES, 32)), rng.normal(size=(NUM_EACH, 24))
    rows = []
    for family in range(NUM_FAMILIES):
        for number in range(NUM_EACH):
            rows.append({
                "product_id": f"p{family:02d}-{number}",
                "own_hash": f"h{family}-{number}",
                "category_key": "shoes" if family % 2 else "shirts",
                "encoder_version": "m-1",
                "text": (words[number] + rng.normal(size=24) * 0.1).tolist() if family else None,
                "image": (looks[family] + rng.normal(size=32) * 0.1).tolist(),
                "category": ["shoes" if family % 2 else "shirts"],
                "brand": f"brand{number}",
                "price": 10.0,
                "currency": "EUR",
                "attributes": {"colour": f"c{family}"},
            })  # fmt: skip
    return rows


def edges(spark: Any, rows: list[dict[str, Any]], params: GraphParams = PARAMS) -> tuple[Any, Any]:
    own = own_rows(spark.createDataFrame(rows, COLUMNS), params).persist()
    return own, edges_of(nearest(own, params), params).persist()


def near_of(frame: Any) -> Near:
    return {row.product_id: [(edge.other, edge.kinds) for edge in row.edges] for row in frame.collect()}


@pytest.fixture(scope="module")
def graph(spark: Any) -> tuple[Any, Any]:
    return edges(spark, shop())


def test_neighbours_are_the_alike_ones_of_each_kind(graph: tuple[Any, Any]) -> None:
    near = near_of(graph[1])
    assert len(near) == NUM_FAMILIES * NUM_EACH
    for product_id, others in near.items():
        family, number = product_id.split("-")
        by_kind = {bit: [o for o, kinds in others if kinds & bit] for bit in (ATTRIBUTES, TEXT, IMAGE)}
        assert len(by_kind[IMAGE]) == 3 and {o.split("-")[0] for o in by_kind[IMAGE]} == {family}
        if family == "p00":
            assert by_kind[TEXT] == [], "a product without a text has no neighbour by text"
        else:
            assert len(by_kind[TEXT]) == 3 and {o.split("-")[1] for o in by_kind[TEXT]} == {number}
        assert {int(o[1:3]) % 2 for o in by_kind[ATTRIBUTES]} <= {int(family[1:]) % 2}, "of its category"
        assert product_id not in dict(others)


def test_most_true_neighbours_are_found(graph: tuple[Any, Any]) -> None:
    """Against an exact search by cosine in the 16-fold larger space that the signatures were drawn from."""
    rows = [row for row in shop() if row["text"]]
    texts = np.array([row["text"] for row in rows])
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    likeness = texts @ texts.T
    np.fill_diagonal(likeness, -1)
    near, hits = near_of(graph[1]), 0
    for place, row in enumerate(rows):
        alike = {rows[other]["product_id"] for other in np.argsort(-likeness[place])[:10]}
        hits += sum(other in alike for other, kinds in near[row["product_id"]] if kinds & TEXT)
    assert hits >= 0.95 * 3 * len(rows)


def test_the_order_of_rows_changes_nothing(spark: Any, graph: tuple[Any, Any]) -> None:
    rows = shop()
    random.Random(1).shuffle(rows)
    own = own_rows(spark.createDataFrame(rows, COLUMNS).repartition(5), PARAMS)
    assert near_of(edges_of(nearest(own, PARAMS), PARAMS)) == near_of(graph[1])


def test_what_looks_like_nothing_else_has_no_neighbour(spark: Any) -> None:
    rows = [row | {"text": None, "brand": None, "price": None, "attributes": {}, "category": []} for row in shop()[::5]]
    strict = PARAMS.model_copy(update={"min_alike": 0.95})
    assert near_of(edges(spark, rows, strict)[1]) == {}


def hashes(own: Any, near: Any) -> dict[str, str]:
    return {row.product_id: row.input_hash for row in with_input_hash(own, near).collect()}


def test_a_row_rests_on_two_steps_and_no_more(spark: Any, graph: tuple[Any, Any]) -> None:
    from pyspark.sql import functions as F

    own, near_frame = graph
    near, before = near_of(near_frame), hashes(own, near_frame)
    for changed in ("p00-0", "p05-2"):
        other = own.withColumn("own_hash", F.when(F.col("product_id") == changed, "new").otherwise(F.col("own_hash")))
        after = hashes(other, near_frame)
        touched = {p for p in before if before[p] != after[p]}
        one_step = {p for p, others in near.items() if changed in dict(others)}
        two_steps = {p for p, others in near.items() if one_step & dict(others).keys()}
        assert touched == {changed} | one_step | two_steps
        assert len(touched) < len(before)


def test_a_product_without_neighbours_keeps_its_row(spark: Any, graph: tuple[Any, Any]) -> None:
    own, near = graph
    alone = near.where("product_id <> 'p05-2'")
    rows = {row.product_id: row for row in with_input_hash(own, alone).collect()}
    assert len(rows) == NUM_FAMILIES * NUM_EACH
    assert rows["p05-2"].edges is None and rows["p05-2"].input_hash


def test_hops_are_the_matrix_products_and_are_made_for_the_rows_asked_alone(spark: Any, graph: tuple[Any, Any]) -> None:
    own, near_frame = graph
    rows = shop()
    ids, near = [row["product_id"] for row in rows], near_of(near_frame)
    place = {product_id: number for number, product_id in enumerate(ids)}
    batch = own.select("product_id", "vector").toPandas().set_index("product_id").loc[ids]
    x = np.array(batch["vector"].tolist())
    lists = [[x[place[other]].tolist() for other, _ in near[p]] for p in ids]
    first = means(pa.array(lists, pa.list_(pa.list_(pa.float32()))), 16)
    asked = own.where("product_id in ('p00-1', 'p07-3')")
    found = with_hops(asked, own, near_frame, PARAMS).collect()
    assert sorted(row.product_id for row in found) == ["p00-1", "p07-3"]
    for row in found:
        assert row.hop_1 == pytest.approx(first[place[row.product_id]].tolist(), abs=1e-6)
        expected = [first[place[other]].tolist() for other, _ in near[row.product_id]]
        assert np.array(row.near_hops) == pytest.approx(np.array(expected), abs=1e-6)


def test_signatures_in_spark_are_the_transforms(graph: tuple[Any, Any]) -> None:
    rows = shop()[:3]
    kinds = pa.list_(pa.float32())
    columns = {name: pa.array([row[name] for row in rows], kinds) for name in ("text", "image")}
    others = {
        "category": pa.list_(pa.string()),
        "brand": pa.string(),
        "price": pa.float64(),
        "currency": pa.string(),
        "attributes": pa.map_(pa.string(), pa.string()),
    }
    given = {name: [list(r[name].items()) if name == "attributes" else r[name] for r in rows] for name in others}
    columns |= {name: pa.array(given[name], kind) for name, kind in others.items()}
    made = project(pa.RecordBatch.from_pydict(columns), PARAMS)
    kept = graph[0].where("product_id in ('p00-0', 'p00-1', 'p00-2')").orderBy("product_id").collect()
    assert [row.image_bits for row in kept] == made["image_bits"]
    assert [row.attribute_bits for row in kept] == made["attribute_bits"]


def random_shop(seed: int) -> list[dict[str, Any]]:
    """The shop above with gaps, equal features (ties in every list), and products that resemble none."""
    rng = np.random.default_rng(seed)
    rows = []
    for row in shop():
        gaps = {name: None for name in ("text", "image") if rng.random() < 0.2}
        gaps |= {"attributes": {}, "brand": None, "price": None, "category": []} if rng.random() < 0.2 else {}
        gaps |= {name: rows[-1][name] for name in ("text", "image") if rows and rng.random() < 0.2}
        rows.append(row | gaps)
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_one_process_makes_the_rows_that_spark_makes(spark: Any, tmp_path: Path, seed: int) -> None:
    rows, rng = random_shop(seed), np.random.default_rng(seed)
    ids = [row["product_id"] for row in rows] + ["gone"]
    pairs = [(str(rng.choice(ids)), int(rng.integers(1, 5)), str(rng.choice(ids))) for _ in range(80)] if seed else []
    bought = pa.table(
        [pa.array([pair[n] for pair in pairs], kind) for n, kind in enumerate((pa.string(), pa.int32(), pa.string()))],
        ["product_id", "far", "other"],
    )
    made = []
    for name, max_together in (("here", 1_000), ("spark", 1)):
        graph = ProductGraph(tmp_path / name, PARAMS, max_together)
        (graph.folder / "links").mkdir(parents=True)
        pq.write_table(bought, graph.folder / "links" / "part-0.parquet")
        every = graph.rows(own_rows(spark.createDataFrame(rows, COLUMNS), PARAMS))
        some = every.where("substring(product_id, 5) <> '2'")
        linked, whole = every.orderBy("product_id").collect(), graph.with_hops(some).orderBy("product_id").collect()
        made.append([[row.asDict(recursive=True) for row in found] for found in (linked, whole)])
    assert made[0] == made[1]
    linked, whole = made[0]
    assert len(whole) == NUM_FAMILIES * (NUM_EACH - 1)
    assert {edge["kinds"] & BASKET for row in linked for edge in row["edges"] or []} == ({0, BASKET} if seed else {0})


def test_features_of_two_models_are_refused(spark: Any, tmp_path: Path) -> None:
    rows = [row | {"encoder_version": f"m-{number % 2}"} for number, row in enumerate(shop())]
    for name, max_together in (("here", 1_000), ("spark", 1)):
        graph = ProductGraph(tmp_path / name, PARAMS, max_together)
        with pytest.raises(ValueError, match="text_features has rows of m-0 and m-1"):
            graph.rows(own_rows(spark.createDataFrame(rows, COLUMNS), PARAMS))
