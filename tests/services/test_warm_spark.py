"""One JVM lent to one job after another: what comes back clean is lent again, and all else is ended."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mmgen.engine import lease
from mmgen.engine.lease import Lease, leased_jvm
from mmgen.resources import ROOT
from mmgen.services import warm_spark
from mmgen.services.processes import snapshot
from mmgen.services.warm_spark import Lender, Wanted, socket_file

# Stands in for spark-submit: writes the gateway's file as Spark does, says its number, and ends with its stdin
JVM = """
import os, pathlib, struct, subprocess, sys
file = pathlib.Path(os.environ["_PYSPARK_DRIVER_CONN_INFO_PATH"])
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print("worker", worker.pid, flush=True)
unfinished = file.with_name("unfinished")
unfinished.write_bytes(struct.pack(">ii", os.getpid(), 6) + b"secret")
unfinished.rename(file)
for line in sys.stdin:
    pass
"""
FAILS = "import sys; print('no memory'); sys.exit(1)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def request_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets what this process asks for, and forgets a lease's variables."""

    def ask(program: str = JVM, **environment: str) -> None:
        request = {
            "command": [sys.executable, "-c", program],
            "folder": str(ROOT),
            "environment": {**os.environ, "PYTEST_CURRENT_TEST": "", **environment},
        }
        monkeypatch.setattr(lease, "wanted_here", lambda: request)

    ask()
    yield ask
    for name in (lease.PORT, lease.SECRET):
        os.environ.pop(name, None)


@pytest.fixture
def lender(home: Path, request_of: Any) -> Iterator[Lender]:
    one = Lender(socket_file(home))
    yield one
    one.close()


def taken(home: Path) -> tuple[Lease, int]:
    """A lease, and the number of the JVM's process, which stands in for its port."""
    found = leased_jvm(home)
    assert found is not None
    pid = int(os.environ.pop(lease.PORT))
    assert os.environ.pop(lease.SECRET) == "secret"
    return found, pid


def is_running(pid: int) -> bool:
    return pid in snapshot()


def until(condition: Callable[[], object], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_jvm_that_comes_back_is_lent_again(lender: Lender, home: Path) -> None:
    pids = set()
    for _ in range(3):
        one, pid = taken(home)
        one.give_back()
        pids.add(pid)
    assert len(pids) == 1 and is_running(*pids)
    lender.close()
    until(lambda: not is_running(*pids))
    assert not socket_file(home).exists()


@pytest.mark.parametrize(
    ("variable", "is_same"),
    [
        pytest.param("MMGEN_RUN_ID", True, id="the run's name"),
        pytest.param("AIRFLOW_CTX_TASK_ID", True, id="Airflow's task"),
        pytest.param("MMGEN_TREE_0", True, id="a tree's mark"),
        pytest.param("MMGEN_FAULT", False, id="a drill"),
        pytest.param("PYTHONPATH", False, id="the code"),
        pytest.param("SPARK_CONF_DIR", False, id="Spark's settings"),
    ],
)
def test_who_wants_another_environment_gets_another_jvm(
    lender: Lender, home: Path, request_of: Callable[..., None], variable: str, is_same: bool
) -> None:
    first, pid = taken(home)
    first.give_back()
    request_of(**{variable: "another"})
    second, other = taken(home)
    second.give_back()
    assert (pid == other, is_running(pid)) == (is_same, is_same)


def test_of_a_job_that_ends_without_a_word_nothing_goes_on(
    lender: Lender, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Killed, crashed, failed: the JVM is ended, and so is a worker that left its session."""
    one, pid = taken(home)
    until(lambda: is_running(pid))
    [worker] = [int(line.split()[1]) for line in capfd.readouterr().err.splitlines() if line.startswith("worker")]
    one._connection.close()
    until(lambda: not is_running(pid) and not is_running(worker))
    until(lambda: not lender._leased.locked())
    second, other = taken(home)
    second.give_back()
    assert other != pid


def test_one_job_at_a_time_has_it(lender: Lender, home: Path) -> None:
    one, pid = taken(home)
    assert leased_jvm(home) is None and lease.PORT not in os.environ
    one.give_back()
    second, again = taken(home)
    second.give_back()
    assert again == pid


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"not JSON\n", b'{"command": 1}\n', b"x" * 100],
    ids=["nothing", "empty", "not JSON", "another's", "no end"],
)
def test_what_is_no_request_gets_no_jvm(lender: Lender, home: Path, content: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection, Path(os.devnull).open("wb") as log:
        connection.connect(str(socket_file(home)))
        if content:
            socket.send_fds(connection, [content], [log.fileno()])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    until(lambda: not lender._leased.locked())
    one, _ = taken(home)
    one.give_back()


def test_without_a_jvm_the_job_is_told_at_once(
    lender: Lender, home: Path, request_of: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    request_of(FAILS)
    assert leased_jvm(home) is None
    until(lambda: "no memory" in capfd.readouterr().err)


def test_a_jvm_that_died_is_replaced(lender: Lender, home: Path) -> None:
    one, pid = taken(home)
    one.give_back()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_running(pid))
    second, other = taken(home)
    second.give_back()
    assert other != pid


@pytest.mark.parametrize("limit", ["idle_s", "leases"])
def test_a_jvm_is_ended_when_its_time_is_over(
    home: Path, request_of: Any, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(warm_spark, "MAX_LEASES", 1 if limit == "leases" else 60)
    lender = Lender(socket_file(home), idle_s=0.1 if limit == "idle_s" else 600)
    try:
        one, pid = taken(home)
        time.sleep(1)
        assert is_running(pid), "while a job has it, it is not idle"
        one.give_back()
        until(lambda: not is_running(pid))
    finally:
        lender.close()


def test_nobody_else_may_ask(lender: Lender, home: Path) -> None:
    assert stat.S_IMODE(socket_file(home).stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["nobody lends", "a socket that nobody listens at", "spark-submit started the job"])
def test_a_job_that_is_lent_nothing_starts_spark_itself(home: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    if kind == "a socket that nobody listens at":
        socket_file(home).parent.mkdir()
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(socket_file(home)))
    if kind == "spark-submit started the job":
        socket_file(home).parent.mkdir()
        socket_file(home).touch()
        monkeypatch.setenv(lease.PORT, "1")
    assert leased_jvm(home) is None


def test_there_is_one_lender_a_home(home: Path, request_of: Any) -> None:
    with warm_spark.warm_spark(home):
        first, pid = taken(home)
        first.give_back()
        with warm_spark.warm_spark(home):
            second, other = taken(home)
            second.give_back()
        assert other == pid and is_running(pid)
    assert not is_running(pid)


@pytest.mark.parametrize("kind", ["a long path", "no folder"])
def test_a_home_without_room_for_a_socket_is_no_error(home: Path, kind: str) -> None:
    if kind == "a long path":
        home /= "a" * 100
    else:
        (home / "services").touch()
    with warm_spark.warm_spark(home):
        assert leased_jvm(home) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_jvm_does_not_outlive_its_lender(home: Path, request_of: Any, number: signal.Signals) -> None:
    service = subprocess.Popen([sys.executable, "-m", "mmgen.services.warm_spark", str(home)], cwd=ROOT)
    try:
        until(lambda: warm_spark.is_answering(socket_file(home)))
        one, pid = taken(home)
        one.give_back()
        service.send_signal(number)
        service.wait(timeout=60)
        until(lambda: not is_running(pid))
    finally:
        service.kill()
        service.wait()


def test_the_environment_is_that_of_the_jobs_start() -> None:
    """OpenCV changes LD_LIBRARY_PATH when it is imported: the JVM of a job with photos would be another one."""
    program = (
        "import mmgen.pipeline, cv2, os; from mmgen.services.warm_spark import *; print(wanted_here()['environment'])"
    )
    clean = {name: value for name, value in os.environ.items() if "cv2" not in value}  # as a job's parent has it
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
    )
    assert "cv2" not in done.stdout
    assert Wanted.of({"command": ["a"], "folder": "/", "environment": {"PWD": "/x"}}).environment == {}
