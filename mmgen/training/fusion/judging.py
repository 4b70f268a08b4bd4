"""Whether a trained model becomes the champion: both are scored on one slice of test rows, the champion's scores kept.

What is known of the training products goes with a version (``trained_on.json``): how many, and a sample by hash, which
tells later how many of them have left the shop.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmgen.config.training import TrainParams
from mmgen.hashes import fingerprint
from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.modalities.registry import MODALITIES
from mmgen.registry.aliases import CHAMPION
from mmgen.registry.promotion import Decision, Standing, collapse_of, decide, succeeds
from mmgen.registry.scores import Scores
from mmgen.seeds import seed_of
from mmgen.training.data.snapshot import Snapshot
from mmgen.training.fusion.coherence import questions_of
from mmgen.training.fusion.figures import mean_image_of, measure, summary
from mmgen.training.fusion.texts import Found, index_texts, unigram_of

if TYPE_CHECKING:
    from mmgen.registry.tracker import Tracker

VERSION = 1  # raise it when the same model and rows would score otherwise
IMAGE_ROWS = 2000
SAMPLE = 1000
TRAINED_ON = "trained_on.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Slice:
    """The rows that models are judged on, and what the training rows give to judge them by."""

    data: Mapping[str, Snapshot]
    texts: Mapping[str, Found]
    params: TrainParams
    seed: int

    def scores(self, model: FusionModel) -> Scores | None:
        """What a model scores on each test row; None where there are none."""
        params, train = self.params, self.data["train"]
        test = self.data["test"].read(params.max_test_rows)
        if test is None:
            return None
        images = train.read(IMAGE_ROWS)
        unigram = unigram_of(index_texts(self.texts["train"], model.vocabulary, params), len(model.vocabulary))
        test_texts = index_texts(self.texts["test"], model.vocabulary, params)
        mean_image = mean_image_of([images] if images else [])
        questions = questions_of(train.read_texts())
        return measure(model, test, test_texts, mean_image, unigram, self.seed, questions, params.importance_draws)

    @property
    def digest(self) -> str:
        """What decides a model's scores besides the model, as a hash."""
        return fingerprint(
            version=VERSION,
            rows={split: digest_of(snapshot) for split, snapshot in self.data.items()},
            texts={split: {p: [t.texts, t.traits] for p, t in found.items()} for split, found in self.texts.items()},
            limits=[self.params.max_test_rows, self.params.importance_draws, self.params.max_text_tokens],
            modalities=list(MODALITIES),
            seed=self.seed,
        )[:32]  # fmt: skip


def figures_of(scores: Scores | None, params: TrainParams, seed: int) -> dict[str, float]:
    """The figures of ``figures.summary``; empty where there is no test row."""
    return summary(scores, params.bootstrap_rounds, seed) if scores else {}


def judged(
    tracker: Tracker, model: FusionModel, scores: Scores | None, on: Slice, ds: str, live: Collection[str] | None
) -> tuple[dict[str, float], Decision]:
    """A new model's figures, and whether it is promoted: see ``mmgen.registry.promotion``."""
    figures = figures_of(scores, on.params, on.seed)
    decision = decide(figures, None)
    if collapse := collapse_of(figures):
        log.warning("%s", collapse)
        decision = Decision(decision.promote, [*decision.reasons, collapse])
    found = _champion(tracker, on)
    if scores is None or found is None or not decision.promote:
        return figures, decision
    champion, theirs, folder, trained_for = found
    standing = Standing(
        (date.fromisoformat(ds) - date.fromisoformat(trained_for)).days if trained_for else 0,
        gone_share(folder, live),
        champion.modalities == model.config.modalities,
    )
    compared = succeeds(scores, theirs, standing, on.params.promotion, on.params.bootstrap_rounds, on.seed)
    return figures, Decision(compared.promote, [*compared.reasons, *decision.reasons])


def _champion(tracker: Tracker, on: Slice) -> tuple[FusionConfig, Scores, Path, str] | None:
    """The champion's configuration, its scores on the slice, its folder and the date that it was trained for. None
    where there is none, or none that still loads."""
    version = tracker.version_of(CHAMPION)
    if version is None:
        return None
    try:
        folder = tracker.files_of(version)
        champion = FusionModel.load(folder)
    except (ValueError, RuntimeError) as error:  # made by older code, or its files are gone
        log.warning("champion %s can't be compared with: %s", version, error)
        return None
    if champion.config.fitted_by != fitted_by(on.data["train"], champion.config.modalities):
        log.warning("champion %s can't be compared with: it knows the features of another encoder", version)
        return None
    tags = tracker.tags_of(version)
    scores = kept_scores(tracker, tags["run_id"], on, champion)
    return (champion.config, scores, folder, tags.get("ds", "")) if scores else None


def kept_scores(tracker: Tracker, run_id: str, on: Slice, model: FusionModel) -> Scores | None:
    """A version's scores on a slice: those kept with its run, or made and kept now."""
    name = f"{on.digest}.safetensors"
    if kept := Scores.read(tracker.artifacts_of(run_id) / "scores" / name):
        return kept
    if scores := on.scores(model):
        keep_scores(tracker, run_id, on, scores)
    return scores


def keep_scores(tracker: Tracker, run_id: str, on: Slice, scores: Scores) -> None:
    """Put a version's scores on a slice beside its run: whoever compares with it again need not score it again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{on.digest}.safetensors"
        path.write_bytes(scores.to_bytes())
        tracker.log_file(run_id, path, "scores")


def fitted_by(train: Snapshot, names: Collection[str]) -> dict[str, str]:
    """The fitted model that the values of each of these modalities are by, "" where there is none."""
    columns = {name: MODALITIES[name].fitted_by for name in names if name in MODALITIES}
    return {name: train.encoders.get(column, "") for name, column in columns.items() if column}


def describe(
    tracker: Tracker, run_id: str, folder: Path, model: FusionModel, data: Mapping[str, Snapshot], source: str
) -> None:
    """What a person should find beside a version: the rows of each split that were read, and what the model takes and
    gives. ``folder``: of the model's files; ``source``: where the dataset lies, and its version."""
    from mmgen.registry.tracker import Input, write_signature

    read = {split: snapshot for split, snapshot in data.items() if snapshot.num_rows}
    tracker.log_inputs(
        run_id,
        [Input("examples", digest_of(snapshot), source, snapshot.num_rows, split) for split, snapshot in read.items()],
    )
    takes = {}
    for name in model.net.models:
        reading = MODALITIES[name].reading
        shape = tuple(size if size is not None else model.net.sizes[name] for size in reading.shape)
        takes[name] = (np.dtype(reading.dtype).name, (-1, *shape))
    write_signature(folder, takes, {"mu": ("float32", (-1, model.config.latent)),
                                    "logvar": ("float32", (-1, model.config.latent))})  # fmt: skip
    write_trained_on(folder, data["train"])


def digest_of(snapshot: Snapshot) -> str:
    """Which rows a snapshot has, as a hash. A file's name is unique, its folder may move."""
    return fingerprint(rows=[(Path(group.path).name, group.number, group.rows.tolist()) for group in snapshot.groups])


def write_trained_on(folder: Path, train: Snapshot) -> None:
    """``trained_on.json``: the number of training products, and SAMPLE of them by hash."""
    ids = [str(value) for group in train.groups for value in group.read(["product_id"]).column(0).to_pylist()]
    sample = nsmallest(SAMPLE, ids, key=lambda one: seed_of("trained on", one))
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"num_products": len(ids), "sample": sorted(sample)}, indent=1)
    (folder / TRAINED_ON).write_text(text + "\n", encoding="utf-8")


def gone_share(folder: Path, live: Collection[str] | None) -> float:
    """Of the products that a version was trained on, the share that the shop no longer has, by their sample; 0 where
    nothing is known of them."""
    path = folder / TRAINED_ON
    if live is None or not path.is_file():
        return 0.0
    sample = json.loads(path.read_text(encoding="utf-8")).get("sample", [])
    return sum(one not in live for one in sample) / len(sample) if sample else 0.0
