"""What modalities share in one part of the latent, and what is each one's own in another (MMVAE+: Palumbo, Daunhawer
and Vogt 2023, OpenReview sdQGxouELX).

The latent is (z, w_1 .. w_M). q(z | X) is a mixture of the experts, as in MMVAE; q(w_m | x_m) is modality m's own, and
no other decoder reads it, so that what cannot be known from another modality does not have to go through z.
Shapes: B rows, M modalities, L latent size, of which P private to each modality and S shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from mmgen.models.fusion.base import Posterior, Score, Terms
from mmgen.models.fusion.gaussian import kl_to_prior, log_normal
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.mixture_of_experts import Drawn, MixtureOfExperts, together
from mmgen.models.fusion.ways.private_parts import PrivateParts


class SharedAndPrivate(PrivateParts, MixtureOfExperts):
    """Taught by sum_m 1/M E_{q_m(z) q(w_m)} of log p(x_m | z, w_m) + sum_{n != m} E_{r(w_n)} log p(x_n | z, w_n), less
    log q(z | X) / p(z) and KL(q(w_m) || p(w_m)): an expert decodes the others with parts of theirs that are not from
    them, but from r = N(0, s^2), s learnt. ``kl`` has KL(r || p) as well, so that the bound that is reported is one; it
    is not paid for, since values are generated with parts that the prior draws.
    """

    draws: ClassVar[int] = 1

    def mixture(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Mixture:
        """For each expert what it says of z and of its own part; all others' parts are the prior's."""
        said = self.said(hidden, present)
        mu, logvar = torch.where(self.owned, said.mu, 0.0), torch.where(self.owned, said.logvar, 0.0)
        return Mixture.of_present(mu, logvar, said.mask)

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        mu, logvar = self._shared(self.mixture(hidden, present)).moments()
        own = self.own(self.said(hidden, present))
        return Posterior(torch.cat([mu, own.mu], dim=1), torch.cat([logvar, own.logvar], dim=1))

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        own = self.encode(hidden, present).draw(noise[:, :-1])
        return torch.cat([self.mixture(hidden, present).draw(noise)[:, : self.shared], own[:, self.shared :]], dim=1)

    def elbo(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor, score: Score) -> Terms:
        mixture = self.mixture(hidden, present)
        some = torch.stack([present[name] for name in self.modalities]).any(dim=0)
        shares = noise.view(len(noise), len(self.modalities), self.latent)
        drawn = [self._of_expert(mixture, some, number, shares[:, number], score) for number in range(shares.shape[1])]
        return together(mixture, drawn)

    def _of_expert(self, mixture: Mixture, some: Tensor, number: int, noise: Tensor, score: Score) -> Drawn:
        """What expert ``number`` gives. some: (B,), whether a row has anything; noise: (B, L)."""
        mu, logvar = mixture.mu[:, number], mixture.logvar[:, number]
        stands_in = ~self.owned[number, self.shared :] & some[:, None]
        own = torch.where(stands_in, self.stand_in, logvar[:, self.shared :])
        taught = torch.cat([logvar[:, : self.shared], own], dim=1)
        z = Posterior(mu, taught).draw(noise)
        known = log_normal(z, mu, logvar)[:, : self.shared].sum(dim=1)
        known = known - self._shared(mixture).log_prob(z[:, : self.shared])
        spread = known[:, None] / self.latent
        return Drawn(z, score(z), kl_to_prior(mu, taught) - spread, kl_to_prior(mu, logvar) - spread)

    def _shared(self, mixture: Mixture) -> Mixture:
        return Mixture(mixture.log_weights, mixture.mu[..., : self.shared], mixture.logvar[..., : self.shared])
