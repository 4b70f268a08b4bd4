"""Benchmarks are run by hand and seldom: what they take from mmgen is asked here, so that no move breaks them."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TypeGuard

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(FOLDER.glob("*.py"))


def taken_from_mmgen(path: Path) -> list[tuple[str, str]]:
    """(module, name) of every ``from mmgen... import ...`` of a script, those inside functions among them."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mmgen")]
    return [(str(node.module), alias.name) for node in found for alias in node.names]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_benchmark_takes_from_mmgen_is_there(script: Path) -> None:
    for module, name in taken_from_mmgen(script):
        if importlib.util.find_spec(module) is None:
            pytest.fail(f"{script.name}: there is no {module}")
        try:
            loaded = importlib.import_module(module)
        except ModuleNotFoundError as error:  # what only the encoders' environment has
            assert not str(error.name).startswith("mmgen"), f"{script.name}: {error}"
            continue
        assert hasattr(loaded, name) or importlib.util.find_spec(f"{module}.{name}"), f"{script.name}: {module}.{name}"


@pytest.mark.parametrize(
    "script", [p for p in SCRIPTS if p.stem.startswith(("bench_", "quality_"))], ids=lambda path: path.stem
)
def test_a_benchmark_puts_its_peers_on_the_path_before_it_imports_any(script: Path) -> None:
    nodes = ast.parse(script.read_text(encoding="utf-8")).body
    taken = [n.module or "" if isinstance(n, ast.ImportFrom) else n.names[0].name for n in nodes if is_import(n)]
    others = [name for name in taken if name.partition(".")[0] not in sys.stdlib_module_names]
    assert others[0] == "report"


def is_import(node: ast.stmt) -> TypeGuard[ast.Import | ast.ImportFrom]:
    return isinstance(node, ast.Import | ast.ImportFrom)
