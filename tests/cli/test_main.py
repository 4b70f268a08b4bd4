"""The command line as a whole: help, JSON, errors and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from sqlalchemy.engine import Engine

from mmgen.cli import SECTIONS, main
from mmgen.cli.masking import mask_secrets
from tests.cli.conftest import Run

COMMANDS = [command for commands in SECTIONS.values() for command in commands]
HEAVY = ("pyarrow", "sqlalchemy", "pydantic", "numpy", "rich", "pyspark", "deltalake", "mlflow", "torch")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_command_has_examples_and_json(mmgen: Run, command: click.Command) -> None:
    result = mmgen(command.name or "", "--help")
    assert result.exit_code == 0
    assert f" {command.name}" in result.stdout.partition("Examples:")[2]
    assert "--json" in result.stdout


def test_every_command_is_in_a_section() -> None:
    assert {c.name for c in COMMANDS} == set(main.commands)


def test_the_help_imports_nothing_heavy() -> None:
    code = f"import sys, mmgen.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        pytest.param(["status", "clean_imags"], 1, "Did you mean 'clean_images'?", id="unknown dataset"),
        pytest.param(["quarantine", "--reason", "image_trunc"], 1, "Did you mean 'image_truncated'?", id="reason"),
        pytest.param(["receipt", "p11"], 1, "Did you mean 'p1'?", id="unknown product"),
        pytest.param(["receipt", "p1", "--kind", "descripton"], 1, "Did you mean 'description'?", id="unknown kind"),
        pytest.param(["rollback", "cli__2026-11-10", "--by", "Ada", "--yes"], 1, "'cli__2026-11-01'", id="run"),
        pytest.param(["rollback", "cli__2026-11-01", "--by", "Ada"], 2, "add --yes", id="nobody to ask"),
        pytest.param(["import", "no.csv", "--map", "no.toml"], 1, "no such map", id="no map"),
        pytest.param(["run", "--ds", "today"], 2, "a date like 2026-11-01", id="not a date"),
        pytest.param(["run", "--ds", "2026-11-01", "--from", "cleen"], 1, "no job 'cleen'", id="unknown job"),
        pytest.param(["run", "--ds", "2026-11-01", "--retry", "media_mising"], 1, "'media_missing'", id="retry"),
        pytest.param(["approve", "--by", "Ada"], 2, "name one PRODUCT", id="approve nothing"),
        pytest.param(["approve", "p1", "--kind", "adcopy", "--by", "Ada"], 1, "'ad_copy'", id="approve kind"),
        pytest.param(["approve", "p3", "--by", "Ada"], 1, "has no content", id="approve without content"),
        pytest.param(["edit", "p1", "--kind", "ad_copy", "--by", "Ada"], 2, "--text", id="edit without text"),
        pytest.param(["edit", "p9", "--kind", "ad_copy", "--text", "x", "--by", "Ada"], 1, "not in the", id="edit p9"),
        pytest.param(["--config", "no.toml", "status"], 1, "no configuration file", id="no config"),
    ],
)
@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
def test_an_error_says_what_to_do(
    mmgen: Run, shop: Engine, arguments: list[str], exit_code: int, message: str, is_json: bool
) -> None:
    result = mmgen(*arguments, *(["--json"] if is_json else []))
    assert result.exit_code == exit_code
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert json.loads(result.stdout)["error"] if is_json else not result.stdout


def test_debug_raises_the_error(mmgen: Run) -> None:
    result = mmgen("--debug", "status", "nothing_like_it")
    assert isinstance(result.exception, ValueError)


def test_home_is_for_one_command(mmgen: Run, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert json.loads(mmgen("--home", str(other), "status", "--json").stdout)["home"] == str(other)
    assert json.loads(mmgen("status", "--json").stdout)["home"] == str(home)


def test_config_masks_secrets(mmgen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMGEN_CATALOGUE_URL", "postgresql+psycopg://shop:geheim@db/shop")
    for arguments in (["config"], ["config", "--json"]):
        out = mmgen(*arguments).stdout
        assert "geheim" not in out and "postgresql+psycopg://shop:***@db/shop" in out


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param("postgresql://u:p@h/d", "postgresql://u:***@h/d", id="password"),
        pytest.param("postgresql://u:p@ss:w/rd@h/d", "postgresql://u:***@h/d", id="password with signs"),
        pytest.param("http://h:5000/a", "http://h:5000/a", id="a port is no secret"),
        pytest.param("postgresql://h/d?user=u&password=p&x=1", "postgresql://h/d?user=u&password=***&x=1", id="query"),
        pytest.param("sqlite:////a/b.db", "sqlite:////a/b.db", id="file"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert mask_secrets(text) == masked


def test_the_pages_of_the_datasets_are_as_the_contracts_say(mmgen: Run) -> None:
    result = mmgen("docs", "--check")
    assert result.exit_code == 0, result.stdout


def test_docs_writes_what_is_missing_and_takes_what_is_stale_away(mmgen: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "gone.md").write_text("of a dataset that is no more")
    assert mmgen("docs", "--check", "--out", str(folder)).exit_code == 1
    written = json.loads(mmgen("docs", "--out", str(folder), "--json").stdout)
    assert "gone.md" in written["changed"] and "README.md" in written["changed"]
    assert not (folder / "gone.md").exists()
    assert mmgen("docs", "--check", "--out", str(folder)).exit_code == 0
