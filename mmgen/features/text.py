"""Text features of three kinds: a signed hashed bag of tokens, which needs no fitting; word vectors, by a model fitted
on the catalogue; and, where the shop has a checkpoint, a sentence embedding."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen.config.features import TextFeatureParams
from mmgen.features.text_model import text_model_in
from mmgen.features.tfidf import compound_characters
from mmgen.hashes import digest_of_bytes
from mmgen.models.encoders.fitted import UNTRAINED
from mmgen.rejects import RejectReason

if TYPE_CHECKING:
    from mmgen.features.sentence import SentenceEncoder

VERSION = 3

COLUMNS = (
    "embedding",
    "word_vector",
    "sentence_embedding",
    "encoder_version",
    "plain_hash",
    "reject_reason",
)


@dataclass(frozen=True)
class FittedText:
    """Which fitted model a batch is given: its label, and its folder (empty: none is fitted yet); the folder of the
    sentence checkpoint (empty: there is none) and its token limit."""

    label: str = UNTRAINED
    folder: str = ""
    sentence_folder: str = ""
    max_sentence_tokens: int = 128


NOT_FITTED = FittedText()


def text_features(batch: pa.RecordBatch, params: TextFeatureParams, fitted: FittedText = NOT_FITTED) -> dict[str, Any]:
    """Features of a batch of clean texts.

    batch: ``tokens`` (list of strings, or None), ``title``, ``description`` (strings, or None).
    Returns lists, ``batch.num_rows`` long: ``embedding`` (``params.width``,) float32 of unit length;
    ``word_vector`` of unit length (None where no word is known) and ``sentence_embedding`` of unit length, both None
    without a model; ``encoder_version``, which made these two;
    ``plain_hash`` of the embedding, which no model changes; and ``reject_reason`` (``input_rejected`` where there is no
    token). A product whose title was rejected but whose description was kept has tokens, and so features.
    """
    lists = batch.column("tokens").to_pylist()
    columns: dict[str, list[Any]] = {name: [None] * batch.num_rows for name in COLUMNS}
    model = text_model_in(fitted.folder)
    for row, tokens in enumerate(lists):
        if not tokens:
            columns["reject_reason"][row] = RejectReason.INPUT_REJECTED.value
            continue
        columns["embedding"][row] = embed_tokens(tokens, params)
        columns["plain_hash"][row] = digest_of_bytes(columns["embedding"][row].tobytes())
        columns["encoder_version"][row] = fitted.label
        if model is not None:
            columns["word_vector"][row] = model.vectors.mean(tokens, [model.weight(t or "") for t in tokens])
    if fitted.sentence_folder:
        rows = [row for row, tokens in enumerate(lists) if tokens]
        texts = shown_texts(batch)
        made = sentence_encoder_in(fitted.sentence_folder, fitted.max_sentence_tokens).embed([texts[r] for r in rows])
        for row, embedding in zip(rows, made, strict=True):
            columns["sentence_embedding"][row] = embedding
    return columns


def shown_texts(batch: pa.RecordBatch) -> list[str]:
    """Title and description of each row, as a person reads them."""
    fields = (batch.column(name).to_pylist() for name in ("title", "description"))
    return ["\n".join(text for text in row if text) for row in zip(*fields, strict=True)]


@lru_cache(maxsize=1)
def sentence_encoder_in(folder: str, max_tokens: int) -> SentenceEncoder:
    """The checkpoint of a folder, loaded once a process."""
    from mmgen.features.sentence import SentenceEncoder

    return SentenceEncoder.load(Path(folder), max_tokens)


def embed_tokens(tokens: list[str | None], params: TextFeatureParams) -> npt.NDArray[np.float32]:
    """(width,): each term adds (1 + log count) x weight, with a sign, at its hash; of unit length.

    Signs make collisions cancel on average. Chinese compounds also add their characters.
    Source: Weinberger et al., "Feature hashing for large scale multitask learning" (2009).
    """
    words = [token for token in tokens if token]
    terms: Counter[tuple[str, float]] = Counter((word, 1.0) for word in words)
    if params.bigrams:
        terms.update((f"{first} {second}", params.bigram_weight) for first, second in pairwise(words))
    if params.character_weight:
        terms.update((character, params.character_weight) for character in compound_characters(words))
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
