"""From a published text back to all that it was made from, through every dataset to the shop's row."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.tables import products
from mmgen.config.params import nearest
from mmgen.kinds import KINDS
from mmgen.publishing.receipts import content_of, history_of
from mmgen.publishing.types import Author
from mmgen.store.contracts import datasets_in_order
from mmgen.store.datasets import Dataset
from mmgen.store.products import translation_id
from mmgen.store.status import commit_value

LARGE = 2_000
"""Longer texts and lists are left out of a receipt, with their size named."""
NEIGHBOURS = 500
KINDS_OF = {name: kind.dataset for name, kind in KINDS.items()}
"""Content kind -> the dataset that it is written in."""


def receipt_of(home: Path, engine: Engine, product_id: str, kind: str | None) -> dict[str, Any]:
    """All that is known of a product's content. ValueError, with the nearest id, for a product that nobody knows.

    The datasets' rows are as of the newest date that its content is right for; of a product without content, of now.
    """
    content = content_of(engine, product_id)
    product = _product(engine, product_id)
    _check_kind(product_id, kind, content)
    content = [row for row in content if kind in (None, row["kind"])]
    generated = [str(row["ds"]) for row in content if row["author"] != Author.HUMAN]
    until = max(generated, default=None)
    locales = sorted({row["locale"] for row in content})
    ids = [product_id, *(translation_id(product_id, locale) for locale in locales)]
    rows = {name: _rows(Dataset(name, home), ids, until) for name in reversed(datasets_in_order())}
    if not content and product is None and not any(rows.values()):
        raise ValueError(f"no product {product_id!r}.{_nearest(engine, product_id)}")
    history = [row for row in history_of(engine, product_id) if kind in (None, row["kind"])]
    return {
        "product_id": product_id,
        "product": product,
        "as_of": until,
        "content": [_content_value(row, rows) for row in content],
        "datasets": _of_kind({name: found for name, found in rows.items() if found}, kind),
        "history": history,
    }


def _product(engine: Engine, product_id: str) -> dict[str, Any] | None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(products).where(products.c.product_id == product_id)).mappings().first()
    if row is None:
        return None
    facts = json.loads(row["facts"]) if row["facts"] else None
    told = {"category": json.loads(row["category"]), "attributes": json.loads(row["attributes"]), "facts": facts}
    return dict(row) | told


def _check_kind(product_id: str, kind: str | None, content: list[dict[str, Any]]) -> None:
    known = sorted({row["kind"] for row in content} | KINDS_OF.keys())
    if kind is not None and kind not in known:
        raise ValueError(f"product {product_id!r} has no content of kind {kind!r}.{nearest(kind, known)}")


def _nearest(engine: Engine, product_id: str) -> str:
    """The nearest id among those that stand around it in order and those that hold it: never all of a large shop."""
    column = products.c.product_id
    queries = [
        sa.select(column).where(column >= product_id).order_by(column).limit(NEIGHBOURS),
        sa.select(column).where(column < product_id).order_by(column.desc()).limit(NEIGHBOURS),
        sa.select(column).where(sa.func.lower(column).contains(product_id.lower(), autoescape=True)).limit(NEIGHBOURS),
    ]
    with engine.connect() as connection:
        known = [name for query in queries for name in connection.execute(query).scalars()]
    if not known:
        return " The catalogue is empty: `mmgen import FILE --map MAP` fills it."
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(product_id.lower(), list(by_lower), n=1, cutoff=0.0)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else f" The next in order is {known[0]!r}."


def _rows(dataset: Dataset, ids: list[str], until: str | None) -> list[dict[str, Any]]:
    """The newest rows of a dataset (one a modality or kind, and a locale), each with the commit of its partition."""
    schema = dataset.contract.arrow_schema
    columns = [field.name for field in schema if not _is_large(field.type)]
    found = dataset.newest(columns, until=until, only=ids)
    newest = found.sort_by([(key, "ascending") for key in dataset.contract.keys]).to_pylist()
    commits = _commits(dataset, {str(row["ds"]) for row in newest})
    return [_readable(row) | {"commit": commits.get(row["ds"])} for row in newest]


def _is_large(kind: pa.DataType) -> bool:
    is_numbers = pa.types.is_list(kind) and not pa.types.is_string(kind.value_type)
    return bool(pa.types.is_binary(kind) or is_numbers)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """JSON columns as values, maps as objects, and what is very long by its size."""
    value = dict(row)
    for name in ("checks", "facts"):
        if isinstance(value.get(name), str):
            value[name] = json.loads(value[name])
    if isinstance(value.get("attributes"), list):
        value["attributes"] = dict(value["attributes"])
    for name in ("tokens",):
        if isinstance(value.get(name), list):
            value[name] = f"{len(value[name])} tokens"
    return {
        name: f"({len(part)} characters)" if isinstance(part, str) and len(part) > LARGE else part
        for name, part in value.items()
    }


def _commits(dataset: Dataset, dates: set[str]) -> dict[str, dict[str, Any]]:
    """The newest commit about each partition."""
    found: dict[str, dict[str, Any]] = {}
    for commit in dataset.history():
        ds = commit.metadata.get("ds", "")
        if ds in dates and ds not in found:
            found[ds] = commit_value(commit)
    return found


def _content_value(row: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A content row with its checks, its writer and its facts, where they are of this very value."""
    value = dict(row)
    if row["author"] == Author.HUMAN:
        return value
    checked = [c for c in _in_locale(rows, "content_checks", row["locale"]) if c["kind"] == row["kind"]]
    same = [c for c in checked if c["value_hash"] == row["value_hash"]]
    value["checks"] = same[0]["checks"] if same else None
    value["check_status"] = same[0]["status"] if same else None
    made = _in_locale(rows, KINDS_OF.get(row["kind"], ""), row["locale"])
    for name in ("writer", "facts", "num_candidates", "score", "headline", "alt_text", "layout", "backdrop"):
        if same and made and name in made[0]:
            value[name] = made[0][name]
    return value


def _in_locale(rows: dict[str, list[dict[str, Any]]], name: str, locale: str) -> list[dict[str, Any]]:
    """Of a product in several locales the rows of one; a row without a locale is of the only one."""
    return [row for row in rows.get(name, ()) if row.get("locale") in (locale, None)]


def _of_kind(rows: dict[str, list[dict[str, Any]]], kind: str | None) -> dict[str, list[dict[str, Any]]]:
    """Without the rows of other kinds."""
    return {name: [r for r in found if kind is None or r.get("kind", kind) == kind] for name, found in rows.items()}
