"""Scores of noise reduction on mixes, and their intervals over noise clips."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from report import Interval, bootstrap

import numpy as np
from audio_parts import SNR_DB, Mix

from mmgen.clean.audio.decode import Wave
from mmgen.metrics.audio import si_sdr_db

Method = Callable[[Wave], Wave]


@dataclass(frozen=True)
class Score:
    """One mix under one method, against the aligned clean reference of the whole clip."""

    noise: str
    is_unseen_class: bool
    snr_db: int
    before_db: float  # SI-SDR
    gain_db: float
    stoi_change: float


def scores(mixes: Iterable[Mix], method: Method) -> list[Score]:
    """SI-SDR and STOI (Taal et al. 2011) before and after."""
    found = []
    for mix in mixes:
        quiet = method(mix.noisy)
        before_db = si_sdr_db(mix.clean, mix.noisy)
        gain_db = si_sdr_db(mix.clean, quiet) - before_db
        change = 0.0 if quiet is mix.noisy else _stoi(mix, quiet) - _stoi(mix, mix.noisy)
        found.append(Score(mix.noise, mix.is_unseen_class, mix.snr_db, before_db, gain_db, change))
    return found


_before: dict[int, float] = {}


def _stoi(mix: Mix, wave: Wave) -> float:
    from pystoi import stoi

    if wave is mix.noisy and id(mix) in _before:
        return _before[id(mix)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(stoi(mix.clean, wave, 16_000))
    if wave is mix.noisy:
        _before[id(mix)] = value
    return value


def at(found: Sequence[Score], snr_db: int) -> list[Score]:
    return [score for score in found if score.snr_db == snr_db]


def mean_of(found: Sequence[Score], name: str) -> Interval:
    """The mean of a figure over noise clips, 95% by bootstrap over them: levels of one noise are not independent."""
    clips: dict[str, list[float]] = {}
    for score in found:
        clips.setdefault(score.noise, []).append(float(getattr(score, name)))
    return bootstrap([float(np.mean(values)) for values in clips.values()])


def rows_of(label: str, ours: Sequence[Score], others: dict[str, list[Score]]) -> list[list[object]]:
    """One row a level and one of all levels: what, level, clips, before, our gain, our STOI change, others' gains and
    STOI changes."""
    rows: list[list[object]] = []
    for level in (*SNR_DB, None):
        part = list(ours) if level is None else at(ours, level)
        rest = [_both(found if level is None else at(found, level)) for found in others.values()]
        before = f"{np.mean([score.before_db for score in part]):.1f}"
        row = [label, "all" if level is None else f"{level} dB", len(part), before]
        rows.append([*row, mean_of(part, "gain_db"), mean_of(part, "stoi_change"), *rest])
    return rows


def _both(found: Sequence[Score]) -> str:
    gain, stoi = (float(np.mean([getattr(s, name) for s in found])) for name in ("gain_db", "stoi_change"))
    return f"{gain:+.2f} / {stoi:+.3f}"
