"""Word vectors: one for each word, and the weighted mean of a text's words."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class WordVectors:
    """``words`` and their ``matrix``, (len(words), width)."""

    words: tuple[str, ...]
    matrix: Matrix

    @cached_property
    def places(self) -> dict[str, int]:
        """word -> row of the matrix"""
        return {word: place for place, word in enumerate(self.words)}

    def mean(self, tokens: Sequence[str | None], weights: Sequence[float]) -> Matrix | None:
        """(width,): the weighted mean of the tokens' vectors, of unit length; None where no token has one.

        With rarity as the weight, a frequent word that says little counts little: Arora, Liang, Ma, "A simple but
        tough-to-beat baseline for sentence embeddings" (2017).
        """
        known = [(self.places[t], w) for t, w in zip(tokens, weights, strict=True) if t and t in self.places]
        if not known:
            return None
        rows, shares = zip(*known, strict=True)
        total = np.asarray(shares, np.float64) @ self.matrix[list(rows)].astype(np.float64)
        length = float(np.linalg.norm(total))
        return (total / length).astype(np.float32) if length > 0 else None


def centred(matrix: Matrix, counts: npt.NDArray[np.int64]) -> Matrix:
    """The vectors less the mean over all word occurrences: what all texts share tells none apart.

    Source: Mu, Viswanath, "All-but-the-top" (2018), of which this is the first step.
    """
    if not len(matrix):
        return matrix
    common = (counts @ matrix.astype(np.float64)) / max(float(counts.sum()), 1.0)
    return (matrix - common).astype(np.float32)


def read_vectors(path: Path, wanted: Iterable[str], max_words: int) -> WordVectors:
    """Word vectors from a text file, one a line: the word, then its numbers (GloVe, fastText, word2vec; ``.gz`` too).

    Kept are the ``wanted`` words, and the first others of the file (they are the most frequent) up to ``max_words`` in
    all: the catalogue may have them tomorrow. ValueError, with the line, where a line has another number of values
    than the first, or something else than finite numbers; FileNotFoundError where there is no file.
    """
    needed = set(wanted)
    found: dict[str, Matrix] = {}
    others: dict[str, Matrix] = {}
    for word, vector in _lines(path):
        if word in needed:
            found.setdefault(word, vector)
        elif len(others) < max_words:
            others.setdefault(word, vector)
    if not found and not others:
        raise ValueError(f"{path}: no word vector in it; each line holds a word and its numbers")
    kept = found | dict(list(others.items())[: max(0, max_words - len(found))])
    words = tuple(sorted(kept))
    return WordVectors(words, np.stack([kept[word] for word in words]))


def _lines(path: Path) -> Iterator[tuple[str, Matrix]]:
    """The word and the vector of each line. A first line of two numbers is a header; a word may hold spaces."""
    width = 0
    reader = gzip.open if path.suffix == ".gz" else open
    with reader(path, "rt", encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            fields = line.rstrip().split(" ")
            if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
                continue
            width = width or len(fields) - 1
            try:
                vector = np.array(fields[-width:], np.float32) if width and len(fields) > width else None
            except ValueError:
                vector = None
            if vector is None or not np.isfinite(vector).all():
                raise ValueError(f"{path}, line {number}: a word and {width or 'its'} finite numbers are wanted")
            yield " ".join(fields[:-width]), vector
