"""The figures a picture model is judged by, on products that neither it nor the fusion model was trained on.

The baseline is what the fusion model's own decoder gives for the very same latents: a model that draws no better is
not worth its cost. Shapes: N products, L latent size, P side in px, F features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mmgen.metrics.pictures import Interval, kernel_distance, precision_and_recall, with_interval
from mmgen.models.fusion.model import CHUNK_ROWS, FusionModel
from mmgen.models.pictures.model import PictureModel
from mmgen.models.pictures.sheet import as_png, chosen, sheet
from mmgen.registry.promotion import Comparison
from mmgen.seeds import seed_of
from mmgen.training.pictures.material import Material

BASELINES = (Comparison("picture_kid", False),)
AGAINST_CHAMPION = (Comparison("picture_kid", False),)
SHEET_ROWS = 64
MIN_ROWS = 8

Pixels = NDArray[np.uint8]
Look = Callable[[Pixels], NDArray[np.floating]]
"""Pictures (N, P, P, 3) -> features (N, F)."""


@dataclass(frozen=True)
class Drawn:
    """Of the same N products: their ``real`` photos, what the model drew of them (``made``), and the fusion model's
    ``decoded`` pictures, all (N, P, P, 3) uint8."""

    real: Pixels
    made: Pixels
    decoded: Pixels


def drawn(model: PictureModel, fusion: FusionModel, test: Material, seed: int, *, has_photo: bool = False) -> Drawn:
    """One product of each group: near-copies are not independent. Latents are drawn given all but the photo, as for a
    product that has none yet, or with it (``has_photo``)."""
    first = {group: row for row, group in reversed(list(enumerate(test.group_id)))}
    rows = np.array(sorted(first.values()), np.int64)
    one = test.take(rows)
    known = one.with_photo if has_photo else one.without_photo
    noise = np.random.default_rng(seed_of("judged latents", seed)).standard_normal(known.mu.shape).astype(np.float32)
    latents = known.draw(np.arange(len(rows)), noise)
    side = model.config.sizes.px
    return Drawn(one.pixels, model.draw(latents, one.product_id, seed), decoded(fusion, latents, side))


def decoded(fusion: FusionModel, latents: NDArray[np.float32], side: int) -> Pixels:
    """The fusion model's own pictures of latents (N, L), enlarged or shrunk to ``side``: (N, side, side, 3)."""
    model, made = fusion.net.models["image"], []
    with torch.inference_mode():
        for start in range(0, len(latents), CHUNK_ROWS):
            z = torch.from_numpy(latents[start : start + CHUNK_ROWS])
            made += list(model.to_values(fusion.net.decode_one(z, "image")))
    resized = [cv2.resize(p, (side, side), interpolation=cv2.INTER_LINEAR) if len(p) != side else p for p in made]
    return np.stack(resized).astype(np.uint8)


def figures_of(shown: Drawn, look: Look, rounds: int, seed: int) -> dict[str, float]:
    """``picture_kid``, the kernel distance of drawn pictures to the photos in the features that ``look`` gives, with
    ``_low`` and ``_high``, its 95% interval; ``baseline_picture_kid``, that of the fusion model's own pictures;
    ``picture_precision`` and ``picture_recall`` with the baseline's. Nothing for fewer than ``MIN_ROWS`` products."""
    if len(shown.real) < MIN_ROWS:
        return {}
    real, made, plain = (look(pixels) for pixels in (shown.real, shown.made, shown.decoded))
    distance: Interval = with_interval(kernel_distance, real, made, rounds=rounds, seed=seed)
    figures = {
        "num_test_groups": float(len(real)),
        "picture_kid": distance.value,
        "picture_kid_low": distance.low,
        "picture_kid_high": distance.high,
        "baseline_picture_kid": kernel_distance(real, plain),
    }
    figures["picture_precision"], figures["picture_recall"] = precision_and_recall(real, made)
    baseline = precision_and_recall(real, plain)
    figures["baseline_picture_precision"], figures["baseline_picture_recall"] = baseline
    return figures


def write_samples(shown: Drawn, folder: Path, seed: int) -> None:
    """``samples.png``: photos on the left, drawn pictures of the same products on the right, ``SHEET_ROWS`` by seed."""
    places = chosen([str(place) for place in range(len(shown.real))], SHEET_ROWS, seed)
    if places:
        (folder / "samples.png").write_bytes(as_png(sheet(shown.real[places], shown.made[places])))
