"""Training the picture model on a shop's examples, from files to a registered version.

It has a registered name of its own (``[tracking] picture_name``) with the same aliases as the fusion model, and belongs
to the fusion model's champion: with another one, latents mean other things.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from mmgen.config.pictures import PictureParams
from mmgen.features.image import embed_image, model_pixels
from mmgen.hashes import fingerprint
from mmgen.models.encoders.fitted import image_encoder_in
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.models.modalities.registry import IMAGE_PX
from mmgen.models.pictures.model import PictureModel
from mmgen.registry.aliases import CANDIDATE, CHAMPION
from mmgen.registry.champions import Champion, champion_of
from mmgen.registry.encoders import fitted_image
from mmgen.registry.fitting import PICTURES, registry
from mmgen.registry.promotion import Decision, decide
from mmgen.store.products import product_ids
from mmgen.training.data.snapshot import Snapshot, take_snapshots
from mmgen.training.pictures.judge import (
    AGAINST_CHAMPION,
    BASELINES,
    Drawn,
    Look,
    Pixels,
    drawn,
    figures_of,
    write_samples,
)
from mmgen.training.pictures.loop import VERSION, Progress, train
from mmgen.training.pictures.material import Material

if TYPE_CHECKING:
    from mmgen.config.config import Config
    from mmgen.engine.context import JobContext
    from mmgen.registry.tracker import Tracker

Floats = NDArray[np.float32]


def train_and_register(ctx: JobContext, progress: Progress | None = None) -> str:
    """Train where there is no champion yet, or its fusion model is another by now, or always with --force; judge on the
    test split, register as ``candidate``, promote where it draws better than the fusion model's decoder. One line about
    it."""
    line, params = f"{ctx.name} ds={ctx.ds}:", ctx.config.pictures
    fusion_champion, tracker = champion_of(ctx.config), registry(ctx.config, PICTURES)
    if not fusion_champion.folder:
        return f"{line} there is no fusion model yet, whose latents it would draw from; nothing to train"
    before = _champion(tracker)
    if before and before.config.fusion_version == fusion_champion.version and not ctx.is_forced:
        return f"{line} version {tracker.version_of(CHAMPION)} is the champion; nothing to train"
    fusion = FusionModel.load(Path(fusion_champion.folder))
    if "image" not in fusion.config.modalities or fusion.config.modalities == ("image",):
        return f"{line} the fusion model needs photos and something beside them; nothing to train"
    snapshots = take_snapshots(ctx.dataset("examples").files(until=ctx.ds), ["train", "test"], _live(ctx))
    data = _material(ctx, snapshots["train"], fusion, params.max_rows)
    count, least = len(data or ()), max(params.min_rows, params.batch_rows)
    if data is None or count < least:
        return f"{line} {count} training photos, {least} are needed"
    made_for = _made_for(ctx, fusion_champion, data, params)
    candidate = tracker.version_of(CANDIDATE)
    if candidate and tracker.tags_of(candidate).get("made_for") == made_for:
        return f"{line} version {candidate} was trained on the same; nothing to train"
    run = _Run(ctx, tracker, fusion, fusion_champion.version, made_for)
    test = _material(ctx, snapshots["test"], fusion, params.max_test_rows)
    return f"{line} {run.registered(data, test, before, progress)}"


def _champion(tracker: Tracker) -> PictureModel | None:
    version = tracker.version_of(CHAMPION)
    return PictureModel.load(tracker.files_of(version)) if version else None


def _live(ctx: JobContext) -> set[str]:
    return set(product_ids(ctx.dataset("raw_products"), ctx.ds).to_pylist())


def _material(ctx: JobContext, snapshot: Snapshot, fusion: FusionModel, most: int) -> Material | None:
    """None where the split has no row with a photo."""
    rows = snapshot.read(most)
    if rows is None or not rows.present["image"].any():
        return None
    side = ctx.config.pictures.sizes.px
    return Material.of(rows, fusion, None if side == IMAGE_PX else _photos(ctx, rows, side))


def _photos(ctx: JobContext, rows: ExampleArrays, side: int) -> Pixels:
    """The clean photos of the rows at another side than the examples have them; zeros for a row without one."""
    only = [name for name, has in zip(rows.product_id, rows.present["image"], strict=True) if has]
    clean = ctx.dataset("clean_images").newest(["model_image"], ctx.ds, only=only)
    found = dict(zip(clean.column("product_id").to_pylist(), clean.column("model_image"), strict=True))
    pixels = np.zeros((len(rows), side, side, 3), np.uint8)
    for row, name in enumerate(rows.product_id):
        data = found[name].as_py() if name in found else None
        picture = model_pixels(data, side) if data else None
        if picture is not None:
            pixels[row] = picture
        elif rows.present["image"][row]:
            raise ValueError(f"product {name} has pixels in examples and no photo in clean_images: build both again")
    return pixels


def _made_for(ctx: JobContext, fusion: Champion, train_rows: Material, params: PictureParams) -> str:
    given = params.model_dump(mode="json", exclude={"num_threads", "checkpoint_every"})
    return fingerprint(
        version=VERSION, data=train_rows.digest(), fusion=fusion.version, params=given, seed=ctx.config.seed
    )


@dataclass(frozen=True)
class _Run:
    """One training, and the MLflow run that it is kept in."""

    ctx: JobContext
    tracker: Tracker
    fusion: FusionModel
    fusion_version: str
    made_for: str

    def registered(
        self, data: Material, test: Material | None, before: PictureModel | None, progress: Progress | None
    ) -> str:
        """Train, judge and register; what came of it. ``before``: the champion."""
        ctx, params, seed = self.ctx, self.ctx.config.pictures, self.ctx.config.seed
        tags = {"mmgen.kind": ctx.name, "ds": ctx.ds, "mmgen.made_for": self.made_for[:16]}
        run_id = self.tracker.run_for(f"{ctx.name} {ctx.ds}", tags)
        self.tracker.log_params(run_id, {**params.model_dump(mode="json"), "seed": seed})
        folder = ctx.home / "training" / ctx.ds / ctx.name

        def log(metrics: dict[str, float], step: int) -> None:
            self.tracker.log_metrics(run_id, metrics, step)

        model = train(data, folder, params, seed, self.fusion_version, log, progress)
        model.save(folder / "model")
        figures, decision = self._judged(model, test, before, folder / "model")
        about: dict[str, str | int] = {
            "ds": ctx.ds,
            "seed": seed,
            "made_for": self.made_for,
            "fusion_version": self.fusion_version,
            "train_rows": len(data),
            "data_versions": json.dumps({"examples": ctx.dataset("examples").version()}, sort_keys=True),
        }
        version = self.tracker.register_judged(run_id, folder / "model", figures, decision, about)
        state = "promoted to champion" if decision.promote else "registered, not promoted"
        return f"version {version} {state}: {'; '.join(decision.reasons)}"

    def _judged(
        self, model: PictureModel, test: Material | None, before: PictureModel | None, folder: Path
    ) -> tuple[dict[str, float], Decision]:
        """Figures on the test products, with a sheet of samples in ``folder``. A champion that belongs to another
        fusion model cannot be compared with."""
        if test is None:
            return {}, decide({}, None, BASELINES)
        config, old = self.ctx.config, None
        rounds, seed, look = config.pictures.bootstrap_rounds, config.seed, _look(config)
        shown = drawn(model, self.fusion, test, seed)
        figures = figures_of(shown, look, rounds, seed)
        write_samples(shown, folder, seed)
        if before and before.config.fusion_version == self.fusion_version:
            old = figures_of(_at(drawn(before, self.fusion, test, seed), shown), look, rounds, seed)
        return figures, decide(figures, old, BASELINES, AGAINST_CHAMPION)


def _at(beside: Drawn, shown: Drawn) -> Drawn:
    """The champion's pictures at the candidate's side, beside the same photos."""
    side = shown.real.shape[1]
    made = beside.made if beside.made.shape[1] == side else np.stack([cv2.resize(p, (side, side)) for p in beside.made])
    return Drawn(shown.real, made.astype(np.uint8), shown.decoded)


def _look(config: Config) -> Look:
    """Colour and shape, which need no training, and beside them what the image encoder says where there is one. Each is
    of unit length, and scaled so that the kernel distance's x·y / F is the mean of their cosines."""
    encoder = image_encoder_in(folder) if (folder := fitted_image(config).folder) else None

    def look(pixels: Pixels) -> Floats:
        said = [np.stack([embed_image(picture[:, :, ::-1].copy(), config.features.image) for picture in pixels])]
        if encoder is not None:
            side = encoder.network.side_px
            said += [
                encoder.embed(np.stack([cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in pixels]))
            ]
        both = np.concatenate(said, axis=1)
        return both * np.sqrt(both.shape[1] / len(said), dtype=np.float32)

    return look
