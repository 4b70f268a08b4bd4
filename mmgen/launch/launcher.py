"""What every launcher gives: a command that starts the processes of a training and ends when they have ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmgen.config.config import Config
from mmgen.resources import import_path
from mmgen.telemetry import TELEMETRY_OFF


@dataclass(frozen=True)
class Training:
    """What is to be started: the file that every process runs, and its arguments."""

    name: str
    ds: str
    file: Path
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Start:
    """A command, and what its environment has besides the present one."""

    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    given: bytes = b""
    """What it reads from its standard input."""


PASSED_ON = (
    "MMGEN_CONFIG",
    "MMGEN_RUN_ID",
    "MMGEN_FULL",
    "MMGEN_PRETRAINED",
    "MMGEN_MLFLOW_URL",
    "MLFLOW_TRACKING_URI",
)
"""Variables that processes on other machines need as well. Spark and Kubernetes show them to whoever looks."""


def passed_on(config: Config, environment: Mapping[str, str]) -> dict[str, str]:
    """What a process on another machine is given besides what that has. ValueError where a password would be seen."""
    found = {name: environment[name] for name in PASSED_ON if environment.get(name)}
    for name, value in found.items():
        if "@" in value and "://" in value:
            raise ValueError(
                f"{name} has a password, which the cluster would show to whoever looks: give it without, and set "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD on the machines that train"
            )
    return {**found, "MMGEN_HOME": str(config.home), **import_path(), **TELEMETRY_OFF}


class Launcher:
    """A way to start processes that train together."""

    is_watched = True
    """Whether the processes run on this machine, where their signs of life are seen. Its command then never starts a
    process again by itself: the whole of it is started again."""

    def start(self, training: Training, config: Config) -> Start:
        """The command. ValueError, with the remedy, where the configuration lacks what it needs."""
        raise NotImplementedError
