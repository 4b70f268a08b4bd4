"""Scores of generated pictures beside real ones, from what a classifier or an encoder says of them.

Nothing is downloaded: the probabilities and features are those of a network trained on the catalogue or of one that is
given. A score depends on that network, so it is named wherever a score is shown, and scores by two networks are not
compared. Shapes: N and M pictures, F features, K classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigvalsh
from scipy.spatial.distance import cdist

Rows = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Interval:
    """A score and its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def inception_score(probabilities: Rows) -> float:
    """exp of the mean divergence of each picture's classes (N, K) from those of all: 1 to K, higher is better.

    It is high where each picture is clearly of one class and every class is drawn. Over all pictures at once: the mean
    over splits of a few pictures, as it is often given, is biased by their number. Source: Salimans et al. 2016, arXiv
    1606.03498. Raises ValueError for rows that are no distributions.
    """
    values = _matrix(probabilities)
    if (values < 0).any() or not np.allclose(values.sum(axis=1), 1, atol=1e-3):
        raise ValueError("each row has to be a distribution over the classes: not negative, 1 in all")
    tiny = np.finfo(np.float64).tiny
    apart = values * (np.log(np.maximum(values, tiny)) - np.log(np.maximum(values.mean(axis=0), tiny)))
    return float(np.exp(apart.sum(axis=1).mean()))


def frechet_distance(real: Rows, made: Rows) -> float:
    """The squared Fréchet distance of Gaussians fitted to the features (N, F) and (M, F): 0 or more, lower is better.

    Biased upwards where there are fewer pictures than some thousands: compare only where N and M are the same. With
    the features of Inception v3 it is the FID (Heusel et al. 2017, arXiv 1706.08500). Raises ValueError for fewer than
    two rows or different F.
    """
    a, b = _pair(real, made)
    spread_a, spread_b = (np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (a, b))
    # tr sqrt(A B) is the sum of the roots of the eigenvalues of sqrt(A) B sqrt(A), which is symmetric
    values, vectors = np.linalg.eigh(spread_a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(eigvalsh(root @ spread_b @ root), 0)).sum()
    away = a.mean(axis=0) - b.mean(axis=0)
    return float(away @ away + np.trace(spread_a) + np.trace(spread_b) - 2 * shared)


def kernel_distance(real: Rows, made: Rows) -> float:
    """The squared maximum mean discrepancy of the features (N, F) and (M, F), with the kernel (x·y / F + 1)³.

    Unbiased: about 0, and as often below, where both are of one kind; lower is better. With the features of Inception
    v3 it is the KID (Bińkowski et al. 2018, arXiv 1801.01401). Raises ValueError for fewer than two rows or different
    F.
    """
    a, b = _pair(real, made)
    size = a.shape[1]

    def alike(x: Rows, y: Rows) -> Rows:
        return np.asarray((x @ y.T / size + 1) ** 3)

    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (alike(a, a), alike(b, b))]
    return float(sum(within) - 2 * alike(a, b).mean())


def precision_and_recall(real: Rows, made: Rows, k: int = 3) -> tuple[float, float]:
    """The share of the made pictures that lie among the real ones, and of the real that lie among the made; 0 to 1.

    A picture lies among others where it is nearer to one of them than that one's ``k``-th neighbour of its own kind:
    precision tells of quality, recall of variety. Source: Kynkäänniemi et al. 2019, arXiv 1904.06991. Raises
    ValueError for fewer than k + 1 rows or different F.
    """
    a, b = _pair(real, made)
    if min(len(a), len(b)) <= k:
        raise ValueError(f"{k} neighbours need more than {min(len(a), len(b))} pictures")
    across = cdist(a, b)
    reach_a, reach_b = (np.partition(cdist(rows, rows), k, axis=1)[:, k] for rows in (a, b))
    precision = (across <= reach_a[:, None]).any(axis=0).mean()
    recall = (across <= reach_b[None, :]).any(axis=1).mean()
    return float(precision), float(recall)


def with_interval(statistic: Callable[..., float], *samples: Rows, rounds: int = 200, seed: int = 0) -> Interval:
    """``statistic(*samples)`` and its 95% interval: each sample's rows are drawn anew, half of them without putting
    back, ``rounds`` times.

    Halves, not a bootstrap: rows drawn twice are their own neighbours, which is what a distance between pictures
    measures. A half drawn so varies about the whole by sigma² (2/n - 1/n), just as much as the whole about the truth
    (the delete-d jackknife with d = n/2, Shao and Wu 1989). The rounds' own mean is taken off: a half's bias is not the
    whole's. Rows have to be independent: pass one of each group. ValueError for fewer than four.
    """
    if min(map(len, samples)) < 4:
        raise ValueError("an interval needs four rows or more")
    draw = np.random.default_rng(seed)
    value = statistic(*samples)
    halves = [
        statistic(*(rows[draw.permutation(len(rows))[: len(rows) // 2]] for rows in samples)) for _ in range(rounds)
    ]
    low, high = np.percentile(np.asarray(halves) - np.mean(halves), [2.5, 97.5])
    return Interval(value, value + float(low), value + float(high))


def _matrix(rows: Rows) -> Rows:
    values = np.asarray(rows, np.float64)
    if values.ndim != 2 or not len(values):
        raise ValueError(f"one row a picture is needed, not values of shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values that are not finite: the network that made them failed on some picture")
    return values


def _pair(real: Rows, made: Rows) -> tuple[Rows, Rows]:
    a, b = _matrix(real), _matrix(made)
    if a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"two rows of the same features are needed of each, not {a.shape} and {b.shape}")
    return a, b
