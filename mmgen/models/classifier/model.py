"""A trained fusion classifier as it is saved and asked: numpy alone, in any environment.

Shapes: N rows, K classes of a label, U units of a branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from safetensors.numpy import load_file, save

from mmgen.config.params import Params
from mmgen.models.classifier.seen import BRANCHES, Floats, Seen, SeenSizes
from mmgen.models.encoders.fitted import last_state

CHUNK_ROWS = 256

Weights = Mapping[str, Floats]


class ClassifierNetwork(Params):
    """What a classifier is built from. ``labels``: name -> classes in order. ``output``: softmax, where a product is of
    one class of each label, or sigmoid, where it may be of several or none."""

    labels: dict[str, tuple[str, ...]]
    output: Literal["softmax", "sigmoid"] = "softmax"
    tokens: int = Field(24, ge=1)
    buckets: int = Field(4096, ge=16)
    side_px: int = Field(32, ge=4)
    frames: int = Field(64, ge=4)
    embedding: int = Field(32, ge=4)
    units: int = Field(64, ge=4)
    hidden: int = Field(128, ge=4)

    @property
    def sizes(self) -> SeenSizes:
        return SeenSizes(self.tokens, self.buckets, self.side_px, self.frames)


class FusionClassifier:
    """Recurrent branches, concatenated, one dense layer, and a head for each label."""

    def __init__(self, network: ClassifierNetwork, weights: Weights):
        self.network, self.weights = network, weights

    def predict_proba(self, seen: Seen, label: str) -> NDArray[np.float64]:
        """(N, K): how likely each class of a label is, in the order of ``network.labels``; 1 in all under softmax.

        A product with nothing gets what is likely of any. Raises ValueError for a label that it does not know.
        """
        if label not in self.network.labels:
            raise ValueError(f"{label} is none of the classifier's labels: {', '.join(self.network.labels)}")
        kernel, bias = self.weights[f"head.{label}.kernel"], self.weights[f"head.{label}.bias"]
        logits = (self.features(seen) @ kernel + bias).astype(np.float64)
        if self.network.output == "sigmoid":
            return np.asarray(0.5 * np.tanh(0.5 * logits) + 0.5)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    def predict(self, seen: Seen, label: str) -> list[str]:
        """The likeliest class of each row."""
        classes = self.network.labels[label]
        return [classes[number] for number in self.predict_proba(seen, label).argmax(axis=1)]

    def features(self, seen: Seen) -> Floats:
        """(N, hidden): what the heads read, for distances between sets of products."""
        parts = [self._hidden(seen.take(rows)) for rows in _chunks(len(seen))]
        return np.concatenate(parts) if parts else np.zeros((0, self.network.hidden), np.float32)

    def save(self, folder: Path) -> None:
        """Write ``model.safetensors`` and ``config.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        found = {name: np.ascontiguousarray(value) for name, value in sorted(self.weights.items())}
        (folder / "model.safetensors").write_bytes(save(found))
        (folder / "config.json").write_text(self.network.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> FusionClassifier:
        """Read what ``save`` wrote; no file of it can carry code. Raises ValueError where one is missing."""
        absent = [name for name in ("config.json", "model.safetensors") if not (folder / name).is_file()]
        if absent:
            raise ValueError(f"{folder} holds no fusion classifier: {', '.join(absent)} missing; fit one first")
        network = ClassifierNetwork.model_validate_json((folder / "config.json").read_text(encoding="utf-8"))
        return cls(network, load_file(folder / "model.safetensors"))

    def _hidden(self, seen: Seen) -> Floats:
        lengths = np.count_nonzero(seen.tokens, axis=1)
        read = {"text": self.weights["embedding"][seen.tokens], **seen.sequences()}
        parts: list[Floats] = []
        for name in BRANCHES:
            state = last_state(read[name], *self._lstm(name), lengths if name == "text" else None)
            parts.append(np.where(seen.present[name][:, None], state, np.float32(0)))
        there = np.stack([seen.present[name] for name in BRANCHES], axis=1).astype(np.float32)
        joined = np.concatenate([*parts, there], axis=1)
        found: Floats = np.maximum(joined @ self.weights["dense.kernel"] + self.weights["dense.bias"], 0)
        return found

    def _lstm(self, branch: str) -> tuple[Floats, Floats, Floats]:
        kernel, recurrent, bias = (self.weights[f"{branch}.{part}"] for part in ("kernel", "recurrent", "bias"))
        return kernel, recurrent, bias


def _chunks(count: int) -> list[NDArray[np.int64]]:
    return [np.arange(start, min(start + CHUNK_ROWS, count)) for start in range(0, count, CHUNK_ROWS)]
