"""The KL term and the likelihoods that ways of fusion and modalities are made of.

Shapes: B rows, L latent size, D size of a modality.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def kl_to_prior(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, var) || N(0, 1)) for each dimension, in nats: (B, L)."""
    return 0.5 * (mu.square() + logvar.exp() - 1.0 - logvar)


def free_bits(kl: Tensor, minimum: float) -> Tensor:
    """The KL that is paid for: nothing below ``minimum`` nats a dimension on average (Kingma et al. 2016). Scalar."""
    return kl.mean(dim=0).clamp(min=minimum).sum()


def gaussian_nll(value: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """-log p of a Gaussian likelihood with one learned scale (Rybkin et al. 2021), in nats: (B,)."""
    per_value = 0.5 * ((value - mean) * torch.exp(-log_scale)).square() + log_scale + 0.5 * math.log(2 * math.pi)
    return per_value.flatten(1).sum(dim=1)


def multinomial_nll(counts: Tensor, logits: Tensor) -> Tensor:
    """-log p of the present attributes under one softmax (Liang et al. 2018), in nats: (B,). counts, logits: (B, D)."""
    return -(counts * torch.log_softmax(logits, dim=1)).sum(dim=1)
