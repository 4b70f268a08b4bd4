"""Whether what is generated in one modality is of one kind with what was given in others: coherence over subsets.

A judge, such as a classifier trained on real values of a modality, says of which class each generated value is. A
score depends on its judges, so they are named wherever a score is shown: what they say of real values is the ceiling,
``chance`` the floor. Sources: Shi et al. 2019 (arXiv 1911.03393) for cross and joint coherence; Sutter et al. 2021
(arXiv 2105.02470) for all subsets, one row for each number of given modalities.
Shapes: N rows, M modalities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

Classes = npt.NDArray[np.integer]
Shares = npt.NDArray[np.float64]
Subset = tuple[str, ...]

UNKNOWN = -1
"""The class of a row of which none is known, or for which nothing was generated: it does not count."""


def subsets(modalities: Sequence[str], lowest: int = 1) -> list[Subset]:
    """Every subset of at least ``lowest`` modalities, small ones first: 2^M - 1 with the default."""
    sizes = range(lowest, len(modalities) + 1)
    return [subset for size in sizes for subset in combinations(modalities, size)]


def hits(said: Mapping[str, Classes], labels: Classes, given: Iterable[str] = ()) -> Shares:
    """The share of the modalities that are generated as of the row's class, 0 to 1: (N,); nan where nothing counts.

    said: what the judge of each generated modality says, (N,), ``UNKNOWN`` where a row has none; labels: (N,). The
    ``given`` modalities are left out: their generated values are reconstructions. Raises ValueError for other lengths.
    """
    given = set(given)
    told = [_as_rows(classes, labels) for name, classes in said.items() if name not in given]
    if not told:
        return np.full(len(labels), np.nan)
    classes = np.stack(told, axis=1)
    counts = (classes != UNKNOWN) & (labels != UNKNOWN)[:, None]
    right = ((classes == labels[:, None]) & counts).sum(axis=1)
    total = counts.sum(axis=1)
    return np.where(total > 0, right / np.maximum(total, 1), np.nan)


def cross_coherence(said: Mapping[Subset, Mapping[str, Classes]], labels: Classes) -> dict[int, Shares]:
    """For each number of given modalities, how coherent a row's absent ones are: the mean of ``hits`` over the subsets
    of that size, (N,) each.

    said: by the given subset, what the judges say of every modality generated from it. Numbers from which nothing
    absent was generated are left out. The mean of a row over its subsets comes first, so that rows are what an
    interval draws.
    """
    by_size: dict[int, list[Shares]] = {}
    for subset, classes in said.items():
        if set(classes) - set(subset):
            by_size.setdefault(len(subset), []).append(hits(classes, labels, subset))
    return {size: _mean_of_known(found) for size, found in sorted(by_size.items())}


def mean_coherence(said: Mapping[Subset, Mapping[str, Classes]], labels: Classes) -> Shares:
    """One figure a row, (N,): the mean of ``cross_coherence`` over the numbers of given modalities, each counted once
    however many subsets it has. Raises ValueError where nothing absent was generated."""
    found = cross_coherence(said, labels)
    if not found:
        raise ValueError("no modality was generated that was not given")
    return _mean_of_known(list(found.values()))


def joint_coherence(said: Mapping[str, Classes]) -> Shares:
    """Whether all judges say the same of values generated together from the prior: (N,), 0 or 1, nan where one row has
    fewer than two modalities.

    A model that draws one class alone has 1: show ``variety`` beside it. Raises ValueError for fewer than two
    modalities.
    """
    if len(said) < 2:
        raise ValueError("agreement needs two modalities")
    first = next(iter(said.values()))
    classes = np.stack([_as_rows(one, first) for one in said.values()], axis=1)
    is_there = classes != UNKNOWN
    largest = classes.max(axis=1)
    smallest = np.where(is_there, classes, np.iinfo(np.int64).max).min(axis=1)
    return np.where(is_there.sum(axis=1) > 1, (largest == smallest).astype(np.float64), np.nan)


def variety(said: Classes, num_classes: int) -> float:
    """How many of the classes are drawn, as a share of all: exp(entropy) / K, 1/K to 1. nan without any row."""
    known = said[said != UNKNOWN]
    if not len(known):
        return float("nan")
    shares = np.bincount(known, minlength=num_classes) / len(known)
    entropy = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
    return float(np.exp(entropy) / num_classes)


def chance(said: Classes, labels: Classes) -> float:
    """The floor: the share that would be right if what is said had nothing to do with the row, sum_k p_k(said)
    p_k(label), as after shuffling the rows endlessly. nan where nothing counts."""
    _as_rows(said, labels)
    counts = (said != UNKNOWN) & (labels != UNKNOWN)
    if not counts.any():
        return float("nan")
    size = int(max(said.max(), labels.max())) + 1
    one, other = (np.bincount(values[counts], minlength=size) / counts.sum() for values in (said, labels))
    return float(one @ other)


def _as_rows(classes: Classes, like: Classes) -> Classes:
    if classes.ndim != 1 or classes.shape != like.shape:
        raise ValueError(f"one class a row is needed: shapes {classes.shape} and {like.shape}")
    return classes


def _mean_of_known(values: Sequence[Shares]) -> Shares:
    stacked = np.stack(values)
    known = np.isfinite(stacked)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
