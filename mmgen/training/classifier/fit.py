"""Trains the fusion classifier: recurrent branches, any of which may be missing, and a class for each label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mmgen.config.classifier import ClassifierParams
from mmgen.models.classifier.keras import classifier_network, classifier_weights
from mmgen.models.classifier.model import ClassifierNetwork, FusionClassifier
from mmgen.models.classifier.seen import BRANCHES, Seen
from mmgen.models.spectrogram import NUM_MELS
from mmgen.seeds import seed_of
from mmgen.training.data.labels import ABSENT
from mmgen.training.encoders import loop as keras_loop
from mmgen.training.encoders.loop import Batch, Progress, Task

VERSION = 1  # raise it when the same parameters would train another classifier


def network_of(labels: dict[str, tuple[str, ...]], params: ClassifierParams) -> ClassifierNetwork:
    """The sizes of a classifier of these labels."""
    names = ("output", "tokens", "buckets", "side_px", "frames", "embedding", "units", "hidden")
    return ClassifierNetwork(labels=labels, **{name: getattr(params, name) for name in names})


def fit(
    seen: Seen,
    numbers: NDArray[np.int32],
    labels: dict[str, tuple[str, ...]],
    params: ClassifierParams,
    seed: int,
    folder: Path,
    progress: Progress | None = None,
) -> FusionClassifier:
    """Train on N products and write the classifier into ``folder``.

    numbers: (N, labels), the class of each product, ``ABSENT`` where it has none. A row's loss is the cross-entropy of
    the labels that it has: over the classes under softmax, over each class for itself under sigmoid, where a product
    of no class is none of them all. Branches are hidden by chance (``params.modality_dropout``), so that a product that
    lacks some is told as well as it can be, and one with nothing by how frequent each class is. Raises ValueError where
    there is no row, or numbers of another shape.
    """
    if numbers.shape != (len(seen), len(labels)) or not len(seen):
        raise ValueError(f"classes of shape {numbers.shape} for {len(seen)} products and {len(labels)} labels")
    scope = keras_loop.strategy()
    keras_loop.be_deterministic(seed, "fusion classifier")
    network = network_of(labels, params)
    own = keras_loop.ranks()

    def rows() -> Iterator[dict[str, Any]]:
        there = np.stack([seen.present[name] for name in BRANCHES], axis=1)
        for row in range(own.rank, len(seen), own.world_size):
            yield {"text": seen.tokens[row], "pixels": seen.pixels[row], "levels": seen.levels[row],
                   "present": there[row], "class": numbers[row]}  # fmt: skip

    side, frames = network.side_px, network.frames
    task = Task(
        build=lambda: classifier_network(network),
        rows=rows,
        signature={
            "text": tf.TensorSpec((network.tokens,), tf.int32),
            "pixels": tf.TensorSpec((side, side, 3), tf.uint8),
            "levels": tf.TensorSpec((frames, NUM_MELS), tf.uint8),
            "present": tf.TensorSpec((len(BRANCHES),), tf.bool),
            "class": tf.TensorSpec((len(labels),), tf.int32),
        },
        num_rows=len(seen),
        vary=lambda batch, number: _varied(batch, number, params.modality_dropout, seed),
        loss=lambda model, batch: _loss(model, batch, network),
    )
    model = keras_loop.train(task, params.schedule, seed, scope, progress)
    found = FusionClassifier(network, classifier_weights(model, network))
    found.save(folder)
    return found


def _varied(batch: Batch, number: tf.Tensor, share: float, seed: int) -> Batch:
    """Sequences as the network reads them, photos mirrored by chance, and branches hidden by chance."""
    rows = tf.shape(batch["text"])[0]
    seeds = [seed_of("branches", seed) % 2**31, tf.cast(number, tf.int32)]
    chance = tf.random.stateless_uniform((rows, len(BRANCHES) + 2), seeds)
    is_thinned = chance[:, -1:] < share
    kept = batch["present"] & ((chance[:, : len(BRANCHES)] < 0.5) | ~is_thinned)
    pixels = tf.where(chance[:, -2, None, None, None] < 0.5, batch["pixels"][:, :, ::-1], batch["pixels"])
    side = tf.shape(pixels)[1]
    return {
        "text": batch["text"],
        "image": tf.reshape(_scaled(pixels), (rows, side, side * 3)),
        "sound": _scaled(batch["levels"]),
        "present": tf.cast(kept, tf.float32),
        "class": batch["class"],
    }


def _scaled(values: tf.Tensor) -> tf.Tensor:
    return tf.cast(values, tf.float32) / 127.5 - 1.0


def _loss(model: keras.Model, batch: Batch, network: ClassifierNetwork) -> tf.Tensor:
    said = model({name: batch[name] for name in (*BRANCHES, "present")}, training=True)
    costs = []
    for number, classes in enumerate(network.labels.values()):
        logits, wanted = said[f"head{number}"], batch["class"][:, number]
        target = tf.one_hot(wanted, len(classes))  # ABSENT becomes zeros
        if network.output == "sigmoid":
            costs.append(tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, logits)) * len(classes))
        else:
            cost = -tf.reduce_sum(target * tf.nn.log_softmax(logits), axis=1)
            known = tf.cast(wanted != ABSENT, tf.float32)
            costs.append(tf.reduce_sum(cost) / tf.maximum(tf.reduce_sum(known), 1.0))
    return tf.add_n(costs)
