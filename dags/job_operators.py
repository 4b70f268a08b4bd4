"""The one file that turns jobs into operators and a DAG of them. It computes nothing, and imports airflow and
mmgen.pipeline only."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, BaseOperator, Param

from mmgen.pipeline import ROOT, Job, job_arguments, job_command, job_environment, job_file, upstream

POOL = "mmgen"
"""One job at a time on one machine: each takes all cores. `mmgen up` and docker/compose.yaml create it."""

# A run started by hand may have no logical date; then the day it was started for counts.
DS = '{{ ds if logical_date else dag_run.run_after.strftime("%Y-%m-%d") }}'
# What a person may type travels in the environment, never in a command line.
RUN_ENVIRONMENT = {"MMGEN_RUN_ID": "{{ dag_run.run_id }}", "MMGEN_FULL": "{{ params.full }}"}


def documentation(job: Job) -> str:
    """What a person reads of a task in the Airflow UI."""
    return (
        f"**{job.name}** {job.purpose}\n\n"
        f"Reads: {', '.join(job.inputs)}. Writes: {job.output}.\n\n"
        f"**If it fails:** {job.on_failure}\n\n"
        f"By hand: `mmgen run --ds DATE --from {job.name} --to {job.name}`"
    )


def task_for(job: Job, *extra: str) -> BaseOperator:
    """A job as a task: SparkSubmitOperator for Spark, a command for torchrun and plain Python."""
    arguments = job_arguments(DS, *extra)
    environment = job_environment() | RUN_ENVIRONMENT
    common = {
        "task_id": job.name,
        "doc_md": documentation(job),
        "owner": job.owner,
        "pool": POOL,
        "retries": job.retries,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(minutes=job.timeout_min),
    }
    if job.kind == "spark":
        return SparkSubmitOperator(
            application=str(job_file(job)),
            application_args=arguments,
            conn_id="spark_default",
            name=f"mmgen.{job.name}",
            env_vars=environment,
            **common,
        )
    command = shlex.join(job_command(job, arguments))
    return BashOperator(bash_command=command, env=environment, append_env=True, cwd=str(ROOT), **common)


def dag_of(jobs: Sequence[Job], is_training: bool = False, **options: Any) -> DAG:
    """A DAG of ``jobs``, each after those of them that make its inputs. ``is_training``: models are trained anew even
    where there is a champion."""
    full = Param(False, type="boolean", description="refresh every product, not only those that changed")
    with DAG(
        start_date=datetime(2024, 1, 1), catchup=False, max_active_runs=1, params={"full": full}, **options
    ) as dag:
        tasks = {job.name: task_for(job, *(["--force"] if is_training and job.is_training else [])) for job in jobs}
        for job in jobs:
            for name in set(upstream(job)) & set(tasks):
                tasks[name] >> tasks[job.name]
    return dag
