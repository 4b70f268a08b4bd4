"""What a modality brings to a model: encoder, decoder, likelihood, and where training starts from.

Shapes: B rows, D values of a row, H hidden size, L latent size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mmgen.models.fusion.config import FusionConfig


@dataclass(frozen=True)
class Parts:
    """A modality's modules in a model. ``log_scale``: of its likelihood, a scalar; 0 where it learns none."""

    shared: nn.Module
    encoder: nn.Module
    decoder: nn.Module
    log_scale: Tensor


@dataclass(frozen=True)
class LinearPath:
    """Part of the hidden values that is a posterior mean already: (count,) log variances of the values from ``first``
    on. The decoder reads the latent's first ``count`` dimensions as just these."""

    first: int
    logvar: Tensor


class ModalityModel(ABC):
    """The networks of one modality. It holds no weights: a model keeps them, and hands them over as ``Parts``."""

    def __init__(self, config: FusionConfig, size: int):
        """``size``: how many values a row has, where the data decides it."""
        self.config, self.size = config, size

    @property
    def has_scale(self) -> bool:
        """Whether the likelihood has a learned scale, so that no weight has to be tuned for a shop (Rybkin et al.
        2021)."""
        return True

    @property
    def hidden_size(self) -> int:
        """H: what ``encode`` gives a row."""
        return self.config.hidden

    def make_shared(self) -> nn.Module:
        """What encoder and decoder both read. Nothing, unless a modality says otherwise."""
        return nn.Module()

    @abstractmethod
    def make_encoder(self) -> nn.Module: ...

    @abstractmethod
    def make_decoder(self) -> nn.Module: ...

    def to_tensor(self, values: NDArray[Any]) -> Tensor:
        """Values as they were read (B, ...) -> what the encoder takes, float."""
        return torch.from_numpy(values)

    def to_values(self, location: Tensor) -> NDArray[Any]:
        """The inverse, of what the decoder gives: values in the unit that they were read in."""
        found: NDArray[Any] = location.cpu().numpy()
        return found

    def encode(self, values: Tensor, parts: Parts) -> Tensor:
        """(B, ...) -> (B, H)."""
        out: Tensor = parts.encoder(values)
        return out

    def decode(self, z: Tensor, parts: Parts) -> Tensor:
        """(B, L) -> the parameters of the likelihood, such as its mean (B, ...)."""
        out: Tensor = parts.decoder(z)
        return out

    @abstractmethod
    def nll(self, values: Tensor, location: Tensor, parts: Parts) -> Tensor:
        """-log p(values | location) in nats, the modality's term of the bound: (B,)."""

    def warm_start(self, values: Tensor, parts: Parts) -> LinearPath | None:  # noqa: ARG002
        """Set what has a closed form, from the training values there are (B, ...). B may be 0. Returns what a way of
        fusion should know of it."""
        return None


def mlp(inputs: int, hidden: int, outputs: int, last: bool = True) -> nn.Sequential:
    """Two linear layers with a norm between them; ``last``: an activation at the end."""
    layers = [nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.SiLU(), nn.Linear(hidden, outputs)]
    return nn.Sequential(*layers, *([nn.SiLU()] if last else []))
