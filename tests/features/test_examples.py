"""Examples: ids and splits."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mmgen.features.examples import attribute_id, attribute_ids, split_of


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
