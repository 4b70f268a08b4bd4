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

from mmgen.models.fusion.base import Option, Posterior, Score
from mmgen.models.fusion.gaussian import kl_to_prior, log_normal
from mmgen.models.fusion.mixture import Mixture
from mmgen.models.fusion.ways.mixture_of_experts import Drawn, MixtureOfExperts


class SharedAndPrivate(MixtureOfExperts):
    """``private`` of the latent is private in equal parts, in the order of the modalities, the rest shared.

    Taught by sum_m 1/M E_{q_m(z) q(w_m)} of log p(x_m | z, w_m) + sum_{n != m} E_{r(w_n)} log p(x_n | z, w_n), less
    log q(z | X) / p(z) and KL(q(w_m) || p(w_m)): an expert decodes the others with parts of theirs that are not from
    them. The auxiliary r is the prior here, where the authors learn its scale, so that a model is used as it is taught.
    What no modality owns, such as the tokens, is decoded from everything.
    """

    options: ClassVar[Mapping[str, Option]] = {"private": Option(0, 1)}
    owned: Tensor
    private: ClassVar[float] = 0.5

    def __init__(self, hidden_sizes: Mapping[str, int], latent: int):
        super().__init__(hidden_sizes, latent)
        private = int(self.private * latent) // len(hidden_sizes)
        self.shared = latent - private * len(hidden_sizes)
        owner = torch.full((latent,), -1)
        owner[self.shared :] = torch.arange(len(hidden_sizes)).repeat_interleave(private)
        numbers = torch.arange(len(hidden_sizes))[:, None]
        self.register_buffer("owned", (owner == numbers) | (owner == -1), persistent=False)

    def part_for(self, z: Tensor, modality: str) -> Tensor:
        if modality not in self.modalities:
            return z
        return torch.where(self.owned[self.modalities.index(modality)], z, 0.0)

    def mixture(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Mixture:
        """For each expert what it says of z and of its own part; all others' parts are the prior's."""
        said = self.said(hidden, present)
        mu, logvar = torch.where(self.owned, said.mu, 0.0), torch.where(self.owned, said.logvar, 0.0)
        return Mixture.of_present(mu, logvar, said.mask)

    def encode(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Posterior:
        found = self.mixture(hidden, present)
        mu, logvar = self._shared(found).moments()
        # Only its owner says anything of a private part, and the prior is all zeros: the sum is what the owner says.
        own_mu, own_logvar = found.mu.sum(dim=1), found.logvar.sum(dim=1)
        return Posterior(
            torch.cat([mu, own_mu[:, self.shared :]], dim=1), torch.cat([logvar, own_logvar[:, self.shared :]], dim=1)
        )

    def sample(self, hidden: Mapping[str, Tensor], present: Mapping[str, Tensor], noise: Tensor) -> Tensor:
        own = self.encode(hidden, present).draw(noise[:, :-1])
        return torch.cat([self.mixture(hidden, present).draw(noise)[:, : self.shared], own[:, self.shared :]], dim=1)

    def of_expert(self, mixture: Mixture, number: int, noise: Tensor, score: Score) -> Drawn:
        mu, logvar = mixture.mu[:, number], mixture.logvar[:, number]
        z = Posterior(mu, logvar).draw(noise[:, 0])
        own = log_normal(z, mu, logvar)[:, : self.shared].sum(dim=1)
        known = own - self._shared(mixture).log_prob(z[:, : self.shared])
        return Drawn(z, score(z), kl_to_prior(mu, logvar) - known[:, None] / self.latent)

    def _shared(self, mixture: Mixture) -> Mixture:
        return Mixture(mixture.log_weights, mixture.mu[..., : self.shared], mixture.logvar[..., : self.shared])
