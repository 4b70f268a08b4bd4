"""A way of fusion: from what each modality says of a product to one latent, and what that is trained for.

Shapes: B rows, H hidden size of a modality, L latent size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor, nn

from mmgen.models.fusion.gaussian import kl_to_prior


@dataclass(frozen=True)
class Posterior:
    """q(z | what is present), a Gaussian: mu, logvar (B, L)."""

    mu: Tensor
    logvar: Tensor

    def draw(self, noise: Tensor) -> Tensor:
        """z (B, L) from standard normal ``noise`` (B, L)."""
        return self.mu + noise * torch.exp(0.5 * self.logvar)


@dataclass(frozen=True)
class Scored:
    """What a latent says: the likelihood's parameters ``decoded`` by modality, and ``nll``: by term, -log p in nats
    (B,), zero where a row lacks the modality."""

    decoded: dict[str, Tensor]
    nll: dict[str, Tensor]


Score = Callable[[Tensor], Scored]
"""z (B, L) -> what it says of the batch at hand."""

RowsOfAll = Callable[[Tensor], tuple[Tensor, slice]]
"""(B, ...) -> those of all processes that train together, in the order of the batch, and which of them these are."""


def alone(values: Tensor) -> tuple[Tensor, slice]:
    """``RowsOfAll`` where there is one process."""
    return values, slice(None)


@dataclass(frozen=True)
class Terms:
    """What a step costs, by name, in nats a row.

    ``nll`` (B,) and the KL of each dimension (B, L) are the bound; ``beside``: costs (B,) that are no part of it. The
    latent (B, L) and what it decodes to are those of the draw that a critic looks at. ``paid`` (B, L): what the loss
    charges, by beta and above the free bits, in place of the KL, where a way of fusion has an objective of its own.
    """

    nll: dict[str, Tensor]
    kl: Tensor
    latent: Tensor
    decoded: dict[str, Tensor]
    beside: dict[str, Tensor] = field(default_factory=dict)
    paid: Tensor | None = None

    def charged(self) -> Tensor:
        """What the loss charges for the KL: (B, L)."""
        return self.kl if self.paid is None else self.paid

    def elbo(self) -> Tensor:
        """The bound for each row, in nats, unweighted: (B,)."""
        return -(torch.stack(list(self.nll.values())).sum(dim=0) + self.kl.sum(dim=1))


@dataclass(frozen=True)
class Option:
    """A number of a way of fusion that the configuration may set: what it may be."""

    lowest: float
    highest: float
    is_whole: bool = False

    def takes(self, value: float) -> bool:
        return self.lowest <= value <= self.highest and (not self.is_whole or value == int(value))


class Fusion(nn.Module, ABC):
    """Subclasses give ``encode``, and their own ``elbo`` where one draw from the posterior is not how they are taught.

    Any modality may be missing in any row, and all of them. What stands in for a missing one must change nothing.
    """

    beside: ClassVar[tuple[str, ...]] = ()
    """The names of the terms beside the bound, for the configuration's weights."""

    compares_rows: ClassVar[bool] = False
    """Whether a row's terms depend on the batch's other rows: then a batch can't be taken in parts."""

    options: ClassVar[Mapping[str, Option]] = {}
    """Attributes of the class that ``[train] fusion_options`` may set."""

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        """``hidden_sizes``: H by modality, in the order in which all mappings come."""
        super().__init__()
        self.modalities, self.latent = tuple(hidden_sizes), latent
        self.rows_of_all: RowsOfAll = alone
        """For terms that compare a batch's rows with each other; training sets it while several processes share one."""

    @property
    def noise_size(self) -> int:
        """How many standard normal numbers a row ``elbo`` takes."""
        return self.latent

    @abstractmethod
    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        """hidden: (B, H) by modality, whatever stands for it where it is absent; present: (B,) bool by modality."""

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        """Draw z from what is ``present`` and score every modality that the batch has.

        Any q(z | some) bounds log p(all), so hidden modalities are scored too: that is what teaches cross-modal
        generation. noise: (B, noise_size).
        """
        posterior = self.encode(hidden, present)
        z = posterior.draw(noise)
        scored = score(z)
        return Terms(scored.nll, kl_to_prior(posterior.mu, posterior.logvar), z, scored.decoded)

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        """A draw z (B, L) from what is known of the ``present`` ones, as values are generated from it.

        noise: standard normal (B, L + 1). The last number chooses a component where a posterior is a mixture: the
        Gaussian that ``encode`` gives in its place is wider than any of them, and most of it lies between them.
        """
        return self.encode(hidden, present).draw(noise[:, :-1])

    def weights(
        self,
        hidden: Mapping[str, Tensor],  # noqa: ARG002
        present: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor] | None:
        """What each modality counts for in the posterior, where a way of fusion says so, by name: (B,) each, 0 where
        absent, 1 in all; 0 for a row with nothing. The arguments are those of ``encode``."""
        return None

    def part_for(self, z: Tensor, modality: str) -> Tensor:  # noqa: ARG002
        """What the decoder of a modality reads of z (B, L): all of it, unless a way of fusion keeps parts apart."""
        return z

    def start_linear(self, modality: str, first: int, logvar: Tensor) -> None:
        """Take the hidden values of a modality from ``first`` on for the mean of the latent's first dimensions, with
        variances exp(logvar) (count,): training then starts from there. Does nothing where a way of fusion cannot."""
