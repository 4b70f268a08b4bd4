"""A night that `mmgen demo` runs by hand takes as long in Airflow's eyes as it took."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from mmgen.pipeline import ROOT

DAG = """
from mmgen.airflow import Where, dag_of
from mmgen.pipeline import BY_NAME

dag = dag_of([BY_NAME["report"]], Where(None, None, "default_pool", "none"), dag_id="night", schedule="@daily")
"""


@pytest.mark.timeout(300)
def test_a_date_as_a_parameter_is_not_taken_for_the_start(tmp_path: Path) -> None:
    """A date as the run's logical date is: then Airflow shows hours or days."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "night.py").write_text(DAG, encoding="utf-8")
    stand_in = tmp_path / "python"
    stand_in.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/given\n', encoding="utf-8")
    stand_in.chmod(0o755)
    database = tmp_path / "airflow.db"
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}",
        "PYTHONPATH": str(ROOT),
        "MMGEN_PYTHON": str(stand_in),
    }
    started = time.time()
    for arguments in (["db", "migrate"], ["dags", "test", "night", "--conf", json.dumps({"ds": "2026-11-01"})]):
        command = [str(Path(sys.executable).with_name("airflow")), *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    passed = time.time() - started
    with sqlite3.connect(database) as connection:
        [row] = connection.execute("SELECT state, start_date, end_date FROM dag_run").fetchall()
    start, end = (datetime.fromisoformat(text) for text in row[1:])
    assert row[0] == "success" and 0 < (end - start).total_seconds() < passed
    assert (tmp_path / "given").read_text().split()[1:] == ["--ds", "2026-11-01"]
