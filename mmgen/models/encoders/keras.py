"""Encoders as they are trained: Keras networks, and their weights in the form that ``encoders`` reads."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from mmgen.models.encoders.fitted import AudioNetwork, Floats, ImageNetwork

THUMBNAIL_PX = 16


def image_network(network: ImageNetwork, head_sizes: list[int]) -> keras.Model:
    """(B, side, side, 3) RGB in [-1, 1] -> ``head0``, ... (B, size) logits, and ``thumbnail`` (B, 16 * 16 * 3).

    The layer before all of them, ``features`` (B, widths[-1]), is the embedding.
    """
    picture = layers.Input((network.side_px, network.side_px, 3))
    x = _convolution(picture, network.widths[0], "stem", stride=2)
    for stage, width in enumerate(network.widths):
        if stage:
            x = _convolution(x, width, f"down{stage}", stride=2)
        inner = _convolution(x, width, f"block{stage}a")
        inner = _convolution(inner, width, f"block{stage}b", is_rectified=False)
        x = layers.ReLU()(layers.Add()([x, inner]))
    # Convolutions may be in half precision; what is summed up of them is not
    features = layers.GlobalAveragePooling2D(name="features", dtype="float32")(x)
    sizes = {f"head{number}": size for number, size in enumerate(head_sizes)} | {"thumbnail": THUMBNAIL_PX**2 * 3}
    return keras.Model(
        picture, {name: layers.Dense(size, name=name, dtype="float32")(features) for name, size in sizes.items()}
    )


def _convolution(x: Any, width: int, name: str, stride: int = 1, is_rectified: bool = True) -> Any:
    x = layers.Conv2D(
        width, 3, stride, padding="same", use_bias=False, kernel_initializer="he_normal", name=f"{name}.convolution"
    )(x)
    # Faster than Keras' 0.99: a short training has few steps to forget the first ones' means in
    x = layers.BatchNormalization(synchronized=True, momentum=0.95, name=f"{name}.norm")(x)
    return layers.ReLU()(x) if is_rectified else x


def image_weights(model: keras.Model) -> dict[str, Floats]:
    """The weights of ``image_network``, each normalisation folded into the convolution before it."""
    found: dict[str, Floats] = {}
    for layer in model.layers:
        name, _, part = layer.name.rpartition(".")
        if part == "convolution":
            norm = model.get_layer(f"{name}.norm")
            gamma, beta, mean, variance = (np.asarray(value, np.float64) for value in norm.get_weights())
            scale = gamma / np.sqrt(variance + norm.epsilon)
            found[f"{name}.kernel"] = (np.asarray(layer.get_weights()[0], np.float64) * scale).astype(np.float32)
            found[f"{name}.bias"] = (beta - mean * scale).astype(np.float32)
    return found


def resnet50(side_px: int, weights_file: str | None = None) -> keras.Model:
    """(B, side, side, 3) RGB, 0 to 255 -> (B, 2048): keras.applications.ResNet50 (He et al. 2015) without its top.

    ``weights_file``: a file of its weights without the top (``..._notop.h5`` or ``.weights.h5``); nothing is ever
    fetched. ValueError where it is missing or of another network.
    """
    picture = layers.Input((side_px, side_px, 3))
    net = keras.applications.ResNet50(weights=None, include_top=False, pooling="avg", input_shape=(side_px, side_px, 3))
    if weights_file:
        try:
            net.load_weights(weights_file)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"encoders.image.weights_file: {weights_file} holds no weights of ResNet50 without its top: {error}"
            ) from None
    # What its ImageNet weights were trained with: BGR, each channel less its mean ("caffe" in keras.applications)
    prepared = keras.ops.flip(picture, axis=3) - np.array([103.939, 116.779, 123.68], np.float32)
    return keras.Model(picture, net(prepared))


def audio_network(network: AudioNetwork) -> keras.Model:
    """(B, steps, num_mels) scaled log-mel -> the same: encoder LSTM, its last state, decoder LSTM, backwards in time.

    The decoder says the segment from its end, which it has seen last (Srivastava et al. 2015).
    """
    segment = layers.Input((network.steps, network.num_mels))
    state = layers.LSTM(network.units, name="lstm")(segment)
    said = layers.LSTM(network.units, return_sequences=True, name="decoder")(layers.RepeatVector(network.steps)(state))
    return keras.Model(segment, keras.ops.flip(layers.Dense(network.num_mels)(said), axis=1))


def audio_weights(model: keras.Model) -> dict[str, Floats]:
    """The weights of the encoder of ``audio_network``."""
    kernel, recurrent, bias = model.get_layer("lstm").get_weights()
    return {"lstm.kernel": kernel, "lstm.recurrent": recurrent, "lstm.bias": bias}
