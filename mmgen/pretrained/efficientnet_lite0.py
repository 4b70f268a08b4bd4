"""EfficientNet-Lite0: 1,280 features of a photo, from a network that learned to tell ImageNet's 1,000 classes.

Architecture: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019), table 1 (B0),
in its Lite form: no squeeze-and-excitation, ReLU6 in place of swish. The blocks are those of Sandler et al.,
"MobileNetV2" (2018). Names of the weights are those of the state dict that is known for it, so that it loads strictly.
Imports torch: import this where the network is needed, not where a module is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

WEIGHTS = "model.safetensors"
SIDE_PX = 224
WIDTH = 1280
NUM_CLASSES = 1000
_STEM = 32
_EPS = 1e-3
"""Of the batch normalisation: TensorFlow's, which the weights were trained with (torch's own is 1e-5)."""


@dataclass(frozen=True)
class Stage:
    """A row of the paper's table: blocks of the same width, of which the first has the stride."""

    num_blocks: int
    kernel: int
    stride: int
    expansion: int
    width: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class SameConv(nn.Conv2d):
    """A convolution without bias that pads as TensorFlow's SAME does: the odd pixel at the right and the bottom.

    torch pads alike on both sides, and so would move every feature of a strided layer by half a pixel.
    """

    def __init__(self, width_in: int, width_out: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(width_in, width_out, kernel, stride, groups=groups, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        """[rows, width_in, height, width] -> [rows, width_out, ceil(height / stride), ceil(width / stride)]."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel == 1:
            return super().forward(maps)
        top, bottom = _same_padding(maps.shape[2], kernel, stride)
        left, right = _same_padding(maps.shape[3], kernel, stride)
        return super().forward(F.pad(maps, (left, right, top, bottom)))


def _same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pixels before and after."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


class Block(nn.Module):
    """An inverted residual block: widen by 1 x 1, filter each map by itself, narrow by 1 x 1."""

    def __init__(self, width_in: int, width_out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = width_in * expansion
        self.is_widened = expansion != 1
        self.is_residual = stride == 1 and width_in == width_out
        if self.is_widened:
            self._expand_conv = SameConv(width_in, wide, 1)
            self._bn0 = nn.BatchNorm2d(wide, eps=_EPS)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide)
        self._bn1 = nn.BatchNorm2d(wide, eps=_EPS)
        self._project_conv = SameConv(wide, width_out, 1)
        self._bn2 = nn.BatchNorm2d(width_out, eps=_EPS)

    def forward(self, maps: Tensor) -> Tensor:
        """[rows, width_in, height, width] -> [rows, width_out, height / stride, width / stride]."""
        hidden = F.relu6(self._bn0(self._expand_conv(maps))) if self.is_widened else maps
        hidden = F.relu6(self._bn1(self._depthwise_conv(hidden)))
        hidden = self._bn2(self._project_conv(hidden))
        return hidden + maps if self.is_residual else hidden


class EfficientNetLite0(nn.Module):
    """The network. A call gives features; ``classify`` is what it was trained for."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, _STEM, 3, 2)
        self._bn0 = nn.BatchNorm2d(_STEM, eps=_EPS)
        self._blocks = nn.ModuleList(_blocks(STAGES))
        self._conv_head = SameConv(STAGES[-1].width, WIDTH, 1)
        self._bn1 = nn.BatchNorm2d(WIDTH, eps=_EPS)
        self._fc = nn.Linear(WIDTH, NUM_CLASSES)

    def forward(self, photos: Tensor) -> Tensor:
        """[rows, 3, 224, 224] as ``scale`` gives it -> features [rows, 1280], each 0 to 6."""
        maps = F.relu6(self._bn0(self._conv_stem(photos)))
        for block in self._blocks:
            maps = block(maps)
        return F.relu6(self._bn1(self._conv_head(maps))).mean((2, 3))

    def classify(self, features: Tensor) -> Tensor:
        """Features [rows, 1280] -> the logits of ImageNet's classes [rows, 1000], in ImageNet's order."""
        logits: Tensor = self._fc(features)
        return logits


def _blocks(stages: Sequence[Stage]) -> list[Block]:
    blocks, width = [], _STEM
    for stage in stages:
        for place in range(stage.num_blocks):
            stride = stage.stride if place == 0 else 1
            blocks.append(Block(width, stage.width, stage.kernel, stride, stage.expansion))
            width = stage.width
    return blocks


def load(folder: Path) -> EfficientNetLite0:
    """The network with the weights of an installed folder, ready to compute. ValueError where they are not its own."""
    network = EfficientNetLite0()
    try:
        network.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    except (RuntimeError, SafetensorError, OSError) as error:
        raise ValueError(
            f"{folder / WEIGHTS}: no weights of EfficientNet-Lite0 ({str(error).splitlines()[0]}). "
            "See `mmgen pretrained verify efficientnet-lite0`"
        ) from None
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return,unused-ignore]


def scale(rgb: npt.NDArray[np.uint8]) -> Tensor:
    """Pixels [rows, 224, 224, 3], sRGB of 0 to 255, as the network wants them: [rows, 3, 224, 224], -1 to 1."""
    if rgb.ndim != 4 or rgb.shape[1:] != (SIDE_PX, SIDE_PX, 3) or rgb.dtype != np.uint8:
        raise ValueError(f"photos of {rgb.dtype} {rgb.shape}: uint8 (rows, {SIDE_PX}, {SIDE_PX}, 3) is wanted")
    pixels = torch.from_numpy(np.ascontiguousarray(rgb))
    return (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0


def embed(network: EfficientNetLite0, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Pixels [rows, 224, 224, 3], sRGB of 0 to 255 -> features [rows, 1280] in float32."""
    with torch.inference_mode():
        features: npt.NDArray[Any] = network(scale(rgb)).numpy()
    return features.astype(np.float32, copy=False)
