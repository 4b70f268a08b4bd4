"""rendezvous: several machines, on each of which the same command is started."""

from __future__ import annotations

from mmgen.config.config import Config
from mmgen.launch.launcher import Launcher, Start, Training
from mmgen.launch.torchrun import torchrun


class Rendezvous(Launcher):
    """Machines that meet at an endpoint. Who is the first among the processes is decided there, each time anew.

    The processes share no store with torchrun: when machines meet again, it would still hold the addresses of processes
    that are gone (https://github.com/pytorch/pytorch/issues/135712).
    """

    def start(self, training: Training, config: Config) -> Start:
        params = config.launch
        host, colon, port = params.endpoint.rpartition(":")
        if not (host and colon and port.isdigit()):
            raise ValueError(
                f"launch.endpoint is {params.endpoint!r}: name the first machine and a free port of it, 'host:29400', "
                "the same on every machine"
            )
        name = params.rendezvous_id or f"mmgen-{training.name}-{training.ds}"
        meeting = ["--rdzv-backend=c10d", f"--rdzv-endpoint={params.endpoint}", f"--rdzv-id={name}"]
        command = torchrun(training, config, f"--nnodes={params.nodes}", *meeting)
        return Start(command, {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"})
