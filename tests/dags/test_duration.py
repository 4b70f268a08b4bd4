"""A night that `mmgen demo` runs by hand takes as long in Airflow's eyes as it took, and links its training."""

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

jobs = [BY_NAME["train"], BY_NAME["report"]]
dag = dag_of(jobs, Where(None, None, "default_pool", "none"), dag_id="night", schedule="@daily")
"""


RUN = "http://127.0.0.1:5000/#/experiments/1/runs/7f3a"


@pytest.mark.timeout(300)
def test_a_date_as_a_parameter_is_not_taken_for_the_start(tmp_path: Path) -> None:
    """A date as the run's logical date is: then Airflow shows hours or days."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "night.py").write_text(DAG, encoding="utf-8")
    stand_in = tmp_path / "python"
    said = f'#!/bin/sh\necho "$@" >> {tmp_path}/given\n[ "$2" != mmgen.launch ] || echo "MLflow run: {RUN}" >&2\n'
    stand_in.write_text(said, encoding="utf-8")
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
        links = connection.execute("SELECT task_id, value FROM xcom WHERE key = '_link_MlflowRunLink'").fetchall()
    start, end = (datetime.fromisoformat(text) for text in row[1:])
    assert row[0] == "success" and 0 < (end - start).total_seconds() < passed
    given = sorted(line.split() for line in (tmp_path / "given").read_text().splitlines())
    assert given == [["-m", "mmgen.launch", "train", "--ds", "2026-11-01"], [given[1][0], "--ds", "2026-11-01"]]
    assert [(task, json.loads(link)) for task, link in links] == [("train", RUN)]
