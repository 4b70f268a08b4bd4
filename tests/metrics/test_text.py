"""Scores of texts, on cases whose value is known."""

from __future__ import annotations

import pytest

from mmgen.metrics.text import bleu, chrf, distinct_n, score_texts, self_bleu


@pytest.mark.parametrize(
    ("texts", "n", "share"),
    [
        pytest.param(["a b", "a b"], 1, 0.5, id="the_same_twice"),
        pytest.param(["a b c"], 2, 1.0, id="all_different"),
        pytest.param(["红衣", "红鞋"], 1, 0.75, id="chinese_characters"),
        pytest.param([], 1, 0.0, id="none"),
        pytest.param(["a"], 2, 0.0, id="too_short"),
    ],
)
def test_distinct_n(texts: list[str], n: int, share: float) -> None:
    assert distinct_n(texts, n) == pytest.approx(share)


def test_scores_against_references() -> None:
    pytest.importorskip("sacrebleu", reason="sacrebleu is not installed")
    same = ["a red shirt for men", "blue shoes from Nike today"]
    assert bleu(same, same) == pytest.approx(100)
    assert chrf(same, same) == pytest.approx(100)
    assert bleu(["这款红色衬衫适合男士"], ["这款红色衬衫适合男士"], "zh") == pytest.approx(100)
    assert bleu(["x y z v w"], ["a b c d e"]) < 5
    with pytest.raises(ValueError, match="references"):
        bleu(same, same[:1])


def test_self_bleu_falls_with_variety() -> None:
    pytest.importorskip("sacrebleu", reason="sacrebleu is not installed")
    assert self_bleu(["one text"]) == 0
    assert self_bleu(["a red shirt for men"] * 5) == pytest.approx(100)
    assert self_bleu(["a red shirt for men", "take our blue hat today", "shoes by Nike come in two"]) < 20


def test_all_scores_with_some_references() -> None:
    pytest.importorskip("sacrebleu", reason="sacrebleu is not installed")
    scores = score_texts(["a red shirt for men", "a blue hat for you"], ["a red shirt for men", None])
    assert (scores.num_texts, scores.unique_share) == (2, 1.0)
    assert scores.bleu == pytest.approx(100)
    assert score_texts(["a", "b"]).bleu is None
