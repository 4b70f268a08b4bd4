"""The text model in force: when it is fitted anew, how a new one is judged, and what the feature job is given of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mmgen.features.sentence import digest_of_checkpoint
from mmgen.features.text import FittedText
from mmgen.features.text_model import TextModel
from mmgen.hashes import digest_of
from mmgen.registry.fitting import Fitting, fitted_champion
from mmgen.registry.promotion import Comparison, Decision, holds_against, interval

if TYPE_CHECKING:
    from mmgen.config.config import Config
    from mmgen.config.features import TextModelParams
    from mmgen.engine.context import JobContext
    from mmgen.store.datasets import Dataset

MIN_DOCUMENTS = 10
"""Fewer texts say nothing of how rare a word is."""
MAX_JUDGED = 1000
TOP = 10


def fitted_text(config: Config, ds: str = "") -> FittedText:
    """A date's champion's label and folder, and the checkpoint that it was fitted beside.

    ValueError where the checkpoint is another one by now: its embeddings would pass for those of the old one.
    """
    champion, params = fitted_champion(config, "text", ds), config.features.text_model
    if not champion.folder:
        return FittedText()
    named = TextModel.load(Path(champion.folder)).sentence_digest
    if not named:
        return FittedText(champion.label, champion.folder)
    folder = Path(params.sentence_checkpoint)
    if not params.sentence_checkpoint or digest_of_checkpoint(folder) != named:
        now = params.sentence_checkpoint or "none"
        raise ValueError(
            f"{champion.label} was fitted beside another sentence checkpoint than {now}: run text_encoder, which fits"
            " it anew"
        )
    return FittedText(champion.label, champion.folder, str(folder.resolve()), params.max_sentence_tokens)


def is_outdated(config: Config) -> bool:
    """Whether the champion was fitted with other parameters or files than the configuration names now."""
    from mmgen.training.text_model.fit import made_with

    folder = fitted_champion(config, "text").folder
    return bool(folder) and TextModel.load(Path(folder)).made_with != made_with(config.features.text_model)


def prepare(ctx: JobContext) -> Fitting | str:
    """What is to be fitted: on the texts as of the date, less the held-out share that the model is judged by."""
    from mmgen.training.text_model.fit import documents_of, fit_text_model, made_with

    params, texts, seed, share = _parameters(ctx)
    counts = texts.newest(["num_tokens"], ctx.ds).column("num_tokens")
    found = sum(1 for count in counts.to_pylist() if count)
    if found < MIN_DOCUMENTS:
        return f"{found} texts, {MIN_DOCUMENTS} are needed; texts have their hashed bag of tokens alone"
    held_out: list[list[str]] = []

    def fit(folder: Path) -> None:
        from mmgen.engine.inputs import current
        from mmgen.engine.spark import kept

        rows = current(ctx, "clean_texts").select("product_id", "title_key", "tokens")
        documents = kept(documents_of(rows, params.bigrams, seed, share))
        fit_text_model(documents.where("not is_held_out"), params, seed).save(folder)
        judged = documents.where("is_held_out and size(tokens) > 3").orderBy("product_id").limit(MAX_JUDGED)
        held_out.extend(row["tokens"] for row in judged.collect())

    made_for = digest_of(made_with(params), texts.fingerprint(until=ctx.ds), seed, share)
    return Fitting(made_for, {"clean_texts": texts.version()}, fit, lambda new, old: judge(new, old, held_out))


def _parameters(ctx: JobContext) -> tuple[TextModelParams, Dataset, int, float]:
    return ctx.config.features.text_model, ctx.dataset("clean_texts"), ctx.config.seed, ctx.config.splits.test_share


def judge(folder: Path, champion: Path | None, held_out: Sequence[Sequence[str]]) -> tuple[dict[str, float], Decision]:
    """The new model's figures on held-out texts, and whether it becomes the champion.

    A first one does: counts of words cannot mislead more than none. One with other parameters does, too: a person
    chose them. Else it must find the other half of a text as well as the champion does, within the 95% interval.
    """
    new, old = TextModel.load(folder), TextModel.load(champion) if champion else None
    figures = figures_of(new, held_out)
    told = f"{figures['known_share']:.0%} of held-out words are known"
    if old is None or old.made_with != new.made_with:
        return figures, Decision(True, [told, "the first of its parameters"])
    before = figures_of(old, held_out)
    is_held, compared = holds_against(figures, before, Comparison("halves_recall", True))
    return figures, Decision(is_held, [told, compared])


def figures_of(model: TextModel, texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """``known_share`` of the words; ``halves_recall``: how often the even words of a text find its odd ones among the
    ten nearest of all texts' (with ``baseline_``: chance; ``_low``, ``_high``: its 95% interval, by a bootstrap).

    Halves share no place, so only a vector that knows which words go together finds them: the inverse cloze task of
    Lee, Chang, Toutanova, "Latent retrieval for weakly supervised open domain question answering" (2019).
    """
    words = [word for text in texts for word in text]
    known = sum(word in model.vectors.places for word in words) / max(len(words), 1)
    even, odd = (_matrix(model, [text[start::2] for text in texts]) for start in (0, 1))
    likeness = even @ odd.T
    own = np.diag(likeness)[:, None]
    # What is as near as the right one counts half: equal halves must not pass for a find
    rank = (likeness > own).sum(axis=1) + ((likeness == own).sum(axis=1) - 1) / 2
    hits = ((rank < TOP) & (own[:, 0] != 0)).astype(np.float64)
    nothing = dict.fromkeys(("halves_recall", "halves_recall_low", "halves_recall_high"), 0.0)
    return {
        "num_texts": float(len(texts)),
        "known_share": known,
        **(interval("halves_recall", hits) or nothing),
        "baseline_halves_recall": min(1.0, TOP / max(len(texts), 1)),
    }


def _matrix(model: TextModel, texts: Sequence[Sequence[str]]) -> npt.NDArray[np.float32]:
    """(texts, width): the mean vector of each, zeros where no word is known."""
    made = np.zeros((len(texts), model.vectors.matrix.shape[1]), np.float32)
    for row, text in enumerate(texts):
        vector = model.vectors.mean(text, [model.weight(word) for word in text])
        if vector is not None:
            made[row] = vector
    return made
