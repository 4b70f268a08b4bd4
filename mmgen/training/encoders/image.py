"""Trains the image encoder on the catalogue's own photos.

Two teachers share the network. What the catalogue says of a product (``labels``) is predicted from its photo, each
label by a head of its own. Without any label there is still the photo: a thumbnail of it is drawn from the features of
a version that is turned, tinted and partly blanked out (a denoising autoencoder, Vincent et al. 2010; the blanks are
those of Pathak et al. 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mmgen.config.encoders import ImageEncoderParams
from mmgen.features.image import model_pixels
from mmgen.models.encoders.fitted import ImageNetwork, save_encoder
from mmgen.models.encoders.keras import THUMBNAIL_PX, image_network, image_weights, resnet50
from mmgen.seeds import seed_of
from mmgen.training.data.augment import augment_batch
from mmgen.training.data.labels import Label, class_numbers, discover
from mmgen.training.data.media_rows import MediaRows
from mmgen.training.encoders import loop as keras_loop
from mmgen.training.encoders.loop import Batch, Progress, Task

VERSION = 1  # raise it when the same parameters would train another encoder
COLUMN = "model_image"
RESNET50_SIDE_PX = 224

Pixels = NDArray[np.uint8]
ReadPhotos = Callable[[], Iterator[tuple[str, Pixels]]]


def fit(rows: MediaRows, params: ImageEncoderParams, seed: int, folder: Path, progress: Progress | None = None) -> None:
    """Train on ``rows`` and write the encoder into ``folder``. ValueError where there is nothing to train on."""
    scope = keras_loop.strategy()
    keras_loop.be_deterministic(seed, "image encoder")

    def photos() -> Iterator[tuple[str, Pixels]]:
        for product_id, data in keras_loop.read(rows.snapshot, COLUMN, seed, keras_loop.ranks()):
            pixels = model_pixels(data, params.side_px)
            if pixels is not None:
                yield product_id, pixels

    labels = discover(rows.values.values(), params.min_products, params.max_classes)
    model = train(photos, rows, labels, params, seed, scope, progress)
    network = ImageNetwork(side_px=params.side_px, widths=params.widths)
    save_encoder(folder, network, image_weights(model))


def train(
    photos: ReadPhotos,
    rows: MediaRows,
    labels: Sequence[Label],
    params: ImageEncoderParams,
    seed: int,
    scope: tf.distribute.Strategy,
    progress: Progress | None = None,
) -> keras.Model:
    """The network of ``image_network``, trained. ``photos`` gives (product, (side, side, 3) RGB) of ``rows``."""
    side, sizes = params.side_px, [len(label.classes) for label in labels]
    numbers = dict(
        zip(rows.product_ids, class_numbers([rows.values[p] for p in rows.product_ids], labels), strict=True)
    )

    def examples() -> Iterator[dict[str, Any]]:
        for product_id, pixels in photos():
            yield {"product_id": product_id, "pixels": pixels, "classes": numbers[product_id]}

    task = Task(
        build=lambda: image_network(ImageNetwork(side_px=side, widths=params.widths), sizes),
        rows=examples,
        signature={
            "product_id": tf.TensorSpec((), tf.string),
            "pixels": tf.TensorSpec((side, side, 3), tf.uint8),
            "classes": tf.TensorSpec((len(sizes),), tf.int32),
        },
        num_rows=len(numbers),
        vary=lambda batch, number: _varied(batch, number, params, seed),
        loss=lambda model, batch: loss(model, batch, sizes, params),
    )
    with keras_loop.arithmetic(params.precision):
        return keras_loop.train(task, params.schedule, seed, scope, progress)


def _varied(batch: Batch, number: tf.Tensor, params: ImageEncoderParams, seed: int) -> Batch:
    """The photos as the network sees them, and as its thumbnails are to show them."""

    def vary(pixels: Pixels, product_ids: NDArray[np.object_], step: np.int64) -> tuple[Pixels, Pixels]:
        varied = augment_batch(pixels, [p.decode() for p in product_ids], int(step), seed, params.augment)
        return varied, erase(varied, params.erased, seed_of("erase", int(step), seed))

    whole, seen = tf.numpy_function(vary, (batch["pixels"], batch["product_id"], number), (tf.uint8, tf.uint8))
    for tensor in (whole, seen):
        tensor.set_shape(batch["pixels"].shape)
    return {"whole": whole, "seen": seen, "classes": batch["classes"]}


def erase(pixels: Pixels, share: float, seed: int) -> Pixels:
    """A copy of (B, side, side, 3) in which a ``share`` of the photos has a block of a tenth to a third of it blanked
    out in the photo's mean colour."""
    rng, side, out = np.random.default_rng(seed), pixels.shape[1], pixels.copy()
    for row in np.flatnonzero(rng.random(len(pixels)) < share):
        area, ratio = rng.uniform(0.1, 0.33), np.exp(rng.uniform(-0.7, 0.7))
        height, width = (min(side, max(1, round(side * np.sqrt(area * r)))) for r in (ratio, 1 / ratio))
        top, left = rng.integers(0, side - height + 1), rng.integers(0, side - width + 1)
        out[row, top : top + height, left : left + width] = pixels[row].mean(axis=(0, 1)).round()
    return out


def loss(model: keras.Model, batch: Batch, sizes: Sequence[int], params: ImageEncoderParams) -> tf.Tensor:
    """Cross-entropy of each label over the rows that have it, and the thumbnail's squared error."""
    seen, whole = (scaled(batch[name]) for name in ("seen", "whole"))
    said = model(seen, training=True)
    total = params.thumbnail_weight * tf.reduce_mean(tf.square(said["thumbnail"] - thumbnails(whole)))
    for number, size in enumerate(sizes):
        classes = batch["classes"][:, number]
        is_known = tf.cast(classes >= 0, tf.float32)
        wanted = tf.one_hot(classes, size) * (1 - params.label_smoothing) + params.label_smoothing / size
        nats = tf.nn.softmax_cross_entropy_with_logits(wanted, said[f"head{number}"])
        total += tf.reduce_sum(is_known * nats) / tf.maximum(tf.reduce_sum(is_known), 1.0)
    return total


def scaled(pixels: tf.Tensor) -> tf.Tensor:
    """uint8 -> -1 to 1."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1


def thumbnails(pictures: tf.Tensor) -> tf.Tensor:
    """(B, side, side, 3) -> (B, 16 * 16 * 3), by area."""
    small = tf.image.resize(pictures, (THUMBNAIL_PX, THUMBNAIL_PX), method="area")
    return tf.reshape(small, (-1, THUMBNAIL_PX**2 * 3))


def take_resnet50(params: ImageEncoderParams, folder: Path) -> None:
    """Write ResNet50 with the weights of the shop's own file into ``folder``. ValueError where that is no such file."""
    if not Path(params.weights_file).is_file():
        raise ValueError(
            f"encoders.image.weights_file: there is no file {params.weights_file!r}; architecture resnet50 needs the "
            "weights of keras.applications.ResNet50 without its top, and nothing is fetched"
        )
    weights = resnet50(RESNET50_SIDE_PX, params.weights_file).get_weights()
    network = ImageNetwork(architecture="resnet50", side_px=RESNET50_SIDE_PX, source=params.source)
    save_encoder(folder, network, {f"{number:04d}": value for number, value in enumerate(weights)})
