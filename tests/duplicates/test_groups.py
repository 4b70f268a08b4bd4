"""Groups of near-copies: connected components of links, each named by its smallest product."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.duplicates.groups import connected


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
