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

from mmgen.config.training import TrainParams
from mmgen.models.fusion.base import Terms, alone
from mmgen.models.fusion.gaussian import free_bits
from mmgen.models.fusion.net import FusionNet
from mmgen.models.modalities.registry import IMAGE_PX
from mmgen.training.distributed.group import mean_over_rows, rows_of_all
from mmgen.training.distributed.ranks import Part
from mmgen.training.fusion.inputs import Inputs

NUM_VALUES = float(IMAGE_PX * IMAGE_PX * 3)
"""The pixels' number: the loss is in nats a pixel value, so that gradients keep one size whatever is present."""


@dataclass(frozen=True)
class Found:
    """The ``loss`` (), what each modality's latent decodes to, and scalars to be logged, by name."""

    loss: Tensor
    decoded: dict[str, Tensor]
    logged: dict[str, Tensor]


class Objective(nn.Module):
    """A network with what it is taught by, as one module: what wraps a module acts on its ``forward``."""

    def __init__(self, net: FusionNet, params: TrainParams):
        super().__init__()
        self.net, self.params = net, params

    def forward(self, inputs: Inputs, progress: float) -> Found:
        """``progress``: the share of the training that is done."""
        part = inputs.part
        self.net.fusion.rows_of_all = partial(rows_of_all, part=part)
        try:
            terms = self.net.elbo(inputs.data, inputs.seen, inputs.noise, inputs.texts)
        finally:
            self.net.fusion.rows_of_all = alone
        loss = weighted_loss(terms, self.params, progress, part)
        logged = {name: value * part.weight for name, value in means_of(terms).items()}
        return Found(loss, terms.decoded, logged)


def weighted_loss(terms: Terms, params: TrainParams, progress: float, part: Part | None = None) -> Tensor:
    """The sum of the terms by their weights, in nats a pixel value. ``progress`` is in [0, 1]."""
    part = part or Part(0, len(terms.kl), len(terms.kl))
    beta = params.beta * min(1.0, progress / params.beta_warmup) if params.beta_warmup else params.beta
    named = terms.nll | terms.beside
    cost = torch.stack([params.weight_of(name) * value.mean() for name, value in named.items()]).sum()
    paid = terms.kl if terms.paid is None else terms.paid
    return (cost * part.weight + beta * free_bits(mean_over_rows(paid, part), params.free_bits)) / NUM_VALUES


def means_of(terms: Terms) -> dict[str, Tensor]:
    """Each term and the bound, in nats a row, as scalars without a gradient."""
    found = {f"{name}_nll": value for name, value in terms.nll.items()} | terms.beside
    found |= {"kl": terms.kl.sum(dim=1), "elbo": terms.elbo()}
    return {name: value.detach().mean() for name, value in found.items()}
