"""Training the fusion model: the steps themselves, with checkpoints to go on from, and what comes after them.

The same files, parameters, seed and number of ranks give the same weights on the same machine, broken off or not: every random
number of a step is drawn from a generator seeded with (seed, step, rank), so there is no generator state to save.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from mmgen.models.arrays import ExampleArrays
from mmgen.models.fusion import FusionConfig, FusionModel, FusionNet, Tensors
from mmgen.models.image import PatchDiscriminator
from mmgen.models.vocabulary import Vocabulary
from mmgen.seeds import seed_of
from mmgen.training import checkpoint
from mmgen.training.distributed import Ranks, average_gradients
from mmgen.training.loader import ArrowReader, PetastormReader, Reader, read_split
from mmgen.training.objective import (
    adversarial_pull,
    discriminator_loss,
    elbo_terms,
    gradient_penalty,
    thin,
    weighted_loss,
)
from mmgen.training.params import TrainParams
from mmgen.training.texts import Targets, Texts, build_vocabulary, collect, index_texts

VERSION = 1  # raise it when the same parameters would train another model
LOG_EVERY = 20
READERS = {"arrow": ArrowReader, "petastorm": PetastormReader}
Progress = Callable[[int, int], None]  # (steps done, steps in all)
Log = Callable[[dict[str, float], int], None]  # (metrics, step)

log = logging.getLogger(__name__)


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


def train(
    files: Sequence[str],
    out: Path,
    params: TrainParams,
    seed: int,
    targets: Targets,
    ranks: Ranks | None = None,
    on_metrics: Log | None = None,
    progress: Progress | None = None,
) -> FusionModel:
    """Train on the rows of split ``train`` and return the model; validate on split ``validation``.

    Checkpoints go to ``out/checkpoints``; a run broken off goes on from the newest one. Raises ValueError where there is
    nothing to train on.
    """
    ranks = ranks or Ranks()
    _be_deterministic(seed)
    reader = READERS[params.reader](files, params.batch_rows, seed, ranks, params.shuffle_rows)
    found = collect(files, targets, "train")
    vocabulary = build_vocabulary(found, params)
    texts = index_texts(found, vocabulary, params)
    config = FusionConfig(
        **params.sizes.model_dump(), num_tokens=len(vocabulary), num_slots=len(vocabulary.slot_ids)
    )
    state = _fresh_state(config, params)
    about = {"made_for": _made_for(files, params, seed, ranks, vocabulary)}
    if saved := checkpoint.newest(out / "checkpoints", about):
        state.restore(*saved)
        log.info("going on from step %d", state.step)
    validation = _validation(files, targets, vocabulary, params) if ranks.is_first else None
    num_steps = params.num_steps(reader.num_rows, ranks.world_size)
    recent: list[dict[str, float]] = []
    for batch in _batches_from(reader, state.step, num_steps):
        recent.append(_step(state, batch, texts, params, num_steps, seed, ranks))
        state.step += 1
        is_last = state.step == num_steps
        if progress:
            progress(state.step, num_steps)
        if ranks.is_first and (state.step % params.checkpoint_every == 0 or is_last):
            checkpoint.write(out / "checkpoints", state.step, state.tensors(), about)
        if ranks.is_first and on_metrics and (state.step % LOG_EVERY == 0 or is_last):
            on_metrics(_means(recent), state.step)
            recent = []
        if validation and on_metrics and (state.step % params.validate_every == 0 or is_last):
            on_metrics(_validate(state.net, *validation), state.step)
    return FusionModel(state.net, config, vocabulary)


def learning_rate(step: int, num_steps: int, params: TrainParams) -> float:
    """The share of the full rate at ``step``: a linear rise over the warm-up, then half a cosine down to 2%."""
    if step < params.warmup_steps:
        return (step + 1) / params.warmup_steps
    done = (step - params.warmup_steps) / max(1, num_steps - params.warmup_steps)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _step(
    state: State, batch: ExampleArrays, texts: Texts, params: TrainParams, num_steps: int, seed: int, ranks: Ranks
) -> dict[str, float]:
    """One update of the critic (once the adversary has set in) and one of the model. Returns the terms, nats a row."""
    generator = torch.Generator().manual_seed(seed_of("step", seed, state.step, ranks.rank))
    share = state.step / num_steps
    rate = learning_rate(state.step, num_steps, params)
    data = Tensors.of(batch)
    seen = thin(data.masks, params.modality_dropout, generator)
    noise = torch.randn(len(batch), state.net.latent, generator=generator)
    state.net.train()
    terms = elbo_terms(state.net, data, seen, noise, texts.choose(batch.product_id, generator))
    loss = weighted_loss(terms, params, share)
    metrics = {f"train_{name}_nll": float(value.mean()) for name, value in terms.nll.items()}
    metrics |= {"train_kl": float(terms.kl.sum(dim=1).mean()), "train_elbo": float(terms.elbo().mean()),
                "train_loss": float(loss), "learning_rate": rate * params.learning_rate}  # fmt: skip
    if params.adversarial.share > 0 and share >= params.adversarial.start:
        real, fake, present = data.pixels, terms.decoded.image, data.masks[:, 0]
        metrics["train_critic_loss"] = _critic_step(state, real, fake.detach(), present, params, ranks)
        state.critic.eval()  # the spectral norm's power iteration belongs to the critic's own step
        pull, score = adversarial_pull(state.critic, real, fake, present, state.net.log_scale["image"], params)
        loss = loss + pull
        metrics["train_critic_score_of_samples"] = float(score)
    _update(state.net, state.net_optimizer, loss, rate * params.learning_rate, params.max_gradient_norm, ranks)
    return metrics


def _critic_step(
    state: State, real: Tensor, fake: Tensor, present: Tensor, params: TrainParams, ranks: Ranks
) -> float:
    """Teach the critic to tell photos from decoded images; a gradient penalty now and then (lazy R1)."""
    adversarial = params.adversarial
    state.critic.train()
    loss = hinge = discriminator_loss(state.critic, real, fake, present)
    if adversarial.r1_weight and state.step % adversarial.r1_interval == 0:
        penalty = gradient_penalty(state.critic, real, present)
        loss = loss + 0.5 * adversarial.r1_weight * adversarial.r1_interval * penalty
    _update(state.critic, state.critic_optimizer, loss, adversarial.learning_rate, math.inf, ranks)
    return float(hinge)


def _update(
    module: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, rate: float, max_norm: float, ranks: Ranks
) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    average_gradients(module.parameters(), ranks)
    if math.isfinite(max_norm):
        nn.utils.clip_grad_norm_(module.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()


def _batches_from(reader: Reader, step: int, num_steps: int) -> Iterator[ExampleArrays]:
    """The batches of steps ``step`` .. ``num_steps`` - 1, across epochs."""
    while step < num_steps:
        epoch, skip = divmod(step, reader.num_batches)
        for batch in reader.batches(epoch, skip):
            yield batch
            step += 1
            if step == num_steps:
                return


def _be_deterministic(seed: int) -> None:
    """Fix what the weights start from and how sums are ordered. Threads are set too: their number changes the rounding."""
    torch.use_deterministic_algorithms(True)
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(seed_of("weights", seed))


def _fresh_state(config: FusionConfig, params: TrainParams) -> State:
    net, critic = FusionNet(config), PatchDiscriminator(params.adversarial.width)
    return State(
        net,
        critic,
        torch.optim.Adam(net.parameters(), lr=params.learning_rate, betas=(0.9, 0.99)),
        torch.optim.Adam(critic.parameters(), lr=params.adversarial.learning_rate, betas=(0.5, 0.9)),
    )


def _made_for(files: Sequence[str], params: TrainParams, seed: int, ranks: Ranks, vocabulary: Vocabulary) -> str:
    """What a checkpoint must share with the run that goes on from it. Files by name and size: names carry an attempt id."""
    data = sorted((Path(path).name, Path(path).stat().st_size) for path in files)
    return checkpoint.fingerprint(
        version=VERSION, files=data, params=params.model_dump(mode="json"), seed=seed, world_size=ranks.world_size,
        vocabulary=vocabulary.tokens,
    )  # fmt: skip


def _validation(
    files: Sequence[str], targets: Targets, vocabulary: Vocabulary, params: TrainParams
) -> tuple[ExampleArrays, Texts] | None:
    rows = read_split(files, "validation", params.max_validation_rows)
    return None if rows is None else (rows, index_texts(collect(files, targets, "validation"), vocabulary, params))


@torch.no_grad()
def _validate(net: FusionNet, rows: ExampleArrays, texts: Texts) -> dict[str, float]:
    """The terms on the validation rows, in nats a row, encoded from everything they have."""
    net.eval()
    generator = torch.Generator().manual_seed(0)
    data = Tensors.of(rows)
    noise = torch.randn(len(rows), net.latent, generator=generator)
    terms = elbo_terms(net, data, data.masks, noise, texts.batch(rows.product_id, [0] * len(rows)))
    found = {f"validation_{name}_nll": float(value.mean()) for name, value in terms.nll.items()}
    return found | {"validation_kl": float(terms.kl.sum(dim=1).mean()), "validation_elbo": float(terms.elbo().mean())}


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each metric over the rows that have it."""
    names = {name for row in rows for name in row}
    values = {name: [row[name] for row in rows if name in row] for name in sorted(names)}
    return {name: sum(found) / len(found) for name, found in values.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
