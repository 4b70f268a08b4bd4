"""WooCommerce's API (``/wp-json/wc/v3/products`` and ``.../variations``) as the rows of its own CSV export.

What the interface says beside these (links, meta data, stock, ratings) is the shop's business and left away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmgen.catalog.formats.json import Broken, json_items

KEYS = frozenset({"id", "name", "type", "status", "catalog_visibility", "attributes"})
"""What tells a product of this interface from any other object."""
NUM_ATTRIBUTES = 40
PLAIN = {"SKU": "sku", "ID": "id", "Type": "type", "Name": "name", "Visibility in catalog": "catalog_visibility",
         "Short description": "short_description", "Description": "description", "Regular price": "regular_price",
         "Weight": "weight"}  # fmt: skip


def is_woocommerce(item: Any) -> bool:
    """Whether an object is a product of the interface."""
    return isinstance(item, dict) and item.keys() >= KEYS


def variations_beside(path: Path) -> Path | None:
    """The file of variations that lies beside one of products: ``shop_variations.json`` for ``shop_products.json``."""
    names = (path.name.replace("products", "variations"), path.name.replace("product", "variation"), "variations.json")
    found = (path.with_name(name) for name in names if name != path.name)
    return next((one for one in found if one.is_file()), None)


def woocommerce_rows(path: Path, variations: Path | None) -> Iterator[dict[str, Any] | Any]:
    """The products, then their variations, as columns of the CSV export. What is no object comes as it is."""
    for item in json_items(path):
        yield _row(item) if isinstance(item, dict) else item
    for item, parent in _variations(variations) if variations is not None else ():
        if isinstance(item, dict):
            row = _row(item)
            yield row | {"Type": "variation", "Parent": f"id:{parent}"}
        else:
            yield item


def _variations(path: Path) -> Iterator[tuple[Any, Any]]:
    """(variation, its parent's id); the ids may be the keys of an object, or in each variation."""
    for item in json_items(path):
        if isinstance(item, Broken):
            yield item, None
        elif isinstance(item, list):  # a list for each product
            yield from ((one, _parent_of(one)) for one in item)
        else:
            yield item, _parent_of(item)


def _parent_of(item: Any) -> Any:
    found = item.get("parent_id") if isinstance(item, dict) else None
    if not found and isinstance(item, dict):
        up = (item.get("_links") or {}).get("up") or [{}]
        found = str(up[0].get("href", "")).rstrip("/").rpartition("/")[2]
    return found


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    row = {column: item.get(key) for column, key in PLAIN.items()}
    row["SKU"] = row["SKU"] or item.get("id")
    row["Regular price"] = row["Regular price"] or item.get("price")
    row["Published"] = "1" if item.get("status", "publish") == "publish" else "-1"
    categories = [one.get("name") for one in item.get("categories") or () if isinstance(one, dict)]
    row["Categories"] = next(iter(categories), "")
    row["Brands"] = ", ".join(one.get("name", "") for one in item.get("brands") or () if isinstance(one, dict))
    pictures = item.get("images") or ([item["image"]] if item.get("image") else [])
    row["Images"] = ", ".join(one.get("src", "") for one in pictures if isinstance(one, dict))
    row["Parent"] = ""
    for name in ("length", "width", "height"):
        row[name.capitalize()] = (item.get("dimensions") or {}).get(name)
    for number, one in enumerate(item.get("attributes") or (), 1):
        if isinstance(one, dict) and number <= NUM_ATTRIBUTES:
            options = one.get("options") or [one.get("option")]
            row[f"Attribute {number} name"] = one.get("name")
            row[f"Attribute {number} value(s)"] = "\n".join(str(value) for value in options if value)
            row[f"Attribute {number} visible"] = "1" if one.get("visible", True) else "0"
    return row
