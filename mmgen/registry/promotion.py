"""Whether a trained model may be the champion.

**A first model** has to beat every baseline that its test rows allow, by the whole of its 95% interval: the mean
training image (PSNR), the unigram model (perplexity), and chance (recall of an image by its text, asked only where
chance is below a fifth: of twenty rows, half are among the ten nearest whatever a model knows). Something has to be
compared, or it is not promoted.

**A later one**, scored on the same test rows as the champion, must not be worse than it beyond the champion's own
interval, in the bound and in perplexity, and has to beat the baselines too. An equal one is promoted: it knows the
newer products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CHANCE = 0.2
ROUNDS = 500


@dataclass(frozen=True)
class Decision:
    """Whether to promote, and one sentence for each comparison that was made."""

    promote: bool
    reasons: list[str]


@dataclass(frozen=True)
class Comparison:
    """A figure, what it is compared with, and which direction is better."""

    figure: str
    higher_is_better: bool
    is_chance: bool = False  # the baseline is chance: asked only where that is below a fifth


BASELINES = (
    Comparison("image_psnr_db", True),
    Comparison("text_perplexity", False),
    Comparison("retrieval_recall_at_10", True, is_chance=True),
)
AGAINST_CHAMPION = (Comparison("elbo", True), Comparison("text_perplexity", False))


def decide(
    candidate: Mapping[str, float],
    champion: Mapping[str, float] | None,
    baselines: Sequence[Comparison] = BASELINES,
    against_champion: Sequence[Comparison] = AGAINST_CHAMPION,
) -> Decision:
    """Compare the figures of a model, such as those of ``figures.evaluate``; ``champion`` is None for a first model,
    else scored on the same rows."""
    outcomes = [_beats_baseline(candidate, c) for c in baselines if _applies(candidate, c)]
    if not outcomes:
        return Decision(False, ["no test row allows a comparison with a baseline: add products, or keep the champion"])
    if champion is not None:
        outcomes += [holds_against(candidate, champion, c) for c in against_champion
                     if c.figure in candidate and c.figure in champion]  # fmt: skip
    return Decision(all(good for good, _ in outcomes), [reason for _, reason in outcomes])


def _applies(figures: Mapping[str, float], comparison: Comparison) -> bool:
    baseline = figures.get(f"baseline_{comparison.figure}")
    if comparison.figure not in figures or baseline is None:
        return False
    return not comparison.is_chance or baseline < MAX_CHANCE


def _beats_baseline(figures: Mapping[str, float], comparison: Comparison) -> tuple[bool, str]:
    name, baseline = comparison.figure, figures[f"baseline_{comparison.figure}"]
    worst = figures[f"{name}_low" if comparison.higher_is_better else f"{name}_high"]
    is_better = worst > baseline if comparison.higher_is_better else worst < baseline
    word = "beats" if is_better else "does not beat"
    return is_better, f"{name} {figures[name]:.3f} (95% bound {worst:.3f}) {word} the baseline's {baseline:.3f}"


def holds_against(
    candidate: Mapping[str, float], champion: Mapping[str, float], comparison: Comparison
) -> tuple[bool, str]:
    """Whether a figure is no worse than the champion's beyond the champion's interval, and a sentence about it."""
    name = comparison.figure
    limit = champion[f"{name}_low" if comparison.higher_is_better else f"{name}_high"]
    holds = candidate[name] >= limit if comparison.higher_is_better else candidate[name] <= limit
    word = "is within" if holds else "is worse than"
    return holds, f"{name} {candidate[name]:.3f} {word} the champion's {champion[name]:.3f} (95% bound {limit:.3f})"


def interval(name: str, values: NDArray[np.float64]) -> dict[str, float]:
    """The mean of a figure over products, and its 95% interval by bootstrap: ``name``, ``name_low``, ``name_high``.

    Nothing where there are no values.
    """
    if not len(values):
        return {}
    draws = np.random.default_rng(0).integers(0, len(values), (ROUNDS, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return {name: float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
