"""How good pictures drawn from noise and the fused latent are, beside the fusion model's own decoder and real photos.

Drawn are products that no model has seen, one of each group of near-copies, from their title and attributes alone or
from their photo, too. The plain VAE is the fusion model without a critic, decoding the very same latents. Scores are by
a classifier of the shop's articleTypes that was trained on the training photos: Inception Score and kernel distance
(KID), precision and recall (k = 3) on its features. They are on its own scale. Ceiling: training photos against as many
held-out ones. Floors: the held-out photos blurred, and noise of their mean and spread. Bars: an Inception Score of at
least 0.7 of the held-out photos', and at most a third of the plain VAE's KID for the same latents.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from report import Section, cpu_seconds, options, publish

import cv2
import numpy as np
from picture_classifier import Classifier, accuracy_by_class, fitted_classifier
from picture_examples import examples, material, plain_vae, types_of

from mmgen.config.pictures import PictureParams
from mmgen.engine.main import progress_lines
from mmgen.metrics.pictures import inception_score, kernel_distance, precision_and_recall, with_interval
from mmgen.models.pictures.sheet import as_png, chosen, sheet
from mmgen.training.pictures.judge import SHEET_ROWS, drawn
from mmgen.training.pictures.loop import train
from mmgen.training.pictures.material import Material

SEED = 7
NUM_QUICK = 600
VAE_STEPS, CLASSIFIER_STEPS = 1000, 700
ROUNDS = 50
IS_BAR, KID_BAR = 0.7, 1 / 3
BLUR_PX = 2.0
COLUMNS = ("pictures", "from", "Inception Score", "of the photos'", "KID x 1000", "of the VAE's", "precision", "recall",
           "bars met")  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """What the classifier says of N pictures: probabilities (N, K), features (N, F)."""

    probabilities: np.ndarray
    features: np.ndarray


def main() -> None:
    args = options(
        __doc__,
        ("--steps", f"of the picture model (default {PictureParams().steps})"),
        ("--work", "a folder that keeps the models: a longer training goes on from a shorter one"),
        ("--sheet", "a PNG file for 64 held-out photos, beside them what is drawn and what the VAE decodes"),
    )
    with tempfile.TemporaryDirectory() as scratch:
        rows, note = measured(args, Path(args.work or scratch))
    note = f"{(__doc__ or '').strip()}\n\n{note}"
    publish(args, Section("quality_pictures", "Pictures from noise and the latent", note, COLUMNS, rows))


def measured(args: object, folder: Path) -> tuple[list[Sequence[object]], str]:
    """The table's rows, and what was trained on how much."""
    is_quick, steps = bool(getattr(args, "quick", False)), getattr(args, "steps", None)
    data = examples(folder, NUM_QUICK if is_quick else None)
    vae_steps = 20 if is_quick else VAE_STEPS
    vae, vae_name = plain_vae(data, folder, vae_steps, SEED)
    known, test = (material(data[split], vae, vae_name, folder) for split in ("train", "test"))
    labels = types_of(data["train"], known.product_id)
    classifier = fitted_classifier(known.pixels, labels, folder, 30 if is_quick else CLASSIFIER_STEPS, SEED)
    told = accuracy_by_class(classifier, test.pixels, types_of(data["test"], test.product_id))
    params = PictureParams(steps=int(steps or (10 if is_quick else PictureParams().steps)), num_threads=1)
    started = cpu_seconds()
    model = train(known, folder / f"pictures-{vae_name}", params, SEED, progress=progress_lines("pictures", 60))
    spent = cpu_seconds() - started
    shown = {given: drawn(model, vae, test, SEED, has_photo=has) for given, has in GIVEN.items()}
    real = shown[ALONE].real
    if path := getattr(args, "sheet", None):
        places = chosen([str(i) for i in range(len(real))], SHEET_ROWS, SEED)
        blocks = [real, *(p for one in shown.values() for p in (one.made, one.decoded))]
        Path(path).write_bytes(as_png(sheet(*(block[places] for block in blocks))))
    rows = table_of(classifier, shown, real, known)
    note = (
        f"{len(known)} training photos, {len(real)} held out, one a group. The classifier (`{classifier.made_for}`) "
        f"knows {len(classifier.classes)} articleTypes and tells {told['accuracy']:.3f} of the held-out photos right "
        f"(the most frequent alone: {told['majority']:.3f}). Picture model: {params.sizes.px} px, {params.steps} steps "
        f"of {params.batch_rows} photos; trained for {spent / 60:.1f} CPU minutes in this run. VAE: {vae_steps} steps."
    )
    return rows, note


ALONE = "title, attributes"
GIVEN = {ALONE: False, "photo, too": True}


def table_of(classifier: Classifier, shown: dict, real: np.ndarray, known: Material) -> list[Sequence[object]]:
    """A row each for photos, floors, and what was drawn and decoded."""
    photos = scored(classifier, real)
    others = one_a_group(known, len(real))
    random = np.random.default_rng(SEED)
    noise = random.normal(real.mean(axis=0), real.std(axis=0), real.shape).clip(0, 255).astype(np.uint8)
    blurred = np.stack([cv2.GaussianBlur(picture, (0, 0), BLUR_PX) for picture in real])
    rows: list[Sequence[object]] = [
        ("photos, held out", "", score(photos), "1", "", "", "", "", ""),
        row_of("photos, training (ceiling)", "", scored(classifier, others), photos, None),
        row_of("photos blurred (floor)", "", scored(classifier, blurred), photos, None),
        row_of("noise (floor)", "", scored(classifier, noise), photos, None),
    ]
    for given, one in shown.items():
        plain = scored(classifier, one.decoded)
        rows.append(row_of("plain VAE", given, plain, photos, None))
        rows.append(row_of("picture model", given, scored(classifier, one.made), photos, plain))
    return rows


def one_a_group(data: Material, count: int) -> np.ndarray:
    first = {group: row for row, group in reversed(list(enumerate(data.group_id)))}
    rows = sorted(first.values())
    places = chosen([data.product_id[row] for row in rows], count, SEED)
    return data.pixels[[rows[place] for place in places]]


def scored(classifier: Classifier, pixels: np.ndarray) -> Scored:
    return Scored(*classifier.look(pixels))


def score(found: Scored) -> object:
    return with_interval(inception_score, found.probabilities, rounds=ROUNDS, seed=SEED)


def row_of(name: str, given: str, found: Scored, photos: Scored, plain: Scored | None) -> Sequence[object]:
    """A row of the table; the bars are asked of what has a plain VAE beside it."""
    share = with_interval(lambda a, b: inception_score(a) / inception_score(b), found.probabilities,
                          photos.probabilities, rounds=ROUNDS, seed=SEED)  # fmt: skip
    distance = with_interval(lambda a, b: 1000 * kernel_distance(a, b), photos.features, found.features,
                             rounds=ROUNDS, seed=SEED)  # fmt: skip
    precision, recall = precision_and_recall(photos.features, found.features)
    of_plain, met = "", ""
    if plain is not None:
        ratio = with_interval(
            lambda a, b, c: kernel_distance(a, b) / kernel_distance(a, c),
            photos.features, found.features, plain.features, rounds=ROUNDS, seed=SEED,
        )  # fmt: skip
        words = [("score", share.value >= IS_BAR), ("KID", ratio.value <= KID_BAR)]
        of_plain, met = str(ratio), ", ".join(f"{word} {'yes' if good else 'no'}" for word, good in words)
    return (name, given, score(found), share, distance, of_plain, f"{precision:.3f}", f"{recall:.3f}", met)


if __name__ == "__main__":
    main()
