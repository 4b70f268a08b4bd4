"""spark: processes on the cluster that the other jobs use, by Spark's TorchDistributor."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mmgen.config.config import Config
from mmgen.launch.launcher import Launcher, Start, Training
from mmgen.pipeline import job_python
from mmgen.resources import import_path
from mmgen.telemetry import TELEMETRY_OFF

MASTER = "MMGEN_SPARK_MASTER"
"""Variable with the cluster's master, where it isn't the configuration's: Airflow takes it from its connection."""
PASSED_ON = ("MMGEN_CONFIG", "MMGEN_RUN_ID", "MMGEN_FULL", "MMGEN_PRETRAINED", "MLFLOW_TRACKING_URI", "OMP_NUM_THREADS")
"""Variables that processes elsewhere need as well. Spark shows them on its pages: no secret may be among them."""


class OnSpark(Launcher):
    """A process for each task of a barrier stage. They are on other machines, so Spark watches them, not this one."""

    is_watched = False

    def start(self, training: Training, config: Config) -> Start:
        master = os.environ.get(MASTER) or config.spark.master
        program = [job_python(), "-m", "mmgen.launch.on_spark", "--name", f"mmgen.{training.name}"]
        group = ["--processes", str(config.train.processes), "--restarts", str(config.launch.restarts)]
        passed = _passed_on(config, os.environ)
        options = [f"--master {master}", *(f"--conf spark.executorEnv.{k}={v}" for k, v in passed.items())]
        environment = {"PYSPARK_SUBMIT_ARGS": " ".join([*options, "pyspark-shell"])}
        return Start([*program, *group, str(training.file), *training.arguments], environment)


def _passed_on(config: Config, environment: Mapping[str, str]) -> dict[str, str]:
    """What a process on the cluster needs besides what its node has. ValueError where a password would be seen."""
    found = {name: environment[name] for name in PASSED_ON if environment.get(name)}
    if "@" in found.get("MLFLOW_TRACKING_URI", ""):
        raise ValueError(
            "MLFLOW_TRACKING_URI has a password, which Spark's pages would show: set it on the cluster's workers, and "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD beside it, not here"
        )
    found |= {"MMGEN_HOME": str(config.home), **import_path(), **TELEMETRY_OFF}
    if unfit := [name for name, value in found.items() if any(sign.isspace() or sign in "\"'\\" for sign in value)]:
        raise ValueError(f"{unfit[0]} can't be given to Spark's workers: it has a blank, a quote or a backslash")
    return found
