"""Real processes, stopped, killed and cancelled: what hangs is started again, and nothing is ever left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from mmgen.pipeline import ROOT, job_python
from mmgen.services.processes import Process, snapshot

RANK = Path(__file__).with_name("rank.py")
SUPERVISOR = """
import json, logging, sys
from pathlib import Path
from mmgen.config.launch import LaunchParams
from mmgen.launch.launcher import Launcher, Start
from mmgen.launch.supervise import supervise
logging.basicConfig(level=logging.INFO)
params = LaunchParams(restarts=1, stalled_s=1.5, begin_limit_s=float(sys.argv[2]), step_limit_s=1)
sys.exit(supervise("train", Start(json.loads(sys.argv[1])), params, Path.cwd(), Launcher()))
"""
GONE_S = 20.0
"""Until nothing is left: three seconds of grace, and the machine may be busy."""


def command(folder: Path, way: str, children: int = 0, launcher: Sequence[str] = (sys.executable,)) -> list[str]:
    rank = [*launcher, str(RANK), str(folder), way, str(children)]
    return [sys.executable, "-c", SUPERVISOR, json.dumps(rank), "4" if launcher == (sys.executable,) else "200"]


@contextmanager
def supervised(folder: Path, way: str, children: int = 0, parent: str = "") -> Iterator[subprocess.Popen[str]]:
    """A supervisor, or with ``parent`` a shell that has started one, of a session of its own; killed afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = ["sh", "-c", parent, *command(folder, way, children)] if parent else command(folder, way, children)
    process = subprocess.Popen(
        argv, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        for one in ours(folder):
            os.kill(one.pid, signal.SIGKILL)
        process.kill()
        process.communicate()


def ours(folder: Path) -> list[Process]:
    """What is alive of a test: its folder is in every command line."""
    found = []
    for process in snapshot().values():
        try:
            line = Path(f"/proc/{process.pid}/cmdline").read_text(errors="replace")
        except OSError:
            continue
        if str(folder) in line and process.pid != os.getpid():
            found.append(process)
    return found


def wait_for(condition: object, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


WAYS = {
    "ends well": ("none", 0, 1, ""),
    "stopped, and started again": ("stops", 0, 2, "has given no sign of life for"),
    "killed, and started again": ("killed", 0, 2, "its launcher ended with SIGKILL"),
    "a step that does not end": ("step hangs", 0, 2, "has given no sign of life for"),
    "no sign at all": ("mute", 0, 2, "no process has given a sign of life for"),
    "long before the steps and after them": ("slow before and after", 0, 1, ""),
    "would fail again": ("wrong", 1, 1, "failed, and would fail again: ValueError: no such column"),
    "may pass, and started again": ("passing", 0, 2, "RuntimeError: a peer is gone"),
    "hangs each time": ("stops always", 1, 2, "train: error: given up after 1 restarts"),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("way", "status", "attempts", "said"), WAYS.values(), ids=WAYS)
def test_how_it_ends(tmp_path: Path, way: str, status: int, attempts: int, said: str) -> None:
    with supervised(tmp_path, way) as process:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == status, output
        assert len(list(tmp_path.glob("attempt-*"))) == attempts
        assert said in output
        assert ours(tmp_path) == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("these tests were started by nohup, whose processes a hang-up is not to end")
    with supervised(tmp_path, "sleeps", children=2) as process:
        assert wait_for(lambda: len(list(tmp_path.glob("attempt-*"))) == 3, 30)
        process.send_signal(number)
        assert process.wait(timeout=GONE_S) == 130
        assert ours(tmp_path) == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("is_stopped", [False, True], ids=["at work", "one of them stopped"])
def test_torchruns_processes_end_with_it(tmp_path: Path, is_stopped: bool) -> None:
    torchrun = [str(Path(job_python()).parent / "torchrun"), "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    argv = command(tmp_path, "sleeps", launcher=torchrun)
    process = subprocess.Popen(argv, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        assert wait_for(lambda: len(list(tmp_path.glob("attempt-*"))) == 2, 90)
        ranks = sorted(int(file.name.partition("-")[2]) for file in tmp_path.glob("attempt-*"))
        assert set(ranks) < {one.pid for one in ours(tmp_path)}
        if is_stopped:
            os.kill(ranks[0], signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=2 * GONE_S) == 130
        assert ours(tmp_path) == []
    finally:
        for one in ours(tmp_path):
            os.kill(one.pid, signal.SIGKILL)
        process.kill()
        process.wait()


@pytest.mark.timeout(120)
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word of a parent's death is Linux's")
@pytest.mark.parametrize(
    ("parent", "victim"),
    [pytest.param("", "supervisor", id="the supervisor"), pytest.param('"$0" "$@"; true', "shell", id="its parent")],
)
def test_a_killed_supervisor_or_parent_leaves_nothing(tmp_path: Path, parent: str, victim: str) -> None:
    with supervised(tmp_path, "sleeps", children=2, parent=parent) as process:
        assert wait_for(lambda: len(list(tmp_path.glob("attempt-*"))) == 3, 30)
        assert victim == "supervisor" or len(ours(tmp_path)) == 5
        process.kill()
        assert wait_for(lambda: ours(tmp_path) == [], GONE_S), ours(tmp_path)
