"""A process of a training of seconds: the fusion model, tiny, on a shop of a few invented products.

``tiny.py FOLDER STEPS PAUSE_S``: writes ``rank-N.safetensors`` at the end, and to ``steps.log`` a line a step: its
process, rank, number and time. A step is followed by a pause, so that there is a moment to kill it in.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from safetensors.torch import save_file

from mmgen.launch.life import signs_of_life
from mmgen.training.data.snapshot import take_snapshots
from mmgen.training.distributed.group import process_group
from mmgen.training.fusion import loop
from mmgen.training.fusion.texts import collect
from tests.training.examples_files import TINY, targets

SEED = 7


def main(folder: Path, steps: int, pause_s: float) -> None:
    """Train, in whatever group of processes this one is."""
    files = sorted(str(path) for path in (folder / "shop").rglob("*.parquet"))
    params = TINY.model_copy(update={"min_steps": steps, "max_steps": steps, "validate_every": steps})
    with signs_of_life() as alive, process_group(params.timeout_s) as ranks, (folder / "steps.log").open("a") as log:

        def progress(done: int, total: int) -> None:
            alive(done, total)
            log.write(f"{os.getpid()} {ranks.rank} {done} {time.time():.3f}\n")
            log.flush()
            time.sleep(pause_s)

        data = take_snapshots(files, loop.SPLITS)
        texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
        model = loop.train(data, texts, folder / "out", params, SEED, ranks, progress=progress)
        save_file(model.net.state_dict(), folder / f"rank-{ranks.rank}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
