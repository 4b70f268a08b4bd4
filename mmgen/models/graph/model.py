"""A trained graph model, as it is saved, registered and asked.

Shapes: B products, F features (X, AX, A^2 X), L latent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save

from mmgen.models.graph.net import UNKNOWN, GraphNet, GraphNetConfig

Matrix = NDArray[np.float32]
_T = TypeVar("_T", bound=np.generic)
CHUNK_ROWS = 256
"""Rows that are scored at once, always padded to this many: a row's result must not depend on its neighbours'."""
_FILES = ("model.safetensors", "config.json", "products.json")


class GraphModel:
    """A trained network, and the products that have a vector of their own in it, in the order of these."""

    def __init__(self, net: GraphNet, product_ids: Sequence[str]):
        """ValueError where the ids are not as many as the network has vectors."""
        if len(product_ids) != net.config.num_products:
            raise ValueError(f"{len(product_ids)} product ids for {net.config.num_products} vectors")
        self.net = net.eval()
        self.product_ids = list(product_ids)
        self._places = {product_id: place for place, product_id in enumerate(product_ids, start=1)}

    def save(self, directory: Path) -> None:
        """Write ``model.safetensors``, ``config.json`` and ``products.json``."""
        directory.mkdir(parents=True, exist_ok=True)
        weights = {name: value.detach().cpu().contiguous() for name, value in self.net.state_dict().items()}
        (directory / "model.safetensors").write_bytes(save(weights))
        (directory / "config.json").write_text(self.net.config.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (directory / "products.json").write_text(json.dumps(self.product_ids) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> GraphModel:
        """Read what ``save`` wrote; no file of it can carry code. Raises ValueError where one is missing."""
        absent = [name for name in _FILES if not (directory / name).is_file()]
        if absent:
            raise ValueError(f"{directory} holds no graph model: {', '.join(absent)} missing; train one first")
        net = GraphNet(GraphNetConfig.model_validate_json((directory / "config.json").read_text(encoding="utf-8")))
        net.load_state_dict(load_file(directory / "model.safetensors"))
        return cls(net, json.loads((directory / "products.json").read_text(encoding="utf-8")))

    def places_of(self, product_ids: Sequence[str]) -> NDArray[np.int64]:
        """(B,): where each product's own vector is; ``UNKNOWN`` for one that came after the training."""
        return np.array([self._places.get(one, UNKNOWN) for one in product_ids], np.int64)

    @torch.inference_mode()
    def encode(self, product_ids: Sequence[str], hops: Matrix) -> Matrix:
        """The posterior mean of each product (B, L), from its id and its hops (B, F), zeros where there are none."""
        places, out = self.places_of(product_ids), np.zeros((len(hops), self.net.config.latent), np.float32)
        for start in range(0, len(hops), CHUNK_ROWS):
            rows = slice(start, min(start + CHUNK_ROWS, len(hops)))
            found = self.net.encode(torch.from_numpy(_padded(hops[rows])), torch.from_numpy(_padded(places[rows])))
            out[rows] = found.mu[: rows.stop - start].numpy()
        return out

    @torch.inference_mode()
    def scores(self, ones: Matrix, others: Matrix, kind: str) -> Matrix:
        """Log odds that each of ``ones`` (B, L) and each of ``others`` (C, L) are linked: (B, C)."""
        number, against = self.net.config.kinds.index(kind), torch.from_numpy(others)
        out = np.zeros((len(ones), len(others)), np.float32)
        for start in range(0, len(ones), CHUNK_ROWS):
            rows = slice(start, min(start + CHUNK_ROWS, len(ones)))
            found = self.net.links(torch.from_numpy(_padded(ones[rows])), against, number)
            out[rows] = found[: rows.stop - start].numpy()
        return out

    @torch.inference_mode()
    def likely_vectors(self, z: Matrix) -> Matrix:
        """What a product at z (B, L) is like, as the graph's vectors say it: (B, W), each half of unit length."""
        found = self.net.likely(torch.from_numpy(z)).numpy()
        half = found.shape[1] // 2
        for part in (slice(0, half), slice(half, None)):
            found[:, part] /= np.maximum(np.linalg.norm(found[:, part], axis=1, keepdims=True), 1e-9)
        return found


def _padded(rows: NDArray[_T]) -> NDArray[_T]:
    """Filled up with zeros to ``CHUNK_ROWS`` rows."""
    padded = np.zeros((CHUNK_ROWS, *rows.shape[1:]), rows.dtype)
    padded[: len(rows)] = rows
    return padded
