"""Starts the processes of a training, by the launcher that the configuration names::

    python -m mmgen.launch train --ds 2026-11-01

What follows the job's name goes to each of its processes. Airflow and ``mmgen run`` start this very command.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from mmgen.config.config import load_config
from mmgen.config.params import entry_named
from mmgen.launch.launcher import Training
from mmgen.launch.registry import LAUNCHERS
from mmgen.launch.supervise import supervise
from mmgen.pipeline import BY_NAME, job_file
from mmgen.resources import working_folder


def main(argv: Sequence[str] | None = None) -> int:
    """Start, watch, and give the exit status. What a person can mend is said in one line, with status 1."""
    parser = argparse.ArgumentParser(prog="python -m mmgen.launch", description=__doc__.partition("::")[0])
    parser.add_argument("--launcher", help="instead of the configuration's, as are the next two")
    parser.add_argument("--nodes", type=int, help="machines that train together")
    parser.add_argument("--endpoint", help="host:port, where they meet")
    parser.add_argument("job", choices=[job.name for job in BY_NAME.values() if job.kind == "torch"])
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the job: --ds, --config ...")
    given = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        return _launch(given.job, given.arguments, (given.launcher, given.nodes, given.endpoint))
    except (ValueError, FileNotFoundError, RuntimeError) as error:
        print(f"{given.job}: error: {error}", file=sys.stderr)
        return 1


def _launch(job: str, arguments: list[str], instead: tuple[str | None, int | None, str | None]) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m mmgen.launch {job}", add_help=False)
    parser.add_argument("--ds", required=True)
    parser.add_argument("--config")
    known, _others = parser.parse_known_args(arguments)
    config = load_config(known.config)
    changed = {k: v for k, v in zip(("launcher", "nodes", "endpoint"), instead, strict=True) if v is not None}
    config = config.model_copy(update={"launch": config.launch.model_copy(update=changed)})
    chosen = entry_named(LAUNCHERS, config.launch.launcher, "launcher")()
    training = Training(job, known.ds, job_file(BY_NAME[job]), tuple(arguments))
    start = chosen.start(training, config)
    return supervise(job, start, config.launch, working_folder(config.home), chosen)


if __name__ == "__main__":
    sys.exit(main())
