"""The driver of a training on Spark: holds the tasks of a barrier stage, whose processes train together.

``python -m mmgen.launch.on_spark --processes 2 FILE ARGUMENTS``, with Spark's options in ``PYSPARK_SUBMIT_ARGS``. File,
Python and home are at the same paths on every node.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession

from mmgen.launch.devices import AUTO

TASK_GPUS, EXECUTOR_GPUS = "spark.task.resource.gpu.amount", "spark.executor.resource.gpu.amount"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the file in every process; 0, or 1 with the end of what the process that failed said."""
    parser = argparse.ArgumentParser(prog="python -m mmgen.launch.on_spark")
    parser.add_argument("--name", default="mmgen.train")
    parser.add_argument("--processes", default=AUTO, help="in all; auto: one for each GPU, or one for each executor")
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args(argv)
    spark = (
        SparkSession.builder.appName(given.name)
        .config("spark.stage.maxConsecutiveAttempts", str(given.restarts + 1))
        .config("spark.dynamicAllocation.enabled", "false")  # a barrier stage starts with all its tasks or not at all
        .getOrCreate()
    )
    try:
        gpus = int(spark.conf.get(TASK_GPUS, "0") or 0)
        processes = _processes(spark, gpus) if given.processes == AUTO else int(given.processes)
        distributor = TorchDistributor(num_processes=processes, local_mode=False, use_gpu=gpus > 0)
        distributor.run(given.file, *given.arguments)
    except Exception as error:
        print(f"{given.name}: error: {str(error)[-2000:]}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    return 0


def _processes(spark: SparkSession, task_gpus: int) -> int:
    """A process for each GPU of the executors, or for each executor where they have none."""
    context = spark.sparkContext
    context.parallelize([0], 1).count()  # by then the executors have registered
    executors = max(1, context._jsc.sc().getExecutorMemoryStatus().size() - 1)  # it counts the driver, too
    return executors * (int(spark.conf.get(EXECUTOR_GPUS, "0") or 0) if task_gpus else 1)


if __name__ == "__main__":
    sys.exit(main())
