"""Training the fusion model, from files to a registered version.

The same rows, parameters, seed and number of ranks give the same weights on the same machine, broken off or not.
Another number of ranks trains on the same batches and draws the same numbers: the same model but for rounding.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mmgen.config.training import TrackingParams, TrainParams
from mmgen.hashes import fingerprint
from mmgen.models.critics.registry import CRITICS
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import TOKENS, FusionNet
from mmgen.models.fusion.registry import way_of
from mmgen.models.modalities.registry import MODALITIES, default_modalities
from mmgen.models.named import entry
from mmgen.models.text.sentences import Sentences
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.registry.promotion import Decision
from mmgen.seeds import seed_of
from mmgen.training.data.loader import ArrowReader
from mmgen.training.data.snapshot import Snapshot, take_snapshots
from mmgen.training.distributed.device import be_deterministic, device_for
from mmgen.training.distributed.group import inner, means_over_ranks, process_group
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.distributed.throughput import Meter, matmul_rate, sentence
from mmgen.training.fusion import checkpoint
from mmgen.training.fusion.inputs import Draws, Inputs
from mmgen.training.fusion.judging import Slice, describe, figures_of, fitted_by, judged, keep_scores
from mmgen.training.fusion.steps import State, fresh_networks, has_critic, ready, take_step
from mmgen.training.fusion.texts import Found, Targets, build_vocabulary, collect, index_texts
from mmgen.training.fusion.warm_start import start_from_data

if TYPE_CHECKING:
    from mmgen.registry.tracker import Tracker

VERSION = 6  # raise it when the same parameters would train another model
SPLITS = ("train", "validation", "test")
LOG_EVERY = 20
WARM_START_ROWS = 2000
Progress = Callable[[int, int], None]  # (steps done, steps in all)
Log = Callable[[dict[str, float], int], None]  # (metrics, step)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainedModel:
    """A registered version, the figures on the test rows, and what was decided about it."""

    version: str
    run_id: str
    metrics: dict[str, float]
    decision: Decision
    throughput: str = field(default="", compare=False)
    """How fast it was trained, for a person; "" where that was too short to say."""


def train_and_register(
    files: Sequence[str],
    out: Path,
    params: TrainParams,
    tracking: TrackingParams,
    ds: str,
    data_versions: Mapping[str, str | int],
    seed: int,
    targets: Targets,
    progress: Progress | None = None,
    live: Collection[str] | None = None,
) -> TrainedModel | None:
    """Train on the rows of ``files``, score on their test split, register as ``candidate``, and promote where it is
    due.

    Run it in every process of a torchrun group; all but the first return None. The same rows, parameters and seed find
    the same MLflow run and version again. ``out`` holds checkpoints and the model folder. ``targets``: what there is to
    learn from a product's texts. ``live``: see ``take_snapshots``. Raises ValueError where the files have no training
    row.
    """
    with process_group(params.timeout_s, params.device) as ranks:
        data = take_snapshots(files, SPLITS, live)
        texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
        made_for = fingerprint_of(data["train"], texts["train"], params, seed, ranks)
        run = _open_run(tracking, ds, made_for, params, seed) if ranks.is_first else None
        last: dict[str, float] = {}

        def note(metrics: dict[str, float], step: int) -> None:
            last.update(metrics)
            if run:
                run.log(metrics, step)

        model = train(data, texts, out, params, seed, ranks, note, progress)
    if run is None:
        return None
    on = Slice(data, texts, params, seed)
    scores = on.scores(model)
    figures, decision = judged(run.tracker, model, scores, on, ds, live)
    about: dict[str, str | int] = {
        "ds": ds,
        "data_versions": json.dumps(dict(data_versions), sort_keys=True),
        "seed": seed,
        "made_for": made_for,
        "train_rows": data["train"].num_rows,
        "test_rows": data["test"].num_rows,
    }
    model.save(out / "model")
    describe(run.tracker, run.run_id, out / "model", model, data, f"examples@{data_versions.get('examples', '')}")
    if scores:
        keep_scores(run.tracker, run.run_id, on, scores)
    version = run.tracker.register_judged(run.run_id, out / "model", figures, decision, about)
    return TrainedModel(version, run.run_id, figures, decision, sentence(last))


@dataclass(frozen=True)
class _Run:
    """The MLflow run of one training."""

    tracker: Tracker
    run_id: str

    def log(self, metrics: dict[str, float], step: int) -> None:
        self.tracker.log_metrics(self.run_id, metrics, step)


def _open_run(tracking: TrackingParams, ds: str, made_for: str, params: TrainParams, seed: int) -> _Run:
    """The run of this training. What decides the weights is part of its identity: another training of the same date
    must not write over a version that may be the champion."""
    from mmgen.registry.tracker import Tracker  # here: mlflow takes seconds to import, and only one rank needs it

    tracker = Tracker(tracking)
    run_id = tracker.run_for(f"train {ds}", {"mmgen.kind": "train", "ds": ds, "mmgen.made_for": made_for[:16]})
    log.info("MLflow run: %s", tracker.address_of(run_id))
    tracker.log_params(run_id, {**params.model_dump(mode="json"), "seed": seed})
    return _Run(tracker, run_id)


def train(
    data: Mapping[str, Snapshot],
    texts: Mapping[str, Found],
    out: Path,
    params: TrainParams,
    seed: int,
    ranks: Ranks | None = None,
    on_metrics: Log | None = None,
    progress: Progress | None = None,
) -> FusionModel:
    """Train on ``data["train"]`` and return the model; validate on ``data["validation"]``.

    Checkpoints go to ``out/checkpoints``; a run broken off goes on from the newest one. Raises ValueError where there
    is nothing to train on.
    """
    ranks = ranks or Ranks()
    _check(params)
    device = device_for(params.device, ranks)
    be_deterministic(device, seed_of("weights", seed), params.num_threads)
    # Each process reads the batches of all, and takes its rows of them: the order must not depend on their number
    reader = ArrowReader(data["train"], params.batch_rows, seed, Ranks(), params.shuffle_rows, params.shuffle_bytes)
    ranks.part(reader.num_rows // reader.num_batches)
    vocabulary = build_vocabulary(texts["train"], params)
    train_texts = index_texts(texts["train"], vocabulary, params)
    config = _config(data["train"], vocabulary, params)
    net, critic = fresh_networks(config, params)
    if rows := data["train"].read(WARM_START_ROWS):
        start_from_data(net, rows, train_texts)
    num_steps = params.num_steps(reader.num_rows)
    meter = _meter(params, device) if num_steps > LOG_EVERY else None
    state = ready(net, critic, params, ranks, device, meter)
    about = {"made_for": fingerprint_of(data["train"], texts["train"], params, seed, ranks)}
    if saved := checkpoint.newest(out / "checkpoints", about):
        state.restore(*saved)
        log.info("going on from step %d", state.step)
    draws = Draws(net, train_texts, params, seed, ranks, device)
    validation = _validation(data["validation"], texts["validation"], vocabulary, params, draws)
    recent: list[dict[str, Tensor]] = []
    with closing(draws.ahead(reader, state.step, num_steps)) as steps:
        for inputs in meter.loading(steps) if meter else steps:
            take = partial(take_step, state, inputs.to(device), params, num_steps)
            kind = has_critic(state, params, num_steps)
            recent.append(meter.step(inputs.part, kind, take) if meter else take())
            state.step += 1
            is_last = state.step == num_steps
            if progress:
                progress(state.step, num_steps)
            if state.step % params.checkpoint_every == 0 or is_last:
                _save(state, out / "checkpoints", about, ranks)
            if state.step % LOG_EVERY == 0 or is_last:
                _log(_means(recent) | (meter.values() if meter else {}), state, ranks, on_metrics)
                recent = []
            if validation and (state.step % params.validate_every == 0 or is_last):
                _log(_validate(state, validation.to(device)), state, ranks, on_metrics)
    trained = FusionNet(config)
    trained.load_state_dict(state.weights())
    return FusionModel(trained, config, vocabulary, Sentences.learn(texts["train"].values(), vocabulary))


def _check(params: TrainParams) -> None:
    """Raise ValueError where a name is of nothing that there is, or parameters don't go together, before anything is
    trained."""
    fusion = way_of(params.fusion, params.fusion_options)
    entry(CRITICS, params.critic, "train.critic")
    for name in params.modalities:
        entry(MODALITIES, name, "train.modalities")
    terms = dict.fromkeys((*MODALITIES, TOKENS, *fusion.beside))
    for name in params.weights:
        entry(terms, name, "train.weights")
    if fusion.compares_rows and params.accumulate > 1:
        raise ValueError(f"train.accumulate: {params.fusion} compares all rows of a batch with each other: set it to 1")


def _meter(params: TrainParams, device: torch.device) -> Meter:
    dtype = torch.bfloat16 if params.precision == "bf16" else torch.float32
    return Meter(device, matmul_rate(device, dtype, torch.get_num_threads()))


def _config(train: Snapshot, vocabulary: Vocabulary, params: TrainParams) -> FusionConfig:
    """The sizes of the model, from the parameters and from the data."""
    names = params.modalities or default_modalities()
    lists = {name: one for name, one in MODALITIES.items() if name in names and one.reading.shape[0] is None}
    return FusionConfig(
        **params.sizes.model_dump(),
        fusion=params.fusion,
        image_likelihood=params.image_likelihood,
        fusion_options=params.fusion_options,
        modalities=names,
        sizes={name: train.size_of(one) for name, one in lists.items()},
        fitted_by=fitted_by(train, names),
        num_tokens=len(vocabulary),
        num_slots=len(vocabulary.slot_ids),
    )


def score(
    model: FusionModel, data: Mapping[str, Snapshot], texts: Mapping[str, Found], params: TrainParams, seed: int
) -> dict[str, float]:
    """The figures of a model on the test rows (see ``figures.summary``); empty where there are none."""
    return figures_of(Slice(data, texts, params, seed).scores(model), params, seed)


def fingerprint_of(train: Snapshot, texts: Found, params: TrainParams, seed: int, ranks: Ranks) -> str:
    """What decides the weights, as a hash: rows, texts, parameters, seed, ranks. A file's name is unique, its folder
    may move."""
    return fingerprint(
        version=VERSION,
        rows=[(Path(group.path).name, group.number, group.rows.tolist()) for group in train.groups],
        texts={p: [t.texts, [sorted(slots) for slots in t.slots], t.traits] for p, t in texts.items()},
        params=params.model_dump(mode="json", exclude={"processes"}),
        modalities=params.modalities or default_modalities(),
        seed=seed,
        world_size=ranks.world_size,
        device=device_for(params.device, ranks).type,
    )


def _validation(
    validation: Snapshot, texts: Found, vocabulary: Vocabulary, params: TrainParams, draws: Draws
) -> Inputs | None:
    """This process's validation rows, each with everything that it has; None where there are fewer than processes."""
    rows = validation.read(params.max_validation_rows)
    if rows is None or len(rows) < draws.ranks.world_size:
        return None
    return draws.whole(rows, index_texts(texts, vocabulary, params))


@torch.no_grad()
def _validate(state: State, rows: Inputs) -> dict[str, Tensor]:
    """The terms on the validation rows, in nats a row, encoded from everything they have."""
    state.net.eval()
    found = inner(state.objective)(rows, 1.0)
    return {f"validation_{name}": value for name, value in found.logged.items()}


def _save(state: State, directory: Path, about: dict[str, str], ranks: Ranks) -> None:
    tensors = state.tensors()  # all take part: each may hold a share of them
    if ranks.is_first:
        checkpoint.write(directory, state.step, tensors, about)


def _log(values: dict[str, Tensor], state: State, ranks: Ranks, on_metrics: Log | None) -> None:
    means = means_over_ranks(values, ranks)
    if ranks.is_first and on_metrics:
        on_metrics(means, state.step)


def _means(rows: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of each metric over the steps that have it."""
    names = {name for row in rows for name in row}
    values = {name: [row[name] for row in rows if name in row] for name in sorted(names)}
    return {name: torch.stack(found).mean() for name, found in values.items()}
