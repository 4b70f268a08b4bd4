"""torchrun: the processes of one machine."""

from __future__ import annotations

from pathlib import Path

from mmgen.config.config import Config
from mmgen.launch.devices import processes_of
from mmgen.launch.launcher import Launcher, Start, Training
from mmgen.pipeline import job_python


class Torchrun(Launcher):
    """One machine: as many processes as it has GPUs, or as ``[train] processes`` says."""

    def start(self, training: Training, config: Config) -> Start:
        return Start(torchrun(training, config, "--standalone"))


def torchrun(training: Training, config: Config, *where: str) -> list[str]:
    """The command of torchrun that starts this machine's processes; ``where`` says how they meet."""
    program = str(Path(job_python()).parent / "torchrun")
    processes = processes_of(config.train.processes)
    group = [*where, f"--nproc-per-node={processes}", f"--max-restarts={config.launch.restarts}"]
    return [program, *group, str(training.file), *training.arguments]
