"""Trainings of tiny models by several processes that train together, forked from one that has imported everything."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmgen.models.fusion.model import FusionModel
    from mmgen.training.distributed.ranks import Ranks

ROOT = Path(__file__).parents[2]
Steps = dict[int, dict[str, float]]
"""By step: the metrics that were logged."""


def train_together(cases: dict[str, dict[str, Any]], sizes: dict[int, list[str]], files: list[str], out: Path) -> None:
    """Train some of the cases (what of TINY is changed) with each number of processes.

    ``out/<number>/<case>`` has what was logged (see ``logged``), and the model that each rank ended with.
    """
    out.mkdir(parents=True, exist_ok=True)
    job = {"cases": cases, "sizes": sizes, "files": files, "out": str(out)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.together", json.dumps(job)], cwd=ROOT, capture_output=True, text=True,
        timeout=600, check=False, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def logged(folder: Path) -> Steps:
    """What the first of the ranks logged of a case."""
    found = json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    return {int(step): metrics for step, metrics in found.items()}


def main() -> None:
    from mmgen.training.fusion import loop  # noqa: F401  imported before the fork, so that it is paid for once

    job = json.loads(sys.argv[1])
    for size in map(int, job["sizes"]):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        children = [fork(job, rank, size, port) for rank in range(size)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        if any(codes):
            sys.exit(f"{size} processes ended with {codes}")


def fork(job: dict[str, Any], rank: int, size: int, port: int) -> int:
    if child := os.fork():
        return child
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(size),
                   "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}  # fmt: skip
    code = 1
    try:
        train_cases(job, size)
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(code)
    return 0


def train_cases(job: dict[str, Any], size: int) -> None:
    from mmgen.training.data.snapshot import take_snapshots
    from mmgen.training.distributed.group import process_group
    from mmgen.training.fusion import loop
    from mmgen.training.fusion.texts import collect
    from tests.training.examples_files import TINY, targets

    loop.LOG_EVERY = 1
    data = take_snapshots(job["files"], loop.SPLITS)
    texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
    with process_group(30) as ranks:
        for name in job["sizes"][str(size)]:
            changed = job["cases"][name]
            home = Path(job["out"]) / str(size) / name
            losses: Steps = {}

            def note(metrics: dict[str, float], step: int, losses: Any = losses) -> None:
                losses.setdefault(step, {}).update(metrics)

            params = type(TINY).model_validate(TINY.model_dump() | changed)
            model = loop.train(data, texts, home / "out", params, 7, ranks, on_metrics=note)
            model.save(home / f"rank{ranks.rank}")
            if changed.get("sharding") and size > 1:
                go_on(partial(loop.train, data, texts, home / "out", params, 7, ranks), home, ranks)
            if ranks.is_first:
                (home / "losses.json").write_text(json.dumps(losses), encoding="utf-8")


def go_on(train: Callable[[], FusionModel], home: Path, ranks: Ranks) -> None:
    """Train the last steps again, from the checkpoint before the last."""
    import torch.distributed as dist

    dist.barrier()
    if ranks.is_first:
        max((home / "out" / "checkpoints").iterdir()).unlink()
    dist.barrier()
    train().save(home / f"again{ranks.rank}")


if __name__ == "__main__":
    main()
