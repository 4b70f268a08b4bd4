"""What the fusion model is trained for: the evidence lower bound, term by term, and the adversary's part.

Shapes: B rows, M=4 modalities, L latent size, T tokens, S slots. All terms are nats a row, zero where the row lacks
them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mmgen.config.training import TrainParams
from mmgen.models.critics.patch import PatchDiscriminator
from mmgen.models.examples import IMAGE_PX, MODALITIES
from mmgen.models.fusion.gaussian import free_bits, gaussian_nll, kl_to_prior, multinomial_nll
from mmgen.models.fusion.model import Decoded, FusionNet, Tensors
from mmgen.models.text.vocabulary import SPECIALS, UNK

TERMS = ("image", "text", "audio", "attributes", "tokens")
UNKNOWN = SPECIALS.index(UNK)
NUM_VALUES = float(IMAGE_PX * IMAGE_PX * 3)


@dataclass(frozen=True)
class TextBatch:
    """One delexicalised text a row: tokens (B, T) int64 padded with 0, slots (B, S) float, present (B,) bool."""

    tokens: Tensor
    slots: Tensor
    present: Tensor


@dataclass(frozen=True)
class Terms:
    """Negative log likelihoods (B,) by name, the KL of each dimension, the latent draw (both (B, L)) and what it
    decodes to."""

    nll: dict[str, Tensor]
    kl: Tensor
    latent: Tensor
    decoded: Decoded

    def elbo(self) -> Tensor:
        """The bound for each row, in nats, unweighted: (B,)."""
        return -(torch.stack(list(self.nll.values())).sum(dim=0) + self.kl.sum(dim=1))


def thin(masks: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Modality dropout: ``share`` of the rows lose each of their modalities with probability 1/2. (B, M) -> (B, M)
    bool.

    A row that loses all of them is encoded by the prior alone; its bound is still one on log p of what it has.
    """
    is_thinned = torch.rand(len(masks), 1, generator=generator) < share
    keep = torch.rand(masks.shape, generator=generator) < 0.5
    return masks & (keep | ~is_thinned)


def elbo_terms(net: FusionNet, batch: Tensors, seen: Tensor, noise: Tensor, texts: TextBatch) -> Terms:
    """Encode the modalities in ``seen`` (B, M), draw z with ``noise`` (B, L), and score every modality that is there.

    Any q(z | seen) bounds log p(all), so hidden modalities are scored too: that is what teaches cross-modal generation.
    """
    mu, logvar = net.posterior(batch, seen)
    z = mu + noise * torch.exp(0.5 * logvar)
    decoded = net.decode(z)
    sized = batch.attributes / batch.attributes.sum(dim=1, keepdim=True).clamp(min=1.0)
    raw = {
        "image": gaussian_nll(batch.pixels, decoded.image, net.log_scale["image"]),
        "text": gaussian_nll(batch.text * net.text_size**0.5, decoded.text, net.log_scale["text"]),
        # The density is that of the features as they came, so that models with other scales can be compared.
        "audio": gaussian_nll(net.scaled_audio(batch), decoded.audio, net.log_scale["audio"])
        + net.audio_std.log().sum(),
        "attributes": multinomial_nll(sized, decoded.attributes) * batch.attributes.sum(dim=1),
        "tokens": net.text_decoder.nll(texts.tokens, z, texts.slots, UNKNOWN),
    }
    present = dict(zip(MODALITIES, batch.masks.unbind(dim=1), strict=True)) | {"tokens": texts.present}
    # where, not multiplication: what stands in for an absent modality must not reach the loss even as 0 * nan.
    nll = {name: torch.where(present[name], raw[name], 0.0) for name in TERMS}
    return Terms(nll, kl_to_prior(mu, logvar), z, decoded)


def weighted_loss(terms: Terms, params: TrainParams, progress: float) -> Tensor:
    """The loss in nats a pixel value, so that gradients keep one size whatever is present. ``progress`` is in [0,
    1]."""
    beta = params.beta * min(1.0, progress / params.beta_warmup) if params.beta_warmup else params.beta
    weights = params.weights.model_dump()
    cost = torch.stack([weights[name] * value.mean() for name, value in terms.nll.items()]).sum()
    return (cost + beta * free_bits(terms.kl, params.free_bits)) / NUM_VALUES


def discriminator_loss(critic: PatchDiscriminator, real: Tensor, fake: Tensor, present: Tensor) -> Tensor:
    """Hinge loss (Lim & Ye 2017) on the rows that have an image. real, fake (B, 3, H, W); present (B,) bool."""
    scores, _ = critic(torch.cat([real, fake.detach()]))
    on_real, on_fake = scores.flatten(1).chunk(2)
    hinge = torch.relu(1.0 - on_real).mean(dim=1) + torch.relu(1.0 + on_fake).mean(dim=1)
    return torch.where(present, hinge, 0.0).mean()


def gradient_penalty(critic: PatchDiscriminator, real: Tensor, present: Tensor) -> Tensor:
    """R1 (Mescheder et al. 2018): the squared gradient of the scores on real images, mean over the rows that are
    there."""
    real = real.detach().requires_grad_()
    scores, _ = critic(real)
    (gradient,) = torch.autograd.grad(scores.mean(dim=(1, 2, 3)).sum(), real, create_graph=True)
    return torch.where(present, gradient.square().flatten(1).sum(dim=1), 0.0).mean()


def adversarial_pull(
    critic: PatchDiscriminator, real: Tensor, fake: Tensor, present: Tensor, scale: Tensor, params: TrainParams
) -> tuple[Tensor, Tensor]:
    """A term whose gradient at the decoded pixels points where the critic wants, and the critic's mean score of them.

    The gradient of the hinge and feature-matching losses is scaled, row by row, to ``share`` of the norm of the
    reconstruction's own, which for a Gaussian of the learned scale is sqrt(values) / scale on average. So the balance
    needs no tuning for a shop. It costs one pass through the critic and none through the decoder.
    """
    image = fake.detach().requires_grad_()
    score, features = critic(image)
    with torch.no_grad():
        _, wanted = critic(real)
    matching = torch.stack([(f - w).abs().mean(dim=(1, 2, 3)) for f, w in zip(features, wanted, strict=True)]).sum(
        dim=0
    )
    wish = -score.mean(dim=(1, 2, 3)) + params.adversarial.feature_matching * matching
    (gradient,) = torch.autograd.grad(wish.sum(), image)
    norm = gradient.flatten(1).norm(dim=1).clamp(min=1e-8)
    size = params.adversarial.share * params.weights.image * NUM_VALUES**0.5 * torch.exp(-scale.detach()) / norm
    pull = (gradient * size[:, None, None, None] * fake).flatten(1).sum(dim=1)
    return torch.where(present, pull, 0.0).mean() / NUM_VALUES, torch.where(
        present, score.mean(dim=(1, 2, 3)), 0.0
    ).mean()
