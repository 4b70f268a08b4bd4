"""The task of a training: what it shows while it runs, and that nothing is left of one that was cancelled."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmgen.pipeline import job_python
from tests.launch.test_supervise import GONE_S, command, ours, wait_for

RUN = "https://mlflow.example.org/#/experiments/1/runs/7f3a"
SAID = {
    "an address": (f"MLflow run: {RUN}", RUN),
    "among other words": (f"12:00:01 INFO mmgen: MLflow run: {RUN} begun", RUN),
    "no tracking server": ("MLflow run: 7f3a", ""),
    "no such word": (f"see {RUN}", ""),
}


def training(argv: list[str], folder: Path) -> Any:
    from mmgen.airflow import TrainingOperator

    return TrainingOperator(task_id="train", command=argv, env={"WHO": "me"}, conn_id="none", folder=str(folder))


@pytest.mark.parametrize(("line", "link"), SAID.values(), ids=SAID)
def test_the_link_is_there_while_it_runs_and_afterwards(tmp_path: Path, line: str, link: str) -> None:
    from mmgen.airflow import MlflowRunLink

    pushed: dict[str, str] = {}
    task = training([sys.executable, "-c", f"print({line!r}); print('train: version 1')"], tmp_path)
    context: Any = {"ti": SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))}
    assert task.execute(context) == "train: version 1"
    assert pushed == ({MlflowRunLink().xcom_key: link} if link else {})
    ti_key: Any = None
    assert MlflowRunLink().get_link(task, ti_key=ti_key) == link


def test_a_training_that_fails_fails_its_task(tmp_path: Path) -> None:
    task = training([sys.executable, "-c", "import os, sys; print(os.environ['WHO'], 'error'); sys.exit(3)"], tmp_path)
    with pytest.raises(RuntimeError, match="train ended with 3: me error"):
        task.execute({})


@pytest.mark.timeout(120)
def test_a_cancelled_task_ends_every_process(tmp_path: Path) -> None:
    argv = command(tmp_path, "sleeps", children=2)
    argv[0] = job_python()
    if not Path(argv[0]).with_name("torchrun").exists():
        pytest.skip("the jobs' environment is not made")
    task, ended = training(argv, tmp_path), []

    def work() -> None:
        with pytest.raises(RuntimeError, match="train ended with 130"):
            task.execute({})
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert wait_for(lambda: len(list(tmp_path.glob("attempt-*"))) == 3, 60)
    finally:
        task.on_kill()
        thread.join(timeout=GONE_S)
    assert ended and wait_for(lambda: ours(tmp_path) == [], GONE_S)
