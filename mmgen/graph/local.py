"""The product graph in one process: the neighbours, hashes and hops that ``mmgen.graph.spark`` finds in Spark.

Where one machine holds all signatures, this takes a fraction of what planning the joins does. A product is named by its
place among the products sorted by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen.config.features import GraphParams
from mmgen.graph.vectors import ATTRIBUTES, BASKET, IMAGE, TEXT, WORDS, max_distance, means
from mmgen.hashes import sha256_of
from mmgen.vectors import bit_counts

Places = npt.NDArray[np.int64]
_KIND, _FAR = 16, 512  # more than any bit of a kind, and than any distance or rank
EDGES = pa.list_(pa.struct([("other", pa.string()), ("kinds", pa.int32())]))


@dataclass(frozen=True)
class Graph:
    """The edges of product ``n`` are those from ``starts[n]`` to ``starts[n + 1]``, in the order of ``others``."""

    ids: pa.Array  # sorted
    starts: Places
    others: Places
    kinds: Places


def graph_of(own: pa.Table, bought: pa.Table, params: GraphParams) -> Graph:
    """Each product's nearest of each kind. ``own``, sorted by product_id: what ``graph.project_batches`` makes.
    ``bought``: product_id, far (the rank), other; of products that are not there nothing is taken."""
    ids = own.column("product_id").combine_chunks()
    found = [_codes(BASKET, _bought(ids, bought), len(ids))]
    for kind, column in ((ATTRIBUTES, "attribute_bits"), (TEXT, "text_bits"), (IMAGE, "image_bits")):
        groups = own.column("category_key").combine_chunks() if kind == ATTRIBUTES else None
        found.append(_codes(kind, nearest(own.column(column).combine_chunks(), groups, params), len(ids)))
    codes, other = np.divmod(np.unique(np.concatenate(found)), max(len(ids), 1))
    src, kinds = np.divmod(codes // _FAR, _KIND)
    near = _ranks(codes // _FAR) < np.where(kinds == BASKET, params.basket_neighbours, params.neighbours)
    edges, of_edge = np.unique(src[near] * max(len(ids), 1) + other[near], return_inverse=True)
    of_edges = np.zeros(len(edges), np.int64)
    np.bitwise_or.at(of_edges, of_edge, kinds[near])
    starts = np.searchsorted(edges, np.arange(len(ids) + 1) * max(len(ids), 1))
    return Graph(ids, starts, edges % max(len(ids), 1), of_edges)


def _codes(kind: int, pairs: Places, num_products: int) -> Places:
    """Pairs (place, far, other) as one number each, whose order is that of place, kind, far and other."""
    place, far, other = pairs.T
    return ((place * _KIND + kind) * _FAR + far) * num_products + other


def nearest(bits: pa.Array, groups: pa.Array | None, params: GraphParams) -> Places:
    """[pairs, 3]: who stands near whom in a list sorted by a word of its signature, both ways: its place, in how many
    bits they differ, the other's place. Pairs are of one of the ``groups``, and may come more than once."""
    places = np.flatnonzero(np.asarray(bits.is_valid()))
    words = bits.drop_null().flatten().to_numpy(zero_copy_only=False).reshape(len(places), WORDS)
    codes = np.zeros(len(places), np.int64)
    if groups is not None:
        codes = groups.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)[places]
    found = [np.empty((0, 3), np.int64)]
    for key in words.T:
        order = np.lexsort((places, key, codes))
        for step in range(1, min(params.reach, len(order) - 1) + 1):
            one, other = order[:-step], order[step:]
            together = codes[one] == codes[other]
            one, other = one[together], other[together]
            if not len(one):
                break  # no group has so many
            far = bit_counts(words[one] ^ words[other])
            near = far <= max_distance(params.min_alike)
            one, other, far = places[one[near]], places[other[near]], far[near]
            found += [np.stack([one, far, other], axis=1), np.stack([other, far, one], axis=1)]
    return np.concatenate(found)


def _bought(ids: pa.Array, bought: pa.Table) -> Places:
    ends = [pc.index_in(bought.column(name), value_set=ids) for name in ("product_id", "other")]
    known = np.asarray(pc.and_(*(end.is_valid() for end in ends)))
    src, other = (end.fill_null(0).to_numpy()[known].astype(np.int64) for end in ends)
    return np.stack([src, bought.column("far").to_numpy()[known].astype(np.int64), other], axis=1)


def _ranks(values: Places) -> Places:
    """How many equal values stand before each; the values are sorted."""
    return np.arange(len(values)) - np.searchsorted(values, values)


def hashed_rows(own: pa.Table, graph: Graph) -> pa.Table:
    """``own`` with ``edges`` (None without any) and ``input_hash``: over the product's own features, its neighbours,
    and theirs."""
    ids, hashes = graph.ids.to_pylist(), own.column("own_hash").to_pylist()
    others, kinds = graph.others.tolist(), graph.kinds.tolist()
    spans = [range(*pair) for pair in zip(graph.starts[:-1].tolist(), graph.starts[1:].tolist(), strict=True)]
    near = [[f"{ids[others[e]]}:{kinds[e]}:{hashes[others[e]]}" for e in span] for span in spans]
    first = [_digest(own_hash, listed) for own_hash, listed in zip(hashes, near, strict=True)]
    second = [_digest(mine, [first[others[e]] for e in span]) for mine, span in zip(first, spans, strict=True)]
    edges = [[{"other": ids[others[e]], "kinds": kinds[e]} for e in span] or None for span in spans]
    return own.append_column("input_hash", pa.array(second, pa.string())).append_column("edges", pa.array(edges, EDGES))


def _digest(first: str, others: Sequence[str]) -> str:
    return sha256_of(f"{first}:{','.join(sorted(others))}")[:32]


def hop_rows(own: pa.Table, graph: Graph, product_ids: Sequence[str], params: GraphParams) -> pa.Table:
    """product_id, ``hop_1`` (AX) and ``near_hops``, the neighbours' ``hop_1`` in order, whose mean is A^2 X.

    Only the products given and their neighbours are worked on.
    """
    wanted = pc.index_in(pa.array(product_ids, pa.string()), value_set=graph.ids).to_numpy(zero_copy_only=False)
    wanted = wanted.astype(np.int64)
    needed = np.unique(np.concatenate([wanted, *(_others(graph, place) for place in wanted)]).astype(np.int64))
    vectors = own.column("vector").combine_chunks()
    hops = _Vectors(np.asarray(vectors.is_valid()), np.zeros((len(graph.ids), params.width), np.float32))
    hops.values[hops.known] = vectors.drop_null().flatten().to_numpy(zero_copy_only=False).reshape(-1, params.width)
    lists = _gathered(graph, needed, hops)
    first = _Vectors(np.zeros(len(graph.ids), np.bool_), np.zeros_like(hops.values))
    first.known[needed] = np.asarray(lists.is_valid())
    first.values[needed] = means(lists, params.width)
    mine = [row if known else None for row, known in zip(first.values[wanted], first.known[wanted], strict=True)]
    columns = [
        pa.array(product_ids, pa.string()),
        pa.array(mine, pa.list_(pa.float32())),
        _gathered(graph, wanted, first),
    ]
    return pa.table(columns, ["product_id", "hop_1", "near_hops"])


@dataclass(frozen=True)
class _Vectors:
    """Of each product whether it has one, and which."""

    known: npt.NDArray[np.bool_]
    values: npt.NDArray[np.float32]


def _others(graph: Graph, place: int) -> Places:
    return graph.others[graph.starts[place] : graph.starts[place + 1]]


def _gathered(graph: Graph, places: Places, vectors: _Vectors) -> pa.Array:
    """Of each product the vectors of its neighbours that have one, in their order; null where none has."""
    near = [others[vectors.known[others]] for others in (_others(graph, place) for place in places)]
    lengths = np.array([len(others) for others in near], np.int64)
    flat = vectors.values[np.concatenate([np.empty(0, np.int64), *near])]
    rows = pa.ListArray.from_arrays(pa.array(np.arange(len(flat) + 1) * flat.shape[1], pa.int32()), flat.ravel())
    ends = np.concatenate([[0], np.cumsum(lengths)])
    starts = pa.array(ends, pa.int32(), mask=np.append(lengths == 0, False))
    return pa.ListArray.from_arrays(starts, rows)
