"""The launchers, by the name that ``[launch] launcher`` takes."""

from __future__ import annotations

from mmgen.launch.kubernetes import Kubernetes
from mmgen.launch.launcher import Launcher
from mmgen.launch.rendezvous import Rendezvous
from mmgen.launch.spark import OnSpark
from mmgen.launch.torchrun import Torchrun

LAUNCHERS: dict[str, type[Launcher]] = {
    "torchrun": Torchrun,
    "rendezvous": Rendezvous,
    "spark": OnSpark,
    "kubernetes": Kubernetes,
}
