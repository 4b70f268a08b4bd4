"""A variational graph autoencoder over the hops.

Kipf and Welling, "Variational graph auto-encoders" (2016): a Gaussian for each node, q(z_i | X, A), and the links as
what is explained, p(A_ij = 1 | z) = sigmoid(z_i . z_j). Three things differ, so that it suits a catalogue:

* **The encoder reads hops.** Their graph convolutions need the whole adjacency in every step. Here X, AX and A^2 X
  stand beside each other, made once (SIGN, Frasca et al. 2020), and a step touches the products of its links alone. A
  vector of the product's own is added; it is left out for a share of the products in training, so that a product which
  came later is placed by its features (DropoutNet, Volkovs, Yu, Poutanen 2017).
* **Kinds of links.** Each has its own scale of the latent's dimensions, z_i . diag(w_k) z_j (DistMult, Yang et al.
  2015), and how many links of the kind a product has: a_k(z_i) + a_k(z_j), a linear function.
* **The features are explained, too:** p(x_i | z_i), a Gaussian with one learned scale. So a product without a photo or
  a text has a likely vector.

Shapes: B products, F = 3 * width features, W = width, L latent, K kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmgen.config.params import Params
from mmgen.models.fusion.gaussian import gaussian_nll, kl_to_prior
from mmgen.models.modalities.base import mlp

UNKNOWN = 0
"""The place of a product that has no vector of its own."""


class GraphNetConfig(Params):
    """Sizes of a graph model. ``width``: of a product's vector; ``num_products``: that have a vector of their own;
    ``encoder``: the fitted text model that the vectors are by."""

    width: int
    latent: int
    hidden: int
    kinds: tuple[str, ...]
    num_products: int
    encoder: str = ""


@dataclass(frozen=True)
class Place:
    """q(z) of B products: mean and log variance, (B, L)."""

    mu: Tensor
    logvar: Tensor

    def draw(self, noise: Tensor) -> Tensor:
        """z = mu + sigma * noise, (B, L)."""
        return self.mu + noise * torch.exp(0.5 * self.logvar)


class GraphNet(nn.Module):
    """Encoder, links and features. Knows no product id and no file."""

    def __init__(self, config: GraphNetConfig):
        super().__init__()
        self.config = config
        self.hops = nn.Linear(3 * config.width, config.hidden)
        self.own = nn.Embedding(config.num_products + 1, config.hidden, padding_idx=UNKNOWN)
        nn.init.normal_(self.own.weight, std=0.1)
        with torch.no_grad():
            self.own.weight[UNKNOWN] = 0
        self.norm = nn.LayerNorm(config.hidden)
        self.place = nn.Linear(config.hidden, 2 * config.latent)
        kinds = len(config.kinds)
        self.scales = nn.Parameter(torch.full((kinds, config.latent), config.latent**-0.5))
        self.often = nn.Linear(config.latent, kinds)
        self.features = mlp(config.latent, config.hidden, config.width, last=False)
        self.log_scale = nn.Parameter(torch.tensor(0.0))

    def encode(self, hops: Tensor, places: Tensor) -> Place:
        """``hops`` (B, F): X, AX and A^2 X beside each other. ``places`` (B,): of the products' own vectors, 1 and
        up; ``UNKNOWN`` for none."""
        hidden = nn.functional.silu(self.norm(self.hops(hops) + self.own(places)))
        mu, logvar = self.place(hidden).chunk(2, dim=1)
        return Place(mu, logvar.clamp(-8.0, 4.0))

    def link(self, one: Tensor, other: Tensor, kind: int) -> Tensor:
        """Log odds that the products of ``one`` and ``other`` (..., L) are linked: (...)."""
        often = self.often(one)[..., kind] + self.often(other)[..., kind]
        found: Tensor = (one * self.scales[kind] * other).sum(dim=-1) + often
        return found

    def links(self, ones: Tensor, others: Tensor, kind: int) -> Tensor:
        """The same for each of ``ones`` (B, L) with each of ``others`` (C, L): (B, C)."""
        often = self.often(ones)[:, kind, None] + self.often(others)[None, :, kind]
        found: Tensor = (ones * self.scales[kind]) @ others.T + often
        return found

    def likely(self, z: Tensor) -> Tensor:
        """The mean of p(x | z): (B, W)."""
        found: Tensor = self.features(z)
        return found

    def features_nll(self, z: Tensor, vectors: Tensor) -> Tensor:
        """-log p(x | z) in nats, (B,), by halves of the vector (B, W): one that is all zeros is not there."""
        likely, half = self.likely(z), vectors.shape[1] // 2
        total = vectors.new_zeros(len(vectors))
        # A half has unit length: as many times its size, its values have a mean square of one
        for part in (slice(0, half), slice(half, None)):
            there = vectors[:, part].any(dim=1)
            cost = gaussian_nll(vectors[:, part] * half**0.5, likely[:, part], self.log_scale)
            total = total + torch.where(there, cost, 0.0)
        return total


@dataclass(frozen=True)
class GraphTerms:
    """The bound's parts, scalars in nats. ``links``: of a link and the chance pairs drawn against it, by kind; ``kl``
    and ``features``: of a product."""

    links: dict[str, Tensor]
    kl: Tensor
    features: Tensor

    def loss(
        self, kind_weights: dict[str, float], beta: float, features_weight: float, products_a_link: float
    ) -> Tensor:
        """What is minimised: the negative bound of the whole graph, a link.

        -ELBO = sum over links of -log p(A_ij | z) + sum over products of KL(q(z_i) || N(0, 1)) - log p(x_i | z_i).
        The chance pairs weigh as much as the links, as in the authors' code (``pos_weight``, ``norm``), so this is
        their re-weighted bound, not one on log p(A). ``products_a_link``: products over links, in the graph.
        """
        links = torch.stack([weight * self.links[kind] for kind, weight in kind_weights.items()]).sum()
        return links + products_a_link * (beta * self.kl + features_weight * self.features)


def link_cost(linked: Tensor, by_chance: Tensor) -> Tensor:
    """-log p of links, log odds (B,), and of pairs drawn by chance, (B, N): a mean over either, added. Scalar."""
    return nn.functional.softplus(-linked).mean() + nn.functional.softplus(by_chance).mean()


def kl_of(place: Place) -> Tensor:
    """KL(q(z) || N(0, 1)) of each product, in nats: (B,)."""
    return kl_to_prior(place.mu, place.logvar).sum(dim=1)
