"""``mmgen demo``: what it gives Airflow, and when it does not start it at all. Airflow is stood in for by a script."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mmgen.cli.demo import run_dag
from mmgen.cli.settings import Settings
from mmgen.services import airflow as services
from tests.cli.conftest import DAY1, Run

MAP = 'name = "shop"\n[columns]\nproduct_id = "id"\ntitle = "name"\n'


@pytest.fixture
def given(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the arguments that Airflow's command was given, one a line."""
    file, command = home.parent / "given", home.parent / "airflow"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {file}\n', encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("MMGEN_AIRFLOW", str(command))
    monkeypatch.setattr(services, "prepared_environment", lambda *_: dict(os.environ))
    return file


def test_the_date_is_a_parameter_and_not_the_runs_own(given: Path) -> None:
    """As its own it would be the run's start in Airflow's eyes."""
    run_dag(Settings(), DAY1, print)
    *command, parameters = given.read_text(encoding="utf-8").splitlines()
    assert command == ["dags", "test", "catalog_refresh", "--conf"]
    assert json.loads(parameters) == {"ds": DAY1}


def test_a_shop_without_a_usable_row_starts_nothing(mmgen: Run, tmp_path: Path, given: Path) -> None:
    (tmp_path / "shop.csv").write_text("id,name\n,Cap\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    shop = ["--shop", str(tmp_path / "shop.csv"), "--map", str(tmp_path / "map.toml")]
    result = mmgen("demo", "--ds", DAY1, *shop)
    assert result.exit_code == 1 and "`mmgen quarantine import` says why" in result.stderr
    assert not given.exists()
