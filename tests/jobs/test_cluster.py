"""A night on a real Spark standalone cluster: the same jobs, and the very rows that one machine makes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from mmgen.pipeline import JOBS, ROOT, job_python
from mmgen.sample.shop import SampleSummary
from mmgen.store.contracts import dataset_names
from mmgen.store.datasets import Dataset
from tests.jobs.conftest import Stage
from tests.jobs.nights import D1, SMALL, Shop
from tests.spark_cluster import QUICK_JVM, Cluster, need_java, running, standalone

JOB_LIMIT_S = 400.0
SPARK_JOBS = [job.name for job in JOBS if job.kind == "spark" and job.output in dataset_names()]
FIRST, *REST = SPARK_JOBS
SETTINGS = f"""
spark.driver.memory             1g
spark.executor.memory           512m
spark.driver.extraJavaOptions   {QUICK_JVM}
spark.executor.extraJavaOptions {QUICK_JVM}
spark.sql.shuffle.partitions    4
"""
"""docker/spark's settings, but for a machine that runs other tests as well."""


@dataclass(frozen=True)
class ClusterNight:
    """What a night on the cluster left behind."""

    cluster: Cluster
    home: Path
    said: str
    """What spark-submit printed."""

    def rows(self, name: str) -> pa.Table:
        """A dataset's rows, in order."""
        return rows_of(Dataset(name, self.home))


def rows_of(dataset: Dataset) -> pa.Table:
    """All columns of the first date, in the order of the keys."""
    table = dataset.scan(dataset.files(ds=[D1])).to_table()
    return table.sort_by([(key, "ascending") for key in dataset.contract.keys]).combine_chunks()


@contextmanager
def media_of_the_first_date(folder: Path) -> Iterator[None]:
    """The shop's media as they were on the first date, also where the second one has replaced some by now."""
    kept = list(folder.rglob("*.first"))
    for old in kept:
        now = old.with_suffix("")
        now.rename(now.with_suffix(".second"))
        shutil.copy2(old, now)
    try:
        yield
    finally:
        for old in kept:
            now = old.with_suffix("")
            now.with_suffix(".second").replace(now)


def settings(folder: Path) -> Path:
    """The cluster's SPARK_CONF_DIR."""
    shutil.copytree(ROOT / "docker" / "spark", folder)
    with (folder / "spark-defaults.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    return folder


def configuration(cluster: Cluster, home: Path) -> Path:
    """conf/cluster.toml with this cluster's addresses."""
    text = (ROOT / "conf" / "cluster.toml").read_text(encoding="utf-8")
    for declared, ours in (
        ("/srv/mmgen", str(home)),
        ("spark://spark-master:7077", cluster.master),
        ("http://mlflow:5000", ""),
    ):
        assert declared in text
        text = text.replace(declared, ours)
    file = home / "cluster.toml"
    file.write_text(text + SMALL, encoding="utf-8")
    return file


def submit(command: list[str], cluster: Cluster, home: Path) -> str:
    """Run a command as a user of the cluster would; its stdout. AssertionError with the log where it fails."""
    environment = {**cluster.environment, "MMGEN_HOME": str(home), "MMGEN_RUN_ID": "first"}
    environment["MMGEN_CONFIG"] = str(configuration(cluster, home))
    for name in ("MMGEN_CATALOGUE_URL", "MLFLOW_TRACKING_URI", "PYSPARK_SUBMIT_ARGS"):
        environment.pop(name, None)
    output, log = home / "submit.out", home / "submit.log"
    output.unlink(missing_ok=True)
    with running(command, environment, log, output, ROOT) as process:
        try:
            code = process.wait(timeout=JOB_LIMIT_S)
        except subprocess.TimeoutExpired:
            code = -1
    assert code == 0, log.read_text(errors="replace")[-3000:] + output.read_text(errors="replace")[-1000:]
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def night(first: Stage, sample: SampleSummary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterNight]:
    """The first date once more, on a master and two workers, by the models that the local night fitted."""
    need_java()
    folder = tmp_path_factory.mktemp("cluster")
    shop = Shop(folder / "home", None)
    shop.import_products(sample.products_csv)
    for name in ("mlflow", "models"):
        if (first.shop.home / name).exists():
            shutil.copytree(first.shop.home / name, shop.home / name, dirs_exist_ok=True)
    bin_dir = Path(job_python()).parent
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(standalone(folder, settings(folder / "conf"), workers=2))
        except TimeoutError as error:
            pytest.skip(f"no Spark cluster can be started here: {error}")
        stack.enter_context(media_of_the_first_date(sample.products_csv.parent))
        submit([str(bin_dir / "mmgen"), "run", "--ds", D1, "--to", FIRST], cluster, shop.home)
        jobs = [str(Path(__file__).with_name("run_jobs.py")), ",".join(REST), "--ds", D1]
        said = submit([str(bin_dir / "spark-submit"), "--master", cluster.master, *jobs], cluster, shop.home)
        yield ClusterNight(cluster, shop.home, said)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [job.output for job in JOBS if job.name in SPARK_JOBS])
def test_the_rows_are_those_of_one_machine(night: ClusterNight, first: Stage, name: str) -> None:
    here, there = rows_of(first.shop.dataset(name)), night.rows(name)
    assert there.num_rows == here.num_rows > 0
    named_by_catalogue = {"config_hash", "content_hash"} if name == "publications" else set()  # each home has its own
    differing = {c for c in here.column_names if not here.column(c).equals(there.column(c))}
    assert differing == named_by_catalogue


@pytest.mark.timeout(900)
def test_the_jobs_ran_on_both_workers(night: ClusterNight) -> None:
    assert f"ON {night.cluster.master} 2" in night.said.splitlines()
    ended = [app["name"] for app in night.cluster.state()["completedapps"]]
    assert len(ended) == 2 and f"mmgen.{FIRST}.{D1}" in ended
    assert list((night.home / "scratch").iterdir()) == []
