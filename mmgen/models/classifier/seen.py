"""What the fusion classifier reads of a product: each modality as a sequence.

Shapes: N rows, T tokens, S rows of pixels, F frames of sound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mmgen.hashes import bucket_of
from mmgen.models.spectrogram import NUM_MELS

BRANCHES = ("text", "image", "sound")
"""In the order in which the network has them."""
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class SeenSizes:
    """How much is read: ``tokens`` of a text, in ``buckets``; ``side_px`` of a photo; ``frames`` of a sound."""

    tokens: int = 24
    buckets: int = 4096
    side_px: int = 32
    frames: int = 64


@dataclass(frozen=True)
class Seen:
    """N products. ``tokens`` (N, T) int32, from 1 on, 0 behind a text's end; ``pixels`` (N, S, S, 3) and ``levels``
    (N, F, 64) uint8; ``present``: by branch, (N,) bool. What stands in for an absent modality is never looked at."""

    tokens: NDArray[np.int32]
    pixels: NDArray[np.uint8]
    levels: NDArray[np.uint8]
    present: dict[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.tokens)

    @classmethod
    def of(
        cls,
        sizes: SeenSizes,
        count: int,
        texts: Sequence[Sequence[str] | None] | None = None,
        pixels: Sequence[NDArray[np.uint8] | None] | None = None,
        levels: Sequence[NDArray[np.uint8] | None] | None = None,
    ) -> Self:
        """``count`` products. texts: tokens each; pixels: (P, P, 3) each, P a multiple of ``side_px``; levels: (64, F')
        each, as ``spectrogram.levels_of`` makes them, F' a multiple of ``frames``. None where absent, a row or all.

        Raises ValueError for lists of another length and for pictures of another size.
        """
        nothing: list[None] = [None] * count
        said, shown, heard = texts or nothing, pixels or nothing, levels or nothing
        if not len(said) == len(shown) == len(heard) == count:
            raise ValueError(f"{len(said)} texts, {len(shown)} photos, {len(heard)} sounds of {count} products")
        tokens = np.zeros((count, sizes.tokens), np.int32)
        for row, words in enumerate(said):
            ids = [1 + bucket_of(word, sizes.buckets) for word in (words or ())[: sizes.tokens]]
            tokens[row, : len(ids)] = ids
        side, frames = sizes.side_px, sizes.frames
        photos = _stacked([None if one is None else _smaller(one, (side, side)) for one in shown], (side, side, 3))
        sounds = _stacked([None if one is None else _smaller(one.T, (frames, NUM_MELS)) for one in heard],
                          (frames, NUM_MELS))  # fmt: skip
        present = {
            "text": np.asarray(tokens.any(axis=1), np.bool_),
            "image": np.array([one is not None for one in shown], np.bool_),
            "sound": np.array([one is not None for one in heard], np.bool_),
        }
        return cls(tokens, photos, sounds, present)

    def only(self, *branches: str) -> Self:
        """The same products with all modalities but these hidden."""
        present = {name: found if name in branches else found & False for name, found in self.present.items()}
        return type(self)(self.tokens, self.pixels, self.levels, present)

    def take(self, rows: NDArray[Any] | Sequence[int]) -> Self:
        """The given rows, in the given order; a mask works as well."""
        index = np.asarray(rows, None if len(rows) else np.int64)
        present = {name: found[index] for name, found in self.present.items()}
        return type(self)(self.tokens[index], self.pixels[index], self.levels[index], present)

    def sequences(self) -> Mapping[str, Floats]:
        """What the recurrent branches of photos and sounds read: a photo's rows (N, S, S * 3) and a sound's frames
        (N, F, 64), float in [-1, 1]."""
        rows = self.pixels.reshape(len(self), self.pixels.shape[1], -1)
        return {"image": scaled(rows), "sound": scaled(self.levels)}


def scaled(values: NDArray[np.uint8]) -> Floats:
    """Bytes as float in [-1, 1]."""
    return values.astype(np.float32) / np.float32(127.5) - np.float32(1)


def _smaller(values: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mean of each block of (H, W, ...), so that ``size`` is left."""
    blocks = [have // want for have, want in zip(values.shape, size, strict=False)]
    if any(b * want != have or not b for b, want, have in zip(blocks, size, values.shape, strict=False)):
        raise ValueError(f"a picture of {values.shape[:2]} cannot be made {size}: its sides are no multiples")
    split = values.reshape(size[0], blocks[0], size[1], blocks[1], *values.shape[2:])
    return np.asarray(split.mean(axis=(1, 3)).round().astype(np.uint8))


def _stacked(values: Sequence[NDArray[np.uint8] | None], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    found = np.zeros((len(values), *shape), np.uint8)
    for row, value in enumerate(values):
        if value is not None:
            found[row] = value
    return found
