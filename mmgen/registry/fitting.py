"""Fitted models: what a feature job needs that was learnt from the catalogue (image and audio encoders, word weights).

Each is a registered model of its own, ``<encoder_name>-<modality>``, with the same aliases as the fusion model. A row
of features names the one that made it in ``encoder_version``, and that is part of the job's ``config_hash``: with a
new champion the next night makes every row anew, and rows of two versions never pass for one another.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen.models.encoders.fitted import UNTRAINED
from mmgen.registry.aliases import CANDIDATE, CHAMPION
from mmgen.registry.promotion import Decision

__all__ = ["UNTRAINED", "Fitted", "Fitting", "fit_where_needed", "fitted_champion"]

if TYPE_CHECKING:
    from mmgen.config.config import Config
    from mmgen.engine.context import JobContext
    from mmgen.registry.tracker import Tracker

PICTURES = "pictures"
Figures = Mapping[str, float]
Fit = Callable[[Path], None]
"""Learns, and writes the model's files (safetensors, JSON) into the folder."""
Judge = Callable[[Path, Path | None], tuple[Figures, Decision]]
"""(the new model's folder, the champion's or None) -> figures on held-out rows, and whether to promote."""


@dataclass(frozen=True)
class Fitting:
    """What is to be fitted, and how.

    ``made_for``: hash of all that decides the weights (``seeds.fingerprint``). A candidate that was made for the
    same is not fitted again: a shop too small to beat the baselines would otherwise pay for it every night.
    """

    made_for: str
    data_versions: Mapping[str, str | int]
    fit: Fit
    judge: Judge


@dataclass(frozen=True)
class Fitted:
    """A registered version and its folder on the shared home. Version and folder are empty where there is none."""

    name: str
    version: str = ""
    folder: str = ""

    @property
    def label(self) -> str:
        """What a row says of it: ``mmgen-encoder-image-3``, or ``untrained``."""
        return f"{self.name}-{self.version}" if self.version else UNTRAINED


def model_name(config: Config, modality: str) -> str:
    """The registered name of a modality's fitted model; ``pictures`` is the model that draws them."""
    return config.tracking.picture_name if modality == PICTURES else f"{config.tracking.encoder_name}-{modality}"


def registry(config: Config, modality: str) -> Tracker:
    """Runs and versions of one modality's fitted model."""
    from mmgen.registry.tracker import Tracker  # here: mlflow takes seconds to import

    return Tracker(config.tracking_store.model_copy(update={"model_name": model_name(config, modality)}))


def fitted_champion(config: Config, modality: str, ds: str = "") -> Fitted:
    """The champion of a modality (``image``, ``audio``, ``text``) on a date (see ``in_force``), its files where
    executors can read them."""
    name, tracker = model_name(config, modality), registry(config, modality)
    version = in_force(config, tracker, ds)
    return Fitted(name, version, str(copy_once(config, tracker, version))) if version else Fitted(name)


def in_force(config: Config, tracker: Tracker, ds: str = "") -> str | None:
    """The version that content of a date is made with: the champion of that date, so that an old date that is run again
    says what it said; the present one where ``[tracking] models`` is ``today``, or no date is given."""
    return tracker.champion(ds if config.tracking.models == "then" else "")


def copy_once(config: Config, tracker: Tracker, version: str) -> Path:
    """A version's files below ``<home>/models``, copied the first time: executors share the home, not the registry."""
    folder = config.home / "models" / f"{tracker.params.model_name}-{version}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
        shutil.copytree(tracker.files_of(version), fresh)
        try:
            fresh.replace(folder)
        except OSError:  # another job was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return folder


def fit_where_needed(ctx: JobContext, modality: str, prepare: Callable[[], Fitting | str]) -> str:
    """What an encoder's job does: nothing where there is a champion (unless ``--force``); otherwise fit, judge on
    held-out rows, register as ``candidate``, promote where that was decided. Returns one line about it.

    ``prepare`` looks at the data, and is asked only where something is to be fitted; a text says why nothing can be.
    """
    line = f"{ctx.name} ds={ctx.ds}:"
    tracker = registry(ctx.config, modality)
    champion, candidate = tracker.version_of(CHAMPION), tracker.version_of(CANDIDATE)
    if champion and not ctx.is_forced:
        return f"{line} version {champion} is the champion; nothing to fit"
    fitting = prepare()
    if isinstance(fitting, str):
        return f"{line} {fitting}"
    if candidate and tracker.tags_of(candidate).get("made_for") == fitting.made_for:
        state = "is the champion" if candidate == champion else "was not promoted"
        return f"{line} version {candidate} was fitted on the same and {state}; nothing to fit"
    folder = ctx.home / "training" / ctx.ds / f"{ctx.name}-{worker_number()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fitting.fit(folder)
    if worker_number():
        return f"{line} this process was not the first of its group; it is done"
    figures, decision = fitting.judge(folder, copy_once(ctx.config, tracker, champion) if champion else None)
    version = _register(tracker, ctx, folder, fitting, figures, decision)
    state = "promoted to champion" if decision.promote else "registered, not promoted"
    return f"{line} version {version} {state}: {'; '.join(decision.reasons)}"


def worker_number() -> int:
    """This process's number in the group that ``TF_CONFIG`` names; 0, which registers, where there is no group."""
    config = json.loads(os.environ.get("TF_CONFIG") or "{}")
    task = config.get("task", {})
    place = int(task.get("index", 0))
    # Where the group names a chief, that one is the first, and worker 0 the second
    return place + 1 if "chief" in config.get("cluster", {}) and task.get("type") != "chief" else place


def _register(
    tracker: Tracker,
    ctx: JobContext,
    folder: Path,
    fitting: Fitting,
    figures: Figures,
    decision: Decision,
) -> str:
    words = {"mmgen.kind": ctx.name, "ds": ctx.ds, "mmgen.made_for": fitting.made_for[:16]}
    run_id = tracker.run_for(f"{ctx.name} {ctx.ds}", words)
    about: dict[str, str | int] = {
        "ds": ctx.ds,
        "seed": ctx.config.seed,
        "made_for": fitting.made_for,
        "data_versions": json.dumps(dict(fitting.data_versions), sort_keys=True),
    }
    return tracker.register_judged(run_id, folder, figures, decision, about)
