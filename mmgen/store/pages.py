"""The datasets' documentation pages, generated from their contracts."""

from __future__ import annotations

from pathlib import Path

from mmgen.pipeline import producer
from mmgen.store.contracts import contract, dataset_names, documentation

INDEX = "README.md"


def expected_pages() -> dict[str, str]:
    """File name -> text of every page and of the index."""
    names = dataset_names()
    pages = {f"{name}.md": documentation(contract(name)) for name in names}
    lines = ["# Datasets", "", "Each is a Delta table under `tables/` of the home, partitioned by `ds`.", ""]
    lines += ["| dataset | made by | grain | owner | what it is |", "|---|---|---|---|---|"]
    for name in names:
        item, maker = contract(name), producer(name)
        job = f"`{maker.name}`" if maker else ""
        lines.append(f"| [{name}]({name}.md) | {job} | {item.grain} | {item.owner} | {item.description} |")
    lines += ["", "*Generated from `schemas/` by `mmgen docs`; edit the contracts instead.*", ""]
    return pages | {INDEX: "\n".join(lines)}


def stale_pages(pages: dict[str, str], folder: Path) -> list[str]:
    """Names of the pages that are missing, differ, or belong to no contract any more."""
    written = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    return sorted(name for name in pages.keys() | written.keys() if pages.get(name) != written.get(name))


def write_pages(pages: dict[str, str], stale: list[str], folder: Path) -> None:
    """Write the changed pages; take those away that no contract has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in pages:
            (folder / name).write_text(pages[name], encoding="utf-8")
        else:
            (folder / name).unlink()
