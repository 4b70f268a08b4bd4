"""A real Spark standalone cluster on this machine: a master and workers from pyspark's own jars, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mmgen.pipeline import job_environment, job_python

# Idle, a cluster is up in a few seconds; the limit is for a machine that is busy with much else.
WAIT_S = 240.0
# Short JVMs spend most of their time compiling: the first compiler alone halves it.
QUICK_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


@dataclass(frozen=True)
class Cluster:
    """A running master: its URL for drivers, and the page with its state."""

    master: str
    state_url: str
    environment: dict[str, str]

    def state(self) -> dict[str, Any]:
        """What the master knows of its workers and applications (its health check's page)."""
        with urllib.request.urlopen(self.state_url, timeout=5) as answer:  # noqa: S310 - a loopback URL of our own
            return dict(json.load(answer))


def free_ports(count: int) -> list[str]:
    """Ports that are free now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [str(one.getsockname()[1]) for one in sockets]


@contextmanager
def running(
    command: list[str], environment: dict[str, str], log: Path, output: Path | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own; the whole group is gone afterwards."""
    with log.open("wb") as errors, (output or log).open("ab") as out:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=out, stderr=errors, start_new_session=True)
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(timeout=10)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        process.wait(timeout=10)


def wait_for_workers(cluster: Cluster, count: int, logs: list[Path]) -> None:
    """Until the master reports ``count`` living workers; else an error with the ends of the logs."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        try:
            if cluster.state()["aliveworkers"] == count:
                return
        except OSError:
            pass
        time.sleep(0.2)
    tails = [f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in logs]
    raise TimeoutError("the workers did not register in time\n" + "\n".join(tails))


def need_java() -> None:
    """Skip the test where there is no Java."""
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine (apt-get install openjdk-17-jre-headless)")


def cluster_environment(conf_dir: Path, folder: Path) -> dict[str, str]:
    """The environment of master, workers and drivers: settings from ``conf_dir``, scratch below ``folder``."""
    environment = {**os.environ, **job_environment(), "SPARK_CONF_DIR": str(conf_dir)}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "local")}
    return environment | {"SPARK_DAEMON_JAVA_OPTS": QUICK_JVM}


@contextmanager
def standalone(folder: Path, conf_dir: Path, workers: int, cores: int = 1, memory: str = "1g") -> Iterator[Cluster]:
    """A master and workers as an administrator starts them (``spark-class``), all gone afterwards.

    TimeoutError where they do not come up.
    """
    rpc, web = free_ports(2)
    environment = cluster_environment(conf_dir, folder)
    found = Cluster(f"spark://127.0.0.1:{rpc}", f"http://127.0.0.1:{web}/json/", environment)
    spark_class = str(Path(job_python()).parent / "spark-class")
    deploy = [spark_class, "org.apache.spark.deploy.{}"]
    listen = ["--host", "127.0.0.1"]
    master = [*deploy, *listen, "--port", rpc, "--webui-port", web]
    worker = [*deploy, *listen, "--webui-port", "0", "--cores", str(cores), "--memory", memory]
    with ExitStack() as stack:
        logs = [folder / "master.log"]
        stack.enter_context(running([w.format("master.Master") for w in master], environment, logs[0]))
        for number in range(workers):
            logs.append(folder / f"worker-{number}.log")
            own = [*worker, "--work-dir", str(folder / f"worker-{number}"), found.master]
            stack.enter_context(running([w.format("worker.Worker") for w in own], environment, logs[-1]))
        wait_for_workers(found, workers, logs)
        yield found
