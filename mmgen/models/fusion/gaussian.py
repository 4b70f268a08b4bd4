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
    """The KL that is paid for: nothing below ``minimum`` nats a dimension (Kingma et al. 2016). kl: each one's mean
    over a batch's rows, (L,). Scalar."""
    return kl.clamp(min=minimum).sum()


def gaussian_nll(value: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """-log p of a Gaussian likelihood with one learned scale (Rybkin et al. 2021), in nats: (B,)."""
    per_value = 0.5 * ((value - mean) * torch.exp(-log_scale)).square() + log_scale + 0.5 * math.log(2 * math.pi)
    return per_value.flatten(1).sum(dim=1)


def cross_entropy_nll(value: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy of values in [-1, 1], taken for probabilities of a light pixel, in nats: (B,).

    What the first VAEs took for digits, which are black or white (Kingma & Welling 2014, arXiv 1312.6114). On colours
    in between it is no density: it does not integrate to 1, and its least value is the entropy of the pixel and not 0
    (Loaiza-Ganem & Cunningham 2019, arXiv 1907.06845), so a bound made of it compares with no other.
    """
    wanted = (0.5 * (value + 1)).clamp(0, 1)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").flatten(1).sum(dim=1)


def multinomial_nll(counts: Tensor, logits: Tensor) -> Tensor:
    """-log p of the present attributes under one softmax (Liang et al. 2018), in nats: (B,). counts, logits: (B, D)."""
    return -(counts * torch.log_softmax(logits, dim=1)).sum(dim=1)


def kl_between(mu: Tensor, logvar: Tensor, other_mu: Tensor, other_logvar: Tensor) -> Tensor:
    """KL(N(mu, var) || N(other_mu, other_var)) for each dimension, in nats, of the shape that all four broadcast to."""
    apart = (mu - other_mu).square() * torch.exp(-other_logvar)
    return 0.5 * (torch.exp(logvar - other_logvar) + apart - 1.0 + other_logvar - logvar)


def log_normal(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log N(z; mu, var) for each dimension, in nats, of the shape that all three broadcast to."""
    return -0.5 * ((z - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))


def present_or_prior(mu: Tensor, logvar: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The same Gaussians, with the prior N(0, 1) for absent ones: where none is present, the first counts as present.

    mu, logvar: (..., M, L); mask: (..., M) bool. Returns all three, and no row of the mask is empty.
    """
    first = torch.arange(mask.shape[-1], device=mask.device) == 0
    counted = mask | (first & ~mask.any(dim=-1, keepdim=True))
    nothing = torch.zeros((), dtype=mu.dtype, device=mu.device)
    return torch.where(mask[..., None], mu, nothing), torch.where(mask[..., None], logvar, nothing), counted


def product(mu: Tensor, logvar: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The normalised product of the present Gaussians, without a prior beside them; the prior where none is present.

    mu, logvar: (..., M, L); mask: (..., M) bool. 1/var = sum 1/var_m,  mu = var * sum mu_m / var_m, from log
    precisions, so that no variance is too large or too small. Returns mu, logvar (..., L).
    """
    mu, logvar, mask = present_or_prior(mu, logvar, mask)
    log_precision = torch.where(mask[..., None], -logvar, -torch.inf)
    return (torch.softmax(log_precision, dim=-2) * mu).sum(dim=-2), -torch.logsumexp(log_precision, dim=-2)
