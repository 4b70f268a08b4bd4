"""JSON: WooCommerce's API with its pair of files, lists of objects, and objects within objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmgen.catalog.formats.json import CHUNK_CHARS, flat, json_items
from tests.catalog.test_systems import imported, said

TEE = {
    "id": 44, "name": "Tee", "type": "variable", "status": "publish", "catalog_visibility": "visible", "sku": "tee",
    "description": "<p>A soft tee.</p>", "price": "15", "regular_price": "", "stock_quantity": 7, "total_sales": 31,
    "categories": [{"id": 3, "name": "Tees", "slug": "tees"}], "images": [{"id": 1, "src": "t.jpg"}, {"src": "u.jpg"}],
    "attributes": [
        {"id": 1, "name": "Color", "visible": True, "variation": True, "options": ["Blue", "Red"]},
        {"id": 0, "name": "Fabric", "visible": True, "variation": False, "options": ["Cotton"]},
        {"id": 0, "name": "Rack", "visible": False, "variation": False, "options": ["A4"]},
    ],
    "meta_data": [{"id": 9, "key": "_cost", "value": "4.10"}], "_links": {"self": [{"href": "https://s.example/44"}]},
}  # fmt: skip
MUG = {**TEE, "id": 47, "name": "Mug", "type": "simple", "sku": "", "regular_price": "12", "attributes": []}
PRODUCTS = [
    TEE, MUG, {**MUG, "id": 48, "status": "draft"}, {**MUG, "id": 49, "catalog_visibility": "hidden"},
]  # fmt: skip
UP = {"up": [{"href": "https://s.example/wp-json/wc/v3/products/44"}]}
BLUE = {"id": 45, "status": "publish", "regular_price": "15", "attributes": [{"name": "Color", "option": "Blue"}]}
RED = {**BLUE, "id": 46, "regular_price": "18", "attributes": [{"name": "Color", "option": "Red"}]}
SOLD = {**BLUE, "id": 50, "regular_price": "1", "status": "private"}
VARIATIONS = {
    "their parent in each": [{**BLUE, "parent_id": 44}, {**RED, "parent_id": 44}, {**SOLD, "parent_id": 44}],
    "by links": [{**BLUE, "_links": UP}, {**RED, "_links": UP}],
    "by parent": {"44": [BLUE, RED]},
}


@pytest.mark.parametrize("variations", VARIATIONS.values(), ids=VARIATIONS)
def test_a_pair_of_files(tmp_path: Path, variations: Any) -> None:
    (tmp_path / "variations.json").write_text(json.dumps(variations))
    result, products = imported(tmp_path, "products.json", json.dumps(PRODUCTS))
    assert result.rejected == {"not_for_sale": 2}
    assert any("variations are read from variations.json" in warning for warning in result.warnings)
    prices = {key: (row["price"], row["is_price_from"]) for key, row in products.items()}
    assert prices == {"tee": (15.0, True), "47": (12.0, False)}
    assert said(products["tee"]) == {"Material": "Cotton", "Colour": "Blue, Red"}
    kept = json.dumps([{**row, "facts": json.loads(row["facts"])} for row in products.values()], default=str)
    assert not any(word in kept for word in ("4.10", "31", "s.example"))
    assert (products["tee"]["image_path"], products["tee"]["category"]) == ("t.jpg, u.jpg", ["Tees"])


def test_variations_that_the_map_names(tmp_path: Path) -> None:
    (tmp_path / "others.json").write_text(json.dumps(VARIATIONS["by parent"]))
    columns = {"product_id": "SKU", "title": "Name", "price": "Regular price"}
    values = {"columns": columns, "variations": "others.json"}
    _, products = imported(tmp_path, "woo.json", json.dumps(PRODUCTS), values=values)
    assert products["tee"]["is_price_from"]
    with pytest.raises(ValueError, match="no such file of variations"):
        imported(tmp_path, "woo.json", json.dumps(PRODUCTS), values={**values, "variations": "none.json"})


ROWS = [
    {"sku": "1", "name": {"en": "Linen bag", "de": "Leinentasche"}, "size": {"width_cm": 30, "height_cm": 40},
     "specs": [{"name": "Colour", "value": "black"}, {"name": "Material", "value": "linen"}], "stock": {"berlin": 4}},
    {"sku": "2", "name": {"en": "Hat", "de": "Hut"}, "size": {"width_cm": 20},
     "specs": [{"name": "Colour", "value": "red"}]},
]  # fmt: skip


@pytest.mark.parametrize("name", ["p.json", "p.jsonl", "wrapped.json"])
def test_objects_within_objects(tmp_path: Path, name: str) -> None:
    whole = {"count": 2, "products": ROWS}
    text = "\n".join(map(json.dumps, ROWS)) if name == "p.jsonl" else json.dumps(whole if "w" in name else ROWS)
    _, products = imported(tmp_path, name, text)
    assert {key: row["title"] for key, row in products.items()} == {
        "1": "Linen bag", "2": "Hat", "1~de": "Leinentasche", "2~de": "Hut",
    }  # fmt: skip
    assert said(products["1"]) == {"Colour": "black", "Material": "linen", "Size width": "30 cm",
                                    "Size height": "40 cm"}  # fmt: skip
    assert "stock.berlin" not in products["1"]["attributes"]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"a": {"b": {"c": 1}}, "d": [1, 2]}, {"a.b.c": 1, "d": [1, 2]}),
        ({"images": [{"src": "a.jpg"}, {"src": "b.jpg"}]}, {"images": ["a.jpg", "b.jpg"]}),
        ({"tags": [{"id": 1, "name": "warm"}]}, {"tags": ["warm"]}),
        ({"size": 4, "more": [{"name": "size", "value": 5}]}, {"size": 4, "more.size": 5}),
        ({"parts": [{"x": 1}]}, {"parts": [{"x": 1}]}),
        ({"empty": {}, "none": []}, {"empty": {}, "none": []}),
    ],
    ids=["depth", "pictures", "names", "a name twice", "anything else", "empty"],
)
def test_columns_of_an_object(row: dict[str, Any], columns: dict[str, Any]) -> None:
    assert flat(row) == columns


def test_a_list_is_read_piece_by_piece(tmp_path: Path) -> None:
    path, items = tmp_path / "p.json", [{"id": n, "text": "ä" * 300} for n in range(2 * CHUNK_CHARS // 300)]
    path.write_text("\ufeff \n" + json.dumps(items, indent=1, ensure_ascii=False), encoding="utf-8")
    assert list(json_items(path)) == items


def test_a_list_that_breaks_off_takes_no_product_away(tmp_path: Path) -> None:
    rows = [{"sku": str(n), "name": f"Lamp {n}"} for n in range(4)]
    imported(tmp_path, "p.json", json.dumps(rows))
    result, products = imported(tmp_path, "p.json", json.dumps(rows)[:-30])
    assert (result.removed, len(products), result.rejected) == (0, 4, {"row_unreadable": 1})


@pytest.mark.parametrize("text", ["{", '{"a": 1}', '"a"', "", '{"a": 1}\n{"a": 2}'])
def test_what_is_no_list_of_objects_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"p\.json: (not JSON|no list of objects)"):
        list(json_items(path))
