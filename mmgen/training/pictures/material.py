"""What the picture model is taught with: photos, and what the fusion model says of their products.

Shapes: N rows, L latent size, P side in px.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mmgen.hashes import digest_of, digest_of_bytes
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel


@dataclass(frozen=True)
class Posteriors:
    """The fusion model's posterior of N products: means and log variances (N, L)."""

    mu: NDArray[np.float32]
    logvar: NDArray[np.float32]

    def draw(self, rows: NDArray[np.int64], noise: NDArray[np.float32]) -> NDArray[np.float32]:
        """Latents of some rows from standard normal ``noise`` (B, L)."""
        drawn: NDArray[np.float32] = self.mu[rows] + noise * np.exp(0.5 * self.logvar[rows])
        return drawn


@dataclass(frozen=True)
class Material:
    """N products that have a photo: ``pixels`` (N, P, P, 3) uint8, and the posterior given all that is known of each,
    and given all but the photo, as for a product that has none yet."""

    product_id: list[str]
    group_id: list[str]
    pixels: NDArray[np.uint8]
    with_photo: Posteriors
    without_photo: Posteriors

    def __len__(self) -> int:
        return len(self.product_id)

    @classmethod
    def of(cls, examples: ExampleArrays, fusion: FusionModel, pixels: NDArray[np.uint8] | None = None) -> Self:
        """The rows of ``examples`` that have a photo. ``pixels`` (N, P, P, 3): the photos of all rows at another side
        than the fusion model's. Raises ValueError where the fusion model knows nothing but photos."""
        others = [name for name in fusion.config.modalities if name != "image"]
        if not others:
            raise ValueError("the fusion model reads photos alone: a product without one could not be drawn")
        rows = np.flatnonzero(examples.present["image"])
        shown = examples.take(rows)
        photos = shown.values["image"] if pixels is None else pixels[rows]
        known = [Posteriors(*fusion.encode(each)) for each in (shown, shown.only(*others))]
        return cls(shown.product_id, shown.group_id, photos, *known)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """Some rows, in the given order."""
        index = np.asarray(rows, np.int64)
        product_id, group_id = ([names[i] for i in index] for names in (self.product_id, self.group_id))
        known = [Posteriors(each.mu[index], each.logvar[index]) for each in (self.with_photo, self.without_photo)]
        return type(self)(product_id, group_id, self.pixels[index], *known)

    def digest(self) -> str:
        """A hash of all of it."""
        arrays = (self.pixels, *(a for each in (self.with_photo, self.without_photo) for a in (each.mu, each.logvar)))
        return digest_of(*self.product_id, digest_of_bytes(*(np.ascontiguousarray(a).tobytes() for a in arrays)))
