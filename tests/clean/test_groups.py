"""Groups of near-copies: connected components of links, in plain Python and through Spark."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.clean.groups import connected, fetched, grouped, links_of_equal, links_of_pairs


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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["1", "2", "3", "4", "a"])), max_size=12))
def test_components_are_closed_and_named_by_their_smallest(links: list[tuple[str, str]]) -> None:
    groups = connected(links)
    assert set(groups) == {product for product, _ in links}
    for product, value in links:
        assert all(groups[product] == groups[other] for other, same in links if same == value)
    for product, smallest in groups.items():
        assert smallest <= product and groups[smallest] == smallest


def test_groups_in_spark(spark: Any) -> None:
    rows = [("a", "x"), ("b", "x"), ("c", None), ("d", None), ("e", "y"), ("f", None)]
    frame = spark.createDataFrame(rows, "product_id string, title_key string")
    pairs = spark.createDataFrame([("c", "b"), ("c", "f")], "product_id string, other_id string")
    by_title, by_pair = fetched(links_of_equal(frame, "title_key", 10)), fetched(links_of_pairs(pairs))
    found = grouped(frame, title_group=by_title, group=[*by_title, *by_pair]).collect()
    assert {r.product_id: r.group for r in found} == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "a"}
    assert {r.product_id: r.title_group for r in found} == {"a": "a", "b": "a", **{i: i for i in "cdef"}}
    assert {r.title_key for r in found} == {"x", "y", None}, "other columns stay"


def test_no_near_copies_at_all(spark: Any) -> None:
    frame = spark.createDataFrame([("a", "x")], "product_id string, title_key string")
    links = fetched(links_of_equal(frame, "title_key", 10))
    assert links == []
    assert [r.group_id for r in grouped(frame, group_id=links).collect()] == ["a"]


def test_what_many_share_links_nothing(spark: Any) -> None:
    frame = spark.createDataFrame(
        [(str(i), "t-shirt" if i < 4 else "x") for i in range(6)], "product_id string, t string"
    )
    assert sorted(r.product_id for r in links_of_equal(frame, "t", 3).collect()) == ["4", "5"]
