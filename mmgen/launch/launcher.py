"""What every launcher gives: a command that starts the processes of a training and ends when they have ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmgen.config.config import Config


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


class Launcher:
    """A way to start processes that train together."""

    is_watched = True
    """Whether the processes run on this machine, where their signs of life are seen."""

    def start(self, training: Training, config: Config) -> Start:
        """The command. ValueError, with the remedy, where the configuration lacks what it needs."""
        raise NotImplementedError
