"""Fits what text features are weighed and averaged by, in Spark: how rare each term is, and the words' vectors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mmgen.config.features import TextModelParams
from mmgen.features.examples import split_of
from mmgen.features.sentence import SentenceEncoder, digest_of_checkpoint
from mmgen.features.text_model import TextModel
from mmgen.features.tfidf import terms_of
from mmgen.features.vectors import WordVectors, centred, read_vectors
from mmgen.hashes import sha256_of_file

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VERSION = 1
_DOCUMENTS = "product_id string, tokens array<string>, terms array<string>, is_held_out boolean"


def documents_of(texts: DataFrame, bigrams: bool, seed: int, held_out_share: float) -> DataFrame:
    """product_id, tokens, terms, is_held_out of each text that differs: a thousand rows of one text are one document.

    ``texts``: product_id, title_key, tokens. Of equal texts the product of the smallest id stands for all. Texts with
    one title are held out together.
    """
    from pyspark.sql import functions as F

    alike = texts.where(F.size("tokens") > 0).groupBy("tokens")
    documents = alike.agg(F.min(F.struct("product_id", "title_key")).alias("one")).select("one.*", "tokens")
    return documents.mapInArrow(partial(_documents, bigrams=bigrams, seed=seed, share=held_out_share), _DOCUMENTS)


def _documents(batches: Iterator[pa.RecordBatch], bigrams: bool, seed: int, share: float) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        ids, tokens = batch.column("product_id").to_pylist(), batch.column("tokens").to_pylist()
        groups = [title or own for title, own in zip(batch.column("title_key").to_pylist(), ids, strict=True)]
        terms = pa.array([terms_of(row, bigrams) for row in tokens], pa.list_(pa.string()))
        held_out = pa.array([split_of(group, seed, 0.0, share) == "test" for group in groups], pa.bool_())
        columns = [batch.column("product_id"), batch.column("tokens"), terms, held_out]
        yield pa.RecordBatch.from_arrays(columns, names=["product_id", "tokens", "terms", "is_held_out"])


def fit_text_model(documents: DataFrame, params: TextModelParams, seed: int) -> TextModel:
    """Fit on the documents of ``documents_of``, which the caller keeps in memory.

    The same documents and the same seed give the same bytes.

    Term weights: ``pyspark.ml.feature.IDF``, log((n + 1) / (df + 1)). Vectors: read from ``params.vectors_file``, or
    fitted by ``pyspark.ml.feature.Word2Vec`` (skip-gram, Mikolov et al. 2013). ValueError where a file named in the
    parameters cannot be used.
    """
    from pyspark.ml.feature import IDF, HashingTF

    counted = HashingTF(numFeatures=params.num_buckets, binary=True, inputCol="terms", outputCol="counts").transform(
        documents
    )
    weights = IDF(inputCol="counts", outputCol="weighed").fit(counted)
    checkpoint = Path(params.sentence_checkpoint) if params.sentence_checkpoint else None
    if checkpoint:
        SentenceEncoder.load(checkpoint, params.max_sentence_tokens).embed(["a text", "一段文字"])
    return TextModel(
        idf=weights.idf.toArray().astype(np.float32),
        vectors=_vectors(documents, params, seed),
        bigrams=params.bigrams,
        num_documents=int(weights.numDocs),
        sentence_digest=digest_of_checkpoint(checkpoint) if checkpoint else "",
        made_with=made_with(params),
    )


def made_with(params: TextModelParams) -> str:
    """Identity of the parameters and of the files that they name: where it differs, the model has to be fitted anew."""
    named = [Path(name) for name in (params.vectors_file, params.sentence_checkpoint) if name]
    found = [digest_of_checkpoint(path) if path.is_dir() else digest_of_file(path) for path in named]
    return params.digest(VERSION, *found)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, 16 hex digits. ValueError where there is none."""
    if not path.is_file():
        raise ValueError(f"features.text_model names {path}, and there is no such file")
    return sha256_of_file(path)[:16]


def _vectors(documents: DataFrame, params: TextModelParams, seed: int) -> WordVectors:
    from pyspark.sql import functions as F

    words = documents.select(F.explode("tokens").alias("word")).groupBy("word").count()
    counts = {row["word"]: int(row["count"]) for row in words.toLocalIterator()}
    if params.vectors_file:
        read = read_vectors(Path(params.vectors_file), counts, params.max_words)
    else:
        read = _fitted_vectors(documents, params, seed)
    found = np.array([counts.get(word, 0) for word in read.words], np.int64)
    return WordVectors(read.words, centred(read.matrix, found))


def _fitted_vectors(documents: DataFrame, params: TextModelParams, seed: int) -> WordVectors:
    from pyspark.ml.feature import Word2Vec
    from pyspark.sql import functions as F

    # One partition in a fixed order: with several, the sum of their gradients depends on who comes first
    sample = documents.orderBy(F.xxhash64("product_id"), "product_id").limit(params.max_documents).coalesce(1)
    fitted = Word2Vec(
        vectorSize=params.vector_width,
        minCount=params.min_word_count,
        windowSize=params.window,
        maxIter=params.iterations,
        numPartitions=1,
        seed=seed,
        inputCol="tokens",
        outputCol="vector",
    ).fit(sample)
    rows = sorted((row["word"], row["vector"].toArray()) for row in fitted.getVectors().collect())
    matrix = np.array([vector for _, vector in rows], np.float32).reshape(len(rows), params.vector_width)
    return WordVectors(tuple(word for word, _ in rows), matrix)
