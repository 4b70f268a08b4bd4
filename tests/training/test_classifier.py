"""The fusion classifier: what Keras trains is what numpy says, nothing absent is looked at, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen.config.classifier import ClassifierParams
from mmgen.config.encoders import Schedule
from mmgen.models.classifier.model import ClassifierNetwork, FusionClassifier
from mmgen.models.classifier.seen import BRANCHES, Seen, SeenSizes
from mmgen.training.data.labels import ABSENT

SIZES = SeenSizes(tokens=6, buckets=64, side_px=8, frames=8)
LABELS = {"kind": ("bag", "cap", "tie"), "colour": ("red", "blue")}
SMALL = {"tokens": 6, "buckets": 64, "side_px": 8, "frames": 8, "embedding": 4, "units": 8, "hidden": 12}
PARAMS = ClassifierParams(
    **SMALL,
    schedule=Schedule(epochs=1, min_steps=60, max_steps=60, batch_rows=32, learning_rate=2e-2, weight_decay=0),
)


def shop(count: int, gaps: bool = True) -> tuple[Seen, np.ndarray]:
    """Products whose kind is in the text, colour in the photo, and both in the sound; with gaps, each lacks some."""
    draw = np.random.default_rng(count)
    kinds, colours = draw.integers(0, 3, count), draw.integers(0, 2, count)
    texts: list[list[str] | None] = [["a", LABELS["kind"][kind], "!"] for kind in kinds]
    pixels = [np.broadcast_to(np.uint8([[220, 0, 0], [0, 0, 220]][colour]), (16, 16, 3)) for colour in colours]
    levels = [np.zeros((64, 16), np.uint8) for _ in range(count)]
    for row, (kind, colour) in enumerate(zip(kinds, colours, strict=True)):
        levels[row][20 * kind : 20 * kind + 10] = 200 if colour else 100
    if gaps:
        texts = [None if row % 5 == 0 else one for row, one in enumerate(texts)]
        levels = [one if row % 2 else None for row, one in enumerate(levels)]
    return Seen.of(SIZES, count, texts, pixels, levels), np.stack([kinds, colours], axis=1).astype(np.int32)


def untrained(seed: int = 0) -> FusionClassifier:
    draw = np.random.default_rng(seed)
    network = ClassifierNetwork(labels=LABELS, **SMALL)
    sizes = {"text": 4, "image": 24, "sound": 64}
    shapes = {"embedding": (65, 4), "dense.kernel": (27, 12), "dense.bias": (12,)}
    for name, values in sizes.items():
        shapes |= {f"{name}.kernel": (values, 32), f"{name}.recurrent": (8, 32), f"{name}.bias": (32,)}
    for name, classes in LABELS.items():
        shapes |= {f"head.{name}.kernel": (12, len(classes)), f"head.{name}.bias": (len(classes),)}
    return FusionClassifier(network, {n: draw.normal(size=s).astype(np.float32) for n, s in shapes.items()})


@pytest.mark.parametrize("branch", BRANCHES)
def test_what_stands_in_for_an_absent_modality_changes_nothing(branch):
    model, (seen, _) = untrained(), shop(9, gaps=False)
    hidden = seen.only(*(name for name in BRANCHES if name != branch))
    other = shop(9, gaps=False)[0].take([3, 1, 4, 1, 5, 0, 2, 6, 8])
    fields = {"text": "tokens", "image": "pixels", "sound": "levels"}
    swapped = Seen(**{**vars(hidden), fields[branch]: getattr(other, fields[branch])})
    one, two = (model.predict_proba(rows, "kind") for rows in (hidden, swapped))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, model.predict_proba(seen, "kind"))


def test_it_is_saved_and_read_without_pickle(tmp_path: Path):
    model, (seen, _) = untrained(), shop(300)
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    again = FusionClassifier.load(tmp_path)
    for label, classes in LABELS.items():
        said = again.predict_proba(seen, label)
        assert said.shape == (300, len(classes)) and np.allclose(said.sum(axis=1), 1)
        np.testing.assert_array_equal(said, model.predict_proba(seen, label))
    assert again.features(seen).shape == (300, 12) and again.features(seen.take([])).shape == (0, 12)
    with pytest.raises(ValueError, match="none of the classifier's labels: kind, colour"):
        again.predict_proba(seen, "size")
    with pytest.raises(ValueError, match="no fusion classifier"):
        FusionClassifier.load(tmp_path / "absent")


WRONG = {
    "a list too short": ({"texts": [["a"]]}, "1 texts"),
    "a photo of another size": ({"pixels": [np.zeros((9, 9, 3), np.uint8), None]}, "no multiples"),
    "a sound of another length": ({"levels": [np.zeros((64, 4), np.uint8), None]}, "no multiples"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_wrong_input(given, words):
    with pytest.raises(ValueError, match=words):
        Seen.of(SIZES, 2, **given)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_it_learns_from_rows_with_gaps_and_keras_says_what_numpy_says(tmp_path, monkeypatch, output):
    pytest.importorskip("tensorflow")
    from mmgen.training.classifier import fit as fitting

    seen, numbers = shop(256)
    numbers[::7, 0] = ABSENT
    kept, weights_of = [], fitting.classifier_weights
    monkeypatch.setattr(fitting, "classifier_weights", lambda m, n: kept.append(m) or weights_of(m, n))
    params = PARAMS.model_copy(update={"output": output})
    model = fitting.fit(seen, numbers, LABELS, params, 7, tmp_path)
    test, truth = shop(99)
    for number, (label, least) in enumerate((("kind", 0.8), ("colour", 0.95))):
        said = np.array(model.predict(test, label))
        assert (said == np.array(LABELS[label])[truth[:, number]]).mean() > least
    there = np.stack([test.present[name] for name in BRANCHES], axis=1).astype(np.float32)
    logits = kept[0]({"text": test.tokens, **test.sequences(), "present": there})["head0"].numpy()
    odds = np.exp(logits)
    odds = odds / (odds.sum(axis=1, keepdims=True) if output == "softmax" else 1 + odds)
    np.testing.assert_allclose(model.predict_proba(test, "kind"), odds, atol=1e-4)
    nothing = model.predict_proba(test.only(), "colour")
    assert np.ptp(nothing, axis=0).max() == 0, "of nothing, it says the same of all"


def test_wrong_classes(tmp_path):
    pytest.importorskip("tensorflow")
    from mmgen.training.classifier.fit import fit

    seen, numbers = shop(8)
    with pytest.raises(ValueError, match=r"classes of shape \(8, 1\)"):
        fit(seen, numbers[:, :1], LABELS, PARAMS, 7, tmp_path)
