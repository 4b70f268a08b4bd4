"""spark: processes on the cluster that the other jobs use, by Spark's TorchDistributor."""

from __future__ import annotations

import os

from mmgen.config.config import Config
from mmgen.launch.launcher import Launcher, Start, Training, passed_on
from mmgen.pipeline import job_python

MASTER = "MMGEN_SPARK_MASTER"
"""Variable with the cluster's master, where it isn't the configuration's: Airflow takes it from its connection."""


class OnSpark(Launcher):
    """A process for each task of a barrier stage. They are on other machines, so Spark watches them, not this one."""

    is_watched = False

    def start(self, training: Training, config: Config) -> Start:
        master = os.environ.get(MASTER) or config.spark.master
        program = [job_python(), "-m", "mmgen.launch.on_spark", "--name", f"mmgen.{training.name}"]
        group = ["--processes", str(config.train.processes), "--restarts", str(config.launch.restarts)]
        passed = _for_executors(config)
        options = [f"--master {master}", *(f"--conf spark.executorEnv.{k}={v}" for k, v in passed.items())]
        environment = {"PYSPARK_SUBMIT_ARGS": " ".join([*options, "pyspark-shell"])}
        return Start([*program, *group, str(training.file), *training.arguments], environment)


def _for_executors(config: Config) -> dict[str, str]:
    """What a process on the cluster is given. ValueError for what Spark's options can't hold."""
    found = passed_on(config, os.environ)
    if unfit := [name for name, value in found.items() if any(sign.isspace() or sign in "\"'\\" for sign in value)]:
        raise ValueError(f"{unfit[0]} can't be given to Spark's workers: it has a blank, a quote or a backslash")
    return found
