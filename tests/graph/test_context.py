"""What neighbours tell of a product: who counts, and that nothing of its own comes back to it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mmgen.graph.context import SCHEMA, context_rows, contexts
from mmgen.graph.vectors import ATTRIBUTES, BASKET, IMAGE, TEXT

Links = list[tuple[int, int]]
ONE_HOT = np.eye(4, dtype=np.float32)  # two values of text, two of image: product 0's is [1, 0, 0, 0]

CASES: dict[str, tuple[Links, list[int], list[float], list[float]]] = {
    "nobody": ([], [0, 1, 2, 3], [0, 0, 0, 0], [0, 0, 0, 0]),
    "one, who knows nobody": ([(0, 1)], [0, 1, 2, 3], [0, 1, 0, 0], [0, 0, 0, 0]),
    "one, who leads back": ([(0, 1), (1, 0)], [0, 1, 2, 3], [0, 1, 0, 0], [0, 0, 0, 0]),
    "one, who leads on": ([(0, 1), (1, 0), (1, 2)], [0, 1, 2, 3], [0, 1, 0, 0], [0, 0, 1, 0]),
    "a near-copy": ([(0, 1), (1, 2)], [0, 0, 2, 3], [0, 0, 0, 0], [0, 0, 0, 0]),
    "one, who leads to a near-copy": ([(0, 1), (1, 2), (1, 3)], [0, 1, 0, 3], [0, 1, 0, 0], [0, 0, 0, 1]),
    "two, one with a text": ([(0, 1), (0, 2)], [0, 1, 2, 3], [0, 1, 1, 0], [0, 0, 0, 0]),
}


@pytest.mark.parametrize(("links", "group", "first", "second"), CASES.values(), ids=CASES)
def test_who_tells_what(links: Links, group: list[int], first: list[float], second: list[float]) -> None:
    found = contexts(ONE_HOT, np.array(links, np.int64).reshape(-1, 2), np.array(group))
    np.testing.assert_array_equal(found[0], [*first, *second])


def test_nothing_of_a_product_and_its_near_copies_comes_back() -> None:
    random = np.random.default_rng(0)
    vectors, links = random.normal(size=(60, 8)).astype(np.float32), random.integers(0, 60, (400, 2))
    group = np.arange(60) // 2
    before = contexts(vectors, links, group)
    changed = vectors.copy()
    changed[10:12] += 5  # a group
    after = contexts(changed, links, group)
    np.testing.assert_array_equal(after[10:12], before[10:12])
    assert (after[:10] != before[:10]).any(), "its neighbours are told"


def test_rows_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    vectors, links = random.normal(size=(50, 4)).astype(np.float32), random.integers(0, 50, (300, 2))
    whole = contexts(vectors, links, np.arange(50))
    monkeypatch.setattr("mmgen.graph.context._AT_ONCE", 7)
    np.testing.assert_array_equal(contexts(vectors, links, np.arange(50)), whole)


def graph(versions: tuple[str | None, ...] = ("m-1", None, "m-1", "m-1")) -> pa.Table:
    """c has b by basket, a by attributes and text, d by image; nobody else has anybody."""
    near = [[], [], ["b", "a", "d", "left"], []]
    kinds = [[], [], [BASKET, ATTRIBUTES | TEXT, IMAGE, BASKET], []]
    rows = [list(row) for row in ONE_HOT]
    return pa.table({
        "product_id": list("abcd"), "vector": pa.array([*rows[:3], None], pa.list_(pa.float32())),
        "neighbours": pa.array(near, pa.list_(pa.string())), "neighbour_kinds": pa.array(kinds, pa.list_(pa.int32())),
        "encoder_version": pa.array(versions, pa.string()),
    })  # fmt: skip


GROUPS = pa.table({"product_id": ["a", "c"], "group_id": ["a", "c"]})
KINDS = {
    "without media": (BASKET | ATTRIBUTES, [0.5, 0.5, 0, 0]),
    "baskets alone": (BASKET, [0, 1, 0, 0]),
    "of none": (IMAGE, None),
}


@pytest.mark.parametrize(("kinds", "first"), KINDS.values(), ids=KINDS)
def test_links_count_that_no_photo_and_no_text_has_chosen(kinds: int, first: list[float] | None) -> None:
    rows = context_rows(graph(), GROUPS, kinds).to_pylist()
    assert [row["product_id"] for row in rows] == ([] if first is None else ["c"])
    for row in rows:
        assert row["graph_vector"][:4] == first and row["graph_encoder"] == "m-1"


def test_the_hash_says_whether_the_values_are_the_same() -> None:
    one, again = context_rows(graph(), GROUPS), context_rows(graph().slice(0, 4), GROUPS)
    other = context_rows(graph(), GROUPS, BASKET)
    assert one.schema == SCHEMA and one.equals(again)
    assert one.column("graph_hash") != other.column("graph_hash")


def test_rows_of_two_text_models_are_refused() -> None:
    with pytest.raises(ValueError, match="m-1 and m-2"):
        context_rows(graph(("m-1", None, "m-2", "m-1")), GROUPS)
