"""The import rule of the design, and what no source file may hold; read from the source, nothing is imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STANDARD = set(sys.stdlib_module_names)

IMPORTED_BY_ONE = {
    "petastorm": "mmgen/training/data/petastorm_reader.py",
    "mlflow": "mmgen/registry/tracker.py",
    "great_expectations": "mmgen/store/checks.py",
    "deltalake": "mmgen/store/datasets.py",
    "hashlib": "mmgen/hashes.py",
    "librosa": "mmgen/models/spectrogram.py",
    "pystoi": "mmgen/metrics/audio.py",
    "visqol": "mmgen/metrics/audio.py",
}
MAY_IMPORT = {
    "dags/*.py": {"mmgen.airflow"},
    "mmgen/airflow.py": {"airflow", "mmgen.pipeline", "mmgen.resources"},
    "mmgen/pipeline.py": {"mmgen.resources", "mmgen.telemetry"},
    "mmgen/resources.py": set[str](),
    "mmgen/telemetry.py": set[str](),
}
"""Files -> what they may import besides the standard library."""
TRANSFORM_FOLDERS = ("clean", "features", "facts", "writing", "content_checks", "creatives")
TRANSFORMS = [path for folder in TRANSFORM_FOLDERS for path in sorted((ROOT / "mmgen" / folder).rglob("*.py"))]
SQL_VERBS = ("select ", "insert ", "update ", "delete ", "create ", "drop ", "alter ", "pragma ", "with ", "truncate ")


@dataclass(frozen=True)
class Import:
    """One imported module: its dotted name, its line, whether it is imported when the file is."""

    name: str
    line: int
    is_at_module_level: bool

    def is_of(self, package: str) -> bool:
        """Whether it is the package or something in it."""
        return self.name == package or self.name.startswith(f"{package}.")


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Every import of a file but those for type checkers alone."""
    yield from _imports(tree, True)


def _imports(node: ast.AST, is_at_module_level: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            continue
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, is_at_module_level)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield Import(child.module or "", child.lineno, is_at_module_level)
            # ``from mmgen import pipeline`` imports a module, too
            for alias in child.names if child.module == "mmgen" else []:
                yield Import(f"mmgen.{alias.name}", child.lineno, is_at_module_level)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports(child, is_at_module_level and not inside)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def violations(path: Path, allowed: set[str]) -> list[str]:
    return [
        f"{name_of(path)}:{found.line} imports {found.name}"
        for found in imports_of(tree_of(path))
        if found.name.split(".")[0] not in STANDARD and not any(found.is_of(name) for name in allowed)
    ]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        pytest.param(path, allowed, id=name_of(path))
        for pattern, allowed in MAY_IMPORT.items()
        for path in sorted(ROOT.glob(pattern))
    ],
)
def test_imports_nothing_but(path: Path, allowed: set[str]) -> None:
    assert violations(path, allowed) == []


@pytest.mark.parametrize("package", ["jobs", "dags", "mmgen.airflow", "tests"])
def test_mmgen_never_imports(package: str) -> None:
    found = [
        f"{name_of(path)}:{one.line}"
        for path in sources("mmgen")
        for one in imports_of(tree_of(path))
        if one.is_of(package)
    ]
    assert found == []


@pytest.mark.parametrize(("package", "only"), IMPORTED_BY_ONE.items(), ids=IMPORTED_BY_ONE)
def test_one_file_imports(package: str, only: str) -> None:
    importing = {
        name_of(path)
        for path in sources("mmgen", "jobs", "dags")
        for one in imports_of(tree_of(path))
        if one.is_of(package)
    }
    assert importing == {only}


@pytest.mark.parametrize("path", TRANSFORMS, ids=name_of)
def test_a_transform_knows_no_spark(path: Path) -> None:
    assert [one for one in imports_of(tree_of(path)) if one.is_of("pyspark") or one.is_of("mmgen.engine.spark")] == []


@pytest.mark.parametrize("path", TRANSFORMS, ids=name_of)
def test_a_transform_knows_no_dataset_and_no_job(path: Path) -> None:
    """It is a pure function on a batch: what it reads and writes is the job's matter."""
    unwanted = ("mmgen.store", "mmgen.engine", "mmgen.catalog", "mmgen.config.config")
    assert [one for one in imports_of(tree_of(path)) for name in unwanted if one.is_of(name)] == []


def test_a_job_imports_mmgen_and_spark_alone() -> None:
    assert [line for path in sources("jobs") for line in violations(path, {"mmgen", "pyspark"})] == []


# --- what no source file may hold ---------------------------------------------------------------------------------


def dangers(tree: ast.Module) -> list[str]:
    """Ways of running code that lies in data, and SQL that is put together from values."""
    found = [
        f"line {one.line}: imports {one.name}"
        for one in imports_of(tree)
        if one.name.split(".")[0] in ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            text = f"{node.arg}={ast.unparse(node.value)}"
            if text in ("weights_only=False", "allow_pickle=True", "shell=True", "trust_remote_code=True"):
                found.append(f"line {node.value.lineno}: {text}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec", "os.system", "yaml.load"):
            found.append(f"line {node.lineno}: {ast.unparse(node.func)}")
        if isinstance(node, ast.JoinedStr) and is_sql_of_values(node):
            found.append(f"line {node.lineno}: SQL by f-string")
    return found


def is_sql_of_values(text: ast.JoinedStr) -> bool:
    """Whether an f-string begins as SQL and inserts anything but a module's constant (``{STOREFRONT_VIEW}``)."""
    first = text.values[0]
    if not (isinstance(first, ast.Constant) and str(first.value).lstrip().lower().startswith(SQL_VERBS)):
        return False
    # Words such as "with" and "create" begin sentences, too; SQL says its verbs in capitals here.
    if not str(first.value).lstrip().split()[0].isupper():
        return False
    inserted = [part.value for part in text.values if isinstance(part, ast.FormattedValue)]
    return not all(isinstance(value, ast.Name) and value.id.isupper() for value in inserted)


@pytest.mark.parametrize("path", sources("mmgen", "jobs", "dags"), ids=name_of)
def test_runs_no_code_of_data_and_builds_no_sql_of_values(path: Path) -> None:
    assert dangers(tree_of(path)) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import pickle", 1),
        ("def f():\n    from pickle import loads", 1),
        ("torch.load(p, weights_only=False)", 1),
        ("torch.load(p, weights_only=True)", 0),
        ("np.load(p, allow_pickle=True)", 1),
        ("subprocess.run(c, shell=True)", 1),
        ("c.execute(f'SELECT * FROM t WHERE id = {x}')", 1),
        ("c.execute(f'CREATE VIEW v AS {VIEW}')", 0),
        ("c.execute('SELECT * FROM t')", 0),
        ("f'with {n} products'", 0),
    ],
)
def test_a_danger_is_found(source: str, count: int) -> None:
    assert len(dangers(ast.parse(source))) == count


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import mlflow.tracking", [("mlflow.tracking", True)]),
        ("def f():\n    from mlflow import x", [("mlflow", False)]),
        ("try:\n    import mlflow\nexcept ImportError: pass", [("mlflow", True)]),
        ("if TYPE_CHECKING:\n    import mlflow", []),
        ("class A:\n    import mlflow", [("mlflow", True)]),
        ("from mmgen import pipeline", [("mmgen", True), ("mmgen.pipeline", True)]),
    ],
)
def test_an_import_is_found(source: str, expected: list[tuple[str, bool]]) -> None:
    assert [(one.name, one.is_at_module_level) for one in imports_of(ast.parse(source))] == expected
