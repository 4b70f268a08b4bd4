"""Scores of sound: a perfect copy, noise, a shuffled row, and what nothing can be said of."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.metrics.audio import score_rows, si_sdr_db, stoi, vnsim

RATE_HZ = 16_000


def speech(seed: int, seconds: float = 1.0) -> np.ndarray:
    """A buzz whose pitch, colour and loudness move as a voice's do."""
    draw = np.random.default_rng(seed)
    t = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(110 + 60 * np.sin(2 * np.pi * draw.uniform(1, 3) * t + seed)) / RATE_HZ
    formant = draw.uniform(4, 18)
    buzz = sum(np.sin(k * phase) * np.exp(-(((k - formant) / 5) ** 2)) for k in range(1, 30))
    syllables = np.square(np.sin(np.pi * draw.uniform(2, 5) * t + draw.uniform(0, 3)))
    return 0.1 * buzz * syllables


@pytest.mark.parametrize(("score", "noisy"), [(stoi, 0.9), (vnsim, 0.95)], ids=["STOI", "VNSIM"])
def test_a_copy_is_1_noise_lowers_it_and_loudness_does_not(score, noisy):
    clean = speech(1)
    noise = np.random.default_rng(0).standard_normal(len(clean)) * np.sqrt(np.mean(clean**2))
    little, much = (score(clean, clean + level * noise, RATE_HZ) for level in (0.3, 3.0))
    assert score(clean, clean, RATE_HZ) == pytest.approx(1, abs=1e-6)
    assert score(clean, 0.5 * clean, RATE_HZ) == pytest.approx(1, abs=1e-3)
    assert much < little < 1 and much < noisy


BAD = {
    "lengths": (speech(1), speech(1)[:-1], "align"),
    "two channels": (speech(1).reshape(2, -1), speech(1).reshape(2, -1), "align"),
    "too short": (speech(1, 0.2), speech(1, 0.2), "says nothing"),
}


@pytest.mark.parametrize("score", [stoi, vnsim], ids=["STOI", "VNSIM"])
@pytest.mark.parametrize(("clean", "heard", "words"), BAD.values(), ids=BAD)
def test_what_nothing_can_be_said_of_is_an_error(score, clean, heard, words):
    with pytest.raises(ValueError, match=words):
        score(clean, heard, RATE_HZ)


def test_silence_is_like_nothing():
    with pytest.raises(ValueError, match="silent"):
        vnsim(speech(1), np.zeros(RATE_HZ), RATE_HZ)


def test_rows_stand_beside_their_floors():
    clips = [speech(seed) for seed in range(6)]
    found = score_rows(vnsim, clips, clips, RATE_HZ, 0)
    assert np.allclose(found.values, 1) and (found.shuffled < 0.99).all() and (found.noise < 0.9).all()
    again = score_rows(vnsim, clips, clips, RATE_HZ, 0)
    np.testing.assert_array_equal(found.noise, again.noise)


def test_a_row_of_which_nothing_can_be_said_is_nan_and_the_others_stand():
    clips = [speech(1), speech(2), speech(3, 0.3)]
    clips[2] = np.pad(clips[2], (0, RATE_HZ - len(clips[2])))
    values = score_rows(stoi, clips, clips, RATE_HZ, 0).values
    assert np.isnan(values).tolist() == [False, False, True]


@pytest.mark.parametrize("count", [(2, 1), (1, 1), (0, 0)])
def test_too_few_rows_to_shuffle(count):
    with pytest.raises(ValueError, match="two or more"):
        score_rows(si_sdr_db, [speech(1)] * count[0], [speech(1)] * count[1], RATE_HZ, 0)  # type: ignore[arg-type]
