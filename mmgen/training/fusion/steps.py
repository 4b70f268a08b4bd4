"""One step of training: the model's update, and the critic's beside it.

Every random number of a step is drawn from a generator seeded with (seed, step, rank), so there is no generator state
to save.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from mmgen.config.training import AugmentParams, TrainParams
from mmgen.models.critics.patch import PatchDiscriminator
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionConfig, FusionNet, Tensors
from mmgen.seeds import seed_of
from mmgen.training.data.augment import augment_batch
from mmgen.training.distributed.group import average_gradients
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.fusion import checkpoint
from mmgen.training.fusion.objective import (
    adversarial_pull,
    discriminator_loss,
    elbo_terms,
    gradient_penalty,
    thin,
    weighted_loss,
)
from mmgen.training.fusion.texts import Texts


@dataclass
class State:
    """Everything that a step changes."""

    net: FusionNet
    critic: PatchDiscriminator
    net_optimizer: torch.optim.Optimizer
    critic_optimizer: torch.optim.Optimizer
    step: int = 0

    def tensors(self) -> dict[str, Tensor]:
        return {
            **{f"net.{name}": value for name, value in self.net.state_dict().items()},
            **{f"critic.{name}": value for name, value in self.critic.state_dict().items()},
            **checkpoint.flatten_optimizer("net_optimizer", self.net_optimizer),
            **checkpoint.flatten_optimizer("critic_optimizer", self.critic_optimizer),
        }

    def restore(self, step: int, tensors: dict[str, Tensor]) -> None:
        self.step = step
        self.net.load_state_dict(_under("net.", tensors))
        self.critic.load_state_dict(_under("critic.", tensors))
        checkpoint.restore_optimizer("net_optimizer", self.net_optimizer, tensors)
        checkpoint.restore_optimizer("critic_optimizer", self.critic_optimizer, tensors)


def fresh_state(config: FusionConfig, params: TrainParams) -> State:
    """New networks and optimisers; torch's global seed decides the weights."""
    net, critic = FusionNet(config), PatchDiscriminator(params.adversarial.width)
    return State(
        net,
        critic,
        _net_optimizer(net, params),
        torch.optim.Adam([{"params": list(critic.parameters()), "speed": 1.0}], betas=(0.5, 0.9), fused=True),
    )


def _net_optimizer(net: FusionNet, params: TrainParams) -> torch.optim.Optimizer:
    """Adam. The likelihood scales learn faster: Adam moves a number by about its rate a step, and at the common one a
    scale could not get to where it belongs in a few hundred steps."""
    scales = set(net.log_scale.parameters())
    others = [p for p in net.parameters() if p not in scales]
    groups = [{"params": others, "speed": 1.0}, {"params": list(net.log_scale.parameters()), "speed": 5.0}]
    return torch.optim.Adam(groups, lr=params.learning_rate, betas=(0.9, 0.99), fused=True)


def learning_rate(step: int, num_steps: int, params: TrainParams) -> float:
    """The share of the full rate at ``step``: a linear rise over the warm-up, then half a cosine down to 2%."""
    if step < params.warmup_steps:
        return (step + 1) / params.warmup_steps
    done = (step - params.warmup_steps) / max(1, num_steps - params.warmup_steps)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def take_step(
    state: State, batch: ExampleArrays, texts: Texts, params: TrainParams, num_steps: int, seed: int, ranks: Ranks
) -> dict[str, float]:
    """One update of the critic (once the adversary has set in) and one of the model. Returns the terms, nats a row."""
    generator = torch.Generator().manual_seed(seed_of("step", seed, state.step, ranks.rank))
    share = state.step / num_steps
    rate = learning_rate(state.step, num_steps, params)
    data = Tensors.of(varied(batch, state.step, seed, params.augment), state.net)
    seen = thin(data.masks, params.modality_dropout, generator)
    noise = torch.randn(len(batch), state.net.latent, generator=generator)
    state.net.train()
    terms = elbo_terms(state.net, data, seen, noise, texts.choose(batch.product_id, generator))
    loss = weighted_loss(terms, params, share)
    metrics = {f"train_{name}_nll": float(value.detach().mean()) for name, value in terms.nll.items()}
    metrics |= {"train_kl": float(terms.kl.detach().sum(dim=1).mean()), "train_elbo":
    float(terms.elbo().detach().mean()),
                "train_loss": float(loss.detach()), "learning_rate": rate * params.learning_rate}  # fmt: skip
    if _has_critic(state.step, share, params):
        real, fake, present = data.pixels, terms.decoded.image, data.masks[:, 0]
        metrics["train_critic_loss"] = _critic_step(state, real, fake.detach(), present, params, ranks)
        state.critic.eval()  # the spectral norm's power iteration belongs to the critic's own step
        pull, score = adversarial_pull(state.critic, real, fake, present, state.net.log_scale["image"], params)
        loss = loss + pull
        metrics["train_critic_score_of_samples"] = float(score.detach())
    _update(state.net, state.net_optimizer, loss, rate * params.learning_rate, params.max_gradient_norm, ranks)
    return metrics


def varied(batch: ExampleArrays, step: int, seed: int, params: AugmentParams) -> ExampleArrays:
    """The batch with its photos turned, mirrored and tinted as ``params`` say; rows without a photo stay zero."""
    rows = np.flatnonzero(batch.masks[:, 0])
    pixels = batch.pixels.copy()
    pixels[rows] = augment_batch(batch.pixels[rows], [batch.product_id[row] for row in rows], step, seed, params)
    return replace(batch, pixels=pixels)


def _has_critic(step: int, share: float, params: TrainParams) -> bool:
    adversarial = params.adversarial
    return adversarial.share > 0 and share >= adversarial.start and step % adversarial.interval == 0


def _critic_step(state: State, real: Tensor, fake: Tensor, present: Tensor, params: TrainParams, ranks: Ranks) -> float:
    """Teach the critic to tell photos from decoded images; a gradient penalty now and then (lazy R1)."""
    adversarial = params.adversarial
    state.critic.train()
    loss = hinge = discriminator_loss(state.critic, real, fake, present)
    if adversarial.r1_weight and state.step // adversarial.interval % adversarial.r1_interval == 0:
        penalty = gradient_penalty(state.critic, real, present)
        loss = loss + 0.5 * adversarial.r1_weight * adversarial.r1_interval * penalty
    _update(state.critic, state.critic_optimizer, loss, adversarial.learning_rate, math.inf, ranks)
    return float(hinge.detach())


def _update(
    module: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, rate: float, max_norm: float, ranks: Ranks
) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    average_gradients(module.parameters(), ranks)
    if math.isfinite(max_norm):
        nn.utils.clip_grad_norm_(module.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["speed"]
    optimizer.step()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
