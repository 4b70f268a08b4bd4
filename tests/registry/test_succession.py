"""A candidate beside the champion, row by row on one slice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen.config.training import PromotionParams
from mmgen.registry.promotion import Standing, succeeds
from mmgen.registry.scores import Scores

ROWS = 200
FIGURES = ("elbo", "image_psnr_db", "coherence", "coherence_from_text", "text_nats")
PARAMS = PromotionParams(max_age_days=30, max_gone_share=0.25)


def scores(**better: float) -> Scores:
    """Scores of a model that is better than the champion by so much on the mean, row by row."""
    noise = np.random.default_rng(1).normal(size=ROWS)
    values = {name: np.random.default_rng(2).normal(size=ROWS) for name in FIGURES}
    changed = {name: values[name] + gain + 0.1 * noise for name, gain in better.items()}
    return Scores(values | changed, {"text_nats": np.arange(1.0, ROWS + 1)}, np.arange(ROWS) // 2)


OTHER = Standing(has_same_modalities=False)
CASES = {
    "better in the named figure": ({"coherence": 0.1}, Standing(), True, "coherence"),
    "better, and worse in another": ({"coherence": 0.1, "image_psnr_db": -0.1}, Standing(), False, "image_psnr_db"),
    "better, and worse from text": ({"coherence": 0.1, "coherence_from_text": -0.1}, Standing(), False, "from_text"),
    "better in another alone": ({"image_psnr_db": 0.1}, Standing(), False, "the champion stays"),
    "a cost that fell is no gain of coherence": ({"text_nats": -0.1}, Standing(), False, "the champion stays"),
    "a cost that rose": ({"coherence": 0.1, "text_nats": 0.1}, Standing(), False, "text_nats"),
    "a worse bound": ({"coherence": 0.1, "elbo": -0.1}, Standing(), False, "elbo"),
    "a worse bound on other things": ({"coherence": 0.1, "elbo": -0.1}, OTHER, True, "better"),
    "a tie": ({}, Standing(30, 0.25), False, "the champion stays"),
    "a tie with an old one": ({}, Standing(31), True, "31 days older"),
    "a tie with one whose products left": ({}, Standing(0, 0.26), True, "26% of the champion's"),
    "worse than an old one": ({"coherence": -0.1}, Standing(99, 0.9), False, "is worse than"),
}  # fmt: skip


@pytest.mark.parametrize(("better", "standing", "promote", "reason"), CASES.values(), ids=CASES)
def test_who_succeeds_the_champion(better, standing, promote, reason):
    decision = succeeds(scores(**better), scores(), standing, PARAMS)
    assert decision.promote is promote
    assert any(reason in text for text in decision.reasons), decision.reasons


def test_the_difference_is_paired_and_of_groups():
    spread = 0.02 * np.random.default_rng(3).normal(size=ROWS)
    better = scores()
    better.values["coherence"][:] += 0.01 + spread  # lost in the spread of the values, which is 1
    assert succeeds(better, scores(), Standing(), PARAMS).promote
    one_group = Scores(better.values, better.counts, np.zeros(ROWS, np.int64))
    champion = scores()
    lone = Scores(champion.values, champion.counts, np.zeros(ROWS, np.int64))
    assert succeeds(one_group, lone, Standing(), PARAMS).promote, "one group has no spread"
    with pytest.raises(ValueError, match="other rows"):
        succeeds(better, lone, Standing(), PARAMS)


def test_rows_without_a_figure_do_not_count_and_tokens_do():
    nan = float("nan")
    found = Scores({"a": np.array([1.0, nan, 3.0])}, {"a": np.array([1.0, 5.0, 3.0])}, np.array([0, 1, 2]))
    assert found.means("a", np.array([[1, 1, 1], [0, 4, 2]])).tolist() == [2.5, 3.0]
    assert np.isnan(found.means("a", np.array([[0, 1, 0]]))).all()


def test_scores_are_kept_without_pickle(tmp_path: Path):
    path = tmp_path / "kept.safetensors"
    path.write_bytes(scores(elbo=0.1).to_bytes())
    again = Scores.read(path)
    assert again is not None
    np.testing.assert_array_equal(again.values["elbo"], scores(elbo=0.1).values["elbo"])
    np.testing.assert_array_equal(again.counts["text_nats"], scores().counts["text_nats"])
    path.write_bytes(b"broken")
    assert Scores.read(path) is None and Scores.read(tmp_path / "nothing") is None
