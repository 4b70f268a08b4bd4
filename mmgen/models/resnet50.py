"""ResNet50 (He et al. 2015) in numpy, as keras.applications has it, without its top: Spark's workers have no TensorFlow.

One picture at a time: its products have the same shapes alone and among others, so its result has the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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


class ResNet50:
    """``weights``: the arrays of Keras' ``get_weights()`` by number (``0000`` ...). ValueError where one is absent."""

    def __init__(self, weights: Mapping[str, Floats]):
        if len(weights) != 2 * 53 + 4 * 53:
            raise ValueError(f"a ResNet50 without its top has 318 arrays of weights, not {len(weights)}")
        numbers = iter(range(len(weights)))
        take: Callable[[int], list[Floats]] = lambda count: [weights[f"{next(numbers):04d}"] for _ in range(count)]  # noqa: E731
        self.stem = _folded(take(2), take(4))
        self.stages = [[_block(take, is_first=not number) for number in range(count)] for count in BLOCKS]

    def embed(self, picture: NDArray[np.uint8]) -> Floats:
        """(224, 224, 3) RGB -> (2048,)."""
        x = picture[:, :, ::-1].astype(np.float32) - MEAN_BGR
        x = np.maximum(convolve(np.pad(x, ((3, 3), (3, 3), (0, 0))), *self.stem, stride=2), 0)
        x = largest(np.pad(x, ((1, 1), (1, 1), (0, 0))))
        for stage, blocks in enumerate(self.stages):
            for number, (shortcut, *inner) in enumerate(blocks):
                assert inner[0] is not None and inner[1] is not None and inner[2] is not None
                stride = 2 if stage and not number else 1
                y = np.maximum(convolve(x, *inner[0], stride=stride), 0)
                y = np.maximum(convolve(np.pad(y, ((1, 1), (1, 1), (0, 0))), *inner[1]), 0)
                beside = convolve(x, *shortcut, stride=stride) if shortcut else x
                x = np.maximum(beside + convolve(y, *inner[2]), 0)
        means: Floats = x.mean(axis=(0, 1))
        return means


def _block(take: Callable[[int], list[Floats]], is_first: bool) -> list[Convolution | None]:
    """The shortcut's convolution (None where it has none) and the block's three, in the order that Keras lists them."""
    inner = [_folded(take(2), take(4)) for _ in range(2)]
    if not is_first:
        return [None, *inner, _folded(take(2), take(4))]
    shortcut, last = take(2), take(2)
    return [_folded(shortcut, take(4)), *inner, _folded(last, take(4))]


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
