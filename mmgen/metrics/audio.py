"""Scores of sound against a reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
