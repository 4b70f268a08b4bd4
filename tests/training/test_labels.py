"""Labels are found by counting, whatever the shop calls its columns."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen.training.data.labels import ABSENT, Label, class_numbers, discover, values_of


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            {"category": ["Apparel", "Topwear"], "brand": " Nike ", "attributes": [("Farbe", "Blau"), ("size", "")]},
            {"category:1": "apparel", "category:2": "apparel / topwear", "brand": "nike", "attribute:Farbe": "blau"},
            id="all of it, pairs as Parquet gives them",
        ),
        pytest.param({"category": ["鞋", None], "attributes": {"颜色": "红"}},
                     {"category:1": "鞋", "attribute:颜色": "红"}, id="chinese"),
        pytest.param({"category": None, "brand": None, "attributes": None}, {}, id="nothing"),
        pytest.param({}, {}, id="no columns"),
    ],
)  # fmt: skip
def test_values_of(row: dict[str, Any], expected: dict[str, str]) -> None:
    assert values_of(row) == expected


def rows(**values: list[str]) -> list[dict[str, str]]:
    return [
        {name: column[i] for name, column in values.items() if column[i]}
        for i in range(len(next(iter(values.values()))))
    ]


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        pytest.param(["a"] * 5 + ["b"] * 5, ("a", "b"), id="two classes"),
        pytest.param(["a"] * 10, None, id="one value says nothing"),
        pytest.param(["a"] * 5 + ["b"] * 3 + ["c", "d"], ("a", "b"), id="rare values are no classes"),
        pytest.param(["a"] * 3 + ["b"] * 3 + list("cdefghijklmno"), None, id="mostly values of their own"),
        pytest.param([""] * 7 + ["a"] * 3 + ["b"] * 3, ("a", "b"), id="absent from some"),
        pytest.param(list("aaabbbcccddd"), None, id="more classes than a category has"),
    ],
)
def test_discover(column: list[str], classes: tuple[str, ...] | None) -> None:
    found = discover(rows(colour=column), min_products=3, max_classes=3)
    assert found == ([Label("colour", classes)] if classes else [])


def test_class_numbers_know_the_absent_and_the_rare() -> None:
    labels = [Label("colour", ("blue", "red")), Label("size", ("l", "s"))]
    products = [{"colour": "red", "size": "s"}, {"colour": "mauve"}, {}]
    assert class_numbers(products, labels).tolist() == [[1, 1], [ABSENT, ABSENT], [ABSENT, ABSENT]]
    assert class_numbers(products, []).shape == (3, 0)


def test_the_order_of_products_changes_nothing() -> None:
    products = rows(colour=["a"] * 4 + ["b"] * 4, size=["x", "y"] * 4)
    assert discover(products, 3, 9) == discover(products[::-1], 3, 9)
