"""Text features: a signed hashed bag of tokens and token pairs. Needs no vocabulary, so a new word changes no index."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen.features.params import TextFeatureParams
from mmgen.rejects import RejectReason

VERSION = 1

COLUMNS = ("embedding", "reject_reason")

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def text_features(batch: pa.RecordBatch, params: TextFeatureParams) -> dict[str, Any]:
    """Features of a batch of token lists.

    batch: ``tokens`` (list of strings, or None).
    Returns lists, ``batch.num_rows`` long: ``embedding`` (``params.width``,) float32 of unit length and
    ``reject_reason`` (``input_rejected`` where there is no token). A product whose title was rejected but whose
    description was kept has tokens, and so features.
    """
    embeddings: list[npt.NDArray[np.float32] | None] = []
    for tokens in batch.column("tokens").to_pylist():
        embeddings.append(embed_tokens(tokens, params) if tokens else None)
    missing = RejectReason.INPUT_REJECTED.value
    return {
        "embedding": embeddings,
        "reject_reason": [missing if embedding is None else None for embedding in embeddings],
    }


def embed_tokens(tokens: list[str | None], params: TextFeatureParams) -> npt.NDArray[np.float32]:
    """(width,): each term adds (1 + log count) x weight, with a sign, at its hash; of unit length.

    Signs make collisions cancel on average. Chinese tokens also add their characters, because segmenters disagree on
    compounds. Source: Weinberger et al., "Feature hashing for large scale multitask learning" (2009).
    """
    words = [token for token in tokens if token]
    terms: Counter[tuple[str, float]] = Counter((word, 1.0) for word in words)
    if params.bigrams:
        terms.update((f"{first} {second}", params.bigram_weight) for first, second in pairwise(words))
    if params.character_weight:
        compounds = (word for word in words if len(word) > 1 and _HAN.search(word))
        terms.update((character, params.character_weight) for word in compounds for character in word)
    vector = np.zeros(params.width, np.float64)
    if terms:
        hashes = np.array([stable_hash(term) for term, _ in terms], np.int64)
        weights = np.array([weight for _, weight in terms]) * (1 + np.log(np.fromiter(terms.values(), np.float64)))
        np.add.at(vector, (hashes >> 1) % params.width, np.where(hashes & 1, weights, -weights))
    length = float(np.linalg.norm(vector))
    if length == 0:  # every term cancelled another: a unit vector all the same, or cosines are undefined
        vector[stable_hash(words[0]) % params.width] = length = 1.0
    return (vector / length).astype(np.float32)


@lru_cache(maxsize=1 << 17)
def stable_hash(term: str) -> int:
    """32 bits, the same in every process and on every machine (``hash()`` of a string is not)."""
    # A CRC is linear: two rounds of a multiplier spread it over the low bits that are used
    value = zlib.crc32(term.encode("utf-8", "surrogatepass"))
    value = (value ^ value >> 16) * 0x45D9F3B & 0xFFFFFFFF
    return value ^ value >> 16
