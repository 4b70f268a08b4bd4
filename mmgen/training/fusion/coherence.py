"""Whether what a model says of a product is true where modalities are missing: attributes named from the photo alone,
from the text alone, from the clip alone.

Coherence as in Shi et al. 2019 (arXiv 1911.03393), with the shop's own attributes in place of a classifier: what a
model generates of a product is its attributes' likelihood, and the shop says which are right.
Shapes: B rows, C classes of a question, D attributes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmgen.features.examples import attribute_id
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.models.modalities.registry import media_of
from mmgen.training.data.labels import discover

MIN_PRODUCTS, MAX_CLASSES = 8, 200
TOLD = "attributes"
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """Something that a shop sorts its products by, such as ``colour``, and the attributes that answer it: ``ids`` (C,),
    the most frequent one first."""

    name: str
    ids: NDArray[np.int64]

    def answers(self, attributes: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The class of each row, -1 where it has none of them, or several: (B, D) of 0 and 1 -> (B,)."""
        has = attributes[:, self.ids] > 0
        return np.where(has.sum(axis=1) == 1, has.argmax(axis=1), -1)


def questions_of(rows: Iterable[Mapping[str, Any]]) -> list[Question]:
    """What a shop's training rows can be asked: levels of the category, the brand and every attribute that sorts
    products into classes (see ``labels.discover``). ``rows``: category (list), brand, attributes (map), any None."""
    found = [_pairs_of(row) for row in rows]
    counts = Counter((name, value) for row in found for name, value in row.items())
    questions = []
    for label in discover(found, MIN_PRODUCTS, MAX_CLASSES):
        kind, _, name = label.name.partition(":")
        ordered = [value for _, value in sorted((-counts[label.name, value], value) for value in label.classes)]
        ids = [attribute_id(name if kind == "attribute" else kind, value) for value in ordered]
        # Two values may share a hash, and then no answer tells them apart
        questions.append(Question(label.name, np.array(list(dict.fromkeys(ids)), np.int64)))
    return [question for question in questions if len(question.ids) > 1]


def _pairs_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What a row says to each name, as ``attribute_ids`` hashes it: a level by its own name, not by its path."""
    found = {f"category:{depth}": str(level) for depth, level in enumerate(row.get("category") or [], 1)}
    found |= {f"attribute:{name}": str(value) for name, value in dict(row.get("attributes") or ()).items() if value}
    found |= {"brand:": str(row["brand"])} if row.get("brand") else {}
    return {name: value.strip().casefold() for name, value in found.items() if value.strip()}


def coherence(model: FusionModel, test: ExampleArrays, questions: Sequence[Question]) -> dict[str, Values]:
    """The share of the questions that each row's decoded attributes answer rightly, (B,) by figure, nan where a row
    lacks the medium or has no answer.

    ``coherence_from_<medium>`` with that medium alone, ``coherence_from_all`` with all media together (but never the
    attributes themselves), ``coherence`` the mean over the media one at a time; each with ``baseline_``, which answers
    with the most frequent class. Empty where the model has no attributes, or there is no question.
    """
    if TOLD not in model.net.models or not questions:
        return {}
    truth = np.stack([question.answers(test.values[TOLD]) for question in questions])
    is_asked = (truth >= 0) & test.present[TOLD]
    media = {name: parts for name, parts in media_of(tuple(model.net.models)).items() if name != TOLD}
    shown = media | ({"all": tuple(part for parts in media.values() for part in parts)} if len(media) > 1 else {})
    baseline = _share(truth == 0, is_asked)
    rows: dict[str, Values] = {}
    for name, parts in shown.items():
        there = np.any([test.present[part] for part in parts], axis=0)
        if there.sum() < 2:
            continue
        right = np.stack(said_of(model, test.only(*parts), questions)) == truth
        rows[f"coherence_from_{name}"] = np.where(there, _share(right, is_asked), np.nan)
        rows[f"baseline_coherence_from_{name}"] = np.where(there, baseline, np.nan)
    for prefix in ("", "baseline_") if rows else ():
        alone = [found for name in media if (found := rows.get(f"{prefix}coherence_from_{name}")) is not None]
        rows[f"{prefix}coherence"] = _mean_of(np.stack(alone)) if alone else np.full(len(test), np.nan)
    return rows


def said_of(model: FusionModel, shown: ExampleArrays, questions: Sequence[Question]) -> list[NDArray[np.int64]]:
    """The class of each row that the model holds likeliest, (B,) by question, from what is ``shown``."""
    logits = model.decode(shown, TOLD)
    return [np.asarray(logits[:, question.ids].argmax(axis=1), np.int64) for question in questions]


def _share(right: NDArray[np.bool_], is_asked: NDArray[np.bool_]) -> Values:
    """(Q, B), (Q, B) -> (B,): nan where a row is asked nothing."""
    count = is_asked.sum(axis=0)
    return np.where(count > 0, (right & is_asked).sum(axis=0) / np.maximum(count, 1), np.nan)


def _mean_of(values: Values) -> Values:
    """(K, B) -> (B,), of those that a row has."""
    has = np.isfinite(values)
    count = has.sum(axis=0)
    return np.where(count > 0, np.where(has, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
