"""Several jobs by their own entry points on one Spark session. For spark-submit: NAMES [the jobs' options ...]."""

import runpy
import sys

from pyspark.sql import SparkSession

from mmgen.pipeline import BY_NAME, job_file

names, *options = sys.argv[1:]
for name in names.split(","):
    sys.argv = [str(job_file(BY_NAME[name])), *options]
    runpy.run_path(sys.argv[0], run_name="__main__")
context = SparkSession.active().sparkContext
executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1  # the driver counts as one
print("ON", context.master, executors)
