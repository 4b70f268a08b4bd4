"""Whether a trained model may be the champion.

**A first model** has to beat every baseline that its test rows allow, by the whole of its 95% interval: the mean
training image (PSNR), the unigram model (perplexity), the most frequent answer (coherence), and chance (recall of an
image by its text, asked only where chance is below a fifth: of twenty rows, half are among the ten nearest whatever a
model knows). Something has to be compared, or it is not promoted.

**A later fusion model** has to beat the baselines, too, and is compared with the champion row by row on the same slice
(``succeeds``): better by the whole 95% interval of their difference in a named figure, and in no other worse by its
whole interval. Where neither is better the champion stays, unless it is old, or knows products that left.

**A later encoder**, scored on the same test rows as the champion, must not be worse than it beyond the champion's own
interval (``decide``). An equal one is promoted: it knows the newer products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmgen.config.training import PromotionParams
from mmgen.registry.scores import Scores

MAX_CHANCE = 0.2
ROUNDS = 500
COLLAPSED = 0.1


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
    Comparison("coherence", True),
    Comparison("retrieval_recall_at_10", True, is_chance=True),
)
AGAINST_CHAMPION = (Comparison("elbo", True), Comparison("text_perplexity", False))
LESS_IS_BETTER = ("text_nats",)
COMPARED = ("elbo", "text_nats", "image_psnr_db", "image_ssim", "retrieval_recall_at_10", "coherence")
"""Figures that a later model may not be worse in, and ``coherence_from_*``."""
OF_ONE_KIND = ("elbo",)
"""Those that mean something only between models of the same modalities: a bound on all that a model describes."""


@dataclass(frozen=True)
class Standing:
    """What speaks against a champion besides its figures. ``age_days``: between the dates that both were trained for;
    ``gone_share``: of the products that it was trained on, those that left the shop."""

    age_days: int = 0
    gone_share: float = 0.0
    has_same_modalities: bool = True


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


def succeeds(
    candidate: Scores,
    champion: Scores,
    standing: Standing,
    params: PromotionParams,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Decision:
    """Compare a model with the champion on the same rows, in the same order (see above). Intervals are of the mean
    difference, by paired bootstrap over groups (Efron and Tibshirani 1993, chapter 16). ValueError where the rows
    differ."""
    if not np.array_equal(candidate.groups, champion.groups):
        raise ValueError("the champion was scored on other rows: score both on one slice")
    weights = candidate.resamples(rounds, seed)
    names = [name for name in _compared(candidate, standing) if name in champion.values]
    found = {name: _difference(candidate, champion, name, weights) for name in names}
    gains = {name: gain for name, gain in found.items() if gain is not None}
    wanted = next((name for name in params.metrics if name in gains), None)
    if wanted is None:
        return Decision(False, ["no figure that both models have can be compared: the champion stays"])
    worse = [name for name, gain in gains.items() if gain.high < 0]
    reasons = [_sentence(name, gain) for name, gain in gains.items() if name == wanted or name in worse]
    if worse:
        return Decision(False, reasons)
    if gains[wanted].low > 0:
        return Decision(True, [*reasons, f"no other of {len(gains)} figures is worse"])
    excuses = _excuses(standing, params)
    return Decision(bool(excuses), [*reasons, *(excuses or ["a tie: the champion stays"])])


@dataclass(frozen=True)
class _Gain:
    """By how much the candidate is better, and the 95% interval of that; both models' own values."""

    value: float
    low: float
    high: float
    candidate: float
    champion: float


def _compared(candidate: Scores, standing: Standing) -> list[str]:
    names = [name for name in candidate.values if name in COMPARED or name.startswith("coherence_from_")]
    return [name for name in names if standing.has_same_modalities or name not in OF_ONE_KIND]


def _difference(candidate: Scores, champion: Scores, name: str, weights: NDArray[np.int64]) -> _Gain | None:
    """None where a figure is of no row of either."""
    new, old = candidate.means(name, weights), champion.means(name, weights)
    if new is None or old is None:
        return None
    gain = (old - new) if name in LESS_IS_BETTER else (new - old)
    low, high = np.nanpercentile(gain[1:], [2.5, 97.5])
    return _Gain(float(gain[0]), float(low), float(high), float(new[0]), float(old[0]))


def _sentence(name: str, gain: _Gain) -> str:
    word = "is worse than" if gain.high < 0 else "is better than" if gain.low > 0 else "does not differ from"
    return (
        f"{name} {gain.candidate:.3f} {word} the champion's {gain.champion:.3f} "
        f"(better by {gain.value:+.3f}, 95% interval {gain.low:+.3f} to {gain.high:+.3f})"
    )


def _excuses(standing: Standing, params: PromotionParams) -> list[str]:
    """Why a champion gives way to a model that is no better."""
    found = []
    if standing.age_days > params.max_age_days:
        found.append(f"a tie, and the champion is {standing.age_days} days older (limit {params.max_age_days})")
    if standing.gone_share > params.max_gone_share:
        found.append(f"a tie, and {standing.gone_share:.0%} of the champion's training products left the shop")
    return found


def collapse_of(figures: Mapping[str, float]) -> str:
    """A sentence where the posterior has collapsed: less than COLLAPSED of the latent says anything of a product; ""
    where it has not."""
    active, size = figures.get("active_units"), figures.get("latent_units", 0.0)
    if active is None or not size or active >= COLLAPSED * size:
        return ""
    return f"posterior collapse: {active:.0f} of {size:.0f} dimensions of the latent say anything of a product"


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
