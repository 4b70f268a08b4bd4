"""Scores of sound against a reference: how much is distortion, how much is understood, how alike it sounds.

Libraries are imported where a score needs them: pystoi for STOI, visqol-python for VNSIM.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from visqol import VisqolApi


def si_sdr_db(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> float:
    """Scale-invariant signal-to-distortion ratio, dB; higher is better.

    reference, estimate: (samples,), aligned, of equal length. What of the estimate is no multiple of the reference
    counts as distortion, so loudness does not matter. Means are removed. Source: Le Roux et al., "SDR: half-baked or
    well done?" (ICASSP 2019). Raises ValueError for silent references or different lengths.
    """
    target, signal = np.asarray(reference, np.float64), np.asarray(estimate, np.float64)
    if target.ndim != 1 or target.shape != signal.shape:
        raise ValueError(f"align the clips first: shapes {target.shape} and {signal.shape}")
    target, signal = target - target.mean(), signal - signal.mean()
    power = float(target @ target)
    if power == 0:
        raise ValueError("the reference is silent")
    projected = (float(signal @ target) / power) * target
    distortion = signal - projected
    floor = float(np.finfo(np.float64).tiny)
    kept, lost = float(projected @ projected), float(distortion @ distortion)
    return float(10 * np.log10(max(kept, floor) / max(lost, floor)))


Score = Callable[[npt.ArrayLike, npt.ArrayLike, int], float]
"""(reference, estimate, rate in Hz) -> how good the estimate is; higher is better."""


def stoi(reference: npt.ArrayLike, estimate: npt.ArrayLike, rate_hz: int) -> float:
    """Short-time objective intelligibility of speech, about 0 to 1; higher is better.

    reference, estimate: (samples,), aligned, of equal length. The mean correlation of short envelopes in 15 bands, over
    the frames in which the reference speaks. Source: Taal et al. 2011, IEEE TASLP 19(7), as pystoi has it. Raises
    ValueError for other shapes, and where the reference speaks for under 0.4 s, of which STOI says nothing.
    """
    from pystoi import stoi as score

    clean, heard = _pair(reference, estimate)
    with warnings.catch_warnings():
        # It warns, and returns a made-up 1e-5, which would go into a mean as if it had been measured
        warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
        try:
            return float(score(clean, heard, rate_hz))
        except RuntimeWarning:
            raise ValueError("the reference speaks for under 0.4 s: STOI says nothing of it") from None


def vnsim(reference: npt.ArrayLike, estimate: npt.ArrayLike, rate_hz: int) -> float:
    """How alike two sounds' auditory spectrograms are, at most 1; higher is better.

    reference, estimate: (samples,) of equal length. The neurogram similarity index of ViSQOL's patches of speech,
    aligned in time and at one loudness: 21 gammatone bands from 50 Hz. It is ViSQOL's own figure before it guesses what
    listeners would say. Source: Chinen et al. 2020, "ViSQOL v3", arXiv 2004.09584, as visqol-python has it. Raises
    ValueError for other shapes, and for sounds that are silent or too short for a patch of 0.4 s.
    """
    clean, heard = _pair(reference, estimate)
    if not clean.any() or not heard.any():
        raise ValueError("a silent sound is like nothing: VNSIM says nothing of it")
    try:
        found = float(_visqol().measure_from_arrays(clean, heard, rate_hz).vnsim)
    except (IndexError, ValueError, RuntimeError, ZeroDivisionError) as error:
        raise ValueError(f"VNSIM says nothing of a sound of {len(clean) / rate_hz:.2f} s: {error}") from None
    if not np.isfinite(found):
        raise ValueError(f"VNSIM says nothing of a sound of {len(clean) / rate_hz:.2f} s: no patch speaks")
    return found


@dataclass(frozen=True)
class Scored:
    """(N,) each, nan where a score says nothing: of the estimates, and of the same estimates given to other rows and
    of white noise as loud as the reference, which are the floors."""

    values: npt.NDArray[np.float64]
    shuffled: npt.NDArray[np.float64]
    noise: npt.NDArray[np.float64]


def score_rows(
    score: Score, references: Sequence[npt.ArrayLike], estimates: Sequence[npt.ArrayLike], rate_hz: int, seed: int
) -> Scored:
    """``score`` of N estimates beside its floors. Real takes of the same words, given as estimates, are the ceiling.

    references, estimates: N of (samples,) each, the two of a row of equal length, and for the shuffle all of them.
    Raises ValueError for different numbers, and fewer than two rows, which cannot be shuffled.
    """
    if len(references) != len(estimates) or len(references) < 2:
        raise ValueError(f"{len(references)} references and {len(estimates)} estimates: give as many, and two or more")
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(references))
    giver = np.empty_like(order)
    giver[order] = np.roll(order, 1)  # one ring through all rows: none keeps its own
    arrays = [np.asarray(reference, np.float64) for reference in references]
    noises = [draw.standard_normal(len(one)) * np.sqrt(np.mean(np.square(one))) for one in arrays]
    return Scored(
        np.array([_or_nan(score, one, estimate, rate_hz) for one, estimate in zip(arrays, estimates, strict=True)]),
        np.array([_or_nan(score, one, estimates[other], rate_hz) for one, other in zip(arrays, giver, strict=True)]),
        np.array([_or_nan(score, one, noise, rate_hz) for one, noise in zip(arrays, noises, strict=True)]),
    )


def _or_nan(score: Score, reference: npt.ArrayLike, estimate: npt.ArrayLike, rate_hz: int) -> float:
    try:
        return score(reference, estimate, rate_hz)
    except ValueError:
        return float("nan")


def _pair(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> tuple[_Wave, _Wave]:
    clean, heard = np.asarray(reference, np.float64), np.asarray(estimate, np.float64)
    if clean.ndim != 1 or clean.shape != heard.shape:
        raise ValueError(f"align the clips first: shapes {clean.shape} and {heard.shape}")
    return clean, heard


_Wave = npt.NDArray[np.float64]


@cache
def _visqol() -> VisqolApi:
    from visqol import VisqolApi

    api = VisqolApi()
    api.create(mode="speech", use_lattice_model=False)  # the lattice only maps VNSIM to a mark of 1 to 5
    return api
