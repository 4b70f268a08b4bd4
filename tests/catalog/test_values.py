"""One row at a time: text of any type, categories, and the id that a row gets."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import storable
from mmgen.catalog.values import text_of, to_product
from mmgen.rejects import RejectReason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""), (float("nan"), ""), ("  x ", "  x "), (3, "3"), (2012.0, "2012"), (0.5, "0.5"), (True, "true"),
        (["a", None, 3], "a, 3"), ({"b": 1, "a": "é"}, '{"a": "é", "b": 1}'), (b"\xff", ""), (Decimal("1.50"), "1.50"),
        (date(2024, 5, 1), "2024-05-01"), (datetime(2024, 5, 1, tzinfo=UTC), "2024-05-01T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_text(value: Any, expected: str) -> None:
    assert text_of(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("'; DROP TABLE products; --", None, id="SQL"),
        pytest.param("{{7*7}} <script>alert(1)</script> =1+1", None, id="markup"),
        pytest.param("a\tb\r\nc\x01\x1b\x7f\u200b\u202e", None, id="control characters"),
        pytest.param("衬衫 👕 é é", None, id="Chinese, emoji, both forms of é"),
        pytest.param("a\x00b", "ab", id="NUL is dropped"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone surrogate is replaced"),
        pytest.param("\ud83d\udc55", "👕", id="surrogate pair is joined"),
    ],
)
def test_storable(text: str, expected: str | None) -> None:
    assert storable(text) == (text if expected is None else expected)


MAP = {"product_id": "id", "title": "name", "category": ["a", "b"], "price": "price", "locale": "lang",
       "updated_at": "changed"}  # fmt: skip


def product_of(row: dict[str, Any], columns: dict[str, Any] = MAP) -> dict[str, Any]:
    product, reason, _ = to_product(row, SourceMap.load({"name": "s", "columns": columns, "ignore": ["hash"]}))
    assert reason is None
    assert product is not None
    return product


def test_unmapped_columns_become_attributes_and_empty_ones_are_dropped() -> None:
    row = {"id": 7.0, "name": "T", "a": "A", "b": " ", "price": "1", "colour": "red", "size": "", "tags": ["x", "y"],
           "hash": "ff", "year": 2012.0}  # fmt: skip
    product = product_of(row)
    assert json.loads(product["attributes"]) == {"colour": "red", "tags": "x, y", "year": "2012"}
    assert (product["product_id"], product["category"], product["price"]) == ("7", '["A"]', 1.0)


def test_what_cannot_be_read_is_no_attribute() -> None:
    """Customers read attributes; the import counts what it could not read."""
    product = product_of({"id": "1", "price": "on request", "changed": "yesterday", "lang": "Klingonese"})
    assert (product["price"], product["updated_at"], product["locale"]) == (None, None, "en")
    assert json.loads(product["attributes"]) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Food > Fruit", ["Food", "Fruit"]),
        (["Food", "Fruit"], ["Food", "Fruit"]),
        ("食品>水果", ["食品", "水果"]),
        (None, []),
    ],
)
def test_one_category_column(value: Any, expected: list[str]) -> None:
    assert (
        json.loads(product_of({"id": "1", "c": value}, {"product_id": "id", "category": "c"})["category"]) == expected
    )


PLAIN = {"title": "text", "image": "image", "audio": "audio"}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param({"image": "a/1.jpg", "text": "x"}, {"image": "a/1.jpg", "text": "y"}, True, id="text corrected"),
        pytest.param({"image": "a/1.jpg"}, {"image": "a\\1.jpg"}, True, id="other separators"),
        pytest.param({"image": "a/1.jpg"}, {"image": "b/1.jpg"}, False, id="other folder"),
        pytest.param({"audio": "1.wav", "text": "x"}, {"audio": "1.wav", "text": "y"}, True, id="only audio"),
        pytest.param({"text": "x"}, {"text": "y"}, False, id="only text"),
    ],
)
def test_made_ids(one: dict[str, str], other: dict[str, str], is_same: bool) -> None:
    assert (product_of(one, PLAIN)["product_id"] == product_of(other, PLAIN)["product_id"]) is is_same


@pytest.mark.parametrize(
    ("row", "columns", "reason"),
    [
        pytest.param({"id": " "}, MAP, RejectReason.ID_MISSING, id="blank id"),
        pytest.param({"name": "x"}, MAP, RejectReason.ID_MISSING, id="no id key"),
        pytest.param({"image": "", "text": " "}, PLAIN, RejectReason.ID_MISSING, id="nothing to make an id from"),
        pytest.param({"id": "x" * 513}, MAP, RejectReason.ROW_UNREADABLE, id="id too long for an index"),
    ],
)
def test_rows_without_a_usable_id(row: dict[str, str], columns: dict[str, Any], reason: RejectReason) -> None:
    product, found, detail = to_product(row, SourceMap.load({"name": "s", "columns": columns}))
    assert (product, found) == (None, reason)
    assert detail
