"""A trained picture model, as it is saved, registered and drawn with.

Shapes: B rows, L latent size, P side in px.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save

from mmgen.config.params import Params
from mmgen.config.pictures import PictureSizes
from mmgen.models.modalities.image import to_uint8
from mmgen.models.pictures.generator import Generator
from mmgen.seeds import seed_of

CHUNK_ROWS = 32
"""Rows drawn at once, always so many: a sum may round differently for another number of rows."""
FILES = ("model.safetensors", "config.json")


class PictureConfig(Params):
    """What is saved beside the weights. ``latent``: L; ``fusion_version``: of the fusion model whose latents it was
    taught with, "" where that has none: those of another mean other things."""

    sizes: PictureSizes
    latent: int
    fusion_version: str = ""


class PictureModel:
    """A trained generator with what it was taught with."""

    def __init__(self, generator: Generator, config: PictureConfig):
        self.generator, self.config = generator.eval(), config

    def save(self, directory: Path) -> None:
        """Write ``model.safetensors`` and ``config.json``."""
        directory.mkdir(parents=True, exist_ok=True)
        weights = {name: value.detach().cpu().contiguous() for name, value in self.generator.state_dict().items()}
        # Not save_file: it makes the file readable by its owner alone, and jobs may run as another user than training.
        (directory / "model.safetensors").write_bytes(save(weights))
        (directory / "config.json").write_text(self.config.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> PictureModel:
        """Read what ``save`` wrote; no file of it can carry code. Raises ValueError where one is missing."""
        absent = [name for name in FILES if not (directory / name).is_file()]
        if absent:
            raise ValueError(f"{directory} holds no picture model: {', '.join(absent)} missing; train one first")
        config = PictureConfig.model_validate_json((directory / "config.json").read_text(encoding="utf-8"))
        generator = Generator(config.sizes, config.latent)
        generator.load_state_dict(load_file(directory / "model.safetensors"))
        return cls(generator, config)

    @torch.inference_mode()
    def draw(self, latents: NDArray[np.float32], keys: Sequence[object], seed: int = 0) -> NDArray[np.uint8]:
        """A picture for each latent (B, L): (B, P, P, 3) uint8, RGB.

        ``keys``: B of them, such as product ids; key and seed alone decide a row's noise, so it does not depend on
        what is drawn beside it. Raises ValueError for another latent size, or another number of keys.
        """
        if latents.ndim != 2 or latents.shape[1] != self.config.latent or len(keys) != len(latents):
            raise ValueError(
                f"latents of shape {latents.shape} and {len(keys)} keys; wanted: {self.config.latent} numbers a key"
            )
        side = self.config.sizes.px
        made = np.zeros((len(latents), side, side, 3), np.uint8)
        for start in range(0, len(latents), CHUNK_ROWS):
            here = slice(start, min(start + CHUNK_ROWS, len(latents)))
            rows = torch.zeros(CHUNK_ROWS, self.config.latent)
            noise = torch.zeros(CHUNK_ROWS, self.config.sizes.noise)
            for row, key in enumerate(keys[here]):
                rows[row] = torch.from_numpy(latents[start + row])
                own = torch.Generator().manual_seed(seed_of("picture", key, seed))
                noise[row] = torch.randn(self.config.sizes.noise, generator=own)
            made[here] = to_uint8(self.generator(rows, noise))[: here.stop - here.start]
        return made
