"""Processes that stay are started once and ended whole; Airflow is given the environment that it needs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from mmgen.pipeline import ROOT
from mmgen.services import airflow as services
from mmgen.services import daemons, processes
from mmgen.services.daemons import Record, Service

IGNORES_TERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
FAMILY = """
import subprocess, sys, time
for options in ({}, {"start_new_session": True}, {"process_group": 0}):
    subprocess.Popen([sys.executable, "-c", sys.argv[1]], **options)
sys.exit() if sys.argv[2] == "leaves" else time.sleep(60)
"""


def family(kind: str, script: str = "import time; time.sleep(60)") -> processes.Tree:
    """A process with three children: in its group, in a session of its own, in a group of its own."""
    command = [sys.executable, "-c", FAMILY, script, kind]
    child, tree = processes.start_tree(command, os.environ, ROOT, subprocess.DEVNULL, subprocess.DEVNULL)
    wanted = 3 if kind == "leaves" else 4
    deadline = time.monotonic() + 20
    while len(processes.members(tree)) != wanted or (kind == "leaves" and child.poll() is None):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return tree


@pytest.mark.parametrize("kind", ["stays", "leaves"])
def test_a_tree_is_ended_with_the_children_that_left_it(kind: str) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        tree = family(kind)
        assert processes.stop_tree(tree, grace_s=10) == (3 if kind == "leaves" else 4)
        assert processes.members(tree) == []
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_what_ignores_sigterm_is_killed() -> None:
    tree = family("stays", IGNORES_TERM)
    time.sleep(0.5)  # until they ignore it
    processes.stop_tree(tree, grace_s=0.5)
    assert processes.members(tree) == []


def test_a_later_process_of_the_same_number_is_not_ours() -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        tree = processes.Tree(other.pid, "0", "MMGEN_TREE_none")
        assert not processes.is_alive(tree)
        assert processes.stop_tree(tree, grace_s=0) == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_both_ways_of_listing_processes_agree() -> None:
    mine = os.getpid()
    from_proc = {p.pid: p.parent for p in processes._from_proc()}
    from_ps = {p.pid: p.parent for p in processes._from_ps()}
    assert from_proc[mine] == from_ps[mine] == os.getppid()


def test_a_service_is_kept_on_record_until_it_is_ended(home: Path) -> None:
    service = Service("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
    record = daemons.start(home, service)
    try:
        assert daemons.live_records(home) == daemons.all_records(home) == [record]
    finally:
        ended = services.stop_all(home)
    assert ended == {"sleeper": 1}
    assert daemons.all_records(home) == [] and services.stop_all(home) == {}


def test_two_ups_at_once_are_refused(home: Path) -> None:
    with daemons.only_one(home), pytest.raises(RuntimeError, match="wait for it"):
        services.stop_all(home)


def test_a_service_that_dies_is_named_with_its_log(home: Path) -> None:
    service = Service("mayfly", [sys.executable, "-c", "raise SystemExit('no such table')"], dict(os.environ))
    record = daemons.start(home, service)
    while processes.is_alive(record.tree):
        time.sleep(0.05)
    with pytest.raises(RuntimeError, match=r"mayfly ended:\nno such table"):
        services.wait_until_healthy([record], within_s=20)
    services.stop_all(home)


def test_airflow_is_given_what_it_needs() -> None:
    environment = services.airflow_environment(Path("/srv/home"), 8090)
    expected = {
        "AIRFLOW_HOME": "/srv/home/airflow",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__API__PORT": "8090",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://127.0.0.1:8090/execution/",
        "MMGEN_HOME": "/srv/home",
        "PYTHONPATH": str(ROOT),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    assert expected.items() <= environment.items()
    assert Path(environment["MMGEN_PYTHON"]).is_absolute()


@pytest.mark.parametrize(
    ("store", "base", "expected"),
    [
        pytest.param(
            "sqlite:////srv/home/mlflow.db", {}, "http://127.0.0.1:5931", id="the UI that is started beside it"
        ),
        pytest.param("http://mlflow:5000", {}, "http://mlflow:5000", id="a server elsewhere"),
        pytest.param("http://mlflow:5000", {"MMGEN_MLFLOW_URL": "https://ml"}, "https://ml", id="a person's wins"),
    ],
)
def test_airflow_knows_where_mlflow_is_seen(
    monkeypatch: pytest.MonkeyPatch, store: str, base: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(services, "airflow_executable", lambda: Path("/opt/airflow"))
    found = services.wanted(Path("/srv/home"), base, store, "/srv/artifacts", services.Ports(5930, 5931), {})
    scheduler = next(service for service in found if service.name == "scheduler")
    assert scheduler.environment["MMGEN_MLFLOW_URL"] == expected


@pytest.mark.parametrize(
    ("base", "name", "value"),
    [
        pytest.param({}, "AIRFLOW__CORE__PARALLELISM", "4", id="from conf/airflow.env"),
        pytest.param({"AIRFLOW__CORE__PARALLELISM": "8"}, "AIRFLOW__CORE__PARALLELISM", "8", id="a person's wins"),
        pytest.param({"AIRFLOW_HOME": "/elsewhere"}, "AIRFLOW_HOME", "/h/airflow", id="two homes never meet"),
        pytest.param({"LANG": "C"}, "LANG", "C", id="all else stays"),
    ],
)
def test_whose_value_wins(base: dict[str, str], name: str, value: str) -> None:
    assert services.merged_environment(Path("/h"), 8080, base)[name] == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A=1\n# B=2\n\nC = x\n", {"A": "1", "C ": " x"}, id="lines"),
        pytest.param('A={"a": "b"}\n', {"A": '{"a": "b"}'}, id="JSON"),
        pytest.param('A=\'{"a": 1}\'\nB="x"\nC=a=b\n', {"A": '{"a": 1}', "B": "x", "C": "a=b"}, id="quotes"),
    ],
)
def test_env_files(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    file = tmp_path / "a.env"
    file.write_text(text)
    assert services.read_env_file(file) == {name.strip(): value for name, value in expected.items()}


def test_ports() -> None:
    with socket.socket() as taken:
        taken.bind((daemons.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not daemons.is_free(port)
        assert daemons.next_free(port, taken=set()) > port
        with pytest.raises(ValueError, match="taken: name another with --airflow-port"):
            services._port(None, port, 8080, "--airflow-port")
    running = Record("api-server", 1, "0", "m", None, 8081, "log")
    assert services._port(running, None, 8080, "--airflow-port") == 8081
    with pytest.raises(ValueError, match="`mmgen down` first"):
        services._port(running, 9000, 8080, "--airflow-port")


def test_the_password_is_made_once_and_is_the_owners_alone(home: Path) -> None:
    services.make_password(home)
    first = services.password_of(home)
    services.make_password(home)
    assert first and services.password_of(home) == first
    assert services.password_file(home).stat().st_mode & 0o777 == 0o600


AIRFLOW = """#!/bin/sh
mkdir -p "$AIRFLOW_HOME" && touch "$AIRFLOW_HOME/airflow.db"
echo "$1 $2" >> "$AIRFLOW_HOME/calls"
test "$1" != "$(cat "$AIRFLOW_HOME/fails" 2>/dev/null)"
"""


def install_airflow(venv: Path, version: str) -> Path:
    """An environment with a command that stands in for Airflow's, and the version that it says it is."""
    packages = venv / "lib" / "python3.11" / "site-packages"
    shutil.rmtree(packages, ignore_errors=True)
    info = packages / f"apache_airflow-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: apache-airflow\nVersion: {version}\n")
    command = venv / "bin" / "airflow"
    command.parent.mkdir(exist_ok=True)
    command.write_text(AIRFLOW)
    command.chmod(0o755)
    return command


@pytest.mark.parametrize(
    ("fails", "version", "is_prepared_again"),
    [
        pytest.param(None, "3.1", False, id="whole"),
        pytest.param("db", "3.1", True, id="cut off in the migration"),
        pytest.param("pools", "3.1", True, id="cut off before the pool"),
        pytest.param(None, "3.2", True, id="another Airflow since"),
    ],
)
def test_a_database_counts_as_ready_when_all_of_it_was_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, fails: str | None, version: str, is_prepared_again: bool
) -> None:
    venv, folder = home.parent / "venv", home / "airflow"
    monkeypatch.setenv("MMGEN_AIRFLOW", str(install_airflow(venv, "3.1")))
    monkeypatch.delenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", raising=False)
    folder.mkdir()
    (folder / "fails").write_text(fails or "nothing")
    with pytest.raises(RuntimeError, match=f"airflow {fails}") if fails else nullcontext():
        services.prepared_environment(home, os.environ, print)
    (folder / "fails").unlink()
    (folder / "calls").unlink()
    install_airflow(venv, version)
    for _ in range(2):
        services.prepared_environment(home, os.environ, print)
    calls = (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []
    assert calls == (["db migrate", "pools set"] if is_prepared_again else [])
