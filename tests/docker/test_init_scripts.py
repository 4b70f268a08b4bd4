"""The scripts that set the databases and Airflow up, run against a real PostgreSQL and a real Airflow."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.docker.declared import ROOT
from tests.postgres import NoPostgresError, postgres_server

AIRFLOW = ROOT / ".venv" / "airflow" / "bin"
OWNERS = {"catalogue": "mmgen", "airflow": "airflow", "mlflow": "mlflow"}


def test_postgres_init_makes_a_database_for_each_and_keeps_them_apart() -> None:
    if shutil.which("psql") is None:
        pytest.skip("no psql on this machine (apt-get install postgresql-client)")
    try:
        with postgres_server() as url:
            _check_databases(sa.make_url(url))
    except NoPostgresError as error:
        pytest.skip(str(error))


def _check_databases(server: sa.URL) -> None:
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("CREATE ROLE root_of_test SUPERUSER LOGIN"))
    admin.dispose()
    server = server.set(username="root_of_test")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:  # the test server's superuser has the name of one of the script's roles
        connection.execute(sa.text("ALTER ROLE mmgen RENAME TO initdb_role"))
    admin.dispose()
    passwords = {f"{name}_DB_PASSWORD": f"it's {name}" for name in ("CATALOGUE", "AIRFLOW", "MLFLOW")}
    where = {"PGHOST": str(server.host), "PGPORT": str(server.port), "POSTGRES_USER": "root_of_test"}
    assert _run_init(where | passwords, server) == OWNERS
    for database, role in OWNERS.items():
        for other in OWNERS:
            assert _can_connect(server.set(username=role, database=other)) == (other == database)


def _can_connect(url: sa.URL) -> bool:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE TABLE t (x int)"))
            return True
    except sa.exc.OperationalError as error:
        assert "permission denied for database" in str(error)
        return False
    finally:
        engine.dispose()


def _run_init(environment: dict[str, str], server: sa.URL) -> dict[str, str]:
    script = ROOT / "docker" / "postgres-init.sh"
    done = subprocess.run([script], env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    engine = sa.create_engine(server)
    query = "SELECT datname, rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname <> 'postgres'"
    with engine.connect() as connection:
        found = dict(connection.execute(sa.text(f"{query} AND NOT datistemplate")).tuples().all())
    engine.dispose()
    return found


def test_airflow_init_can_be_repeated(tmp_path: Path) -> None:
    if not (AIRFLOW / "airflow").exists():
        pytest.skip("no Airflow environment here")
    passwords = tmp_path / "simple_auth_passwords.json"
    environment = {
        "PATH": f"{AIRFLOW}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW_ADMIN_PASSWORD": 'it\'s "one"',
        "MMGEN_POOL_SLOTS": "3",
    }
    script = ROOT / "docker" / "airflow-init.sh"
    for _ in range(2):
        done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(passwords.read_text(encoding="utf-8")) == {"admin": 'it\'s "one"'}
    assert passwords.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(tmp_path / "airflow.db") as database:  # not the command line: it takes seconds to start
        assert database.execute("SELECT slots FROM slot_pool WHERE pool = 'mmgen'").fetchall() == [(3,)]
