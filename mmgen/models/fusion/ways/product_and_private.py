"""A product of experts for what modalities share, and a part of the latent for what is each one's own.

Private and shared parts with a product are those of DMVAE (Lee & Pavlovic 2021, arXiv 2012.13024); that an absent
modality's part is drawn from an auxiliary distribution while a model is taught is MMVAE+'s (Palumbo et al. 2023,
OpenReview sdQGxouELX). Together a step decodes each modality once, where MMVAE+ decodes it once for every expert.
Shapes: B rows, M modalities, L latent size, of which P private to each modality and S shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from mmgen.models.fusion.base import Posterior, Score, Terms
from mmgen.models.fusion.gaussian import kl_to_prior
from mmgen.models.fusion.ways.private_parts import PrivateParts
from mmgen.models.fusion.ways.product_of_experts import product_of_experts


class ProductAndPrivate(PrivateParts):
    """Taught by E_{q(z | X_S) q(w_m) r(w_n)} of log p(X | z, w), less KL(q(z | X_S) || p) and KL(q(w_m) || p) for each
    m of S, the modalities that are seen; parts of the others, n, are drawn from r = N(0, s^2), s learnt and small. So
    an absent modality is learnt from what is shared alone, and nothing of it has to pass through there but what the
    others can know. ``kl`` has KL(r || p) as well, so that the bound that is reported is one; it is not paid for, since
    values are generated with parts that the prior draws, which gives them their variety.
    """

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        said = self.said(hidden, present)
        mu, logvar = product_of_experts(said.mu[..., : self.shared], said.logvar[..., : self.shared], said.mask)
        own = self.own(said)
        return Posterior(torch.cat([mu, own.mu], dim=1), torch.cat([logvar, own.logvar], dim=1))

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        posterior = self.encode(hidden, present)
        mask = torch.stack([present[name] for name in self.modalities], dim=1)
        is_there = self.theirs(mask).any(dim=1)
        # A row with nothing is the prior's: there is nothing that a part could be told apart from
        stands_in = ~is_there & mask.any(dim=1, keepdim=True)
        own = torch.where(stands_in, self.stand_in, posterior.logvar[:, self.shared :])
        taught = replace(posterior, logvar=torch.cat([posterior.logvar[:, : self.shared], own], dim=1))
        z = taught.draw(noise)
        scored = score(z)
        paid = kl_to_prior(posterior.mu, posterior.logvar)
        return Terms(scored.nll, kl_to_prior(taught.mu, taught.logvar), z, scored.decoded, paid=paid)
