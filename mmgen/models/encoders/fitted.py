"""Encoders as the feature jobs use them: numpy alone, from a folder of safetensors and JSON.

A Spark worker that imported TensorFlow would spend 5 s and 670 MB on it before the first row. The networks are small
enough for plain matrix products, one thread each; that they give what Keras gives is tested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from safetensors.numpy import load_file, save

from mmgen.config.features import AudioFeatureParams
from mmgen.config.params import Params
from mmgen.models.encoders.resnet50 import WIDTH, ResNet50
from mmgen.vectors import unit

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Weights = Mapping[str, Floats]

UNTRAINED = "untrained"
"""``encoder_version`` of rows that were made without an encoder: the shop has too little to learn from yet."""
CHUNK_ROWS = 16
"""Rows that go through a network at once, always padded to this many: a matrix product may round differently for
another number of rows, and a row's result must not depend on its neighbours. It also bounds memory."""


class ImageNetwork(Params):
    """What an image encoder is built from. ``widths``: channels of the stages, each half as large as the last."""

    architecture: Literal["catalogue", "resnet50"] = "catalogue"
    side_px: int = Field(ge=16)
    widths: tuple[int, ...] = ()
    source: str = Field("", description="hash of the file that the weights come from, where they come from one")


class AudioNetwork(Params):
    """What an audio encoder is built from. It reads ``steps`` frames of ``pooled`` log-mel frames each."""

    architecture: Literal["lstm"] = "lstm"
    num_mels: int = Field(64, ge=8)
    bands: AudioFeatureParams | None = Field(None, description="how the clips were heard that it was trained on")
    pooled: int = Field(4, ge=1)
    steps: int = Field(64, ge=2)
    units: int = Field(64, ge=4)


class Encoder(Protocol):
    """Anything that turns pictures into vectors."""

    network: ImageNetwork

    def embed(self, pixels: Pixels) -> Floats:
        """(N, side, side, 3) RGB -> (N, D), each of unit length."""


class CatalogueEncoder:
    """A small residual network (He et al. 2015): a stem, then stages of a convolution and one block, and a mean."""

    def __init__(self, network: ImageNetwork, weights: Weights):
        self.network, self.weights = network, weights

    def embed(self, pixels: Pixels) -> Floats:
        """(N, side, side, 3) RGB -> (N, widths[-1]), each of unit length: a picture and its mirror image together."""
        found = np.zeros((len(pixels), self.network.widths[-1]), np.float32)
        for start in range(0, len(pixels), CHUNK_ROWS):
            chunk = pixels[start : start + CHUNK_ROWS]
            filled = np.zeros((CHUNK_ROWS, *pixels.shape[1:]), np.uint8)
            filled[: len(chunk)] = chunk
            both = self._forward(filled) + self._forward(filled[:, :, ::-1])
            found[start : start + len(chunk)] = both[: len(chunk)]
        return unit(found)

    def _forward(self, pixels: Pixels) -> Floats:
        x = pixels.astype(np.float32) / np.float32(127.5) - 1
        x = self._convolve(x, "stem", stride=2)
        for stage in range(len(self.network.widths)):
            if stage:
                x = self._convolve(x, f"down{stage}", stride=2)
            inner = self._convolve(x, f"block{stage}a")
            x = np.maximum(x + self._convolve(inner, f"block{stage}b", is_rectified=False), 0)
        return x.mean(axis=(1, 2))

    def _convolve(self, x: Floats, name: str, stride: int = 1, is_rectified: bool = True) -> Floats:
        made = convolve(x, self.weights[f"{name}.kernel"], self.weights[f"{name}.bias"], stride)
        return np.maximum(made, 0, out=made) if is_rectified else made


def convolve(x: Floats, kernel: Floats, bias: Floats, stride: int) -> Floats:
    """(N, H, W, C) with (3, 3, C, D) -> (N, ceil(H / stride), ceil(W / stride), D), padded as TensorFlow's "same"."""
    size, num_out = x.shape[1], -(-x.shape[1] // stride)
    missing = max((num_out - 1) * stride + 3 - size, 0)
    padded = np.pad(x, ((0, 0), *[(missing // 2, missing - missing // 2)] * 2, (0, 0)))
    last = (num_out - 1) * stride + 1
    shifted = [padded[:, i : i + last : stride, j : j + last : stride] for i in range(3) for j in range(3)]
    product = np.concatenate(shifted, axis=3).reshape(-1, 9 * x.shape[3]) @ kernel.reshape(-1, kernel.shape[3])
    return (product + bias).reshape(len(x), num_out, num_out, -1)


class ResNet50Encoder:
    """ResNet50 of keras.applications with weights that the shop has."""

    def __init__(self, network: ImageNetwork, weights: Weights):
        self.network, self._net = network, ResNet50(weights)

    def embed(self, pixels: Pixels) -> Floats:
        """(N, 224, 224, 3) RGB -> (N, 2048), each of unit length."""
        found = np.zeros((len(pixels), WIDTH), np.float32)
        for number, picture in enumerate(pixels):
            found[number] = self._net.embed(picture)
        return unit(found)


class AudioEncoder:
    """The encoder of an LSTM autoencoder (Srivastava et al. 2015): a clip's segments, each by the LSTM's last state."""

    def __init__(self, network: AudioNetwork, weights: Weights):
        self.network, self.weights = network, weights

    def embed(self, bands: Floats) -> Floats:
        """(frames, num_mels) log-mel power of a clip -> (units,): the mean over its segments, of unit length."""
        segments = segments_of(bands, self.network)
        scaled = (segments - self.weights["mean"]) / self.weights["std"]
        kernel, recurrent, bias = (self.weights[f"lstm.{name}"] for name in ("kernel", "recurrent", "bias"))
        return unit(last_state(scaled, kernel, recurrent, bias).mean(axis=0, keepdims=True))[0]


def last_state(
    rows: Floats, kernel: Floats, recurrent: Floats, bias: Floats, lengths: NDArray[np.int64] | None = None
) -> Floats:
    """(S, steps, values) -> (S, units): Keras' LSTM, gates in its order (input, forget, candidate, output).

    ``lengths`` (S,): of each sequence, behind which the state stays as it is; all steps where it is None.
    """
    state = memory = np.zeros((len(rows), len(recurrent)), np.float32)
    for step in range(rows.shape[1]):
        gates = rows[:, step] @ kernel + state @ recurrent + bias
        into, forget, candidate, out = np.split(gates, 4, axis=1)
        after = sigmoid(forget) * memory + sigmoid(into) * np.tanh(candidate)
        said = sigmoid(out) * np.tanh(after)
        going = None if lengths is None else (lengths > step)[:, None]
        memory = after if going is None else np.where(going, after, memory)
        state = said if going is None else np.where(going, said, state)
    return state


def segments_of(bands: Floats, network: AudioNetwork) -> Floats:
    """(frames, num_mels) -> (S, steps, num_mels): frames averaged in groups, cut evenly into segments that overlap.

    A clip shorter than a segment is repeated until it fills one: silence at the end would say how short it is, and
    little else.
    """
    pooled = network.pooled
    whole = np.resize(bands, (max(len(bands) // pooled, 1) * pooled, bands.shape[1]))
    frames = whole.reshape(-1, pooled, bands.shape[1]).mean(axis=1)
    if len(frames) < network.steps:
        frames = np.resize(frames, (network.steps, bands.shape[1]))
    count = -(-len(frames) // network.steps)
    starts = np.linspace(0, len(frames) - network.steps, count).astype(int)
    return np.stack([frames[start : start + network.steps] for start in starts]).astype(np.float32)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), by tanh, which does not overflow."""
    half = np.float32(0.5)
    return half * np.tanh(half * x) + half


def save_encoder(folder: Path, network: ImageNetwork | AudioNetwork, weights: Weights) -> None:
    """Write ``model.safetensors`` and ``config.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(save({k: np.ascontiguousarray(v) for k, v in sorted(weights.items())}))
    (folder / "config.json").write_text(network.model_dump_json(indent=2) + "\n", encoding="utf-8")


@lru_cache(maxsize=2)
def image_encoder_in(folder: str) -> Encoder:
    """The image encoder of a folder, loaded once a process. ValueError where the folder holds none."""
    network = ImageNetwork.model_validate(_config_in(folder))
    kind = ResNet50Encoder if network.architecture == "resnet50" else CatalogueEncoder
    return kind(network, load_file(Path(folder) / "model.safetensors"))


@lru_cache(maxsize=2)
def audio_encoder_in(folder: str) -> AudioEncoder:
    """The audio encoder of a folder, loaded once a process. ValueError where the folder holds none."""
    return AudioEncoder(AudioNetwork.model_validate(_config_in(folder)), load_file(Path(folder) / "model.safetensors"))


def _config_in(folder: str) -> dict[str, object]:
    absent = [name for name in ("config.json", "model.safetensors") if not (Path(folder) / name).is_file()]
    if absent:
        raise ValueError(f"{folder} holds no encoder: {', '.join(absent)} missing; fit one first (jobs *_encoder)")
    found: dict[str, object] = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    return found
