"""Parameters of how a training is started and watched. Light: imports no torch."""

from __future__ import annotations

from pydantic import Field

from mmgen import __version__
from mmgen.config.params import Params


class KubernetesParams(Params):
    """What the pods of a training get, see ``mmgen manifest``."""

    image: str = Field(default=f"mmgen-jobs:{__version__}", description="the jobs' image, as the nodes pull it")
    namespace: str = "default"
    home_claim: str = Field(default="mmgen-home", description="the volume claim (ReadWriteMany) that holds the home")
    gpus: int = Field(default=0, ge=0, description="of each pod; a process for each of them")
    cpus: int = Field(default=4, ge=1, description="of each pod")
    memory: str = Field(default="16Gi", pattern=r"^\d+([KMGT]i?)?$", description="of each pod")
    patience_s: int = Field(default=86_400, ge=60, description="seconds after which Kubernetes ends the training")


class LaunchParams(Params):
    """How the processes of a training are started, and when they are given up. None of it decides the weights."""

    launcher: str = Field(default="torchrun", description="who starts them, by its name in LAUNCHERS")
    nodes: int = Field(default=1, ge=1, description="machines that train together (rendezvous, kubernetes)")
    endpoint: str = Field(default="", description="host:port of the first machine, where all meet (rendezvous)")
    rendezvous_id: str = Field(default="", description="tells trainings at one endpoint apart; empty: by job and date")
    restarts: int = Field(default=3, ge=0, description="how often processes that were killed or hang are started again")
    stalled_s: float = Field(default=60.0, ge=1, description="seconds without a sign of life after which one hangs")
    begin_limit_s: float = Field(default=300.0, ge=1, description="seconds until the first sign of life")
    step_limit_s: float = Field(default=900.0, ge=1, description="seconds after which a step that is not done hangs")
    kubernetes: KubernetesParams = KubernetesParams()
