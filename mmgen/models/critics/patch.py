"""A patch discriminator: real or generated, told for each patch of a picture."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mmgen.config.training import Adversarial
from mmgen.models.critics.base import Critic, Seen


class PatchDiscriminator(Critic):
    """(B, 3, 64, 64) -> scores (B, 1, 16, 16), one for each patch, and the features of the layers before.

    Spectral norm on every layer (Miyato et al. 2018) keeps it Lipschitz, which is what makes a short training stable.
    """

    modality = "image"

    def __init__(self, params: Adversarial):
        super().__init__(params)
        width = params.width
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(3, width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(width, 2 * width, 4, 2, 1)),
                spectral_norm(nn.Conv2d(2 * width, 2 * width, 3, 1, 1)),
            ]
        )
        self.score = spectral_norm(nn.Conv2d(2 * width, 1, 1))

    def forward(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        features: list[Tensor] = []
        hidden = images
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), 0.2)
            features.append(hidden)
        return self.score(hidden), features

    def own_loss(self, seen: Seen, step: int) -> tuple[Tensor, Tensor]:
        """Hinge loss, and a gradient penalty now and then (lazy R1)."""
        loss = hinge = self.hinge(seen)
        if self.params.r1_weight and step % self.params.r1_interval == 0:
            loss = loss + 0.5 * self.params.r1_weight * self.params.r1_interval * self.gradient_penalty(seen)
        return loss, hinge

    def hinge(self, seen: Seen) -> Tensor:
        """Hinge loss (Lim & Ye 2017) on the rows that have an image."""
        scores, _ = self(torch.cat([seen.real, seen.decoded.detach()]))
        on_real, on_decoded = scores.flatten(1).chunk(2)
        hinge = torch.relu(1.0 - on_real).mean(dim=1) + torch.relu(1.0 + on_decoded).mean(dim=1)
        return torch.where(seen.present, hinge, 0.0).mean()

    def gradient_penalty(self, seen: Seen) -> Tensor:
        """R1 (Mescheder et al. 2018): the squared gradient of the scores on real images, mean over the rows that are
        there."""
        real = seen.real.detach().requires_grad_()
        scores, _ = self(real)
        (gradient,) = torch.autograd.grad(scores.mean(dim=(1, 2, 3)).sum(), real, create_graph=True)
        return torch.where(seen.present, gradient.square().flatten(1).sum(dim=1), 0.0).mean()

    def pull(self, seen: Seen, log_scale: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        """A term whose gradient at the decoded pixels points where the critic wants.

        The gradient of the hinge and feature-matching losses is scaled, row by row, to ``share`` of the norm of the
        reconstruction's own, which for a Gaussian of the learned scale is sqrt(values) / scale on average. So the
        balance needs no tuning for a shop. It costs one pass through the critic and none through the decoder.
        """
        num_values = float(math.prod(seen.real.shape[1:]))
        image = seen.decoded.detach().requires_grad_()
        score, features = self(image)
        with torch.no_grad():
            _, wanted = self(seen.real)
        apart = [(f - w).abs().mean(dim=(1, 2, 3)) for f, w in zip(features, wanted, strict=True)]
        wish = -score.mean(dim=(1, 2, 3)) + self.params.feature_matching * torch.stack(apart).sum(dim=0)
        (gradient,) = torch.autograd.grad(wish.sum(), image)
        norm = gradient.flatten(1).norm(dim=1).clamp(min=1e-8)
        size = self.params.share * weight * num_values**0.5 * torch.exp(-log_scale.detach()) / norm
        pull = (gradient * size[:, None, None, None] * seen.decoded).flatten(1).sum(dim=1)
        mean_score = torch.where(seen.present, score.mean(dim=(1, 2, 3)), 0.0).mean()
        return torch.where(seen.present, pull, 0.0).mean() / num_values, mean_score
