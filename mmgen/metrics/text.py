"""Scores of generated texts: variety (distinct-n, self-BLEU) and closeness to references (BLEU, chrF).

Sources: distinct-n, Li et al. 2016; self-BLEU, Zhu et al. 2018 (Texygen); BLEU and chrF as sacrebleu computes them
(Post 2018; Popović 2015), so that the figures can be compared with published ones.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mmgen.clean.text.language import language_of

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+|[^\w\s]")


@dataclass(frozen=True)
class TextScores:
    """``bleu``, ``chrf``, ``self_bleu``: 0..100; ``distinct_*`` and ``unique_share``: 0..1. None without references."""

    num_texts: int
    unique_share: float
    distinct_1: float
    distinct_2: float
    self_bleu: float
    bleu: float | None = None
    chrf: float | None = None


def tokens_of(text: str) -> list[str]:
    """Lower-case words and marks; Chinese by character."""
    return _TOKEN.findall(text.lower())


def distinct_n(texts: Sequence[str], n: int) -> float:
    """Different n-grams over all, 0..1 (0 where there are none). Falls with the number of texts: compare equals."""
    grams: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        tokens = tokens_of(text)
        grams.update(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    total = sum(grams.values())
    return len(grams) / total if total else 0.0


def self_bleu(texts: Sequence[str], num_samples: int = 200, num_references: int = 50, seed: int = 0) -> float:
    """Mean BLEU-4 of texts against others of the same set, 0..100; lower is more varied. 0 for fewer than two texts.

    ``num_samples`` texts against ``num_references`` others each, drawn with ``seed``: the full matrix is quadratic.
    """
    if len(texts) < 2:
        return 0.0
    from sacrebleu.metrics import BLEU

    rng = random.Random(seed)  # noqa: S311  # a sample for a figure
    metric = BLEU(effective_order=True, tokenize="none")
    pieces = [" ".join(tokens_of(text)) for text in texts]
    scores = []
    for i in rng.sample(range(len(pieces)), min(num_samples, len(pieces))):
        others = rng.sample(range(len(pieces)), min(num_references + 1, len(pieces)))
        scores.append(metric.sentence_score(pieces[i], [pieces[j] for j in others if j != i]).score)
    return sum(scores) / len(scores)


def bleu(texts: Sequence[str], references: Sequence[str], locale: str = "en") -> float:
    """Corpus BLEU-4 against one reference each, 0..100, with sacrebleu's tokenizer for the language.

    Raises ValueError where the two differ in length.
    """
    from sacrebleu.metrics import BLEU

    _same_length(texts, references)
    tokenizer = "zh" if language_of(locale) == "zh" else "13a"
    return float(BLEU(tokenize=tokenizer).corpus_score(list(texts), [list(references)]).score)


def chrf(texts: Sequence[str], references: Sequence[str]) -> float:
    """Corpus chrF against one reference each, 0..100. Raises ValueError where the two differ in length."""
    from sacrebleu.metrics import CHRF

    _same_length(texts, references)
    return float(CHRF().corpus_score(list(texts), [list(references)]).score)


def score_texts(texts: Sequence[str], references: Sequence[str | None] | None = None, locale: str = "en") -> TextScores:
    """All scores of one set of texts in one language; references may be missing for some or all."""
    pairs = [(t, r) for t, r in zip(texts, references, strict=True) if r] if references else []
    unique = len(set(texts)) / len(texts) if texts else 0.0
    return TextScores(
        len(texts),
        unique,
        distinct_n(texts, 1),
        distinct_n(texts, 2),
        self_bleu(texts),
        bleu([t for t, _ in pairs], [r for _, r in pairs], locale) if pairs else None,
        chrf([t for t, _ in pairs], [r for _, r in pairs]) if pairs else None,
    )


def _same_length(texts: Sequence[str], references: Sequence[str]) -> None:
    if len(texts) != len(references):
        raise ValueError(f"{len(texts)} texts but {len(references)} references: give one reference a text")
