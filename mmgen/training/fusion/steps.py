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
from mmgen.models.critics.base import Critic, Seen
from mmgen.models.critics.registry import CRITICS
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.base import Terms
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.net import Batch, FusionNet
from mmgen.models.named import entry
from mmgen.seeds import seed_of
from mmgen.training.data.augment import augment_batch
from mmgen.training.distributed.group import average_gradients
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.fusion import checkpoint
from mmgen.training.fusion.objective import thin, weighted_loss
from mmgen.training.fusion.texts import Texts


@dataclass
class Adversary:
    """A critic and how it learns."""

    critic: Critic
    optimizer: torch.optim.Optimizer


@dataclass
class State:
    """Everything that a step changes."""

    net: FusionNet
    net_optimizer: torch.optim.Optimizer
    adversary: Adversary | None
    step: int = 0

    def tensors(self) -> dict[str, Tensor]:
        found = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        found |= checkpoint.flatten_optimizer("net_optimizer", self.net_optimizer)
        if self.adversary:
            found |= {f"critic.{name}": value for name, value in self.adversary.critic.state_dict().items()}
            found |= checkpoint.flatten_optimizer("critic_optimizer", self.adversary.optimizer)
        return found

    def restore(self, step: int, tensors: dict[str, Tensor]) -> None:
        self.step = step
        self.net.load_state_dict(_under("net.", tensors))
        checkpoint.restore_optimizer("net_optimizer", self.net_optimizer, tensors)
        if self.adversary:
            self.adversary.critic.load_state_dict(_under("critic.", tensors))
            checkpoint.restore_optimizer("critic_optimizer", self.adversary.optimizer, tensors)


def fresh_state(config: FusionConfig, params: TrainParams) -> State:
    """New networks and optimisers; torch's global seed decides the weights. Raises ValueError where ``params`` name a
    critic, or ``config`` a way of fusion or a modality, that is not there."""
    make_critic = entry(CRITICS, params.critic, "train.critic")
    net = FusionNet(config)
    return State(net, _net_optimizer(net, params), _adversary(make_critic, net, params))


def _adversary(make_critic: type[Critic] | None, net: FusionNet, params: TrainParams) -> Adversary | None:
    """None where none is wanted, or the model has nothing that it could judge."""
    if make_critic is None or make_critic.modality not in net.models:
        return None
    critic = make_critic(params.adversarial)
    groups = [{"params": list(critic.parameters()), "speed": 1.0}]
    return Adversary(critic, torch.optim.Adam(groups, betas=(0.5, 0.9), fused=True))


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
    data = Batch.of(varied(batch, state.step, seed, params.augment), state.net)
    seen = thin(data.present, params.modality_dropout, generator, params.modality_alone)
    noise = torch.randn(len(batch), state.net.fusion.noise_size, generator=generator)
    state.net.train()
    terms = state.net.elbo(data, seen, noise, texts.choose(batch.product_id, generator))
    loss = weighted_loss(terms, params, share)
    metrics = {f"train_{name}": value for name, value in means_of(terms).items()}
    metrics |= {"train_loss": float(loss.detach()), "learning_rate": rate * params.learning_rate}
    if (adversary := state.adversary) and _has_critic(state.step, share, params):
        name = adversary.critic.modality
        shown = Seen(data.values[name], terms.decoded[name], data.present[name])
        metrics["train_critic_loss"] = _critic_step(adversary, shown, state.step, params, ranks)
        adversary.critic.eval()  # the spectral norm's power iteration belongs to the critic's own step
        pull, score = adversary.critic.pull(shown, state.net.parts(name).log_scale, params.weight_of(name))
        loss = loss + pull
        metrics["train_critic_score_of_samples"] = float(score.detach())
    _update(state.net, state.net_optimizer, loss, rate * params.learning_rate, params.max_gradient_norm, ranks)
    return metrics


def means_of(terms: Terms) -> dict[str, float]:
    """Each term and the bound, in nats a row."""
    found = {f"{name}_nll": value for name, value in terms.nll.items()} | terms.beside
    found |= {"kl": terms.kl.sum(dim=1), "elbo": terms.elbo()}
    return {name: float(value.detach().mean()) for name, value in found.items()}


def varied(batch: ExampleArrays, step: int, seed: int, params: AugmentParams) -> ExampleArrays:
    """The batch with its photos turned, mirrored and tinted as ``params`` say; rows without a photo stay zero."""
    rows = np.flatnonzero(batch.present["image"])
    pixels = batch.values["image"].copy()
    pixels[rows] = augment_batch(pixels[rows], [batch.product_id[row] for row in rows], step, seed, params)
    return replace(batch, values=batch.values | {"image": pixels})


def _has_critic(step: int, share: float, params: TrainParams) -> bool:
    adversarial = params.adversarial
    return adversarial.share > 0 and share >= adversarial.start and step % adversarial.interval == 0


def _critic_step(adversary: Adversary, shown: Seen, step: int, params: TrainParams, ranks: Ranks) -> float:
    """Teach the critic to tell real values from decoded ones."""
    adversary.critic.train()
    shown = replace(shown, decoded=shown.decoded.detach())
    loss, logged = adversary.critic.own_loss(shown, step // params.adversarial.interval)
    _update(adversary.critic, adversary.optimizer, loss, params.adversarial.learning_rate, math.inf, ranks)
    return float(logged.detach())


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
