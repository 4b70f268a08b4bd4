"""An encoder's job as the nights run it, for the encoders' Python: NAME DS RUN_ID CONFIG [--force]. Prints JSON: the
job's line, and the datasets that it asked for."""

import importlib.util
import json
import sys

from mmgen.config.config import load_config
from mmgen.engine.context import JobContext
from mmgen.pipeline import BY_NAME, job_file
from mmgen.store.datasets import Dataset

name, ds, run_id, config, *options = sys.argv[1:]
asked: set[str] = set()


class WatchedContext(JobContext):
    """A context that notes which datasets its job asks for."""

    def dataset(self, name: str) -> Dataset:
        asked.add(name)
        return super().dataset(name)


spec = importlib.util.spec_from_file_location(f"job_{name}", job_file(BY_NAME[name]))
assert spec is not None and spec.loader is not None
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
line = module.run(WatchedContext(name, load_config(config), ds, run_id, is_forced="--force" in options))
print(json.dumps({"line": line, "asked": sorted(asked)}))
