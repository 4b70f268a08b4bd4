"""From a published text back to all that it was made from, through every dataset to the shop's row."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from mmgen.cli.rejects import NEWEST
from mmgen.cli.settings import Settings, short
from mmgen.cli.status import commit_value
from mmgen.kinds import KINDS
from mmgen.publishing.types import Author
from mmgen.store.contracts import datasets_in_order
from mmgen.store.datasets import Dataset

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

LARGE = 2_000
"""Longer texts and lists are left out of a receipt, with their size named."""
NEIGHBOURS = 500
LINE = 100
KINDS_OF = {name: kind.dataset for name, kind in KINDS.items()}
"""Content kind -> the dataset that it is written in."""


def receipt_of(settings: Settings, product_id: str, kind: str | None) -> dict[str, Any]:
    """All that is known of a product's content. ValueError, with the nearest id, for a product that nobody knows.

    The datasets' rows are as of the newest date that its content is right for; of a product without content, of now.
    """
    from mmgen.publishing.receipts import content_of, history_of

    content = content_of(settings.engine, product_id)
    product = _product(settings, product_id)
    _check_kind(product_id, kind, content)
    content = [row for row in content if kind in (None, row["kind"])]
    generated = [str(row["ds"]) for row in content if row["author"] != Author.HUMAN]
    until = max(generated, default=NEWEST)
    rows = {name: _rows(settings, name, product_id, until) for name in reversed(datasets_in_order())}
    if not content and product is None and not any(rows.values()):
        raise ValueError(f"no product {product_id!r}.{_nearest(settings, product_id)}")
    history = [row for row in history_of(settings.engine, product_id) if kind in (None, row["kind"])]
    return {
        "product_id": product_id,
        "product": product,
        "as_of": None if until == NEWEST else until,
        "content": [_content_value(row, rows) for row in content],
        "datasets": _of_kind({name: found for name, found in rows.items() if found}, kind),
        "history": history,
    }


def _product(settings: Settings, product_id: str) -> dict[str, Any] | None:
    from mmgen.catalog.tables import products

    with settings.engine.connect() as connection:
        row = connection.execute(sa.select(products).where(products.c.product_id == product_id)).mappings().first()
    if row is None:
        return None
    return dict(row) | {"category": json.loads(row["category"]), "attributes": json.loads(row["attributes"])}


def _check_kind(product_id: str, kind: str | None, content: list[dict[str, Any]]) -> None:
    from mmgen.config.params import nearest

    known = sorted({row["kind"] for row in content} | KINDS_OF.keys())
    if kind is not None and kind not in known:
        raise ValueError(f"product {product_id!r} has no content of kind {kind!r}.{nearest(kind, known)}")


def _nearest(settings: Settings, product_id: str) -> str:
    """The nearest id among those that stand around it in order and those that hold it: never all of a large shop."""
    from mmgen.catalog.tables import products

    column = products.c.product_id
    queries = [
        sa.select(column).where(column >= product_id).order_by(column).limit(NEIGHBOURS),
        sa.select(column).where(column < product_id).order_by(column.desc()).limit(NEIGHBOURS),
        sa.select(column).where(sa.func.lower(column).contains(product_id.lower(), autoescape=True)).limit(NEIGHBOURS),
    ]
    with settings.engine.connect() as connection:
        known = [name for query in queries for name in connection.execute(query).scalars()]
    if not known:
        return " The catalogue is empty: `mmgen import FILE --map MAP` fills it."
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(product_id.lower(), list(by_lower), n=1, cutoff=0.0)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else f" The next in order is {known[0]!r}."


def _rows(settings: Settings, name: str, product_id: str, until: str) -> list[dict[str, Any]]:
    """The product's newest rows of a dataset (one a modality or kind), each with the commit of its partition."""
    dataset = settings.dataset(name)
    files = dataset.files(until=until)
    if not files:
        return []
    schema = dataset.contract.arrow_schema
    columns = [field.name for field in schema if not _is_large(field.type)]
    table = dataset.scan(files).to_table(columns=columns, filter=pc.field("product_id") == product_id)
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in sorted(table.to_pylist(), key=lambda row: str(row["ds"])):
        newest[tuple(str(row[key]) for key in dataset.contract.keys)] = row
    commits = _commits(dataset, {str(row["ds"]) for row in newest.values()})
    return [_readable(row) | {"commit": commits.get(row["ds"])} for row in newest.values()]


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
    checked = [c for c in rows.get("content_checks", ()) if c["kind"] == row["kind"]]
    same = [c for c in checked if c["value_hash"] == row["value_hash"]]
    value["checks"] = same[0]["checks"] if same else None
    value["check_status"] = same[0]["status"] if same else None
    made = rows.get(KINDS_OF.get(row["kind"], ""), ())
    for name in ("writer", "facts", "num_candidates", "score", "headline", "alt_text", "layout", "backdrop"):
        if same and made and name in made[0]:
            value[name] = made[0][name]
    return value


def _of_kind(rows: dict[str, list[dict[str, Any]]], kind: str | None) -> dict[str, list[dict[str, Any]]]:
    """Without the rows of other kinds."""
    return {name: [r for r in found if kind is None or r.get("kind", kind) == kind] for name, found in rows.items()}


# --- for a person --------------------------------------------------------------------------------------------------

LINEAGE = ("product_id", "ds", "input_hash", "config_hash", "content_hash", "commit", "locale", "media_root")


def print_receipt(console: Console, value: dict[str, Any]) -> None:
    """A tree: what stands, then what it was made from, then what was done to it."""
    from rich.tree import Tree

    product = value["product"]
    title = (
        f"{product['title'] or '(no title)'} · {product['source']}" if product else "(not in the catalogue any more)"
    )
    tree = Tree(f"{value['product_id']}  {title}")
    for row in value["content"]:
        _add_content(tree, row)
    if not value["content"]:
        tree.add("nothing is published of it" if value["datasets"] else "no job has run since it was imported")
    made_from = tree.add(f"made from, as of {value['as_of']}" if value["as_of"] else "in the datasets")
    for name, rows in value["datasets"].items():
        if name not in ("content_checks", "publications"):
            for row in rows:
                _add_row(made_from, name, row)
    _add_versions(tree, value["datasets"])
    if value["history"]:
        past = tree.add("history")
        for row in value["history"]:
            cause = row["cause_run_id"] or f"by {row['decided_by']}"
            past.add(f"{row['recorded_at']}  {row['kind']} ({row['locale']}) {row['action']}: {row['status']}, {cause}")
    console.print(tree)


def _add_content(tree: Tree, row: dict[str, Any]) -> None:
    seen = ", on the storefront" if row["is_on_storefront"] else ""
    who = "a person's text" if row["author"] == Author.HUMAN else "generated"
    branch = tree.add(f"{row['kind']} ({row['locale']}): {row['status']}{seen} · {who}")
    branch.add(short(row["value"], 600))
    source = {"date": row["ds"], "run": row["run_id"], "model": row["model_version"], "writer": row.get("writer")}
    source |= {"layout": row.get("layout"), "backdrop": row.get("backdrop"), "score": row.get("score")}
    branch.add(" · ".join(f"{name} {short(part, LINE)}" for name, part in source.items() if part is not None))
    if row["disclosure"]:
        branch.add(f"disclosure: {row['disclosure']}")
    if row["decided_by"]:
        branch.add(f"decided by {row['decided_by']} at {row['decided_at']}")
    if row.get("checks"):
        checks = branch.add(f"checks: {row['check_status']}")
        for check in row["checks"]:
            mark = "passed" if check.get("passed") else f"NOT passed ({check.get('severity')})"
            checks.add(f"{check.get('name')}: {mark} {check.get('detail') or ''}".rstrip())
    if row.get("facts"):
        facts = branch.add("facts that it was written from")
        for fact in row["facts"]:
            value = short(fact.get("value"), LINE)
            facts.add(f"{fact.get('slot')}: {fact.get('name')} = {value}  (from {fact.get('source')})")


def _add_row(tree: Tree, name: str, row: dict[str, Any]) -> None:
    which = f" {row['modality']}" if row.get("modality") else ""
    state = f"REJECTED: {row['reject_reason']}" if row["reject_reason"] else "clean"
    branch = tree.add(f"{name}{which} ds={row['ds']}  {state}  {row['content_hash'][:12]}")
    skipped = (*LINEAGE, "reject_reason", "modality", "facts", "checks")
    values = {k: v for k, v in row.items() if k not in skipped and v not in (None, "", [], {})}
    if values:
        branch.add("  ".join(f"{k}={short(v, LINE)}" for k, v in values.items()))


def _add_versions(tree: Tree, datasets: dict[str, list[dict[str, Any]]]) -> None:
    branch = tree.add("data versions")
    for name, rows in datasets.items():
        for ds, commit in {row["ds"]: row["commit"] for row in rows if row["commit"]}.items():
            inputs = f", from {', '.join(commit['inputs'])}" if commit["inputs"] else ""
            text = f"{name}@{commit['version']} ds={ds}  {commit['time']}  run {commit['run_id']}"
            branch.add(f"{text}, code {commit['code_version']}{inputs}")
