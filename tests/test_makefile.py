"""What `make` removes: nothing but its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mmgen.pipeline import ROOT


@pytest.mark.skipif(shutil.which("make") is None, reason="this machine has no make")
@pytest.mark.parametrize("name", ["repository/var", "srv/mmgen", "srv/a home"], ids=["its own", "elsewhere", "a space"])
def test_clean_leaves_a_home_elsewhere_alone(tmp_path: Path, name: str) -> None:
    folder, home = tmp_path / "repository", tmp_path / name
    for made in (folder / ".venv" / "jobs", folder / "var", home, tmp_path / "srv" / "a", tmp_path / "home"):
        made.mkdir(parents=True, exist_ok=True)
    command = ["make", "--no-print-directory", "-C", str(folder), "-f", str(ROOT / "Makefile"), "clean"]
    done = subprocess.run(command, env={**os.environ, "MMGEN_HOME": str(home)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (folder / ".venv").exists() and not (folder / "var").exists()
    assert home.exists() is (home != folder / "var")
    assert (tmp_path / "srv" / "a").exists()
    assert (f"left alone: {home}" in done.stdout) is home.exists()
