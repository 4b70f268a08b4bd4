"""``mmgen run``: order, logs, failures, interrupts. The jobs are stood in for by short scripts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from mmgen.pipeline import ROOT, Job
from mmgen.services import night as runner
from mmgen.services.processes import Tree, members, snapshot
from tests.cli.conftest import DAY1, DAY2, Put, Run

ECHO = """
import os, sys
print("chatter")
print("of", sys.argv[1:], os.environ["MMGEN_RUN_ID"], os.environ["MMGEN_HOME"], file=sys.stderr)
print(os.environ["MMGEN_RUN_ID"], *sys.argv[1:])
"""
# The pause: the two streams of a job reach its log by different ways, and may overtake each other.
FAIL = (
    "import sys, time; print('half done', flush=True); time.sleep(0.5); "
    "sys.exit('\\n'.join(f'line {i}' for i in range(40)))"
)
GRANDCHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """job name -> the script that stands in for it."""
    chosen: dict[str, str] = {}

    def command(job: Job, arguments: list[str], *_: object) -> list[str]:
        return [sys.executable, "-c", chosen.get(job.name, ECHO), *arguments]

    monkeypatch.setattr(runner, "job_command", command)
    return chosen


def test_jobs_run_in_order_and_say_what_they_did(mmgen: Run, home: Path, scripts: dict[str, str]) -> None:
    result = mmgen("run", "--ds", DAY1, "--from", "clean_images", "--to", "clean_audio", "--full")
    lines = result.stdout.splitlines()
    assert lines[0::2] == ["[1/3] clean_images ...", "[2/3] clean_texts ...", "[3/3] clean_audio ..."]
    assert all(line.endswith(f"cli__{DAY1} --ds {DAY1} --full") for line in lines[1::2])
    log = (home / "logs" / DAY1 / "clean_texts.log").read_text()
    assert "chatter" in log and str(home) in log


def test_the_json_is_alone_on_stdout(mmgen: Run, catalogue: Engine, scripts: dict[str, str]) -> None:
    result = mmgen("run", "--ds", DAY1, "--to", "extract_media", "--retry", "media_missing", "--json")
    value = json.loads(result.stdout)
    assert (value["status"], value["run_id"], value["not_run"]) == ("succeeded", f"cli__{DAY1}", [])
    assert [(job["job"], job["status"]) for job in value["jobs"]] == [
        ("extract_products", "succeeded"),
        ("extract_media", "succeeded"),
    ]
    assert value["jobs"][0]["summary"].endswith("--retry media_missing")
    assert "[1/2] extract_products" in result.stderr


def test_a_failure_stops_the_run_and_says_how_to_go_on(
    mmgen: Run, home: Path, catalogue: Engine, scripts: dict[str, str]
) -> None:
    scripts["clean_images"] = FAIL
    result = mmgen("run", "--ds", DAY1, "--from", "extract_media", "--to", "clean_texts")
    assert result.exit_code == 1
    assert "clean_texts ..." not in result.stdout
    shown = [line.strip() for line in result.stdout.splitlines() if line.startswith("    | ")]
    assert shown == [f"| line {i}" for i in range(25, 40)]
    for words in (
        f"The log: {home / 'logs' / DAY1 / 'clean_images.log'}",
        "What it means: The error budget is spent",
        f"mmgen run --ds {DAY1} --from clean_images --to clean_texts",
    ):
        assert words in result.stdout
    value = json.loads(mmgen("run", "--ds", DAY1, "--from", "extract_media", "--json").stdout)
    assert (value["status"], value["jobs"][-1]["job"], value["not_run"][0]) == ("failed", "clean_images", "clean_texts")


@pytest.mark.parametrize(
    ("arguments", "is_refused"),
    [
        ([], True),
        (["--from", "graph_features", "--to", "examples"], True),
        (["--from", "clean_images", "--to", "clean_texts"], False),
    ],
    ids=["a night", "jobs that read the catalogue", "jobs that do not"],
)
def test_an_empty_catalogue_is_said_before_anything_starts(
    mmgen: Run, home: Path, scripts: dict[str, str], arguments: list[str], is_refused: bool
) -> None:
    result = mmgen("run", "--ds", DAY1, *arguments)
    assert (result.exit_code, (home / "logs").exists()) == (int(is_refused), not is_refused)
    assert ("`mmgen import FILE --map MAP`" in result.stderr) == is_refused


def test_a_job_that_hangs_is_ended(
    mmgen: Run, scripts: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripts["train"] = "import time; time.sleep(60)"
    monkeypatch.setattr(runner, "TICK_S", 0.05)
    monkeypatch.setattr(runner, "timeout_s", lambda _job: 0.3)
    value = json.loads(mmgen("run", "--ds", DAY1, "--from", "train", "--to", "train", "--json").stdout)
    assert value["status"] == "timed_out" and value["jobs"][0]["seconds"] < 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_an_interrupt_ends_the_job_with_its_children(catalogue: Engine, tmp_path: Path, number: signal.Signals) -> None:
    pid_file = tmp_path / "pid"
    program = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs the tests in the background
from mmgen.cli import main
from mmgen.services import night as runner
runner.job_command = lambda *_: [sys.executable, "-c", {GRANDCHILD!r}, {str(pid_file)!r}]
main(["run", "--ds", {DAY1!r}, "--to", "extract_products"])
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)) as process:
        deadline = time.monotonic() + 30
        while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        grandchild = int(pid_file.read_text())
        assert grandchild in snapshot()
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"To go on: mmgen run --ds {DAY1} --from extract_products --to extract_products" in out
    assert grandchild not in snapshot()


@pytest.mark.parametrize("moment", ["start_tree", "stop_tree"])
def test_an_interrupt_while_a_job_is_started_or_ended_leaves_nothing_running(
    mmgen: Run, catalogue: Engine, scripts: dict[str, str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Between a job's start and the wait for its end; and once more while the first interrupt ends it."""
    trees: list[Tree] = []
    real = {name: getattr(runner, name) for name in ("start_tree", "stop_tree")}

    def start(*arguments: Any) -> tuple[subprocess.Popen[bytes], Tree]:
        process, tree = real["start_tree"](*arguments)
        trees.append(tree)
        signal.raise_signal(signal.SIGTERM)
        return process, tree

    def stop(tree: Tree) -> int:
        if moment == "stop_tree":
            signal.raise_signal(signal.SIGTERM)
        return int(real["stop_tree"](tree))

    monkeypatch.setattr(runner, "start_tree", start)
    monkeypatch.setattr(runner, "stop_tree", stop)
    scripts["extract_products"] = "import time; time.sleep(60)"
    result = mmgen("run", "--ds", DAY1, "--to", "clean_images")
    assert result.exit_code == 130 and "To go on" in result.stdout
    assert len(trees) == 1 and not members(trees[0])


@pytest.mark.parametrize(
    ("before", "is_heeded"),
    [(signal.SIG_DFL, True), (signal.SIG_IGN, False)],
    ids=["in a terminal", "under nohup"],
)
def test_the_terminal_closes(before: signal.Handlers, is_heeded: bool) -> None:
    kept = signal.signal(signal.SIGHUP, before)
    is_interrupted = False
    try:
        with runner.interruptible() as interrupts, interrupts.heeded():
            signal.raise_signal(signal.SIGHUP)
    except KeyboardInterrupt:
        is_interrupted = True
    finally:
        stands = signal.signal(signal.SIGHUP, kept)
    assert (is_interrupted, stands) == (is_heeded, before)


def test_retry_runs_each_date_from_its_first_faulty_job(mmgen: Run, put: Put, scripts: dict[str, str]) -> None:
    put("clean_images", DAY1, [{"product_id": "p1", "reject_reason": "transform_failed"}])
    put("clean_texts", DAY2, [{"product_id": "p2", "reject_reason": "text_unreadable"}])
    value = json.loads(mmgen("quarantine", "--retry", "--json").stdout)
    runs = [(run["ds"], run["jobs"][0]["job"], run["jobs"][0]["summary"].split()[-1]) for run in value["runs"]]
    assert [(ds, job, set(reasons.split(","))) for ds, job, reasons in runs] == [
        (DAY1, "clean_images", {"transform_failed", "input_rejected"}),
        (DAY2, "clean_texts", {"text_unreadable", "input_rejected"}),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a\nb\nc\n", ["b", "c"], id="the last lines"),
        pytest.param("a\n10%\r20%\r30%\nend\n", ["30%", "end"], id="a progress bar's last state"),
        pytest.param("a\r\nb\r\n", ["a", "b"], id="lines from Windows"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_tail(tmp_path: Path, text: str, lines: list[str]) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(text.encode())
    assert runner.tail(log, 2) == lines
