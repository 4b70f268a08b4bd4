"""Where a product's content comes from, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmgen.cli.settings import short
from mmgen.publishing.types import Author

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

LINE = 100
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
