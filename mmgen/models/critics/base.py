"""What an adversary is: a network that learns to tell a modality's real values from decoded ones, and its losses.

Shapes: B rows; values (B, ...) as the modality's encoder takes them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from mmgen.config.training import Adversarial


@dataclass(frozen=True)
class Seen:
    """What a critic is shown: ``real`` and ``decoded`` values (B, ...) and which rows have the modality, (B,) bool."""

    real: Tensor
    decoded: Tensor
    present: Tensor


class Critic(nn.Module, ABC):
    """Judges one ``modality``."""

    modality: ClassVar[str]

    def __init__(self, params: Adversarial):
        super().__init__()
        self.params = params

    @abstractmethod
    def own_loss(self, seen: Seen, step: int) -> tuple[Tensor, Tensor]:
        """What it is taught by, at its step number ``step``: the loss, and the part of it that is logged."""

    @abstractmethod
    def pull(self, seen: Seen, log_scale: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        """A term of the model's loss, in nats a value, that pulls what is decoded towards the real, and the critic's
        mean score of it. ``log_scale``: of the modality's likelihood; ``weight``: of its term."""
