"""A training on a real Spark standalone cluster of two workers, beside the same one under torchrun."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mmgen.config.config import Config
from mmgen.launch.launcher import Training
from mmgen.launch.registry import LAUNCHERS
from mmgen.pipeline import ROOT
from tests.launch.test_supervise import ours, wait_for
from tests.spark_cluster import QUICK_JVM, Cluster, need_java, standalone
from tests.training.examples_files import write_shop

TINY = Path(__file__).with_name("tiny.py")
STEPS = 6
LIMIT_S = 900.0
"""Idle, a training takes half a minute; the limit is for a machine that is busy with much else."""
SETTINGS = f"""
spark.driver.memory             512m
spark.executor.memory           512m
spark.ui.enabled                false
spark.driver.extraJavaOptions   {QUICK_JVM}
spark.executor.extraJavaOptions {QUICK_JVM}
"""
SUPERVISOR = """
import json, sys
from pathlib import Path
from mmgen.config.launch import LaunchParams
from mmgen.launch.launcher import Start
from mmgen.launch.registry import LAUNCHERS
from mmgen.launch.supervise import supervise
name, command, environment = json.loads(sys.argv[1])
sys.exit(supervise("train", Start(command, environment), LaunchParams(), Path.cwd(), LAUNCHERS[name]()))
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    need_java()
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(SETTINGS, encoding="utf-8")
    shutil.copy2(ROOT / "docker" / "spark" / "log4j2.properties", folder / "conf")
    with standalone(folder, folder / "conf", workers=2) as found:
        yield found


def start(name: str, folder: Path, cluster: Cluster, steps: int, pause_s: float, processes: int | str) -> list[str]:
    """The command of a supervisor over the launcher ``name``."""
    config = Config.load({"home": str(folder), "spark": {"master": cluster.master}, "train": {"processes": processes}})
    training = Training("train", "2026-11-01", TINY, (str(folder), str(steps), str(pause_s)))
    begun = LAUNCHERS[name]().start(training, config)
    return [sys.executable, "-c", SUPERVISOR, json.dumps([name, begun.command, dict(begun.environment)])]


def run(command: list[str], folder: Path, cluster: Cluster) -> subprocess.Popen[bytes]:
    environment = {**cluster.environment, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True)


def steps_of(folder: Path) -> list[str]:
    file = folder / "steps.log"
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.timeout(2 * LIMIT_S)
def test_two_workers_train_what_torchrun_trains(cluster: Cluster, tmp_path: Path) -> None:
    found = {}
    for name, processes in (("spark", "auto"), ("torchrun", 2)):
        folder = tmp_path / name
        write_shop(folder / "shop")
        process = run(start(name, folder, cluster, STEPS, 0.0, processes), folder, cluster)
        assert process.wait(timeout=LIMIT_S) == 0, (folder / "log").read_text(errors="replace")[-3000:]
        assert len(steps_of(folder)) == 2 * STEPS, "two processes, each step once"
        found[name] = [load_file(folder / f"rank-{rank}.safetensors") for rank in (0, 1)]
    first = found["torchrun"][0]
    for other in (*found["spark"], found["torchrun"][1]):
        assert first.keys() == other.keys()
        assert all(torch.equal(value, other[name]) for name, value in first.items())
    assert cluster.state()["completedapps"][-1]["name"] == "mmgen.train"


@pytest.mark.timeout(LIMIT_S)
def test_a_cancelled_training_leaves_no_process_on_the_workers(cluster: Cluster, tmp_path: Path) -> None:
    write_shop(tmp_path / "shop")
    process = run(start("spark", tmp_path, cluster, 2000, 0.1, 2), tmp_path, cluster)
    try:
        assert wait_for(lambda: len(steps_of(tmp_path)) >= 4, LIMIT_S - 200), (tmp_path / "log").read_text()[-3000:]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 130
        assert wait_for(lambda: ours(tmp_path) == [], 30), ours(tmp_path)
    finally:
        for left in ours(tmp_path):
            os.kill(left.pid, signal.SIGKILL)
