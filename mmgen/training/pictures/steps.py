"""One step of the game: the discriminator's update, then the generator's.

Every random number of a step is drawn from a generator seeded with (seed, step), so there is no generator state to
save. Shapes: B rows, L latent size, P side in px.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from mmgen.config.pictures import PictureParams
from mmgen.models.modalities.image import to_float
from mmgen.models.named import entry
from mmgen.models.pictures.augment import augmented, next_share
from mmgen.models.pictures.discriminator import Discriminator
from mmgen.models.pictures.generator import Generator
from mmgen.models.pictures.losses import LOSSES, GameLoss
from mmgen.seeds import seed_of
from mmgen.training.fusion import checkpoint
from mmgen.training.pictures.material import Material

BETAS = (0.0, 0.99)  # of Adam: no momentum, as in StyleGAN; each network moves against the other as it is now


@dataclass
class State:
    """Everything that a step changes. ``share``: of what the discriminator sees that is augmented."""

    generator: Generator
    critic: Discriminator
    average: AveragedModel
    generator_optimizer: torch.optim.Optimizer
    critic_optimizer: torch.optim.Optimizer
    share: float = 0.0
    step: int = 0

    def tensors(self) -> dict[str, Tensor]:
        found = {"share": torch.tensor(self.share, dtype=torch.float64)}
        for prefix, module in self._modules():
            found |= {f"{prefix}.{name}": value for name, value in module.state_dict().items()}
        for prefix, optimizer in self._optimizers():
            found |= checkpoint.flatten_optimizer(prefix, optimizer)
        return found

    def restore(self, step: int, tensors: dict[str, Tensor]) -> None:
        self.step, self.share = step, float(tensors["share"])
        for prefix, module in self._modules():
            start = f"{prefix}."
            module.load_state_dict({name[len(start) :]: v for name, v in tensors.items() if name.startswith(start)})
        for prefix, optimizer in self._optimizers():
            checkpoint.restore_optimizer(prefix, optimizer, tensors)

    def _modules(self) -> tuple[tuple[str, nn.Module], ...]:
        return ("generator", self.generator), ("critic", self.critic), ("average", self.average)

    def _optimizers(self) -> tuple[tuple[str, torch.optim.Optimizer], ...]:
        return ("generator_optimizer", self.generator_optimizer), ("critic_optimizer", self.critic_optimizer)


def fresh_state(params: PictureParams, latent: int) -> State:
    """New networks and optimisers; torch's global seed decides the weights. Raises ValueError for a loss that is not
    there."""
    entry(LOSSES, params.loss, "pictures.loss")
    generator, critic = Generator(params.sizes, latent), Discriminator(params.sizes, latent)
    average = AveragedModel(generator, avg_fn=partial(_averaged, decay=params.average))
    generator_optimizer, critic_optimizer = (
        torch.optim.Adam([p for p in module.parameters() if p.requires_grad], lr=rate, betas=BETAS, fused=True)
        for module, rate in ((generator, params.learning_rate), (critic, params.critic_learning_rate))
    )
    return State(generator, critic, average, generator_optimizer, critic_optimizer, params.adaptive.start)


def _averaged(average: Tensor, current: Tensor, count: Tensor | int, decay: float) -> Tensor:
    """An exponential average that forgets the first, random weights: it keeps less while it is young."""
    seen = float(count)
    return average.lerp(current, 1 - min(decay, (1 + seen) / (10 + seen)))


@dataclass(frozen=True)
class _Batch:
    """Real pictures (B, 3, P, P), a latent of each (B, L), and noise (B, noise)."""

    real: Tensor
    latents: Tensor
    noise: Tensor


def take_step(state: State, data: Material, params: PictureParams, seed: int, is_bfloat16: bool) -> dict[str, float]:
    """One update of each network. Returns what there is to log."""
    random = torch.Generator().manual_seed(seed_of("pictures", seed, state.step))
    batch, game = _batch(state.step, data, params, random), LOSSES[params.loss]
    state.generator.train()
    state.critic.train()
    with _precision(is_bfloat16):
        drawn = state.generator(batch.latents, batch.noise)
    metrics, signs = _teach_critic(state, batch, drawn.detach(), game, params, random, is_bfloat16)
    metrics |= _teach_generator(state, batch, drawn, game, params, random, is_bfloat16)
    state.average.update_parameters(state.generator)
    state.share = next_share(state.share, signs, len(batch.real), params.adaptive)
    return metrics | {"sign_of_real": signs, "augmented_share": state.share}


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 by itself: elsewhere it is slower than float32."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def _batch(step: int, data: Material, params: PictureParams, random: torch.Generator) -> _Batch:
    """Rows in a new order each epoch; every other one's latent has not seen its photo."""
    count, size = len(data), params.batch_rows
    places = np.arange(step * size, (step + 1) * size)
    orders = {epoch: _order(epoch, count) for epoch in np.unique(places // count)}
    rows = np.array([orders[place // count][place % count] for place in places], np.int64)
    real = to_float(data.pixels[rows])
    has_seen = np.arange(size) % 2 == 0
    drawn = torch.randn(size, data.with_photo.mu.shape[1], generator=random).numpy()
    latents = np.where(has_seen[:, None], data.with_photo.draw(rows, drawn), data.without_photo.draw(rows, drawn))
    noise = torch.randn(size, params.sizes.noise, generator=random)
    return _Batch(real, torch.from_numpy(latents), noise)


def _order(epoch: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed_of("picture order", epoch)).permutation(count)


def _teach_critic(
    state: State,
    batch: _Batch,
    drawn: Tensor,
    game: GameLoss,
    params: PictureParams,
    random: torch.Generator,
    is_bfloat16: bool,
) -> tuple[dict[str, float], float]:
    """What was lost, and the mean sign of the scores of real pictures."""
    real = augmented(batch.real, state.share, params.adaptive, random)
    drawn = augmented(drawn, state.share, params.adaptive, random)
    with _precision(is_bfloat16):
        # Apart, so that the spread within groups of rows is that of one kind
        (on_real, _), (on_drawn, _) = (state.critic(pictures, batch.latents) for pictures in (real, drawn))
        loss = game.of_critic(on_real, on_drawn)
    metrics = {"critic_loss": float(loss.detach())}
    if params.r1_weight and state.step % params.r1_interval == 0:
        penalty = _gradient_penalty(state.critic, real, batch.latents)
        loss = loss + 0.5 * params.r1_weight * params.r1_interval * penalty
        metrics["gradient_penalty"] = float(penalty.detach())
    _update(state.critic_optimizer, loss)
    return metrics, float(on_real.detach().sign().mean())


def _gradient_penalty(critic: Discriminator, real: Tensor, latents: Tensor) -> Tensor:
    """R1: the squared gradient of the scores at real pictures, mean over the rows (Mescheder et al. 2018, arXiv
    1801.04406), now and then only (lazily: Karras et al. 2020, arXiv 1912.04958). In float32: it is a gradient's
    gradient."""
    real = real.detach().float().requires_grad_()
    scores, _ = critic(real, latents)
    (gradient,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1).mean()


def _teach_generator(
    state: State,
    batch: _Batch,
    drawn: Tensor,
    game: GameLoss,
    params: PictureParams,
    random: torch.Generator,
    is_bfloat16: bool,
) -> dict[str, float]:
    """By the game, and by how far what was drawn is from the product's photo in the discriminator's features (VAE-GAN:
    Larsen et al. 2016, arXiv 1512.09300, equation 7). From latents that saw no photo, too: those were drawn as noise
    where the game alone taught them."""
    state.critic.requires_grad_(False)
    with _precision(is_bfloat16):
        on_drawn, _ = state.critic(augmented(drawn, state.share, params.adaptive, random), batch.latents)
        loss = game.of_generator(on_drawn)
    metrics = {"generator_loss": float(loss.detach())}
    if params.reconstruction:
        apart = _apart(state.critic, batch, drawn, is_bfloat16)
        loss = loss + params.reconstruction * apart
        metrics["feature_distance"] = float(apart.detach())
    state.critic.requires_grad_(True)
    _update(state.generator_optimizer, loss)
    return metrics


def _apart(critic: Discriminator, batch: _Batch, drawn: Tensor, is_bfloat16: bool) -> Tensor:
    """The mean over the layers of the features' mean distance; neither side is augmented."""
    with _precision(is_bfloat16):
        with torch.no_grad():
            _, wanted = critic(batch.real, batch.latents)
        _, found = critic(drawn, batch.latents)
    return torch.stack([(f.float() - w.float()).abs().mean() for f, w in zip(found, wanted, strict=True)]).mean()


def _update(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    if not math.isfinite(float(loss.detach())):
        raise ValueError("the game diverged: lower pictures.learning_rate, or raise pictures.r1_weight")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def _precision(is_bfloat16: bool) -> contextlib.AbstractContextManager[object]:
    return torch.autocast("cpu", torch.bfloat16) if is_bfloat16 else contextlib.nullcontext()
