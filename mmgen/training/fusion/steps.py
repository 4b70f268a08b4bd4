"""One step of training: the model's update, and the critic's beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from mmgen.config.training import TrainParams
from mmgen.models.critics.base import Critic, Seen
from mmgen.models.critics.registry import CRITICS
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.net import FusionNet
from mmgen.models.named import entry
from mmgen.training.distributed.group import joined
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.fusion import checkpoint
from mmgen.training.fusion.inputs import Inputs
from mmgen.training.fusion.objective import Objective


class Lesson(nn.Module):
    """A critic with what it is taught by, as one module (see ``Objective``)."""

    def __init__(self, critic: Critic):
        super().__init__()
        self.critic = critic

    def forward(self, shown: Seen, step: int) -> tuple[Tensor, Tensor]:
        return self.critic.own_loss(shown, step)


@dataclass
class Adversary:
    """A critic and how it learns. ``lesson``: it, or what joins it with the other processes'."""

    critic: Critic
    lesson: nn.Module
    optimizer: torch.optim.Optimizer


@dataclass
class State:
    """Everything that a step changes. ``objective``: of the net, or what joins it with the other processes'."""

    net: FusionNet
    objective: nn.Module
    net_optimizer: torch.optim.Optimizer
    adversary: Adversary | None
    step: int = 0

    def join(self, ranks: Ranks) -> None:
        """Train together with the other processes from here on. All take part."""
        self.objective = joined(self.objective, ranks)
        if self.adversary:
            self.adversary.lesson = joined(self.adversary.lesson, ranks)

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
    return State(net, Objective(net, params), _net_optimizer(net, params), _adversary(make_critic, net, params))


def _adversary(make_critic: type[Critic] | None, net: FusionNet, params: TrainParams) -> Adversary | None:
    """None where none is wanted, or the model has nothing that it could judge."""
    if make_critic is None or make_critic.modality not in net.models:
        return None
    critic = make_critic(params.adversarial)
    groups = [{"params": list(critic.parameters()), "speed": 1.0}]
    return Adversary(critic, Lesson(critic), torch.optim.Adam(groups, betas=(0.5, 0.9), fused=True))


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


def take_step(state: State, inputs: Inputs, params: TrainParams, num_steps: int) -> dict[str, Tensor]:
    """One update of the critic (once the adversary has set in) and one of the model.

    Returns scalars to be logged, nats a row, whose mean over the processes is that of the batch.
    """
    progress = state.step / num_steps
    rate = learning_rate(state.step, num_steps, params) * params.learning_rate
    state.net.train()
    found = state.objective(inputs, progress)
    loss = found.loss
    metrics = {f"train_{name}": value for name, value in found.logged.items()}
    metrics |= {"train_loss": loss.detach(), "learning_rate": torch.tensor(rate)}
    if (adversary := state.adversary) and _has_critic(state.step, progress, params):
        name, weight = adversary.critic.modality, inputs.part.weight
        shown = Seen(inputs.data.values[name], found.decoded[name], inputs.data.present[name])
        metrics["train_critic_loss"] = _critic_step(adversary, shown, state.step, params, weight)
        adversary.critic.eval()  # the spectral norm's power iteration belongs to the critic's own step
        pull, score = adversary.critic.pull(shown, state.net.parts(name).log_scale, params.weight_of(name))
        loss = loss + weight * pull
        metrics["train_critic_score_of_samples"] = weight * score.detach()
    state.net_optimizer.zero_grad(set_to_none=True)
    loss.backward()
    _update(state.net, state.net_optimizer, rate, params.max_gradient_norm)
    return metrics


def _has_critic(step: int, share: float, params: TrainParams) -> bool:
    adversarial = params.adversarial
    return adversarial.share > 0 and share >= adversarial.start and step % adversarial.interval == 0


def _critic_step(adversary: Adversary, shown: Seen, step: int, params: TrainParams, weight: float) -> Tensor:
    """Teach the critic to tell real values from decoded ones."""
    adversary.critic.train()
    shown = replace(shown, decoded=shown.decoded.detach())
    loss, logged = adversary.lesson(shown, step // params.adversarial.interval)
    adversary.optimizer.zero_grad(set_to_none=True)
    (weight * loss).backward()
    _update(adversary.critic, adversary.optimizer, params.adversarial.learning_rate, math.inf)
    return weight * logged.detach()


def _update(module: nn.Module, optimizer: torch.optim.Optimizer, rate: float, max_norm: float) -> None:
    if math.isfinite(max_norm):
        nn.utils.clip_grad_norm_(module.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["speed"]
    optimizer.step()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
