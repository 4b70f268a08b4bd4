"""TF-IDF of a text as a sparse vector: hashed terms, weighed by how rare they are in the catalogue.

The hash is that of ``pyspark.ml.feature.HashingTF`` (MurmurHash3, x86, 32 bits, seed 42), so that Spark fits the
weights and a worker applies them to a batch without asking Spark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.utils import murmurhash3_32

SPARK_SEED = 42
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

Sparse = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]
"""Indices, rising, and their values."""


def compound_characters(words: Sequence[str]) -> list[str]:
    """The characters of Chinese words of several; they count because segmenters disagree on compounds."""
    return [character for word in words if len(word) > 1 and _HAN.search(word) for character in word]


def terms_of(tokens: Sequence[str | None], bigrams: bool) -> list[str]:
    """The terms of a token list: its tokens, the characters of Chinese compounds, and pairs of neighbouring tokens."""
    words = [token for token in tokens if token]
    terms = words + compound_characters(words)
    return terms + ([f"{first} {second}" for first, second in pairwise(words)] if bigrams else [])


@lru_cache(maxsize=1 << 17)
def bucket_of(term: str, num_buckets: int) -> int:
    """The place of a term, 0 to ``num_buckets`` - 1, as ``HashingTF.indexOf`` gives it."""
    return int(murmurhash3_32(term.encode("utf-8", "replace"), seed=SPARK_SEED)) % num_buckets


def tfidf(tokens: Sequence[str | None], idf: npt.NDArray[np.float32], bigrams: bool) -> Sparse:
    """Sparse TF-IDF: (1 + log count) x idf at each term's bucket, of unit length; empty where nothing has a weight.

    ``idf``: (num_buckets,), from ``pyspark.ml.feature.IDF``. Logarithmic counts: Manning, Raghavan, Schuetze,
    "Introduction to Information Retrieval" (2008), 6.4.1.
    """
    counts = Counter(bucket_of(term, len(idf)) for term in terms_of(tokens, bigrams))
    indices = np.array(sorted(counts), np.int32)
    values = (1 + np.log([float(counts[i]) for i in indices.tolist()])) * idf[indices] if counts else np.zeros(0)
    kept = values > 0
    indices, values = indices[kept], values[kept]
    return indices, (values / (np.linalg.norm(values) or 1.0)).astype(np.float32)
