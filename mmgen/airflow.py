"""The nightly refresh and the training as Airflow DAGs, for DAG files of one's own::

    from mmgen.airflow import catalog_refresh_dag

    dag = catalog_refresh_dag(dag_id="shoes", schedule="0 3 * * *", home="/srv/shoes")

The one file of mmgen that imports airflow, and besides it only what needs nothing but the standard library. So
Airflow's environment needs mmgen by itself (``pip install --no-deps``, or a checkout on its path), nothing of the jobs.
``MMGEN_PYTHON`` names the Python of the jobs' environment, in which mmgen is installed, too.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, BaseHook, BaseOperator, BaseOperatorLink, Context, Param
from airflow.sdk.exceptions import AirflowNotFoundException

from mmgen.pipeline import (
    JOBS,
    Job,
    is_on_this_machine,
    job_arguments,
    job_command,
    job_environment,
    job_file,
    job_python,
    local_spark,
    training_jobs,
    upstream,
)
from mmgen.resources import IS_CHECKOUT, ROOT, has_home

POOL = "mmgen"
"""One job at a time on one machine: each takes all cores. `mmgen up` and docker/compose.yaml create it."""

SPARK_CONNECTION = "spark_default"
"""Airflow's connection to Spark; conf/airflow.env has one for a single machine."""

MLFLOW_RUN = re.compile(r"MLflow run: (https?://\S+)")
"""What a training says of its run."""

KILL_WAIT_S = 4.0
"""Airflow kills a task 5 s after it was told to end."""

CATALOG_REFRESH = """# catalog_refresh: the nightly refresh

Reads what changed in the shop's catalogue, cleans it, computes features, writes descriptions and creatives with the
current champion model, checks them and publishes them. One date, one run, all tasks.

* **A run is safe to repeat.** The same date again gives the same content; unchanged rows are reused.
* **Backfill** an older date from the UI or with `airflow backfill create --dag-id catalog_refresh --from-date D
  --to-date D --reprocess-behavior completed`. It rewrites that date's partitions; published content of a newer date
  and people's own texts stay as they are.
* **A task failed?** Its documentation says what that means. Nothing half-written is ever visible: a partition is
  committed whole, after its checks. Clear the task and it goes on from there.
* **First night:** encoders and model are trained where there are none, so it takes minutes longer.
* Parameter `full`: refresh every product, not only those that changed. Parameter `ds`: refresh that date instead of
  the run's own.
"""

MODEL_TRAINING = """# model_training: new models, weekly and on demand

Fits the encoders anew, computes features with them, builds the examples again, trains the fusion model on these, and on
its latents the model that draws pictures, which no night waits for.
Each model is judged on held-out groups, and gets the alias `champion` only if it is no worse than the one that has it.
The next `catalog_refresh` then computes with the new champions.

* **A failed or worse training changes nothing:** the champion stays.
* **A new encoder, and no new fusion model?** Features are the new encoder's from this date on. Until a fusion model is
  trained on them, nights hide from the present one what it was not trained on; the next run of this DAG mends it.
* **How far is it?** The log of `train` has a line every ten seconds; its button *MLflow run* leads to the loss.
* **Cancelled?** Every process of it ends. Cleared, it goes on from its newest checkpoint.
* To go back to an earlier model: `mmgen promote VERSION`.
"""

# The parameter wins; ds_format lets nothing through but a date. A run started by hand may have no logical date: then
# the day it was started for counts.
DS = (
    '{{ macros.ds_format(params.ds, "%Y-%m-%d", "%Y-%m-%d") if params.ds '
    'else ds if logical_date else dag_run.run_after.strftime("%Y-%m-%d") }}'
)
# What a person may type travels in the environment, never in a command line.
RUN_ENVIRONMENT = {"MMGEN_RUN_ID": "{{ dag_run.run_id }}", "MMGEN_FULL": "{{ params.full }}"}


class SparkJobOperator(SparkSubmitOperator):
    """A Spark job: by spark-submit on the cluster that the connection names; plain Python where that is this machine
    (``local[*]``). There a job starts a JVM only where it has work, or is lent one (`mmgen demo`, `mmgen up`)."""

    def __init__(self, *, folder: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.folder = folder
        self._local = SubprocessHook()

    def execute(self, context: Context) -> None:
        """Run the job. RuntimeError where it fails: what it said is in the log above."""
        master = BaseHook.get_connection(self._conn_id).host or ""
        if not is_on_this_machine(master):
            super().execute(context)
            return
        command = [job_python(), self.application, *(self.application_args or [])]
        environment = {**os.environ, **local_spark(master), **(self.env_vars or {})}
        done = self._local.run_command(command, env=environment, cwd=self.folder)
        if done.exit_code:
            raise RuntimeError(f"{self.task_id} ended with {done.exit_code}: {done.output}")

    def on_kill(self) -> None:
        """End what was started."""
        if self._local.sub_process is not None:
            self._local.send_sigterm()
        else:
            super().on_kill()


class MlflowRunLink(BaseOperatorLink):
    """A button at the task: the run in MLflow, where its loss and figures are."""

    name = "MLflow run"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow's signature
        """The address that the task has said, "" where it has said none."""
        return getattr(operator, "mlflow_run", "")


class TrainingOperator(BaseOperator):
    """A training: the launcher of its processes, in a session of its own. Its progress is in the task's log; the link
    to its MLflow run is there as soon as the run is.

    A task that is cancelled, or takes too long, ends the launcher, which ends every process. The launcher also sees by
    itself when the task's process is gone.
    """

    template_fields: Sequence[str] = ("command", "env")
    operator_extra_links = (MlflowRunLink(),)

    def __init__(self, *, command: list[str], env: dict[str, str], conn_id: str, folder: str | None, **options: Any):
        super().__init__(**options)
        self.command, self.env, self.conn_id, self.folder = command, env, conn_id, folder
        self.mlflow_run = ""
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> str:
        """Run it; its last line. RuntimeError where it fails: what it said is in the log above."""
        environment = {**os.environ, "MMGEN_SPARK_MASTER": master_of(self.conn_id), **self.env}
        self._process = subprocess.Popen(
            self.command,
            env=environment,
            cwd=self.folder,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        last = ""
        for line in self._process.stdout or ():
            last = line.rstrip() or last
            self.log.info("%s", line.rstrip())
            if found := MLFLOW_RUN.search(line):
                self.mlflow_run = found[1]
                context["ti"].xcom_push(key=MlflowRunLink().xcom_key, value=self.mlflow_run)
        if code := self._process.wait():
            raise RuntimeError(f"{self.task_id} ended with {code}: {last}")
        return last

    def on_kill(self) -> None:
        """End every process of the training."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=KILL_WAIT_S)
        except subprocess.TimeoutExpired:
            self.log.warning("%s is still ending its processes", self.task_id)


def master_of(conn_id: str) -> str:
    """The Spark master that a connection names, as spark-submit gets it; "" where there is no such connection."""
    try:
        connection = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return ""
    host = connection.host or ""
    return f"{host}:{connection.port}" if connection.port else host


@dataclass(frozen=True)
class Where:
    """Where a DAG's jobs work: their home and configuration (None: those of Airflow's environment), and by what."""

    home: str | None
    config: str | None
    pool: str
    spark_connection: str

    @classmethod
    def of(cls, home: str | None, config: str | None, pool: str, spark_connection: str) -> Where:
        """The same, checked. A folder or file that is not absolute would be another one in each task."""
        for name, value in (("home", home), ("config", config)):
            if value is not None and not Path(value).is_absolute():
                raise ValueError(f"{name}={value!r} is not absolute: a task starts in a folder of its own")
        if home is None and config is None and not has_home():
            raise ValueError("no home for the jobs: name one, home='/srv/mmgen', or set MMGEN_HOME for Airflow")
        return cls(home, config, pool, spark_connection)

    @property
    def working_folder(self) -> str | None:
        """Where commands start; None: in a folder that Airflow makes for the task."""
        return str(ROOT) if IS_CHECKOUT else None


def documentation(job: Job) -> str:
    """What a person reads of a task in the Airflow UI."""
    return (
        f"**{job.name}** {job.purpose}\n\n"
        f"Reads: {', '.join(job.inputs)}. Writes: {job.output}.\n\n"
        f"**If it fails:** {job.on_failure}\n\n"
        f"By hand: `mmgen run --ds DATE --from {job.name} --to {job.name}`"
    )


def task_for(job: Job, where: Where, *extra: str) -> BaseOperator:
    """A job as a task: an operator of its own for Spark and for training, a command for plain Python."""
    arguments = job_arguments(DS, *extra, config=where.config)
    environment = job_environment() | RUN_ENVIRONMENT | ({"MMGEN_HOME": where.home} if where.home else {})
    common = {
        "task_id": job.name,
        "doc_md": documentation(job),
        "owner": job.owner,
        "pool": where.pool,
        "retries": job.retries,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(minutes=job.timeout_min),
    }
    if job.kind == "spark":
        return SparkJobOperator(
            folder=where.working_folder or where.home,
            application=str(job_file(job)),
            application_args=arguments,
            conn_id=where.spark_connection,
            name=f"mmgen.{job.name}",
            env_vars=environment,
            **common,
        )
    if job.kind == "torch":
        return TrainingOperator(
            command=job_command(job, arguments),
            env=environment,
            conn_id=where.spark_connection,
            folder=where.working_folder or where.home,
            **common,
        )
    command = shlex.join(job_command(job, arguments))
    return BashOperator(bash_command=command, env=environment, append_env=True, cwd=where.working_folder, **common)


def dag_of(jobs: Sequence[Job], where: Where, is_training: bool = False, **options: Any) -> DAG:
    """A DAG of ``jobs``, each after those of them that make its inputs. ``is_training``: models are trained anew even
    where there is a champion."""
    full = Param(False, type="boolean", description="refresh every product, not only those that changed")
    fixed = {"start_date": datetime(2024, 1, 1), "catchup": False, "max_active_runs": 1}
    ds = Param(
        None,
        type=["null", "string"],
        format="date",
        title="date",
        description="the date to refresh, YYYY-MM-DD; empty: the run's own",
    )
    parameters = {"full": full, "ds": ds, **options.pop("params", {})}
    with DAG(params=parameters, **{**fixed, **options}) as dag:
        tasks = {
            job.name: task_for(job, where, *(["--force"] if is_training and job.is_training else [])) for job in jobs
        }
        for job in jobs:
            for name in set(upstream(job)) & set(tasks):
                tasks[name] >> tasks[job.name]
    return dag


def catalog_refresh_dag(
    dag_id: str = "catalog_refresh",
    *,
    home: str | None = None,
    config: str | None = None,
    pool: str = POOL,
    spark_connection: str = SPARK_CONNECTION,
    **options: Any,
) -> DAG:
    """The nightly refresh: all jobs, each after those that make its inputs.

    ``home``: an absolute folder that the jobs write to, instead of ``MMGEN_HOME``. ``config``: a TOML file for them,
    instead of ``MMGEN_CONFIG``. ``pool`` must exist (`mmgen up` makes "mmgen" with one slot). ``options`` are those of
    ``airflow.sdk.DAG``, and win over what stands here: schedule, tags, doc_md, params, start_date ...

    Raises ValueError where an installed package is told no home: each task would make one up.
    """
    given: dict[str, Any] = {
        "description": "Clean, describe and publish what changed in the catalogue",
        "doc_md": CATALOG_REFRESH,
        "schedule": "@daily",
        "dagrun_timeout": timedelta(hours=20),
        "tags": ["mmgen", "nightly"],
    }
    return dag_of(JOBS, Where.of(home, config, pool, spark_connection), dag_id=dag_id, **{**given, **options})


def model_training_dag(
    dag_id: str = "model_training",
    *,
    home: str | None = None,
    config: str | None = None,
    pool: str = POOL,
    spark_connection: str = SPARK_CONNECTION,
    **options: Any,
) -> DAG:
    """New models: the jobs that train, and those between them. Parameters and errors as for ``catalog_refresh_dag``."""
    given: dict[str, Any] = {
        "description": "Train, evaluate and promote the encoders and the fusion model",
        "doc_md": MODEL_TRAINING,
        "schedule": "@weekly",
        "dagrun_timeout": timedelta(hours=12),
        "tags": ["mmgen", "weekly"],
    }
    where = Where.of(home, config, pool, spark_connection)
    return dag_of(training_jobs(), where, is_training=True, dag_id=dag_id, **{**given, **options})
