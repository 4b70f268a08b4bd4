"""Training the fusion model, from files to a registered version.

The same rows, parameters, seed and number of ranks give the same weights on the same machine, broken off or not.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from mmgen.config.training import TrackingParams, TrainParams
from mmgen.hashes import fingerprint
from mmgen.models.critics.registry import CRITICS
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import TOKENS, Batch, FusionNet
from mmgen.models.fusion.registry import FUSIONS
from mmgen.models.modalities.registry import MODALITIES
from mmgen.models.named import entry
from mmgen.models.text.sentences import Sentences
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.registry.promotion import Decision
from mmgen.seeds import seed_of
from mmgen.training.data.loader import ArrowReader
from mmgen.training.data.snapshot import Snapshot, take_snapshots
from mmgen.training.distributed.group import process_group, share_weights
from mmgen.training.distributed.ranks import Ranks
from mmgen.training.fusion import checkpoint
from mmgen.training.fusion.judging import Slice, describe, figures_of, fitted_by, judged, keep_scores
from mmgen.training.fusion.steps import fresh_state, means_of, take_step
from mmgen.training.fusion.texts import Found, Targets, Texts, build_vocabulary, collect, index_texts
from mmgen.training.fusion.warm_start import start_from_data

if TYPE_CHECKING:
    from mmgen.registry.tracker import Tracker

VERSION = 5  # raise it when the same parameters would train another model
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
    with process_group(params.timeout_s) as ranks:
        data = take_snapshots(files, SPLITS, live)
        texts = {split: collect(snapshot, targets) for split, snapshot in data.items()}
        made_for = fingerprint_of(data["train"], texts["train"], params, seed, ranks)
        run = _open_run(tracking, ds, made_for, params, seed) if ranks.is_first else None
        model = train(data, texts, out, params, seed, ranks, run.log if run else None, progress)
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
    return TrainedModel(version, run.run_id, figures, decision)


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
    _check_names(params)
    _be_deterministic(seed, params.num_threads)
    reader = ArrowReader(data["train"], params.batch_rows, seed, ranks, params.shuffle_rows, params.shuffle_bytes)
    vocabulary = build_vocabulary(texts["train"], params)
    train_texts = index_texts(texts["train"], vocabulary, params)
    config = _config(data["train"], vocabulary, params)
    state = fresh_state(config, params)
    if rows := data["train"].read(WARM_START_ROWS):
        start_from_data(state.net, rows, train_texts)
    share_weights(state.net, ranks)
    if state.adversary:
        share_weights(state.adversary.critic, ranks)
    about = {"made_for": fingerprint_of(data["train"], texts["train"], params, seed, ranks)}
    if saved := checkpoint.newest(out / "checkpoints", about):
        state.restore(*saved)
        reader.load_state_dict({name: int(saved[1][f"reader.{name}"]) for name in reader.state_dict()})
        log.info("going on from step %d: %s", state.step, reader.state_dict())
    validation = _validation(data["validation"], texts["validation"], vocabulary, params) if ranks.is_first else None
    num_steps = params.num_steps(reader.num_rows, ranks.world_size)
    recent: list[dict[str, float]] = []
    for batch in islice(reader, num_steps - state.step):
        recent.append(take_step(state, batch, train_texts, params, num_steps, seed, ranks))
        state.step += 1
        is_last = state.step == num_steps
        if progress:
            progress(state.step, num_steps)
        if ranks.is_first and (state.step % params.checkpoint_every == 0 or is_last):
            place = {f"reader.{name}": torch.tensor(value) for name, value in reader.state_dict().items()}
            checkpoint.write(out / "checkpoints", state.step, state.tensors() | place, about)
        if ranks.is_first and on_metrics and (state.step % LOG_EVERY == 0 or is_last):
            on_metrics(_means(recent), state.step)
            recent = []
        if validation and on_metrics and (state.step % params.validate_every == 0 or is_last):
            on_metrics(_validate(state.net, *validation), state.step)
    return FusionModel(state.net, config, vocabulary, Sentences.learn(texts["train"].values(), vocabulary))


def _check_names(params: TrainParams) -> None:
    """Raise ValueError where a name is of nothing that there is, before anything is trained."""
    fusion = entry(FUSIONS, params.fusion, "train.fusion")
    entry(CRITICS, params.critic, "train.critic")
    for name in params.modalities:
        entry(MODALITIES, name, "train.modalities")
    terms = dict.fromkeys((*MODALITIES, TOKENS, *fusion.beside))
    for name in params.weights:
        entry(terms, name, "train.weights")


def _config(train: Snapshot, vocabulary: Vocabulary, params: TrainParams) -> FusionConfig:
    """The sizes of the model, from the parameters and from the data."""
    names = params.modalities or tuple(MODALITIES)
    lists = {name: one for name, one in MODALITIES.items() if name in names and one.reading.shape[0] is None}
    return FusionConfig(
        **params.sizes.model_dump(),
        fusion=params.fusion,
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
        params=params.model_dump(mode="json"),
        modalities=params.modalities or tuple(MODALITIES),
        seed=seed,
        world_size=ranks.world_size,
    )


def _be_deterministic(seed: int, num_threads: int) -> None:
    """Fix what the weights start from and how sums are ordered. Threads are set too: their number changes the
    rounding."""
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # 5% of the time; no code here reads such memory
    beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # processes of a torchrun group on this machine
    torch.set_num_threads(num_threads or max(1, len(os.sched_getaffinity(0)) // beside))
    torch.manual_seed(seed_of("weights", seed))


def _validation(
    validation: Snapshot, texts: Found, vocabulary: Vocabulary, params: TrainParams
) -> tuple[ExampleArrays, Texts] | None:
    rows = validation.read(params.max_validation_rows)
    return None if rows is None else (rows, index_texts(texts, vocabulary, params))


@torch.no_grad()
def _validate(net: FusionNet, rows: ExampleArrays, texts: Texts) -> dict[str, float]:
    """The terms on the validation rows, in nats a row, encoded from everything they have."""
    net.eval()
    generator = torch.Generator().manual_seed(0)
    data = Batch.of(rows, net)
    noise = torch.randn(len(rows), net.fusion.noise_size, generator=generator)
    terms = net.elbo(data, data.present, noise, texts.batch(rows.product_id, [0] * len(rows)))
    return {f"validation_{name}": value for name, value in means_of(terms).items()}


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each metric over the rows that have it."""
    names = {name for row in rows for name in row}
    values = {name: [row[name] for row in rows if name in row] for name in sorted(names)}
    return {name: sum(found) / len(found) for name, found in values.items()}
