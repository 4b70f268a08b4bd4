"""The product graph's arithmetic: compact vectors, signatures that tell how alike products are, means of neighbours.

Neighbours' features are averaged ahead of training, so that training samples no graph: Frasca, Rossi, Eynard,
Chamberlain, Bronstein, Monti, "SIGN: Scalable Inception Graph Neural Networks" (2020). X, AX and A^2 X are kept, where
A gives each of a product's neighbours the same weight: it is normalised by rows (a random walk), because with the
symmetric form a change of one product would reach a step further.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen.config.features import GraphParams
from mmgen.features.examples import attribute_id, attribute_ids
from mmgen.models.modalities.registry import NUM_ATTRIBUTES
from mmgen.seeds import seed_of
from mmgen.vectors import unit

VERSION = 1
SEED = 1
WORDS = 4
BITS = 64 * WORDS
BASKET, ATTRIBUTES, TEXT, IMAGE = 1, 2, 4, 8
KINDS = {"basket": BASKET, "attributes": ATTRIBUTES, "text": TEXT, "image": IMAGE}
"""Why two products are neighbours: one bit a reason."""

OWN = pa.schema([
    *((name, pa.string()) for name in ("product_id", "own_hash", "category_key", "encoder_version")),
    ("vector", pa.list_(pa.float32())),
    *((name, pa.list_(pa.int64())) for name in ("text_bits", "image_bits", "attribute_bits")),
])  # fmt: skip
"""What ``project_batches`` makes."""

Matrix = npt.NDArray[np.float32]


def project(batch: pa.RecordBatch, params: GraphParams) -> dict[str, Any]:
    """Each product's compact vector and its three signatures.

    batch: ``text`` and ``image`` (lists of floats, or None), ``category``, ``brand``, ``price``, ``currency``,
    ``attributes``. Returns columns: ``vector`` (``params.width``,) float32, the text's half before the image's, each
    of unit length or zeros where it is missing, None where both are; ``text_bits``, ``image_bits`` and
    ``attribute_bits`` (``WORDS`` longs), None where there is nothing to compare.
    """
    texts, has_text = rows_of(batch.column("text"))
    images, has_image = rows_of(batch.column("image"))
    names = ["category", "brand", "price", "currency", "attributes"]
    attributes, has_attributes = multi_hot(batch.select(names).to_pylist())
    half = params.width // 2
    vectors = np.concatenate([unit_rows(texts, "text", half), unit_rows(images, "image", half)], axis=1)
    return {
        "vector": [row if known else None for row, known in zip(vectors, has_text | has_image, strict=True)],
        "text_bits": signatures(texts, has_text, "text"),
        "image_bits": signatures(images, has_image, "image"),
        "attribute_bits": signatures(attributes, has_attributes, "attributes"),
    }


def rows_of(column: pa.Array) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """Lists of floats as a matrix, zeros where there is none; and where there is one. ValueError for mixed lengths."""
    known = np.asarray(column.is_valid())
    lengths = {len(row) for row in column.drop_null()}
    if len(lengths) > 1:
        raise ValueError(f"vectors of {sorted(lengths)} values in one batch: features of two models are mixed")
    matrix = np.zeros((len(column), lengths.pop() if lengths else 0), np.float32)
    if known.any():
        matrix[known] = column.drop_null().flatten().to_numpy(zero_copy_only=False).reshape(int(known.sum()), -1)
    return matrix, known


def multi_hot(rows: Sequence[Mapping[str, Any]]) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """(rows, 4096): 1 where a product has an attribute, category level, brand or price range; and who has any."""
    matrix = np.zeros((len(rows), NUM_ATTRIBUTES), np.float32)
    for place, row in enumerate(rows):
        matrix[place, attribute_ids(dict(row))] = 1
        if row["price"] and row["price"] > 0:
            step = math.floor(2 * math.log2(row["price"]))  # half an octave: 10 to 14, 14 to 20 ...
            matrix[place, attribute_id(f"price {row['currency'] or ''}", str(step))] = 1
    return matrix, np.asarray(matrix.any(axis=1))


@lru_cache(maxsize=8)
def directions(purpose: str, width: int, count: int) -> Matrix:
    """(width, count) random signs over sqrt(count): lengths and angles are kept, in the mean.

    Source: Achlioptas, "Database-friendly random projections" (2003).
    """
    signs = np.random.default_rng(seed_of("graph", SEED, purpose, width)).integers(0, 2, (width, count))
    return ((2 * signs - 1) / np.sqrt(count)).astype(np.float32)


def unit_rows(matrix: Matrix, purpose: str, width: int) -> Matrix:
    """(rows, width): each row projected to ``width`` values and of unit length; zeros stay zeros."""
    if not matrix.shape[1]:
        return np.zeros((len(matrix), width), np.float32)
    return unit(matrix @ directions(purpose, matrix.shape[1], width))


def signatures(matrix: Matrix, known: npt.NDArray[np.bool_], purpose: str) -> list[list[int] | None]:
    """Each row's side of 256 random planes, as four longs: rows at an angle differ in angle / pi of the bits.

    Source: Charikar, "Similarity estimation techniques from rounding algorithms" (2002).
    """
    if not matrix.shape[1]:
        return [None] * len(matrix)
    bits = matrix @ directions(f"{purpose} signature", matrix.shape[1], BITS) > 0
    longs = np.packbits(bits, axis=1).view(">i8").astype(np.int64)
    return [row if known_row else None for row, known_row in zip(longs.tolist(), known, strict=True)]


def max_distance(min_alike: float) -> int:
    """The most bits in which the signatures of two products of at least this cosine differ."""
    return math.floor(BITS * math.acos(min_alike) / math.pi)


def chosen(met: Sequence[Mapping[str, Any]], params: GraphParams) -> list[dict[str, Any]]:
    """A product's edges (``other``, ``kinds``), in the order of ``other``, from all that it met (``kind``, ``far``,
    ``other``): of each kind the nearest, of equally near ones the smaller id."""
    kinds: dict[str, int] = {}
    for bit in KINDS.values():
        limit = params.basket_neighbours if bit == BASKET else params.neighbours
        near = sorted((row["far"], row["other"]) for row in met if row["kind"] == bit)
        for _, other in near[:limit]:
            kinds[other] = kinds.get(other, 0) | bit
    return [{"other": other, "kinds": kinds[other]} for other in sorted(kinds)]


def means(lists: pa.Array, width: int) -> Matrix:
    """(rows, width): the mean of each row's vectors, half by half over those that have the half; zeros without any.

    ``lists``: lists of vectors, in a fixed order (float sums depend on it). A neighbour without a photo says nothing
    about photos, and does not pull the mean towards zero.
    """
    made = np.zeros((len(lists), width))
    lengths = np.asarray([len(row) if row.is_valid else 0 for row in lists], np.int64)
    if not lengths.sum():
        return made.astype(np.float32)
    vectors = lists.flatten().flatten().to_numpy(zero_copy_only=False).reshape(-1, width).astype(np.float64)
    filled = lengths > 0
    starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
    for half in (slice(0, width // 2), slice(width // 2, width)):
        has = vectors[:, half].any(axis=1).astype(np.float64)
        counts = np.add.reduceat(has, starts)[:, None]
        made[filled, half] = np.add.reduceat(vectors[:, half], starts) / np.maximum(counts, 1)
    return made.astype(np.float32)


def hops_of(vectors: Matrix, near: npt.NDArray[np.int64]) -> Matrix:
    """(N, 3W): X, AX and A^2 X beside each other, of vectors (N, W) over links ``near`` (E, 2), product and neighbour,
    sorted. Zeros where nobody tells anything."""
    first = mean_over(near, vectors)
    return np.concatenate([vectors, first, mean_over(near, first)], axis=1)


def mean_over(near: npt.NDArray[np.int64], vectors: Matrix) -> Matrix:
    """(N, W): the mean of the vectors of each product's neighbours, as ``means`` has it."""
    return owned_means(near[:, 0], vectors[near[:, 1]], len(vectors))


def owned_means(owners: npt.NDArray[np.int64], theirs: Matrix, count: int) -> Matrix:
    """(count, W): the mean of each owner's vectors (E, W), half by half over those that have the half; zeros where none
    has. ``owners`` (E,): sorted."""
    made = np.zeros((count, theirs.shape[1]), np.float64)
    if not len(owners):
        return made.astype(np.float32)
    rows, starts = np.unique(owners, return_index=True)
    half = theirs.shape[1] // 2
    for part in (slice(0, half), slice(half, None)):
        values = theirs[:, part].astype(np.float64)
        has = np.add.reduceat(values.any(axis=1).astype(np.float64), starts)
        made[rows, part] = np.add.reduceat(values, starts) / np.maximum(has, 1)[:, None]
    return made.astype(np.float32)


def project_batches(batches: Iterator[pa.RecordBatch], params: GraphParams) -> Iterator[pa.RecordBatch]:
    """``product_id``, ``own_hash``, ``category_key``, ``encoder_version`` as they came, and what ``project`` makes."""
    for batch in batches:
        made = project(batch, params)
        names = ["product_id", "own_hash", "category_key", "encoder_version"]
        columns = {name: batch.column(name) for name in names}
        yield pa.RecordBatch.from_pydict(columns | {name: pa.array(made[name], OWN.field(name).type) for name in made})


def choose_batches(batches: Iterator[pa.RecordBatch], params: GraphParams) -> Iterator[pa.RecordBatch]:
    """``product_id`` and ``edges``, chosen of all that it ``met``."""
    kind = pa.list_(pa.struct([("other", pa.string()), ("kinds", pa.int32())]))
    for batch in batches:
        edges = [chosen(met, params) for met in batch.column("met").to_pylist()]
        columns = [batch.column("product_id"), pa.array(edges, kind)]
        yield pa.RecordBatch.from_arrays(columns, names=["product_id", "edges"])


def mean_batches(batches: Iterator[pa.RecordBatch], width: int) -> Iterator[pa.RecordBatch]:
    """``product_id`` and ``vector``, the mean of its ``vectors``."""
    for batch in batches:
        made = means(batch.column("vectors"), width)
        vectors = pa.array(list(made), pa.list_(pa.float32()))
        yield pa.RecordBatch.from_arrays([batch.column("product_id"), vectors], names=["product_id", "vector"])


def graph_features(batch: pa.RecordBatch, params: GraphParams) -> dict[str, Any]:
    """The transform of ``graph_features``.

    batch: ``vector``; ``edges`` (structs ``other``, ``kinds``, in the order of ``other``); ``hop_1``; ``near_hops``,
    the neighbours' ``hop_1``; ``encoder_version``. A product without neighbours has degree 0 and no hops.
    """
    edges = [row or [] for row in batch.column("edges").to_pylist()]
    kinds = [[edge["kinds"] for edge in row] for row in edges]
    second = means(batch.column("near_hops"), params.width)
    has_second = batch.column("near_hops").is_valid().to_pylist()
    return {
        "vector": batch.column("vector"),
        "neighbours": [[edge["other"] for edge in row] for row in edges],
        "neighbour_kinds": kinds,
        "degree": [len(row) for row in edges],
        **{f"num_{name}": [sum(bool(k & bit) for k in row) for row in kinds] for name, bit in KINDS.items()},
        "hop_1": batch.column("hop_1"),
        "hop_2": [row if found else None for row, found in zip(second, has_second, strict=True)],
        "encoder_version": batch.column("encoder_version"),
        "reject_reason": pa.nulls(batch.num_rows, pa.string()),
    }
