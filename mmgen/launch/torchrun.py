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
    """The command of torchrun that starts this machine's processes; ``where`` says how they meet.

    torchrun starts none again: it would hand the new ones the addresses of those that are gone, and whether they take
    these or each other's is a matter of chance (https://github.com/pytorch/pytorch/issues/135712; seen in torch 2.13).
    """
    program = str(Path(job_python()).parent / "torchrun")
    processes = processes_of(config.train.processes)
    group = [*where, f"--nproc-per-node={processes}", "--max-restarts=0"]
    return [program, *group, str(training.file), *training.arguments]
