"""The fusion classifier on products that it has not seen, by what it is shown of them.

Recurrent branches (an LSTM over a title's words and one over a photo's rows), concatenated, one softmax a label; Keras
trains it, with modalities hidden by chance. Split 80 to 20: fashion by groups of near-copies, grocery (shelf photos of
each product, without a text) by photo, so that a shelf may have been seen before from elsewhere. A value that training
lacks counts as missed. Intervals draw whole groups anew. *Majority*: the most frequent training class. A title often
names type and colour, so what it tells is read, not guessed; the photo alone is the harder half, and rows of pixels are
a weak way to see: the linear probe of "What features know" is the measure of that. *Inception Score*: of the real
held-out rows, the ceiling for generated ones.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from report import Interval, Section, bootstrap, catalogue, options, publish

import cv2
import numpy as np
from fitted_classifier import fitted
from quality_features import MIN_OF_TYPE, fashion, groups_of, is_held_out

from mmgen.config.classifier import ClassifierParams
from mmgen.metrics.pictures import inception_score
from mmgen.models.classifier.seen import Seen
from mmgen.training.data.labels import ABSENT, class_numbers, discover

SEED = 7
PHOTO_PX = 64
MIN_OF_CLASS = 8
SHOWN = {"photo": ("image",), "text": ("text",), "photo and text": ("image", "text"), "nothing": ()}
COLUMNS = ("shop", "told", "classes", "shown", "held out", "accuracy", "majority", "Inception Score of real rows")


def main() -> None:
    args = options(
        __doc__,
        ("--work", "a folder that keeps the classifiers: one made alike is not fitted again"),
        ("--epochs", "of the training (default: as it ships)"),
    )
    params = ClassifierParams(frames=4)  # no row has a sound: a short branch costs no time
    changed = (
        {"max_steps": 60, "min_steps": 60} if args.quick else {"epochs": float(args.epochs)} if args.epochs else {}
    )
    params = params.model_copy(update={"schedule": params.schedule.model_copy(update=changed)})
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.work or scratch)
        fashion_rows, fashion_note = shop_of_fashion(folder / "fashion", params, 800 if args.quick else None)
        grocery_rows, grocery_note = shop_of_grocery(folder / "grocery", params, 300 if args.quick else None)
    note = f"{(__doc__ or '').strip()}\n\n{fashion_note} {grocery_note}"
    title = "What the fusion classifier tells"
    publish(args, Section("quality_classifier", title, note, COLUMNS, [*fashion_rows, *grocery_rows]))


def shop_of_fashion(folder: Path, params: ClassifierParams, limit: int | None) -> tuple[list[Sequence[object]], str]:
    rows = fashion(limit)
    frequent = {
        name for name, n in Counter(r["articleType"] for r in rows).items() if n >= (20 if limit else MIN_OF_TYPE)
    }
    said = [
        {"articleType": row["articleType"] if row["articleType"] in frequent else "", "baseColour": row["baseColour"]}
        for row in rows
    ]
    photos = [photo(catalogue("fashion") / row["image"]) for row in rows]
    titles = [row["productDisplayName"].casefold().split() for row in rows]
    seen = Seen.of(params_sizes(params), len(rows), titles, photos)
    return measured("fashion", seen, said, groups_of(rows), params, folder)


def shop_of_grocery(folder: Path, params: ClassifierParams, limit: int | None) -> tuple[list[Sequence[object]], str]:
    """Shelf photos of each product: a photo is a group of its own."""
    root = catalogue("grocery")
    with (root / "products.csv").open(newline="", encoding="utf-8") as file:
        products = {row["name"]: row for row in csv.DictReader(file)}
    paths = sorted(path for path in root.rglob("*.jpg") if path.parent.name in products and "Iconic" not in path.stem)
    paths = paths[:: max(1, len(paths) // limit)] if limit else paths
    said = [{"coarse_class": products[path.parent.name]["coarse_class"]} for path in paths]
    seen = Seen.of(params_sizes(params), len(paths), None, [photo(path) for path in paths])
    return measured("grocery", seen, said, [path.stem for path in paths], params, folder)


def params_sizes(params: ClassifierParams):  # type: ignore[no-untyped-def]
    from mmgen.models.classifier.model import ClassifierNetwork

    kept = ("tokens", "buckets", "side_px", "frames")
    return ClassifierNetwork(labels={}, **{name: getattr(params, name) for name in kept}).sizes


def photo(path: Path) -> np.ndarray:
    """(64, 64, 3) RGB, the photo's middle square."""
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert found is not None, f"{path} cannot be decoded"
    side = min(found.shape[:2])
    top, left = (found.shape[0] - side) // 2, (found.shape[1] - side) // 2
    square = found[top : top + side, left : left + side]
    return cv2.cvtColor(cv2.resize(square, (PHOTO_PX, PHOTO_PX), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def measured(
    shop: str, seen: Seen, said: list[dict[str, str]], groups: list[str], params: ClassifierParams, folder: Path
) -> tuple[list[Sequence[object]], str]:
    """A row for each label and each set of modalities shown."""
    is_test = np.array([is_held_out(group) for group in groups])
    known = [{k: v for k, v in row.items() if v} for row, held in zip(said, is_test, strict=True) if not held]
    found = discover(known, MIN_OF_CLASS, 500)
    labels = {label.name: label.classes for label in found}
    numbers = class_numbers(known, found)
    model, seconds = fitted(seen.take(~is_test), numbers, labels, params, SEED, folder)
    out: list[Sequence[object]] = []
    for place, (name, classes) in enumerate(labels.items()):
        rows = np.flatnonzero(is_test & np.array([bool(row.get(name)) for row in said]))
        wanted, held = np.array([said[row][name] for row in rows]), [groups[row] for row in rows]
        frequent = classes[int(np.bincount(numbers[numbers[:, place] != ABSENT, place]).argmax())]
        for shown, branches in SHOWN.items():
            if branches and not all(seen.present[branch].any() for branch in branches):
                continue
            odds = model.predict_proba(seen.take(rows).only(*branches), name)
            right = np.array(classes)[odds.argmax(axis=1)] == wanted
            score = round(inception_score(odds), 2) if branches else ""
            out.append((shop, name, len(classes), shown, len(rows), by_groups(right, held),
                        by_groups(wanted == frequent, held), score))  # fmt: skip
    return out, f"{shop}: {int((~is_test).sum())} rows to learn from, {seconds:.0f} CPU seconds."


def by_groups(values: np.ndarray, groups: Sequence[str]) -> Interval:
    """The mean with its interval, whole groups drawn anew."""
    _, inverse = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(inverse, values), np.bincount(inverse)
    return bootstrap(np.arange(len(counts)), lambda i: float(sums[i.astype(int)].sum() / counts[i.astype(int)].sum()))


if __name__ == "__main__":
    main()
