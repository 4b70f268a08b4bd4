"""Near-copies among texts: banding of MinHash signatures, to find the pairs that are alike.

Two texts become candidates where a whole band of the signature is equal (Indyk & Motwani 1998): of pairs with
similarity s that is 1 - (1 - s^rows)^bands. How signatures are made: ``mmgen.clean.text.signature``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mmgen.clean.text.signature import GOLDEN, ROOT_2, Signatures, mixed, signature_matrix
from mmgen.config.clean import NearCopyParams
from mmgen.duplicates.buckets import bucket_pairs, distinct_pairs


def band_keys(signature: Signatures, params: NearCopyParams) -> npt.NDArray[np.int64]:
    """One number a band, [len(signature), num_bands]: near-copies are equal in some column, most other texts in none.

    Signed, as Parquet and Spark have no unsigned integers of that width.
    """
    width = params.num_bands * params.band_rows
    rows = signature[:, :width].astype(np.uint64).reshape(len(signature), params.num_bands, params.band_rows)
    keys = np.zeros(rows.shape[:2], np.uint64)
    for i in range(params.band_rows):
        keys = mixed((keys ^ rows[:, :, i]) * GOLDEN)
    return keys.view(np.int64)


def near_copies(
    signature: Signatures, params: NearCopyParams
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Pairs of rows that are near-copies: ``first`` < ``second``, and the estimated similarity of each.

    signature: of texts that have one. Rows with equal signatures are paired with the first of them alone, and a row
    with the next ``params.max_bucket`` rows of its bucket at most: a million copies of one text are a million pairs,
    and the groups that pairs make up stay whole.
    """
    unique, inverse = _unique_rows(signature)
    copies = np.flatnonzero(unique[inverse] != np.arange(len(signature)))
    firsts, seconds = [unique[inverse[copies]]], [copies]
    estimates = [np.ones(len(copies), np.float32)]
    pairs = distinct_pairs(bucket_pairs(band_keys(signature[unique], params), params.max_bucket), len(unique))
    for start in range(0, len(pairs), 50_000):
        a, b = unique[pairs[start : start + 50_000]].T
        alike = (signature[a] == signature[b]).mean(axis=1, dtype=np.float32)
        kept = alike >= params.min_similarity
        firsts.append(a[kept])
        seconds.append(b[kept])
        estimates.append(alike[kept])
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(estimates)


def text_bands(made: Sequence[bytes], params: NearCopyParams) -> list[list[int]]:
    """``num_bands`` 64-bit numbers of each signature, each with its column mixed in: for a join on bands where one
    machine cannot hold all signatures."""
    columns = np.arange(1, params.num_bands + 1, dtype=np.uint64) * ROOT_2
    keys = band_keys(signature_matrix(made, params), params).view(np.uint64)
    bands: list[list[int]] = mixed(keys ^ columns).view(np.int64).tolist()
    return bands


def similarity(one: Sequence[bytes], other: Sequence[bytes]) -> npt.NDArray[np.float32]:
    """The estimated Jaccard index of each pair of signatures that ``text_signatures`` made, [len(one)]."""
    if not len(one):
        return np.zeros(0, np.float32)
    first, second = (np.frombuffer(b"".join(part), "<u4").reshape(len(one), -1) for part in (one, other))
    return (first == second).mean(axis=1, dtype=np.float32)


def _unique_rows(signature: Signatures) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first row of each distinct signature, in order, and for each row the place of its own."""
    key = np.zeros(len(signature), np.uint64)
    for column in signature.T:
        key = mixed((key ^ column) * GOLDEN)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order].astype(np.int64), rank[inverse]
