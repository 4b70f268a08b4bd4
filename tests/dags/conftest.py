"""Airflow as it parses and runs the DAGs, with a home and a database of its own."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

ROOT = Path(__file__).resolve().parent.parent.parent
HAS_AIRFLOW = importlib.util.find_spec("airflow") is not None
collect_ignore_glob = [] if HAS_AIRFLOW else ["test_*.py"]

# Airflow reads these when it is imported.
_home = tempfile.TemporaryDirectory(prefix="mmgen-airflow-test-")
SETTINGS = {
    "AIRFLOW_HOME": _home.name,
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_home.name}/airflow.db",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    "AIRFLOW_CONN_SPARK_DEFAULT": '{"conn_type": "spark", "host": "local[2]"}',
}
if HAS_AIRFLOW:
    os.environ.update(SETTINGS)
    # As Airflow does: the DAGs' folder is on the path, and mmgen beside it.
    sys.path[:0] = [str(ROOT / "dags"), str(ROOT)]


@pytest.fixture(scope="session")
def dagbag() -> Iterator[DagBag]:
    """All DAGs, parsed once."""
    from airflow.dag_processing.dagbag import DagBag

    yield DagBag(str(ROOT / "dags"))
