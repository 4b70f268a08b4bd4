"""The graph in one process, where a category has few products. Spark: tests/graph/test_spark.py."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mmgen.config.features import GraphParams
from mmgen.graph.local import graph_of, hashed_rows
from mmgen.graph.vectors import OWN, WORDS

BOUGHT = pa.table({
    "product_id": pa.array([], pa.string()), "far": pa.array([], pa.int64()), "other": pa.array([], pa.string())
})  # fmt: skip


def shop(categories: str) -> pa.Table:
    """A product for each letter, of the category that the letter names, all with the same attributes and no media."""
    count = len(categories)
    columns = {name: pa.nulls(count, OWN.field(name).type) for name in OWN.names}
    columns["product_id"] = pa.array([f"p{number:02}" for number in range(count)], pa.string())
    columns["own_hash"] = pa.array(["h"] * count, pa.string())
    columns["category_key"] = pa.array(list(categories), pa.string())
    columns["attribute_bits"] = pa.array([[7] * WORDS] * count, pa.list_(pa.int64()))
    return pa.table(columns, schema=OWN)


CASES = {
    "nothing": ("", []),
    "one product": ("a", [0]),
    "two categories of one": ("ab", [0, 0]),
    "eight categories of one": ("abcdefgh", [0] * 8),
    "five categories of four": ("aaaabbbbccccddddeeee", [3] * 20),
    "one of six, one of two": ("aaaaaabb", [4] * 6 + [1] * 2),
}


@pytest.mark.parametrize(("categories", "num_neighbours"), CASES.values(), ids=CASES)
def test_those_of_a_small_category_are_each_others_neighbours(categories: str, num_neighbours: list[int]) -> None:
    own = shop(categories)
    rows = hashed_rows(own, graph_of(own, BOUGHT, GraphParams(neighbours=4, reach=6))).to_pylist()
    assert [len(row["edges"] or []) for row in rows] == num_neighbours
    for row in rows:
        others = [categories[int(edge["other"][1:])] for edge in row["edges"] or []]
        assert set(others) <= {row["category_key"]}
