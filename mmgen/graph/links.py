"""The graph as arrays: who is linked with whom, by kind, and the hops over it.

Shapes: N products, W width of a vector, E links of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mmgen.engine.inputs import require_one_version
from mmgen.graph.context import links_of, vectors_of
from mmgen.graph.vectors import KINDS, hops_of
from mmgen.hashes import digest_of_bytes
from mmgen.seeds import seed_of

BOUGHT = "basket"
"""The kind of links in baskets."""
GRAPH_COLUMNS = ("vector", "neighbours", "neighbour_kinds", "encoder_version")
"""What ``graph_data`` reads of ``graph_features``."""

Matrix = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Links of one kind: ``pairs`` (E, 2) places with the smaller first, each pair once, and ``counts`` (E,), how
    often each was seen."""

    pairs: Places
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, pairs: Places, counts: NDArray[np.float64] | None = None) -> Self:
        """Pairs (E, 2) in any order and direction: the same ones become one and their counts are added; of a product
        with itself nothing is kept."""
        counts = np.ones(len(pairs)) if counts is None else counts
        is_pair = pairs[:, 0] != pairs[:, 1]
        pairs, counts = np.sort(pairs[is_pair], axis=1), counts[is_pair]
        kept, of_kept = np.unique(pairs, axis=0, return_inverse=True)
        return cls(kept.reshape(-1, 2), np.bincount(of_kept.reshape(-1), counts, len(kept)).astype(np.float64))

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, rows: NDArray[np.bool_]) -> Self:
        """The links where ``rows`` (E,) is true."""
        return replace(self, pairs=self.pairs[rows], counts=self.counts[rows])


@dataclass(frozen=True)
class GraphData:
    """N products, sorted by id, with their vectors (N, W), zeros where unknown, and their links by kind."""

    product_ids: list[str]
    vectors: Matrix
    links: dict[str, Links]

    @property
    def fingerprint(self) -> str:
        """A hash of all that is in it."""
        parts = [self.vectors.tobytes(), "\x1f".join(self.product_ids).encode()]
        for kind in sorted(self.links):
            parts += [kind.encode(), self.links[kind].pairs.tobytes(), self.links[kind].counts.tobytes()]
        return digest_of_bytes(*parts)

    def with_links(self, kind: str, links: Links) -> Self:
        """The same graph with other links of one kind."""
        return replace(self, links=self.links | {kind: links})

    def hops(self) -> Matrix:
        """(N, 3W): X, AX and A^2 X beside each other, as ``graph_features`` has them: each product's neighbours weigh
        alike, over links of all kinds, half by half over those that have the half."""
        pairs = np.unique(np.concatenate([links.pairs for links in self.links.values()]).reshape(-1, 2), axis=0)
        near = np.concatenate([pairs, pairs[:, ::-1]])
        near = near[np.lexsort((near[:, 1], near[:, 0]))]
        return hops_of(self.vectors, near)


def graph_data(graph: pa.Table, bought: Iterable[Mapping[str, Any]]) -> tuple[GraphData, str]:
    """The graph of the rows of ``graph_features``, and the text model that their vectors are by, "" where none is.

    ``bought``: product_id, other, num_baskets; of products that are not there nothing is taken. Raises ValueError where
    rows are by several text models.
    """
    graph = graph.sort_by("product_id").combine_chunks()
    encoders = sorted(set(graph.column("encoder_version").to_pylist()) - {None})
    require_one_version(encoders, "graph_features")
    ids: list[str] = graph.column("product_id").to_pylist()
    links = {kind: Links.of(np.stack(links_of(graph, bit), axis=1)) for kind, bit in KINDS.items() if kind != BOUGHT}
    place = {product_id: number for number, product_id in enumerate(ids)}
    ends = {
        (place[row["product_id"]], place[row["other"]]): float(row["num_baskets"])
        for row in bought
        if row["product_id"] in place and row["other"] in place
    }
    pairs = np.array(list(ends), np.int64).reshape(-1, 2)
    links[BOUGHT] = Links.of(pairs, np.array(list(ends.values()), np.float64))
    return GraphData(ids, vectors_of(graph.column("vector")), links), encoders[0] if encoders else ""


def hold_out(links: Links, product_ids: Sequence[str], share: float, seed: int) -> tuple[Links, Links]:
    """(what is left, what is held out): a share of the pairs, by a hash of their ids, so that a pair never changes
    sides because others came or went."""
    names = ((product_ids[one], product_ids[other]) for one, other in links.pairs)
    drawn = np.array([seed_of("held-out link", seed, *sorted(pair)) / 2**63 < share for pair in names], np.bool_)
    return links.take(~drawn), links.take(drawn)
