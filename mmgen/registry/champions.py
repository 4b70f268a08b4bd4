"""The champion: its files where driver and executors can read them, loaded once a worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mmgen.registry.fitting import copy_once, in_force

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from mmgen.config.config import Config
    from mmgen.models.fusion.model import FusionModel


@dataclass(frozen=True)
class Champion:
    """A registered version and its folder. Both are empty where there is no champion. ``earlier``: the versions that
    were champion before it, and "", which stands for none."""

    version: str = ""
    folder: str = ""
    earlier: tuple[str, ...] = ()


def champion_of(config: Config, ds: str = "") -> Champion:
    """The champion of a date (see ``in_force``), copied once into ``<home>/models``: executors share the home, not the
    registry.

    A shop may have none: too few products to train on, or no model that beats its baselines. Content is then composed
    from the facts, and creatives take their backdrop from the photo: the night does not depend on a model.
    """
    from mmgen.registry.tracker import Tracker

    tracker = Tracker(config.tracking_store)
    version = in_force(config, tracker, ds)
    if version is None:
        log.warning("no champion model %s: content is composed from the facts alone", f"on {ds}" if ds else "yet")
        return Champion()
    before = {one.version for one in tracker.history() if not ds or one.ds <= ds} - {version}
    return Champion(version, str(copy_once(config, tracker, version)), ("", *sorted(before)))


@lru_cache(maxsize=1)
def model_in(folder: str) -> FusionModel | None:
    """The model of a folder, loaded once a process (a Spark worker serves many batches); None for no folder."""
    if not folder:
        return None
    import torch

    from mmgen.models.fusion.model import FusionModel

    torch.set_num_threads(1)
    return FusionModel.load(Path(folder))
