"""The graph's arithmetic: vectors, signatures, chosen neighbours and means of neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.features import GraphParams
from mmgen.engine.work import as_arrays
from mmgen.graph.vectors import (
    ATTRIBUTES,
    BASKET,
    BITS,
    IMAGE,
    TEXT,
    chosen,
    graph_features,
    max_distance,
    means,
    project,
    signatures,
)
from mmgen.store.contracts import contract

PARAMS = GraphParams(width=8, neighbours=2, basket_neighbours=1)
FLOATS = pa.list_(pa.float32())


def batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    kinds = {
        "text": FLOATS,
        "image": FLOATS,
        "category": pa.list_(pa.string()),
        "brand": pa.string(),
        "price": pa.float64(),
        "currency": pa.string(),
        "attributes": pa.map_(pa.string(), pa.string()),
    }
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}
    return pa.RecordBatch.from_pydict(columns)


def differing(one: list[int], other: list[int]) -> int:
    """In how many of their bits two signatures differ."""
    return sum(bin((a ^ b) & (2**64 - 1)).count("1") for a, b in zip(one, other, strict=True))


def test_what_is_missing_is_zeros_in_the_vector_and_no_signature() -> None:
    rows = [{"text": [1, 0, 0], "image": [0, 1]}, {"image": [0, 1]}, {"brand": "Acme"}, {}]
    made = project(batch(*rows), PARAMS)
    assert [vector is None for vector in made["vector"]] == [False, False, True, True]
    halves = [np.linalg.norm(made["vector"][row][half]) for row in (0, 1) for half in (slice(4), slice(4, 8))]
    assert halves == pytest.approx([1, 1, 0, 1], abs=1e-6)
    found = {name: [bits is not None for bits in made[name]] for name in made if name.endswith("_bits")}
    assert found == {
        "text_bits": [True, False, False, False],
        "image_bits": [True, True, False, False],
        "attribute_bits": [False, False, True, False],
    }


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    rows = [{"text": list(np.random.default_rng(n).normal(size=16)), "brand": str(n)} for n in range(20)]
    together = project(batch(*rows), PARAMS)
    for place in (0, 7, 19):
        alone = project(batch(rows[place]), PARAMS)
        assert alone["text_bits"][0] == together["text_bits"][place]
        assert alone["attribute_bits"][0] == together["attribute_bits"][place]
        assert alone["vector"][0] == pytest.approx(together["vector"][place], abs=1e-6)


def test_features_of_two_models_in_one_batch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"vectors of \[2, 3\] values in one batch"):
        project(batch({"text": [1, 2]}, {"text": [1, 2, 3]}), PARAMS)


@pytest.mark.parametrize("cosine", [1.0, 0.9, 0.5, 0.0, -0.5])
def test_signatures_tell_the_angle(cosine: float) -> None:
    rng = np.random.default_rng(5)
    gaps = []
    for _ in range(40):
        one, noise = rng.normal(size=(2, 64))
        one /= np.linalg.norm(one)
        noise -= noise @ one * one
        other = cosine * one + np.sqrt(1 - cosine**2) * noise / np.linalg.norm(noise)
        bits = signatures(np.array([one, other], np.float32), np.array([True, True]), "text")
        assert bits[0] is not None and bits[1] is not None
        gaps.append(differing(bits[0], bits[1]))
    assert np.mean(gaps) == pytest.approx(BITS * np.arccos(cosine) / np.pi, abs=4)
    assert max_distance(cosine) == int(BITS * np.arccos(cosine) / np.pi)


ACME = {"brand": "Acme", "category": ["Shoes"], "price": 10.0, "currency": "EUR", "attributes": [("colour", "red")]}


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ({"price": 11.0}, {"price": 900.0}),
        ({"brand": "Other"}, {"brand": "Other", "attributes": [("colour", "blue")]}),
        ({"attributes": [("Colour", "RED")]}, {"attributes": [("size", "red")]}),
    ],
    ids=["price range", "more in common", "case"],
)
def test_more_attributes_in_common_is_nearer(near: dict[str, Any], far: dict[str, Any]) -> None:
    base, one, other = project(batch(ACME, ACME | near, ACME | far), PARAMS)["attribute_bits"]
    assert differing(base, one) < differing(base, other)


def met(*rows: tuple[int, int, str]) -> list[dict[str, Any]]:
    return [{"kind": kind, "far": far, "other": other} for kind, far, other in rows]


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        (met(), []),
        (met((TEXT, 9, "c"), (TEXT, 1, "b"), (TEXT, 5, "a")), [("a", TEXT), ("b", TEXT)]),
        (met((TEXT, 1, "b"), (IMAGE, 7, "b")), [("b", TEXT | IMAGE)]),
        (met((IMAGE, 4, "c"), (IMAGE, 4, "b"), (IMAGE, 4, "a")), [("a", IMAGE), ("b", IMAGE)]),
        (met((BASKET, 2, "x"), (BASKET, 1, "y"), (ATTRIBUTES, 0, "x")), [("x", ATTRIBUTES), ("y", BASKET)]),
    ],
    ids=["none", "the nearest", "one neighbour, two reasons", "equally near", "own number for baskets"],
)
def test_chosen_neighbours(candidates: list[dict[str, Any]], expected: list[tuple[str, int]]) -> None:
    assert [(edge["other"], edge["kinds"]) for edge in chosen(candidates, PARAMS)] == expected


def vectors(*rows: list[list[float]] | None) -> pa.Array:
    return pa.array(rows, pa.list_(FLOATS))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[[1, 2, 3, 4]]], [[1, 2, 3, 4]]),
        ([[[1, 0, 2, 2], [3, 0, 4, 4]]], [[2, 0, 3, 3]]),
        ([[[1, 1, 0, 0], [3, 3, 8, 8]]], [[2, 2, 8, 8]]),
        ([None, [[1, 1, 1, 1]], []], [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]]),
        ([], []),
    ],
    ids=["one", "two", "one without an image", "rows without neighbours", "no row"],
)
def test_means(rows: list[list[list[float]] | None], expected: list[list[float]]) -> None:
    assert means(vectors(*rows), 4).tolist() == expected


def test_means_equal_the_matrix_product() -> None:
    """AX and A^2 X for a graph of 30 products, each with three neighbours."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(30, 8)).astype(np.float32)
    near = [sorted(rng.choice(30, 3, replace=False)) for _ in range(30)]
    adjacency = np.zeros((30, 30))
    for row, others in enumerate(near):
        adjacency[row, others] = 1 / 3
    first = means(vectors(*[[x[other].tolist() for other in others] for others in near]), 8)
    second = means(vectors(*[[first[other].tolist() for other in others] for others in near]), 8)
    assert first == pytest.approx(adjacency @ x, abs=1e-6)
    assert second == pytest.approx(adjacency @ adjacency @ x, abs=1e-6)


def test_graph_columns() -> None:
    edge = pa.struct([("other", pa.string()), ("kinds", pa.int32())])
    rows = pa.RecordBatch.from_pydict(
        {
            "vector": pa.array([[1.0] * 8, None], FLOATS),
            "edges": pa.array([[{"other": "a", "kinds": 5}, {"other": "b", "kinds": 8}], None], pa.list_(edge)),
            "hop_1": pa.array([[2.0] * 8, None], FLOATS),
            "near_hops": vectors([[1.0] * 8, [3.0] * 8], None),
            "encoder_version": pa.array(["m-1", None]),
        }
    )
    arrays = as_arrays(graph_features(rows, PARAMS), 2, contract("graph_features"))
    made = [{name: array[row].as_py() for name, array in arrays.items()} for row in (0, 1)]
    assert made[0] == {
        "vector": [1.0] * 8, "neighbours": ["a", "b"], "neighbour_kinds": [5, 8], "degree": 2, "num_basket": 1,
        "num_attributes": 0, "num_text": 1, "num_image": 1, "hop_1": [2.0] * 8, "hop_2": [2.0] * 8,
        "encoder_version": "m-1", "reject_reason": None,
    }  # fmt: skip
    assert (made[1]["degree"], made[1]["neighbours"], made[1]["hop_1"], made[1]["hop_2"]) == (0, [], None, None)
