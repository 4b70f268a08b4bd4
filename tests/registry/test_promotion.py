from __future__ import annotations

import numpy as np
import pytest

from mmgen.registry.promotion import Comparison, decide
from mmgen.training.fusion import figures

GOOD = {
    "image_psnr_db": 20.0, "image_psnr_db_low": 19.0, "image_psnr_db_high": 21.0, "baseline_image_psnr_db": 12.0,
    "text_perplexity": 4.0, "text_perplexity_low": 3.5, "text_perplexity_high": 4.5, "baseline_text_perplexity": 40.0,
    "retrieval_recall_at_10": 0.4, "retrieval_recall_at_10_low": 0.3, "retrieval_recall_at_10_high": 0.5,
    "baseline_retrieval_recall_at_10": 0.1, "elbo": 100.0, "elbo_low": 80.0, "elbo_high": 120.0,
}  # fmt: skip


def without(*words: str) -> dict[str, float]:
    return {name: value for name, value in GOOD.items() if not any(word in name for word in words)}


@pytest.mark.parametrize(
    ("candidate", "champion", "promote", "reason"),
    [
        pytest.param(GOOD, None, True, "beats the baseline's 12.000", id="first, beats all"),
        pytest.param(GOOD | {"image_psnr_db_low": 11.9}, None, False, "does not beat", id="first, within the interval"),
        pytest.param(GOOD | {"text_perplexity_high": 41.0}, None, False, "text_perplexity", id="first, no better text"),
        pytest.param(without("psnr"), None, True, "text_perplexity", id="a shop without images"),
        pytest.param(
            GOOD | {"retrieval_recall_at_10_low": 0.2, "baseline_retrieval_recall_at_10": 0.4},
            None, True, "psnr", id="too few rows to ask for retrieval",
        ),
        pytest.param({}, None, False, "no test row", id="nothing to compare"),
        pytest.param(GOOD, GOOD, True, "is within the champion's", id="equal"),
        pytest.param(GOOD | {"elbo": 81.0}, GOOD, True, "elbo 81.000 is within", id="worse, within the interval"),
        pytest.param(GOOD | {"elbo": 79.0}, GOOD, False, "elbo 79.000 is worse", id="worse beyond the interval"),
        pytest.param(GOOD | {"text_perplexity": 4.6}, GOOD, False, "perplexity 4.600 is worse", id="worse text"),
        pytest.param(GOOD, {}, True, "psnr", id="a champion that was never scored"),
    ],
)  # fmt: skip
def test_decide(candidate, champion, promote, reason):
    decision = decide(candidate, champion)
    assert decision.promote is promote
    assert any(reason in text for text in decision.reasons), decision.reasons


RECALL = Comparison("copy_recall", True, is_chance=True)
FOUND = {"copy_recall": 0.8, "copy_recall_low": 0.7, "copy_recall_high": 0.9, "baseline_copy_recall": 0.01}


@pytest.mark.parametrize(
    ("candidate", "champion", "promote", "reason"),
    [
        pytest.param(FOUND, None, True, "beats the baseline's 0.010", id="first"),
        pytest.param(FOUND | {"baseline_copy_recall": 0.25}, None, False, "no test row", id="chance alone would do"),
        pytest.param(
            FOUND | {"copy_recall": 0.69}, FOUND, False, "copy_recall 0.690 is worse", id="worse than champion"
        ),
        pytest.param(FOUND, FOUND | {"copy_recall_low": 0.8}, True, "is within", id="as good"),
    ],
)
def test_decide_on_other_figures(candidate, champion, promote, reason):
    decision = decide(candidate, champion, [RECALL], [RECALL])
    assert decision.promote is promote
    assert any(reason in text for text in decision.reasons), decision.reasons


def test_ssim_and_psnr_know_equal_from_different():
    generator = np.random.default_rng(0)
    a = generator.integers(0, 255, (2, 64, 64, 3)).astype(np.uint8)
    b = np.clip(a.astype(int) + np.array([0, 20]).reshape(2, 1, 1, 1) * generator.choice([-1, 1], a.shape), 0, 255)
    assert figures.ssim(a, b.astype(np.uint8))[0] == pytest.approx(1.0)
    assert figures.ssim(a, b.astype(np.uint8))[1] < 0.99
    flat = np.full((1, 64, 64, 3), 100, np.uint8)
    assert figures.psnr_db(flat, flat)[0] == 60.0
    assert figures.psnr_db(flat, flat + np.uint8(16))[0] == pytest.approx(24.05, abs=0.01)  # 20 log10(255 / 16)
