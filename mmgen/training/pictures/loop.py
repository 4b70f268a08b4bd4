"""Training the picture model: from material to a generator.

The same material, parameters and seed give the same weights on the same machine, broken off or not.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import torch

from mmgen.config.pictures import PictureParams
from mmgen.hashes import fingerprint
from mmgen.models.modalities.image import to_float
from mmgen.models.pictures.generator import Generator
from mmgen.models.pictures.model import PictureConfig, PictureModel
from mmgen.seeds import seed_of
from mmgen.training.fusion import checkpoint
from mmgen.training.pictures.material import Material
from mmgen.training.pictures.steps import State, fresh_state, has_bfloat16, take_step

VERSION = 1  # raise it when the same parameters would train another model
LOG_EVERY = 20
WARM_START_ROWS = 2000
Progress = Callable[[int, int], None]  # (steps done, steps in all)
Log = Callable[[dict[str, float], int], None]  # (metrics, step)

log = logging.getLogger(__name__)


def train(
    data: Material,
    out: Path,
    params: PictureParams,
    seed: int,
    fusion_version: str = "",
    on_metrics: Log | None = None,
    progress: Progress | None = None,
) -> PictureModel:
    """Train on ``data`` for ``params.steps`` and return the model: the generator's averaged weights.

    Checkpoints go to ``out/checkpoints``; a run broken off goes on from the newest one, and so does one of more steps
    than it was first asked for, since nothing in a step depends on how many there will be. Raises ValueError where
    there are fewer rows than a batch, photos of another side, ``out`` was trained for longer, or the game diverges.
    """
    side = params.sizes.px
    if len(data) < params.batch_rows or data.pixels.shape[1:] != (side, side, 3):
        raise ValueError(
            f"{len(data)} photos of shape {data.pixels.shape[1:]}: wanted are {params.batch_rows} or more of "
            f"({side}, {side}, 3)"
        )
    is_bfloat16 = params.precision == "bfloat16" or (params.precision == "auto" and has_bfloat16())
    _be_deterministic(seed, params.num_threads)
    latent = data.with_photo.mu.shape[1]
    state = fresh_state(params, latent)
    _warm_start(state, data)
    about = {"made_for": fingerprint_of(data, params, seed, is_bfloat16)}
    if saved := checkpoint.newest(out / "checkpoints", about):
        state.restore(*saved)
        log.info("going on from step %d", state.step)
        if state.step > params.steps:
            raise ValueError(f"{out} has a training of {state.step} steps: ask for as many, or empty that folder")
    recent: list[dict[str, float]] = []
    while state.step < params.steps:
        recent.append(take_step(state, data, params, seed, is_bfloat16))
        state.step += 1
        is_last = state.step == params.steps
        if progress:
            progress(state.step, params.steps)
        if state.step % params.checkpoint_every == 0 or is_last:
            checkpoint.write(out / "checkpoints", state.step, state.tensors(), about)
        if on_metrics and (state.step % LOG_EVERY == 0 or is_last):
            on_metrics(_means(recent), state.step)
            recent = []
    return _model_of(state, PictureConfig(sizes=params.sizes, latent=latent, fusion_version=fusion_version))


def fingerprint_of(data: Material, params: PictureParams, seed: int, is_bfloat16: bool) -> str:
    """What decides the weights at any step, as a hash."""
    beside = {"steps", "checkpoint_every", "precision", "num_threads", "min_rows", "max_rows", "max_test_rows"}
    return fingerprint(
        version=VERSION,
        data=data.digest(),
        params=params.model_dump(mode="json", exclude=beside | {"bootstrap_rounds"}),
        seed=seed,
        is_bfloat16=is_bfloat16,
    )


def _be_deterministic(seed: int, num_threads: int) -> None:
    """Fix what the weights start from and how sums are ordered; the number of threads changes the rounding."""
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.set_num_threads(num_threads or len(os.sched_getaffinity(0)))
    torch.manual_seed(seed_of("picture weights", seed))


def _warm_start(state: State, data: Material) -> None:
    """Let the generator begin with the linear look, and its average with the generator."""
    some = data.take(range(min(len(data), WARM_START_ROWS)))
    state.generator.warm_start(torch.from_numpy(some.with_photo.mu), to_float(some.pixels))
    state.average.module.load_state_dict(state.generator.state_dict())


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each metric over the rows that have it."""
    names = sorted({name for row in rows for name in row})
    values = {name: [row[name] for row in rows if name in row] for name in names}
    return {f"train_{name}": sum(found) / len(found) for name, found in values.items()}


def _model_of(state: State, config: PictureConfig) -> PictureModel:
    generator = Generator(config.sizes, config.latent)
    generator.load_state_dict(state.average.module.state_dict())
    return PictureModel(generator, config)
