"""What an encoder is fitted on, and how a new one is judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mmgen.config.features import ImageFeatureParams
from mmgen.config.training import AugmentParams
from mmgen.features.image import WIDTH, image_features, model_pixels
from mmgen.hashes import fingerprint
from mmgen.models.encoders.fitted import Encoder, audio_encoder_in, image_encoder_in
from mmgen.pipeline import PYTHON_OF
from mmgen.registry.encoders import is_audio_outdated, is_image_outdated
from mmgen.registry.fitting import Fitting
from mmgen.registry.promotion import Comparison, Decision, decide, interval
from mmgen.training.data.augment import augment_batch
from mmgen.training.data.media_rows import MediaRows, media_rows
from mmgen.training.distributed.ranks import Ranks
from mmgen.vectors import unit

if TYPE_CHECKING:
    from mmgen.engine.context import JobContext

MAX_JUDGED = 1000
MAX_KNOWN = 3000
BASELINES = (Comparison("copy_recall", True, is_chance=True),)
AGAINST = (Comparison("copy_recall", True), Comparison("neighbour_agreement", True))

Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]


def prepare_image(ctx: JobContext, progress: Progress | None = None) -> Fitting | str:
    """What the image encoder is fitted on: the clean photos of the training split as of the date."""
    params, seed = ctx.config.encoders.image, ctx.config.seed
    if params.architecture == "none":
        return "encoders.image.architecture is none: photos have the features that need no fitting"
    if find_spec("keras") is None:
        return without_keras("encoders.image", "photos")
    from mmgen.training.encoders import image as image_encoder  # here: an environment without Keras has none

    rows = media_rows(ctx, "clean_images", image_encoder.COLUMN, params.max_rows)
    if params.architecture == "catalogue" and len(rows["train"].content) < params.min_rows:
        return f"{len(rows['train'].content)} photos to train on, {params.min_rows} are needed"

    def fit(folder: Path) -> None:
        if params.architecture == "resnet50":
            image_encoder.take_resnet50(params, folder)
        else:
            image_encoder.fit(rows["train"], params, seed, folder, progress)

    def judge(folder: Path, champion: Path | None) -> tuple[dict[str, float], Decision]:
        known, new = _read(rows["train"], MAX_KNOWN, seed), _read(rows["test"], MAX_JUDGED, seed)
        figures = image_figures(image_encoder_in(str(folder)), known, new, rows, seed)
        is_alike = champion is not None and not is_image_outdated(ctx.config)
        before = image_encoder_in(str(champion)) if is_alike else None
        return figures, decide(figures, image_figures(before, known, new, rows, seed), BASELINES, AGAINST)

    made_for = fingerprint(
        version=image_encoder.VERSION,
        params=params.model_dump(mode="json"),
        weights=params.source,
        rows=rows["train"].content if params.architecture == "catalogue" else (),
        values=rows["train"].values if params.architecture == "catalogue" else (),
        seed=seed,
    )
    return Fitting(made_for, _versions(ctx), fit, judge)


def prepare_audio(ctx: JobContext, progress: Progress | None = None) -> Fitting | str:
    """What the audio encoder is fitted on: the clean clips of the training split as of the date."""
    params, bands, seed = ctx.config.encoders.audio, ctx.config.features.audio, ctx.config.seed
    if params.architecture == "none":
        return "encoders.audio.architecture is none: clips have the features that need no fitting"
    if find_spec("keras") is None:
        return without_keras("encoders.audio", "clips")
    from mmgen.training.encoders import audio as audio_encoder  # here: an environment without Keras has none

    rows = media_rows(ctx, "clean_audio", audio_encoder.COLUMN, params.max_rows)
    if len(rows["train"].content) < params.min_rows:
        return f"{len(rows['train'].content)} clips to train on, {params.min_rows} are needed"

    def judge(folder: Path, champion: Path | None) -> tuple[dict[str, float], Decision]:
        clips = audio_encoder.read_bands(rows["test"].first(MAX_JUDGED), bands, seed)

        def score(model: Path) -> dict[str, float]:
            return copy_figures(*audio_encoder.copies(audio_encoder_in(str(model)), clips, seed))

        figures = score(folder)
        before = score(champion) if champion and not is_audio_outdated(ctx.config) else None
        return figures, decide(figures, before, BASELINES, AGAINST)

    made_for = fingerprint(
        version=audio_encoder.VERSION,
        params=params.model_dump(mode="json"),
        bands=bands.model_dump(mode="json"),
        rows=rows["train"].content,
        seed=seed,
    )
    return Fitting(
        made_for,
        _versions(ctx),
        lambda folder: audio_encoder.fit(rows["train"], params, bands, seed, folder, progress),
        judge,
    )


def without_keras(key: str, media: str) -> str:
    """What an environment without Keras does: nothing, and says so. ValueError where somebody named it for this."""
    if python := os.environ.get(PYTHON_OF["encoders"]):
        raise ValueError(
            f"{python} has no Keras. Install mmgen's extra `encoders` there, or unset {PYTHON_OF['encoders']}"
        )
    return (
        f"Keras is not installed here, so {media} have the features that need no fitting. To fit an encoder, install "
        f"mmgen's extra `encoders` into an environment of its own and name its Python in {PYTHON_OF['encoders']}; "
        f'{key}.architecture = "none" says that none is wanted'
    )


def _versions(ctx: JobContext) -> dict[str, str | int]:
    return {name: ctx.dataset(name).version() for name in ctx.input_datasets}


def image_figures(
    encoder: Encoder | None, known: Photos, new: Photos, rows: Mapping[str, MediaRows], seed: int
) -> dict[str, float]:
    """Figures of an encoder beside the features that need no fitting (of these alone where it is None), on photos that
    it has not seen.

    ``copy_recall``: how often a photo's varied copy is nearest to it among all new ones, by the encoder alone.
    ``neighbour_agreement``: how often the nearest training photo, by all features, has the same category or attribute.
    """
    figures = {}
    ours, others = [new.plain], [known.plain]
    if encoder is not None:
        pixels = new.pixels(encoder.network.side_px)
        said = encoder.embed(pixels)
        figures = copy_figures(said, encoder.embed(augment_batch(pixels, new.product_ids, 0, seed, AugmentParams())))
        ours, others = [*ours, said], [*others, encoder.embed(known.pixels(encoder.network.side_px))]
    if not known.product_ids:
        return figures
    likeness = unit(np.concatenate(ours, axis=1)) @ unit(np.concatenate(others, axis=1)).T
    agreed = []
    for product_id, place in zip(new.product_ids, likeness.argmax(axis=1), strict=True):
        own, other = rows["test"].values[product_id], rows["train"].values[known.product_ids[place]]
        shared = own.keys() & other.keys()
        agreed += [np.mean([own[name] == other[name] for name in sorted(shared)])] if shared else []
    return figures | interval("neighbour_agreement", np.array(agreed))


def copy_figures(originals: Floats, copies: Floats) -> dict[str, float]:
    """(N, D) vectors of originals and of their copies, of unit length -> recall at one with its 95% interval."""
    if not len(originals):
        return {}
    found = (copies @ originals.T).argmax(axis=1) == np.arange(len(originals))
    # A constant encoder finds the first of all, once: argmax breaks ties so
    return interval("copy_recall", found.astype(np.float64)) | {"baseline_copy_recall": 1 / len(originals)}


@dataclass(frozen=True)
class Photos:
    """Photos as they came from ``clean_images``."""

    product_ids: list[str]
    data: list[bytes]

    def pixels(self, side_px: int) -> NDArray[np.uint8]:
        """(N, side, side, 3) RGB."""
        found = [pixels for data in self.data if (pixels := model_pixels(data, side_px)) is not None]
        return np.stack(found) if found else np.zeros((0, side_px, side_px, 3), np.uint8)

    @cached_property
    def plain(self) -> Floats:
        """(N, 256): the features that need no fitting."""
        batch = pa.RecordBatch.from_pydict(
            {"model_image": pa.array(self.data, pa.binary()), "reject_reason": pa.nulls(len(self.data), pa.string())}
        )
        found = image_features(batch, ImageFeatureParams())["embedding"]
        return np.stack(found) if found else np.zeros((0, WIDTH), np.float32)


def _read(rows: MediaRows, most: int, seed: int) -> Photos:
    from mmgen.training.encoders.loop import read

    chosen = rows.first(most)
    found = dict(read(chosen.snapshot, "model_image", seed, Ranks())) if chosen.content else {}
    ids = [product_id for product_id in sorted(found) if model_pixels(found[product_id], 16) is not None]
    return Photos(ids, [found[product_id] for product_id in ids])
