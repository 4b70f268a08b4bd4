"""The fusion classifier as it is trained: a Keras network, and its weights in the form that ``model`` reads."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from mmgen.models.classifier.model import ClassifierNetwork
from mmgen.models.classifier.seen import BRANCHES, Floats
from mmgen.models.spectrogram import NUM_MELS


def classifier_network(network: ClassifierNetwork) -> keras.Model:
    """Inputs by name: ``text`` (B, tokens) int32, ``image`` (B, side, side * 3) and ``sound`` (B, frames, 64) float,
    ``present`` (B, 3) of 0 and 1 in the order of ``BRANCHES`` -> by label: logits (B, K).

    Each branch is an LSTM (Hochreiter and Schmidhuber 1997) over its sequence, by its last state: a text's tokens, a
    photo's rows of pixels from above, a sound's frames. An absent branch says zero, and ``present`` tells so.
    """
    text = layers.Input((network.tokens,), dtype="int32", name="text")
    image = layers.Input((network.side_px, network.side_px * 3), name="image")
    sound = layers.Input((network.frames, NUM_MELS), name="sound")
    present = layers.Input((len(BRANCHES),), name="present")
    words = layers.Embedding(network.buckets + 1, network.embedding, mask_zero=True, name="embedding")(text)
    states = [
        layers.LSTM(network.units, name=f"{name}.lstm")(values)
        for name, values in zip(BRANCHES, (words, image, sound), strict=True)
    ]
    seen = [state * present[:, number : number + 1] for number, state in enumerate(states)]
    joined = layers.Concatenate()([*seen, present])
    hidden = layers.Dense(network.hidden, activation="relu", name="dense")(joined)
    heads = {
        f"head{number}": layers.Dense(len(classes), name=f"head{number}")(hidden)
        for number, classes in enumerate(network.labels.values())
    }
    return keras.Model({"text": text, "image": image, "sound": sound, "present": present}, heads)


def classifier_weights(model: keras.Model, network: ClassifierNetwork) -> dict[str, Floats]:
    """The weights of ``classifier_network``, by the names that ``FusionClassifier`` reads."""
    found: dict[str, Floats] = {"embedding": np.asarray(model.get_layer("embedding").get_weights()[0])}
    for name in BRANCHES:
        parts = model.get_layer(f"{name}.lstm").get_weights()
        found |= {f"{name}.{part}": value for part, value in zip(("kernel", "recurrent", "bias"), parts, strict=True)}
    dense = {"dense": "dense"} | {f"head.{label}": f"head{number}" for number, label in enumerate(network.labels)}
    for name, layer in dense.items():
        found |= dict(zip((f"{name}.kernel", f"{name}.bias"), model.get_layer(layer).get_weights(), strict=True))
    return found
