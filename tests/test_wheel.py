"""The wheel: what it carries and says of itself, and that it works where there is no checkout."""

from __future__ import annotations

import ast
import email
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mmgen import __version__
from mmgen.pipeline import BY_NAME
from mmgen.resources import IS_CHECKOUT
from tests.conftest import ROOT

SHIPPED = ("conf", "dags", "jobs", "schemas")
BUILT_OF = ("mmgen", *SHIPPED, "pyproject.toml", "setup.py", "setup.cfg", "README.md", "LICENSE", "NOTICE")
"""What a build reads. It gets a copy of these: setuptools writes beside what it builds."""
LAUNCHERS = ("spark-submit", "find-spark-home", "find_spark_home.py")
DS = "2026-11-01"
HERE = sysconfig.get_paths()["purelib"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def build(kind: str, source: Path, out: Path) -> Path:
    """A ``wheel`` or an ``sdist`` of a tree, by the backend that pip calls, without the network."""
    out.mkdir(exist_ok=True)
    program = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.splitlines()[-1]


def files_of(folder: Path) -> set[str]:
    """Files below a folder by their path from it, but what Python writes there by itself."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and is_source(path)}


def is_source(path: Path) -> bool:
    return "__pycache__" not in path.parts and not path.name.startswith(".")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, as far as a build reads it."""
    folder = tmp_path_factory.mktemp("source")
    for name in BUILT_OF:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return build("wheel", source, source.parent / "wheels")


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


# --- what it carries -----------------------------------------------------------------------------------------------


def test_it_carries_the_package_and_the_folders_whole(wheel: Path) -> None:
    """Whatever is added to mmgen/ later (words, templates, weights) must not be forgotten in package-data."""
    expected = {f"mmgen/{name}" for name in files_of(ROOT / "mmgen")}
    expected |= {f"mmgen/shipped/{folder}/{name}" for folder in SHIPPED for name in files_of(ROOT / folder)}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if not name.startswith(f"mmgen-{__version__}.dist-info/")}
    assert found == expected


def test_a_second_build_forgets_what_the_first_one_had(source: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(source, tree)
    stale = tree / "mmgen" / "gone.py"
    stale.touch()
    build("wheel", tree, tmp_path / "first")
    stale.unlink()
    with zipfile.ZipFile(build("wheel", tree, tmp_path / "second")) as archive:
        assert "mmgen/gone.py" not in archive.namelist()
    assert not (tree / "mmgen" / "shipped").exists(), "a checkout never holds the copies"


def test_the_source_distribution_makes_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", source, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    again = build("wheel", tmp_path / f"mmgen-{__version__}", tmp_path / "wheels")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        content = [{i.filename: i.CRC for i in z.infolist() if "dist-info" not in i.filename} for z in (one, other)]
    assert content[0] == content[1]


# --- what it says of itself ----------------------------------------------------------------------------------------


def test_metadata(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("mmgen", __version__)
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("License-File", [])) == {"LICENSE", "NOTICE", "mmgen/clean/audio/weights/NOTICE"}
    assert set(metadata.get_all("Provides-Extra", [])) >= {"spark", "train", "encoders", "airflow"}


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        pytest.param("CITATION.cff", r"^version: (\S+)$", id="citation"),
        pytest.param("CHANGELOG.md", r"^## \[(\d\S*)\]", id="the changelog's newest"),
        pytest.param("docker/compose.yaml", r"image: mmgen-\w+:(\S+)", id="compose"),
        pytest.param("docker/airflow.Dockerfile", r"mmgen-\w+:(\S+)", id="airflow's image"),
        pytest.param("docker/jobs.Dockerfile", r"mmgen-\w+:(\S+)", id="the jobs' image"),
        pytest.param("docker/mlflow.Dockerfile", r"mmgen-\w+:(\S+)", id="mlflow's image"),
        pytest.param("docs/runbook.md", r"-t mmgen-\w+:(\S+)", id="runbook"),
    ],
)
def test_the_version_is_one(file: str, pattern: str) -> None:
    found = re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    assert set(found[:1] if file == "CHANGELOG.md" else found) == {__version__}


def locked(*names: str) -> dict[str, str]:
    """Package -> version of some locks."""
    text = "\n".join((ROOT / "requirements" / name).read_text(encoding="utf-8") for name in names)
    found = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([\w.]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize(
    ("extras", "locks"),
    [
        pytest.param(("", "spark", "train", "sentences", "postgres"), ("torch.txt", "jobs.txt"), id="jobs"),
        pytest.param(("airflow",), ("airflow.txt",), id="airflow"),
    ],
)
def test_what_is_locked_and_tested_satisfies_the_bounds(extras: tuple[str, ...], locks: tuple[str, ...]) -> None:
    versions = locked(*locks)
    listed = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    wanted = [Requirement(text) for extra in extras for text in listed[extra]]
    unmet = [
        f"{one}: {versions.get(canonicalize_name(one.name))}"
        for one in wanted
        if one.name != "mmgen" and not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]
    assert unmet == []


def imported() -> set[str]:
    """The packages that modules of mmgen import, those inside functions among them, without the standard library."""
    nodes = [node for path in (ROOT / "mmgen").rglob("*.py") for node in ast.walk(ast.parse(path.read_bytes()))]
    names = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"mmgen", "__future__"}


def test_what_is_imported_is_asked_for() -> None:
    known = packages_distributions()
    listed = [*PROJECT["dependencies"], *(text for part in PROJECT["optional-dependencies"].values() for text in part)]
    wanted = {canonicalize_name(Requirement(text).name) for text in listed}
    unasked = [
        name for name in sorted(imported())
        if name in known and not {canonicalize_name(one) for one in known[name]} & wanted
    ]  # fmt: skip
    assert unasked == []


# --- that it works -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, and a folder to work in."""

    environment: Path
    work: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment, which sees no checkout."""
        ours = ("MMGEN_", "SPARK_", "PYSPARK_", "PYTHONPATH", "MLFLOW_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        command = [str(self.environment / "bin" / arguments[0]), *arguments[1:]]
        variables = {**clean, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=self.work, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment. What mmgen needs comes from this one by a path file, so that nothing is downloaded; a path
    file's folder is not searched for path files in turn, so an editable mmgen there is not seen."""
    environment, work = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    venv.create(environment, with_pip=True, symlinks=True)
    made = Installed(environment, work)
    made.run("pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    packages = next(environment.glob("lib/python*/site-packages"))
    (packages / "what-mmgen-needs.pth").write_text(f"{HERE}\n", encoding="utf-8")
    for name in LAUNCHERS:
        (environment / "bin" / name).symlink_to(Path(sys.executable).parent / name)
    return made


def test_the_checkout_is_one() -> None:
    assert IS_CHECKOUT


def test_it_is_found_in_the_environment_alone(installed: Installed) -> None:
    program = "import json, sys, mmgen.resources as r; print(json.dumps([r.IS_CHECKOUT, str(r.ROOT), sys.path]))"
    is_checkout, root, path = json.loads(installed.run("python", "-c", program).stdout)
    assert not is_checkout
    assert Path(root).is_relative_to(installed.environment)
    assert str(ROOT) not in path
    assert set(BY_NAME) == {file.stem for file in (Path(root) / "jobs").glob("*.py")}


def test_help(installed: Installed) -> None:
    assert "The nightly run" in installed.run("mmgen", "--help").stdout
    assert __version__ in installed.run("mmgen", "--version").stdout


@pytest.mark.timeout(300)
def test_a_sample_shop_is_made_imported_and_its_products_extracted(installed: Installed) -> None:
    before = files_of(installed.environment)
    installed.run("mmgen", "sample", "--out", "shop", "--products", "50")
    installed.run("mmgen", "import", "shop/products.csv", "--map", "conf/sources/sample.toml")
    job = "extract_products"
    done = installed.run("mmgen", "run", "--ds", DS, "--from", job, "--to", job, "--json")
    [result] = json.loads(done.stdout)["jobs"]
    assert result["status"] == "succeeded"
    assert "raw_products ds=2026-11-01: 50 rows" in result["summary"]
    assert Path(result["log"]).is_relative_to(installed.work / "var"), "the home is `var` of the working directory"
    assert (installed.work / "var" / "tables" / "raw_products" / f"ds={DS}").is_dir()
    assert sorted(path.name for path in installed.work.iterdir()) == ["shop", "var"]
    assert files_of(installed.environment) == before, "nothing is written beside the installed package"
