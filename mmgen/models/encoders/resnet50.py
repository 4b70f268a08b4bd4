"""ResNet50 (He et al. 2015) in numpy, as keras.applications has it, without its top: Spark has no TensorFlow.

One picture at a time: its products have the same shapes alone and among others, so its result has the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Convolution = tuple[Floats, Floats]
"""(kernel (H, W, C, D), bias (D,)), the normalisation after it folded in."""

SIDE_PX = 224
WIDTH = 2048
BLOCKS = (3, 4, 6, 3)
EPSILON = 1.001e-5  # of Keras' normalisations
MEAN_BGR = np.array([103.939, 116.779, 123.68], np.float32)  # of ImageNet, which its weights were trained on


@dataclass(frozen=True)
class Block:
    """1 by 1, 3 by 3 and 1 by 1, beside the input itself or a 1 by 1 of it."""

    first: Convolution
    second: Convolution
    third: Convolution
    shortcut: Convolution | None = None


class ResNet50:
    """``weights``: the arrays of Keras' ``get_weights()`` by number (``0000`` ...). ValueError where one is absent."""

    def __init__(self, weights: Mapping[str, Floats]):
        if len(weights) != 2 * 53 + 4 * 53:
            raise ValueError(f"a ResNet50 without its top has 318 arrays of weights, not {len(weights)}")
        arrays = iter([weights[f"{number:04d}"] for number in range(len(weights))])
        self.stem = _folded(_taken(arrays, 2), _taken(arrays, 4))
        self.stages = [[_block(arrays, is_first=not number) for number in range(count)] for count in BLOCKS]

    def embed(self, picture: NDArray[np.uint8]) -> Floats:
        """(224, 224, 3) RGB -> (2048,)."""
        x = picture[:, :, ::-1].astype(np.float32) - MEAN_BGR
        x = np.maximum(convolve(np.pad(x, ((3, 3), (3, 3), (0, 0))), *self.stem, stride=2), 0)
        x = largest(np.pad(x, ((1, 1), (1, 1), (0, 0))))
        for stage, blocks in enumerate(self.stages):
            for number, block in enumerate(blocks):
                stride = 2 if stage and not number else 1
                y = np.maximum(convolve(x, *block.first, stride=stride), 0)
                y = np.maximum(convolve(np.pad(y, ((1, 1), (1, 1), (0, 0))), *block.second), 0)
                beside = convolve(x, *block.shortcut, stride=stride) if block.shortcut else x
                x = np.maximum(beside + convolve(y, *block.third), 0)
        means: Floats = x.mean(axis=(0, 1))
        return means


def _taken(arrays: Iterator[Floats], count: int) -> list[Floats]:
    return [next(arrays) for _ in range(count)]


def _block(arrays: Iterator[Floats], is_first: bool) -> Block:
    """The next block of Keras' list, where a stage's first has its shortcut between the others."""
    first, second = (_folded(_taken(arrays, 2), _taken(arrays, 4)) for _ in range(2))
    if not is_first:
        return Block(first, second, _folded(_taken(arrays, 2), _taken(arrays, 4)))
    shortcut, third = _taken(arrays, 2), _taken(arrays, 2)
    beside = _folded(shortcut, _taken(arrays, 4))
    return Block(first, second, _folded(third, _taken(arrays, 4)), beside)


def _folded(convolution: list[Floats], normalisation: list[Floats]) -> Convolution:
    kernel, bias = (value.astype(np.float64) for value in convolution)
    gamma, beta, mean, variance = (value.astype(np.float64) for value in normalisation)
    scale = gamma / np.sqrt(variance + EPSILON)
    return (kernel * scale).astype(np.float32), ((bias - mean) * scale + beta).astype(np.float32)


def convolve(x: Floats, kernel: Floats, bias: Floats, stride: int = 1) -> Floats:
    """(H, W, C) with (K, K, C, D) -> (H', W', D), where the kernel fits alone."""
    size, num_in, num_out = kernel.shape[0], kernel.shape[2], kernel.shape[3]
    parts = list(_shifted(x, size, stride))
    columns = parts[0] if size == 1 else np.concatenate(parts, axis=2)
    product: Floats = columns.reshape(-1, size * size * num_in) @ kernel.reshape(-1, num_out) + bias
    return product.reshape(*columns.shape[:2], num_out)


def largest(x: Floats) -> Floats:
    """The largest of each 3 by 3, every second one."""
    found: Floats = np.maximum.reduce(list(_shifted(x, 3, 2)))
    return found


def _shifted(x: Floats, size: int, stride: int) -> Iterator[Floats]:
    height, width = ((side - size) // stride * stride + 1 for side in x.shape[:2])
    for top in range(size):
        for left in range(size):
            yield x[top : top + height : stride, left : left + width : stride]
