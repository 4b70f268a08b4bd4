"""The cluster of compose.yaml without containers: its own commands start a Spark master and a worker on loopback.

A job runs on them as Airflow's tasks run theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmgen.pipeline import ROOT, job_python
from tests.docker.declared import fill_all, services
from tests.spark_cluster import (
    QUICK_JVM,
    Cluster,
    cluster_environment,
    free_ports,
    need_java,
    running,
    wait_for_workers,
)

JOB_LIMIT_S = 240.0
PORTS = ("7077", "8080", "8081")
"""What compose.yaml's commands listen on; each becomes a free port here."""

JOB = '''
"""Rows through mapInArrow, with code of mmgen in the executor; written and read as Parquet with zstd."""
import sys
from collections.abc import Iterator

import pyarrow as pa

from mmgen.engine.spark import session


def seeds(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import os

    from mmgen.seeds import seed_of

    for batch in batches:
        ids = batch.column(0).to_pylist()
        limits = [os.environ.get("OPENCV_IO_MAX_IMAGE_PIXELS", "") for _ in ids]
        columns = [pa.array(ids), pa.array([str(seed_of(str(i), 7)) for i in ids]), pa.array(limits)]
        yield pa.RecordBatch.from_arrays(columns, names=["id", "seed", "limit"])


spark = session("mmgen.drill", 64)
frame = spark.range(0, 100, 1, 2).mapInArrow(seeds, "id long, seed string, limit string")
frame.write.parquet(sys.argv[1])
rows = spark.read.parquet(sys.argv[1]).orderBy("id").collect()
print("ROWS", [[row.id, row.seed, row.limit] for row in rows[:3]], len(rows), spark.sparkContext.master)
spark.stop()
'''


def command_of(service: str, ports: dict[str, str], folder: Path) -> list[str]:
    """A service's command from compose.yaml, with this machine's paths, loopback and free ports."""
    required = {"SHOP_DIR": str(folder), "CATALOGUE_DB_PASSWORD": "unused"}
    program, *words = fill_all(services()[service]["command"], required)
    out = [str(Path(job_python()).parent / program)]
    for word in words:
        local = word.replace("/var/spark", str(folder)).replace("spark-master", "127.0.0.1")
        for port, free in ports.items():
            local = free if local == port else local.replace(f":{port}", f":{free}")
        out.append(local)
    return out


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A master and a worker, started as compose.yaml says, with the Spark settings of the cluster."""
    need_java()
    rpc, web, worker_web = free_ports(3)
    ports = dict(zip(PORTS, (rpc, web, worker_web), strict=True))
    environment = cluster_environment(ROOT / "docker" / "spark", tmp_path)
    found = Cluster(f"spark://127.0.0.1:{rpc}", f"http://127.0.0.1:{web}/json/", environment)
    logs = [tmp_path / "master.log", tmp_path / "worker.log"]
    master = command_of("spark-master", {"7077": rpc, "8080": web}, tmp_path)
    worker = command_of("spark-worker", ports, tmp_path)
    with running(master, environment, logs[0]), running(worker, environment, logs[1]):
        wait_for_workers(found, 1, logs)
        yield found


@pytest.mark.timeout(400)
def test_a_job_runs_on_the_cluster(cluster: Cluster, tmp_path: Path) -> None:
    from mmgen import MAX_IMAGE_PIXELS
    from mmgen.seeds import seed_of

    job = tmp_path / "drill.py"
    job.write_text(JOB, encoding="utf-8")
    started_in = tmp_path / "image"  # stands for the image's folder, which is read-only there
    started_in.mkdir()
    submit = str(Path(job_python()).parent / "spark-submit")
    options = ["--master", cluster.master, "--name", "mmgen.drill", "--driver-java-options", QUICK_JVM]
    options += ["--conf", f"spark.executor.extraJavaOptions={QUICK_JVM}"]
    command = [submit, *options, str(job), str(tmp_path / "rows")]
    output, log = tmp_path / "driver.out", tmp_path / "driver.log"
    with running(command, cluster.environment, log, output, started_in) as driver:
        assert driver.wait(timeout=JOB_LIMIT_S) == 0, log.read_text(errors="replace")[-3000:]
    expected = [[i, str(seed_of(str(i), 7)), str(MAX_IMAGE_PIXELS)] for i in range(3)]
    assert f"ROWS {expected} 100 {cluster.master}" in output.read_text().splitlines()
    assert [app["name"] for app in cluster.state()["completedapps"]] == ["mmgen.drill"]
    assert list(started_in.iterdir()) == [], "nothing is written where a driver is started"
