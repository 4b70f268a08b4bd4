"""Examples: ids, groups of near-copies, splits that never straddle them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mmgen.features.examples import attribute_id, attribute_ids, connected, group_near_copies, split_of


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("b", "t:x"), ("a", "t:x")], {"a": "a", "b": "a"}),
        ([("a", "t:x"), ("b", "t:x"), ("b", "h:1"), ("c", "h:1")], {"a": "a", "b": "a", "c": "a"}),
        ([("a", "t:x"), ("b", "t:x"), ("c", "t:y"), ("d", "t:y")], {"a": "a", "b": "a", "c": "c", "d": "c"}),
        (
            [("a", "t:same"), ("b", "t:same"), ("c", "h:same"), ("d", "h:same")],
            {"a": "a", "b": "a", "c": "c", "d": "c"},
        ),
    ],
    ids=["one link", "transitive over two links", "two groups", "equal values of two links are two"],
)
def test_connected_components(pairs: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert connected(pairs) == expected


def test_groups_in_spark(spark: Any) -> None:
    rows = [("a", "x", "1"), ("b", "x", None), ("c", None, "1"), ("d", None, None), ("e", None, None), ("f", "y", "2")]
    frame = spark.createDataFrame(rows, "product_id string, title_key string, perceptual_hash string")
    groups = {r.product_id: r.group_id for r in group_near_copies(frame, ["title_key", "perceptual_hash"]).collect()}
    assert groups == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "f"}


def test_no_near_copies_at_all(spark: Any) -> None:
    frame = spark.createDataFrame([("a", "x")], "product_id string, title_key string")
    assert [r.group_id for r in group_near_copies(frame, ["title_key"]).collect()] == ["a"]


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"attributes": None, "category": None, "brand": None}, 0),
        ({"attributes": [("colour", "Red"), ("size", "")], "category": [], "brand": None}, 1),
        ({"attributes": [("颜色", "红色")], "category": ["服装", "衬衫"], "brand": "Puma"}, 4),
    ],
    ids=["nothing", "empty value left out", "Chinese names, category levels and brand"],
)
def test_attribute_ids(row: dict[str, Any], count: int) -> None:
    ids = attribute_ids(row)
    assert len(ids) == count
    assert ids == sorted(ids)
    assert all(0 <= i < 4096 for i in ids)


def test_attribute_ids_do_not_depend_on_case_and_space() -> None:
    assert attribute_id(" Colour", "RED ") == attribute_id("colour", "red")


def test_splits_have_their_shares_and_are_stable() -> None:
    splits = Counter(split_of(f"g{i}", 7, 0.1, 0.1) for i in range(5000))
    assert 0.08 < splits["test"] / 5000 < 0.12
    assert 0.08 < splits["validation"] / 5000 < 0.12
    assert split_of("g1", 7, 0.1, 0.1) == split_of("g1", 7, 0.1, 0.1)
