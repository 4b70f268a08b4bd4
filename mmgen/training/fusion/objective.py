"""What a way of fusion's terms weigh in the loss, over the rows of all processes.

A process's loss is scaled so that the mean over the processes, of the loss as of its gradients, is that of the whole
batch: each row counts alike, whoever has it, and what is no sum over rows (free bits, comparisons of rows with one
another) is made of all of them. So one, two and four processes are taught the same by the same batch.

Shapes: B rows of this process, L latent size. All terms are nats a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils._pytree import register_dataclass

from mmgen.config.training import TrainParams
from mmgen.models.fusion.base import Terms, alone
from mmgen.models.fusion.gaussian import free_bits
from mmgen.models.fusion.net import FusionNet
from mmgen.models.modalities.registry import IMAGE_PX
from mmgen.training.distributed.group import mean_over_rows, rows_of_all
from mmgen.training.fusion.inputs import Inputs

NUM_VALUES = float(IMAGE_PX * IMAGE_PX * 3)
"""The pixels' number: the loss is in nats a pixel value, so that gradients keep one size whatever is present."""


@dataclass(frozen=True)
class Found:
    """The ``loss`` (), and ``shared`` (): what of it is the whole batch's, whichever of its rows are at hand.

    What the latent ``decoded`` to, by modality; ``paid`` (B, L) for the KL; scalars to be ``logged``, by name. All but
    the loss and what was decoded are without a gradient.
    """

    loss: Tensor
    shared: Tensor
    decoded: dict[str, Tensor]
    paid: Tensor
    logged: dict[str, Tensor]


register_dataclass(Found)  # so that FSDP finds the tensors in it


class Objective(nn.Module):
    """A network with what it is taught by, as one module: what wraps a module acts on its ``forward``."""

    def __init__(self, net: FusionNet, params: TrainParams):
        super().__init__()
        self.net, self.params = net, params
        net.is_mixed = params.precision == "bf16"

    def forward(self, inputs: Inputs, progress: float, known: Tensor | None = None) -> Found:
        """``progress``: the share of the training that is done.

        ``known`` (L,): the mean of ``paid`` over the whole batch, where ``inputs`` are a part of what this process has
        of it.
        """
        part = inputs.part
        self.net.fusion.rows_of_all = partial(rows_of_all, part=part)
        try:
            terms = self.net.elbo(inputs.data, inputs.seen, inputs.noise, inputs.texts)
        finally:
            self.net.fusion.rows_of_all = alone
        mean_paid = mean_over_rows(terms.charged(), part, known)
        loss = weighted_loss(terms, self.params, progress, mean_paid, part.weight)
        shared = price_of(mean_paid.detach(), self.params, progress) / NUM_VALUES
        logged = {name: value * part.weight for name, value in means_of(terms).items()}
        return Found(loss, shared, terms.decoded, terms.charged().detach(), logged)


def weighted_loss(
    terms: Terms, params: TrainParams, progress: float, mean_paid: Tensor | None = None, weight: float = 1.0
) -> Tensor:
    """The sum of the terms by their weights, in nats a pixel value. ``progress`` is in [0, 1].

    ``mean_paid`` (L,): the mean over the rows of what is paid for as the KL, where they are not all here; ``weight``:
    what the mean over those that are here counts for.
    """
    named = terms.nll | terms.beside
    cost = torch.stack([params.weight_of(name) * value.mean() for name, value in named.items()]).sum()
    mean_paid = terms.charged().mean(dim=0) if mean_paid is None else mean_paid
    return (cost * weight + price_of(mean_paid, params, progress)) / NUM_VALUES


def price_of(mean_paid: Tensor, params: TrainParams, progress: float) -> Tensor:
    """What the KL costs, in nats, from its mean over the rows (L,)."""
    beta = params.beta * min(1.0, progress / params.beta_warmup) if params.beta_warmup else params.beta
    return beta * free_bits(mean_paid, params.free_bits)


def means_of(terms: Terms) -> dict[str, Tensor]:
    """Each term and the bound, in nats a row, as scalars without a gradient."""
    found = {f"{name}_nll": value for name, value in terms.nll.items()} | terms.beside
    found |= {"kl": terms.kl.sum(dim=1), "elbo": terms.elbo()}
    return {name: value.detach().mean() for name, value in found.items()}
