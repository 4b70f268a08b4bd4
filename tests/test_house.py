"""The rule of layers, the size of folders and the order within files; read from the source, nothing is imported."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    "rejects hashes seeds dates vectors kinds resources telemetry pipeline",
    "config services sample values",
    "store models pretrained profile launch",
    "engine catalog clean",
    "features duplicates registry facts publishing",
    "graph metrics content_checks creatives speech cli",
    "writing training report airflow",
)
"""From the ground up. A file of mmgen imports its own folder and lower layers; jobs and dags stand above all."""

LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names.split()}
GROUND = LAYERS[0].split()
MAX_FILES = 14
"""Of a folder, ``__init__.py`` left out: what fits on a page, and is read before something is added."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "mmgen").rglob("*.py"))}


def part_of(module: str) -> str:
    """The folder, or the file on the ground floor, that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Modules of mmgen that a file imports anywhere, for type checkers alone included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "mmgen":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def test_every_folder_has_a_layer() -> None:
    assert {part_of(name) for name in MODULES} - {""} - set(LAYER_OF) == set()


@pytest.mark.parametrize("module", [name for name in MODULES if part_of(name)])
def test_a_file_imports_its_own_folder_and_lower_layers(module: str) -> None:
    own = part_of(module)
    upward = [
        other
        for other in imports_of(tree_of(MODULES[module]))
        if part_of(other) not in ("", own)
        and LAYER_OF[part_of(other)] >= LAYER_OF[own]
        and not (own in GROUND and part_of(other) in GROUND)
    ]
    assert upward == []


def test_imports_go_round_nowhere() -> None:
    graph = {name: set(imports_of(tree_of(path))) - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_a_folder_can_be_read() -> None:
    folders = [*MODULES.values(), *(ROOT / "jobs").glob("*.py"), *(ROOT / "dags").glob("*.py")]
    sizes = Counter(path.parent.relative_to(ROOT).as_posix() for path in folders if path.name != "__init__.py")
    # jobs/ is a list of entry points, one a dataset: it grows with the pipeline, and each is read by itself
    assert {name: size for name, size in sizes.items() if size > MAX_FILES and name != "jobs"} == {}


def first_use(tree: ast.Module, name: str, own: ast.stmt) -> ast.stmt | None:
    """The first statement of a file, but the definition itself, that names ``name``."""
    uses = (one for one in tree.body if one is not own)
    return next((one for one in uses if any(isinstance(x, ast.Name) and x.id == name for x in ast.walk(one))), None)


def out_of_order(tree: ast.Module) -> list[str]:
    """Private functions that stand above the first function or class that uses them, and those that nothing uses."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
            user = first_use(tree, node.name, node)
            is_definition = isinstance(user, ast.FunctionDef | ast.ClassDef)
            if user is None or (is_definition and user.lineno > node.lineno):
                found.append(node.name)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_file_reads_from_what_is_asked_to_how_it_is_done(module: str) -> None:
    """What runs when the file is imported (constants, decorators) may need its function above."""
    assert out_of_order(tree_of(MODULES[module])) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def run():\n    _a()\ndef _a(): pass", []),
        ("def _a(): pass\ndef run():\n    _a()", ["_a"]),
        ("def _a(): pass\nX = _a()\ndef run():\n    _a()", []),
        ("def _a(): pass", ["_a"]),
    ],
    ids=["below", "above", "needed by a constant", "unused"],
)
def test_order_is_told(source: str, expected: list[str]) -> None:
    assert out_of_order(ast.parse(source)) == expected
