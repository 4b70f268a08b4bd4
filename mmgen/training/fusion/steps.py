"""One step of training: the model's update, and the critic's beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmgen.config.training import TrainParams
from mmgen.models.critics.base import Critic, Seen
from mmgen.models.critics.registry import CRITICS
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.net import FusionNet
from mmgen.models.named import entry
from mmgen.training.distributed.group import inner, joined, mean_over_rows, sums_gradients
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.distributed.sharding import (
    average_numbers,
    clip_gradients,
    is_sharded,
    sharded,
    shared_like,
    whole,
)
from mmgen.training.distributed.throughput import Meter
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
    """Everything that a step changes, on the device. ``objective``: of the net, or what joins it with the other
    processes'."""

    net: FusionNet
    objective: nn.Module
    net_optimizer: torch.optim.Optimizer
    adversary: Adversary | None
    device: torch.device
    meter: Meter | None = None
    step: int = 0

    def tensors(self) -> dict[str, Tensor]:
        """All of it, whole. All processes take part where they share it out."""
        found = {f"net.{name}": whole(value) for name, value in self.net.state_dict().items()}
        found |= checkpoint.flatten_optimizer("net_optimizer", self.net_optimizer)
        if self.adversary:
            found |= {f"critic.{name}": value for name, value in self.adversary.critic.state_dict().items()}
            found |= checkpoint.flatten_optimizer("critic_optimizer", self.adversary.optimizer)
        return found

    def restore(self, step: int, tensors: dict[str, Tensor]) -> None:
        self.step = step
        own = self.net.state_dict()
        self.net.load_state_dict({n: shared_like(value, own[n]) for n, value in _under("net.", tensors).items()})
        checkpoint.restore_optimizer("net_optimizer", self.net_optimizer, tensors)
        if self.adversary:
            self.adversary.critic.load_state_dict(_under("critic.", tensors))
            checkpoint.restore_optimizer("critic_optimizer", self.adversary.optimizer, tensors)

    def weights(self) -> dict[str, Tensor]:
        """The net's, whole and on the CPU."""
        return {name: whole(value).detach().cpu() for name, value in self.net.state_dict().items()}


def fresh_networks(config: FusionConfig, params: TrainParams) -> tuple[FusionNet, Critic | None]:
    """New ones on the CPU; torch's global seed decides the weights. No critic where none is wanted, or the model has
    nothing that it could judge.

    Raises ValueError where ``params`` name a critic, or ``config`` a way of fusion or a modality, that is not there.
    """
    make_critic = entry(CRITICS, params.critic, "train.critic")
    net = FusionNet(config)
    has_critic = make_critic is not None and make_critic.modality in net.models
    return net, make_critic(params.adversarial) if make_critic and has_critic else None


def ready(
    net: FusionNet,
    critic: Critic | None,
    params: TrainParams,
    ranks: Ranks,
    device: torch.device,
    meter: Meter | None = None,
) -> State:
    """Networks on the device, joined with the other processes' (all take part), and fresh optimisers."""
    objective: nn.Module = Objective(net, params).to(device)
    parts = [*net.encoders.values(), *net.decoders.values()]
    if params.sharding == "full" and ranks.world_size > 1:
        objective = sharded(objective, parts, ranks, device)
    else:
        objective = joined(objective, ranks, meter)
    if params.compile:
        for part in parts:
            part.compile()
    adversary = None
    if critic is not None:
        lesson = joined(Lesson(critic).to(device), ranks, meter)
        groups = [{"params": list(critic.parameters()), "speed": 1.0}]
        adversary = Adversary(critic, lesson, torch.optim.Adam(groups, betas=(0.5, 0.9), fused=True))
    return State(net, objective, _net_optimizer(net, params), adversary, device, meter)


def _net_optimizer(net: FusionNet, params: TrainParams) -> torch.optim.Optimizer:
    """Adam. The likelihood scales learn faster: Adam moves a number by about its rate a step, and at the common one a
    scale could not get to where it belongs in a few hundred steps."""
    scales = set(net.log_scale.parameters())
    others = [p for p in net.parameters() if p not in scales]
    # Single numbers are not shared out among processes, and a group holds what is or what is not
    kinds = [[p for p in others if p.dim()], [p for p in others if not p.dim()]]
    groups = [{"params": found, "speed": 1.0} for found in kinds if found]
    groups += [{"params": list(net.log_scale.parameters()), "speed": 5.0}]
    return torch.optim.Adam(groups, lr=params.learning_rate, betas=(0.9, 0.99), fused=True)


def learning_rate(step: int, num_steps: int, params: TrainParams) -> float:
    """The share of the full rate at ``step``: a linear rise over the warm-up, then half a cosine down to 2%."""
    if step < params.warmup_steps:
        return (step + 1) / params.warmup_steps
    done = (step - params.warmup_steps) / max(1, num_steps - params.warmup_steps)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


@dataclass(frozen=True)
class Look:
    """What a pass without gradients finds in all of a process's rows: ``decoded`` (B, ...) of what the critic judges,
    and the mean over the whole batch of what is paid for as the KL (L,)."""

    decoded: Tensor | None
    paid: Tensor


def take_step(state: State, inputs: Inputs, params: TrainParams, num_steps: int) -> dict[str, Tensor]:
    """One update of the critic (once the adversary has set in) and one of the model.

    Returns scalars to be logged, nats a row, whose mean over the processes is that of the batch. With ``accumulate``
    the rows are taken in parts, to the same losses: what is no sum over rows is found by a pass before, which costs a
    third more.
    """
    progress = state.step / num_steps
    rate = learning_rate(state.step, num_steps, params) * params.learning_rate
    adversary = state.adversary if _has_critic(state.step, progress, params) else None
    parts = inputs.split(params.accumulate)
    state.net.train()
    state.net_optimizer.zero_grad(set_to_none=True)
    look = _look(state, inputs, parts, adversary, progress) if len(parts) > 1 else None
    sums: dict[str, Tensor] = {}
    if adversary and look and look.decoded is not None:
        sums["train_critic_loss"] = _teach(state, adversary, inputs, look.decoded, params)
    for part in parts:
        with sums_gradients(state.objective, part is parts[-1]):
            found = state.objective(part, progress, look.paid if look else None)
            loss = found.loss
            if adversary:
                decoded = found.decoded[adversary.critic.modality]
                if not look:
                    sums["train_critic_loss"] = _teach(state, adversary, inputs, decoded.detach(), params)
                pull, score = _pull(adversary, part, decoded, state.net, params)
                loss = loss + pull
                _add(sums, {"train_critic_score_of_samples": score})
            loss.backward()
        _averaged(state)
        _add(sums, {f"train_{name}": value for name, value in found.logged.items()})
        _add(sums, {"train_loss": found.loss.detach() - (0.0 if part is parts[0] else found.shared)})
    if is_sharded(state.objective):
        average_numbers(state.net)
    _update(state.net, state.net_optimizer, rate, params.max_gradient_norm)
    return sums | {"learning_rate": inputs.noise.new_full((), rate)}


def has_critic(state: State, params: TrainParams, num_steps: int) -> bool:
    """Whether the critic takes part in the coming step."""
    return state.adversary is not None and _has_critic(state.step, state.step / num_steps, params)


def _averaged(state: State) -> None:
    if state.meter:
        state.meter.gradients_averaged()


def _has_critic(step: int, share: float, params: TrainParams) -> bool:
    adversarial = params.adversarial
    return adversarial.share > 0 and share >= adversarial.start and step % adversarial.interval == 0


@torch.no_grad()
def _look(state: State, inputs: Inputs, parts: Sequence[Inputs], adversary: Adversary | None, progress: float) -> Look:
    objective = inner(state.objective)
    found = [objective(part, progress, inputs.noise.new_zeros(())) for part in parts]
    paid = mean_over_rows(torch.cat([one.paid for one in found]), inputs.part)
    name = adversary.critic.modality if adversary else ""
    return Look(torch.cat([one.decoded[name] for one in found]) if adversary else None, paid)


def _teach(state: State, adversary: Adversary, inputs: Inputs, decoded: Tensor, params: TrainParams) -> Tensor:
    """Teach the critic to tell real values from decoded ones."""
    adversary.critic.train()
    seen = _seen(adversary, inputs, decoded)
    loss, logged = adversary.lesson(seen, state.step // params.adversarial.interval)
    adversary.optimizer.zero_grad(set_to_none=True)
    (inputs.part.weight * loss).backward()
    _averaged(state)
    _update(adversary.critic, adversary.optimizer, params.adversarial.learning_rate, math.inf)
    adversary.critic.eval()  # the spectral norm's power iteration belongs to the critic's own step
    return inputs.part.weight * logged.detach()


def _pull(
    adversary: Adversary, inputs: Inputs, decoded: Tensor, net: FusionNet, params: TrainParams
) -> tuple[Tensor, Tensor]:
    """The critic's term of the model's loss, and its score, of the rows in ``inputs``."""
    name, weight = adversary.critic.modality, inputs.part.weight
    seen = _seen(adversary, inputs, decoded)
    pull, score = adversary.critic.pull(seen, net.parts(name).log_scale, params.weight_of(name))
    return weight * pull, weight * score.detach()


def _seen(adversary: Adversary, inputs: Inputs, decoded: Tensor) -> Seen:
    name = adversary.critic.modality
    return Seen(inputs.data.values[name], decoded, inputs.data.present[name])


def _add(sums: dict[str, Tensor], values: dict[str, Tensor]) -> None:
    for name, value in values.items():
        sums[name] = sums[name] + value if name in sums else value


def _update(module: nn.Module, optimizer: torch.optim.Optimizer, rate: float, max_norm: float) -> None:
    clip_gradients(module.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["speed"]
    optimizer.step()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
