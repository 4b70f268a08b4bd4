"""Photos as a pretrained network sees them: an entry of ``mmgen pretrained``, or a Hugging Face checkpoint in a local
folder, of images alone or of images and texts.

Safetensors only, nothing is downloaded, no code of a checkpoint runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from mmgen.hashes import sha256, sha256_of_file
from mmgen.pretrained.installed import read_card
from mmgen.telemetry import TELEMETRY_OFF
from mmgen.vectors import unit

os.environ.update(TELEMETRY_OFF)  # before transformers is imported

CHUNK_ROWS = 8
"""Photos that go through at once, always padded to this many: a row's result must not depend on its neighbours."""
NEEDED = ("config.json", "model.safetensors")
PREPROCESSOR = "preprocessor_config.json"
SIDE_PX = 224
MAX_SIDE_PX = 1024
HALF = (0.5, 0.5, 0.5)

Pixels = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]


class Network(Protocol):
    """A loaded network, its weights fixed."""

    side_px: int

    def embed(self, pixels: Pixels) -> Vectors:
        """(N, side, side, 3) RGB -> (N, D)."""


@dataclass(frozen=True)
class Scaling:
    """What a checkpoint does to pixels before it sees them: of 0 to 1, ``mean`` taken off, divided by ``std``."""

    side_px: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, folder: Path, config: dict[str, Any]) -> Scaling:
        """From ``preprocessor_config.json``, or what transformers takes where there is none. ValueError for a side
        that is none."""
        file = folder / PREPROCESSOR
        said = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        vision = config.get("vision_config") or config
        side = _side(said.get("crop_size")) or _side(said.get("size")) or _side(vision.get("image_size")) or SIDE_PX
        if not 8 <= side <= MAX_SIDE_PX:
            raise ValueError(f"{folder}: photos of {side} px a side; 8 to {MAX_SIDE_PX} are wanted")
        return cls(side, tuple(said.get("image_mean") or HALF), tuple(said.get("image_std") or HALF))

    def apply(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """(N, side, side, 3) RGB -> (N, 3, side, side)."""
        scaled = pixels.astype(np.float32) / 255
        mean, std = (np.array(values, np.float32) for values in (self.mean, self.std))
        return np.ascontiguousarray(((scaled - mean) / std).transpose(0, 3, 1, 2))


def _side(said: Any) -> int:
    """The side of a checkpoint's photos, by its own way to say it: a number, or height and width, or the shorter."""
    if isinstance(said, dict):
        return int(said.get("height") or said.get("shortest_edge") or 0)
    return int(said or 0)


class Checkpoint:
    """A Hugging Face checkpoint: a network of images, or the image's half of one of images and texts (CLIP, SigLIP)."""

    def __init__(self, folder: Path):
        """ValueError where the folder is none that can be loaded safely, or its network reads no images."""
        config = check_vision_checkpoint(folder)
        import torch
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call,unused-ignore]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call,unused-ignore]
        torch.set_num_threads(1)  # Spark has a task a core already
        self.scaling = Scaling.of(folder, config)
        self.side_px = self.scaling.side_px
        self.model = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        ).eval()
        if self.model.main_input_name != "pixel_values" and not hasattr(self.model, "get_image_features"):
            raise ValueError(f"{folder}: a network of {config.get('model_type')} reads no images")

    def embed(self, pixels: Pixels) -> Vectors:
        """(N, side, side, 3) RGB -> (N, D): the projected image where the checkpoint has texts, too, else what it pools
        itself, else the mean of its places."""
        import torch

        given = torch.from_numpy(self.scaling.apply(pixels))
        with torch.inference_mode():
            said = getattr(self.model, "get_image_features", self.model)(pixel_values=given)
        if isinstance(said, torch.Tensor):
            return np.asarray(said.numpy(), np.float32)
        if (pooled := getattr(said, "pooler_output", None)) is not None:
            return np.asarray(pooled.flatten(1).numpy(), np.float32)
        hidden = said.last_hidden_state  # (N, places, D), or (N, D, height, width) of a convolutional network
        return np.asarray((hidden.mean(dim=1) if hidden.ndim == 3 else hidden.mean(dim=(2, 3))).numpy(), np.float32)


class Lite0:
    """EfficientNet-Lite0, of ``mmgen pretrained install efficientnet-lite0``."""

    def __init__(self, folder: Path):
        import torch

        from mmgen.pretrained import efficientnet_lite0

        torch.set_num_threads(1)
        self.side_px = efficientnet_lite0.SIDE_PX
        self.network, self._embed = efficientnet_lite0.load(folder), efficientnet_lite0.embed

    def embed(self, pixels: Pixels) -> Vectors:
        """(N, 224, 224, 3) RGB -> (N, 1280)."""
        return self._embed(self.network, pixels)


ENTRIES: dict[str, Callable[[Path], Network]] = {"efficientnet-lite0": Lite0}
"""What loads the entries of ``mmgen pretrained`` that read photos, by name; any other folder is a checkpoint."""


@dataclass(frozen=True)
class VisionEncoder:
    """A network and how its results are given: of unit length, each the same bytes in any company."""

    network: Network

    def embed(self, pictures: list[Pixels]) -> Vectors:
        """Photos (height, width, 3) RGB of any size -> (N, D), each of unit length. The whole photo is squeezed into
        the network's square: a product at the edge is not cut off."""
        side = self.network.side_px
        made: list[Vectors] = []
        for start in range(0, len(pictures), CHUNK_ROWS):
            chunk = pictures[start : start + CHUNK_ROWS]
            filled = np.zeros((CHUNK_ROWS, side, side, 3), np.uint8)
            for row, picture in enumerate(chunk):
                filled[row] = _resized(picture, side)
            made.append(self.network.embed(filled)[: len(chunk)])
        return unit(np.concatenate(made)) if made else np.zeros((0, 0), np.float32)


def _resized(picture: Pixels, side: int) -> Pixels:
    way = cv2.INTER_AREA if min(picture.shape[:2]) >= side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=way), np.uint8)


def check_vision_checkpoint(folder: Path) -> dict[str, Any]:
    """The configuration of a checkpoint. ValueError, with what to do, where it can't be loaded safely."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise ValueError(
            f"{folder}: no {' and no '.join(missing)}. An entry of `mmgen pretrained list` or a Hugging Face "
            "checkpoint in one file is wanted: model.save_pretrained(folder), processor.save_pretrained(folder)"
        )
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if "auto_map" in config:
        raise ValueError(f"{folder}: its config.json names code of its own (auto_map), which is never run")
    return config


def digest_of_vision(folder: Path) -> str:
    """Identity of what an embedding rests on, 16 hex digits: another file is another network."""
    digest = sha256()
    for name in (*NEEDED, PREPROCESSOR):
        if (folder / name).is_file():
            digest.update(name.encode())
            digest.update(bytes.fromhex(sha256_of_file(folder / name)))
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def vision_encoder_in(folder: str) -> VisionEncoder:
    """The encoder of a folder, loaded once a process. ValueError where the folder holds none."""
    card = read_card(Path(folder))
    return VisionEncoder(ENTRIES.get(str(card["name"]) if card else "", Checkpoint)(Path(folder)))
