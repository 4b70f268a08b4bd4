"""Every way of fusion on a real shop: what a model says of products that it has not seen, with modalities missing.

Each row is one training by the project's own loop on the same rows, for the same steps, by the recipe that ships, but
for 128 rows a step, no pixels, and a photo's features as a further modality whose nats weigh 0.1. The last is
concatenation as a plain VAE: all terms alike, no modality ever hidden, no free bits. A product's photo is what its
features say (colour, outline, EfficientNet-Lite0, and the catalogue's own encoder, which learnt from the training split
alone), its title a hashed bag of words; its attributes are what is generated. *From the photo* means that nothing else
is given, and `articleType` among the types of 100 products or more, `baseColour` among all, are the likeliest decoded
attributes. Held out are whole groups of near-copies (equal title or equal photo), 20%; 5% chose the recipe.

Floors: the most frequent value, and the answers for another product of the held-out ones. Ceiling: a linear probe,
fitted by 60 iterations on the same training rows for that one question. *None, one, both*: the share of both questions
answered rightly by how many of photo and title are given, the missing-modality curve. Intervals are bootstrapped over
groups; *beats the plain VAE* counts the figures from photo, title and both, and recall, whose paired difference is
above zero by its whole interval. Bars from the photo: articleType 0.88, baseColour 0.68.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Interval, Section, options, publish

import numpy as np
from fusion_data import write_examples
from quality_features import MIN_OF_TYPE, SEED, fashion
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mmgen.config.config import Config, PretrainedParams
from mmgen.config.training import TrainParams
from mmgen.features.examples import attribute_id
from mmgen.hashes import fingerprint, sha256_of_file
from mmgen.models.examples import ExampleArrays
from mmgen.registry.scores import Scores

STEPS, QUICK_STEPS, BATCH = 1200, 20, 128
NUM_QUICK = 1200
PLAIN = "concatenation, plain VAE"
PHOTO, TITLE, TOLD = "image_embedding", "text", "attributes"
GIVEN = {"photo": (PHOTO,), "title": (TITLE,), "both": (PHOTO, TITLE), "none": ()}
BARS = {"articleType": 0.88, "baseColour": 0.68}
TOP = 10
SHOWN = [f"{told} from {given}" for told in BARS for given in ("photo", "title", "both")]
FIGURES = [*SHOWN, "recall@10, title to photo"]
COLUMNS = ("way of fusion", *FIGURES, "none, one, both", "active units", "weights", "CPU s", "beats the plain VAE")
PENALTIES = {
    "photo": 0.003,
    "title": 1.0,
    "both": 0.01,
}  # C of the ceiling's regression

Rows = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shop:
    """Arrays of a split, and what is asked of each row: the right answer, "" where nothing is asked."""

    rows: ExampleArrays
    said: dict[str, np.ndarray]
    groups: np.ndarray


def main() -> None:
    args = options(
        __doc__,
        ("--work", "a folder that keeps examples, encoder and figures: what was made is not made again"),
        ("--ways", "these alone, separated by semicolons (default: all)"),
        ("--steps", f"of each training (default {STEPS})"),
        ("--on", "validation: look at the split that chooses (default test)"),
        ("--seeds", "how many trainings of each way (default 1)"),
    )
    steps = QUICK_STEPS if args.quick else int(args.steps or STEPS)
    split, seeds = args.on or "test", int(args.seeds or 1)
    config = Config(seed=SEED, pretrained=PretrainedParams(folder=os.environ.get("MMGEN_PRETRAINED", "")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(args.work or scratch)
        path = write_examples(folder, NUM_QUICK if args.quick else None, config)
        known, held = read(path, "train"), read(path, split)
        found: dict[str, Any] = {}
        for name, params in ways(steps).items():
            if args.ways and name not in args.ways.split(";"):
                continue
            found[name] = [measured(folder, path, name, params, known, held, seed, split) for seed in range(seeds)]
            rows, about = found[name][0]
            print(name, {k: round(float(np.nanmean(v)), 3) for k, v in rows.items()}, about, flush=True)
        table_rows = table(references(folder, path, known, held), found, held)
    note = (
        f"{(__doc__ or '').strip()}\n\n{len(known.rows)} products for training, {len(held.rows)} held out; "
        f"{steps} steps of {BATCH} rows, {seeds} seed(s).{missing(found, steps)}"
    )
    publish(args, Section("quality_fusion", "Ways of fusion on a real shop", note, COLUMNS, table_rows))


def missing(found: Mapping[str, Any], steps: int) -> str:
    """A sentence about the ways that were left out."""
    left = [name for name in ways(steps) if name not in found]
    return f" Not measured: {', '.join(left)}." if left else ""


def ways(steps: int) -> dict[str, TrainParams]:
    """The recipe that ships with every way of fusion, and the plain VAE."""
    from mmgen.models.fusion.registry import FUSIONS

    base: dict[str, Any] = {
        "modalities": (TITLE, TOLD, PHOTO), "critic": "none", "batch_rows": BATCH, "min_steps": steps,
        "max_steps": steps, "num_threads": 1, "checkpoint_every": steps, "validate_every": steps,
    }  # fmt: skip
    found = {name: TrainParams(fusion=name, **base, weights={PHOTO: 0.1}) for name in FUSIONS}
    alike = {TOLD: 1.0, "tokens": 1.0}
    plain = {"modality_dropout": 0.0, "modality_alone": 0.0, "free_bits": 0.0, "weights": alike}
    return found | {PLAIN: TrainParams(fusion="concatenation", **base, **plain)}


# --- data -----------------------------------------------------------------------------------------------------------


def read(path: Path, split: str) -> Shop:
    """A split with the answers. A type of fewer products than MIN_OF_TYPE is not asked for."""
    from mmgen.training.data.snapshot import take_snapshots

    snapshot = take_snapshots([str(path)], [split])[split]
    rows = snapshot.read(1_000_000)
    assert rows is not None, f"no products in the {split} split"
    types = Counter(row["articleType"] for row in fashion(None))
    about = {str(row["product_id"]): row for row in snapshot.read_texts()}
    known: list[Mapping[str, Any]] = [about[one] for one in rows.product_id]
    kinds = [row["category"][-1] for row in known]
    said = {
        "articleType": np.array([kind if types[kind] >= MIN_OF_TYPE else "" for kind in kinds]),
        "baseColour": np.array([str(row["attributes"].get("baseColour", "")) for row in known]),
    }
    return Shop(rows, said, np.unique(np.array(rows.group_id), return_inverse=True)[1])


def ids_of(told: str, choices: Sequence[str]) -> list[int]:
    return [attribute_id("category" if told == "articleType" else told, choice) for choice in choices]


# --- models ---------------------------------------------------------------------------------------------------------


def measured(
    folder: Path, path: Path, name: str, params: TrainParams, known: Shop, held: Shop, seed: int, split: str
) -> tuple[Rows, dict[str, float]]:
    """Train one model, unless it is known already; its figures of each held-out row, and its cost."""
    from mmgen.training.data.snapshot import take_snapshots
    from mmgen.training.fusion import loop

    made_by = fingerprint(rows=sha256_of_file(path), params=params.model_dump(mode="json"), version=loop.VERSION,
                          seed=seed, on=split)  # fmt: skip
    kept = folder / "figures" / f"{made_by[:24]}.json"
    if not kept.is_file():
        started = time.process_time()
        data = take_snapshots([str(path)], loop.SPLITS)
        with tempfile.TemporaryDirectory() as out:
            model = loop.train(data, {split: {} for split in data}, Path(out), params, seed)
        spent = time.process_time() - started
        mu = model.encode(held.rows)[0]
        about = {
            "cpu_s": spent,
            "weights": float(sum(p.numel() for p in model.net.parameters())),
            "active": float((mu.var(axis=0) > 0.01).sum()),
        }
        rows = {key: [None if np.isnan(v) else float(v) for v in values]
                for key, values in figures(model, known, held).items()}  # fmt: skip
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"way": name, "about": about, "rows": rows}), encoding="utf-8")
    found = json.loads(kept.read_text(encoding="utf-8"))
    return {key: np.array(values, np.float64) for key, values in found["rows"].items()}, found["about"]


def figures(model: Any, known: Shop, held: Shop) -> Rows:
    """1 where an answer is right, 0 where it is not, nan where nothing is asked; and recall."""
    out: Rows = {}
    for given, parts in GIVEN.items():
        logits = model.decode(held.rows.only(*parts), TOLD)
        for told, right in held.said.items():
            choices = sorted({*known.said[told]} - {""})
            answers = np.array(choices)[logits[:, ids_of(told, choices)].argmax(axis=1)]
            out[f"{told} from {given}"] = asked(answers, right)
            if given == "photo":
                out[f"{told}, of another product"] = asked(np.roll(answers, len(answers) // 2), right)
    by_title, by_photo = (model.encode(held.rows.only(*GIVEN[one]))[0] for one in ("title", "photo"))
    likeness = unit(by_title) @ unit(by_photo).T
    out["recall@10, title to photo"] = (likeness > np.diag(likeness)[:, None]).sum(axis=1).astype(float) < TOP
    return {name: np.asarray(values, np.float64) for name, values in out.items()}


def asked(answers: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.where(right != "", (answers == right).astype(float), np.nan)


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


def references(folder: Path, path: Path, known: Shop, held: Shop) -> dict[str, Rows]:
    """The most frequent value, and the linear probes, kept like the models' figures."""
    kept = folder / "figures" / f"references-{sha256_of_file(path)[:16]}-{len(held.rows)}.json"
    if not kept.is_file():
        floor, ceiling = {}, {}
        for told, right in held.said.items():
            seen, there = known.said[told], known.said[told] != ""
            common = Counter(seen[there]).most_common(1)[0][0]
            for given in ("photo", "title", "both"):
                floor[f"{told} from {given}"] = asked(np.full(len(right), common), right)
                matrix, other = features(known.rows, GIVEN[given]), features(held.rows, GIVEN[given])
                scaler = StandardScaler().fit(matrix[there])
                probe = LogisticRegression(C=PENALTIES[given], max_iter=60)
                probe.fit(scaler.transform(matrix[there]), seen[there])
                ceiling[f"{told} from {given}"] = asked(probe.predict(scaler.transform(other)), right)
        both = {"most frequent value": floor, "linear probe": ceiling}
        plain = {name: {k: [None if np.isnan(v) else float(v) for v in values] for k, values in rows.items()}
                 for name, rows in both.items()}  # fmt: skip
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(plain), encoding="utf-8")
    found = json.loads(kept.read_text(encoding="utf-8"))
    return {name: {k: np.array(v, np.float64) for k, v in rows.items()} for name, rows in found.items()}


def features(rows: ExampleArrays, parts: Sequence[str]) -> np.ndarray:
    return np.concatenate([rows.values[part] for part in parts], axis=1)


# --- table ----------------------------------------------------------------------------------------------------------


def table(floors: Mapping[str, Rows], found: Mapping[str, Any], held: Shop) -> list[Sequence[object]]:
    """Floors and ceiling, then a row a way: means over the seeds."""
    scored = Scores({}, {}, held.groups)
    weights = scored.resamples(500, SEED)
    empty = [""] * (len(COLUMNS) - len(SHOWN) - 1)
    out: list[Sequence[object]] = []
    means = {name: {key: np.mean([rows[key] for rows, _ in runs], axis=0) for key in runs[0][0]}
             for name, runs in found.items()}  # fmt: skip
    for name, rows in floors.items():
        out.append((name, *(interval(rows[key], held, weights) for key in SHOWN), *empty))
    if means:
        shuffled = next(iter(means.values()))
        cells = {
            f"{told} from photo": interval(shuffled[f"{told}, of another product"], held, weights) for told in BARS
        }
        out.append(("answers of another product", *(cells.get(key, "") for key in SHOWN), *empty))
    for name, rows in means.items():
        about = {key: float(np.mean([one[key] for _, one in found[name]])) for key in found[name][0][1]}
        out.append(
            (
                name,
                *(interval(rows[key], held, weights) for key in FIGURES),
                curve(rows),
                round(about["active"], 1),
                f"{about['weights'] / 1e6:.2f} M",
                round(about["cpu_s"]),
                "" if name == PLAIN or PLAIN not in means else beaten(rows, means[PLAIN], held, weights),
            )
        )
    return out


def interval(values: np.ndarray, held: Shop, weights: np.ndarray) -> Interval:
    """The mean, and its 95% interval over groups of near-copies."""
    drawn = Scores({"x": values}, {}, held.groups).means("x", weights)
    assert drawn is not None
    low, high = np.nanpercentile(drawn[1:], [2.5, 97.5])
    return Interval(float(drawn[0]), float(low), float(high))


def curve(rows: Rows) -> str:
    """The share of both questions by how many of photo and title are given."""

    def mean(*given: str) -> float:
        return float(np.mean([np.nanmean(rows[f"{told} from {one}"]) for told in BARS for one in given]))

    return " / ".join(f"{value:.2f}" for value in (mean("none"), mean("photo", "title"), mean("both")))


def beaten(rows: Rows, plain: Rows, held: Shop, weights: np.ndarray) -> str:
    """How many of the figures are better by the whole interval of the paired difference."""
    better = [key for key in FIGURES if interval(rows[key] - plain[key], held, weights).low > 0]
    worse = [key for key in FIGURES if interval(rows[key] - plain[key], held, weights).high < 0]
    return f"{len(better)} of {len(FIGURES)}" + (f", worse in {len(worse)}" if worse else "")


if __name__ == "__main__":
    main()
