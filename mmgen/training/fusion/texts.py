"""The texts that the decoder learns: delexicalised once for each product, kept as small integer arrays.

A product's texts take about 200 bytes, so a million products fit in memory where their images never would.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mmgen.config.training import TrainParams
from mmgen.models.text.decoder import TextBatch
from mmgen.models.text.sentences import TextTargets
from mmgen.models.text.vocabulary import Vocabulary
from mmgen.training.data.snapshot import Snapshot

Found = Mapping[str, TextTargets]  # by product
Targets = Callable[[Mapping[str, Any]], TextTargets]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Texts:
    """Each product's texts as ids, and for each the slots (places among the vocabulary's) that it could choose from:
    what is known of a product when such a text is drawn."""

    ids: Mapping[str, list[NDArray[np.int32]]]
    slots: Mapping[str, list[list[int]]]
    num_slots: int

    def choose(self, product_ids: Sequence[str], draws: Sequence[float]) -> TextBatch:
        """One text a product, by a number in [0, 1) each."""
        picks = [int(u * len(self.ids.get(p, []))) for p, u in zip(product_ids, draws, strict=True)]
        return self.batch(product_ids, picks)

    def batch(self, product_ids: Sequence[str], picks: Sequence[int]) -> TextBatch:
        """The text number ``picks[i]`` of product i, or an absent one where it has none."""
        chosen = [texts[k] if k < len(texts := self.ids.get(p, [])) else None
                  for p, k in zip(product_ids, picks, strict=True)]  # fmt: skip
        length = max([2, *(len(text) for text in chosen if text is not None)])
        tokens = np.zeros((len(chosen), length), np.int64)
        slots = np.zeros((len(chosen), self.num_slots), np.float32)
        for row, (product_id, pick, text) in enumerate(zip(product_ids, picks, chosen, strict=True)):
            if text is not None:
                tokens[row, : len(text)] = text
                slots[row, self.slots[product_id][pick]] = 1.0
        present = torch.tensor([text is not None for text in chosen])
        lengths = torch.from_numpy((tokens[:, 1:] != 0).sum(axis=1))
        return TextBatch(torch.from_numpy(tokens), torch.from_numpy(slots), present, lengths)

    def count(self, product_id: str) -> int:
        return len(self.ids.get(product_id, []))


def collect(snapshot: Snapshot, targets: Targets) -> dict[str, TextTargets]:
    """The delexicalised texts of every product of a split that has any. Reads no pixels and no embeddings.

    A product whose record breaks ``targets`` has no texts; its other modalities are trained on.
    """
    found: dict[str, TextTargets] = {}
    for row in snapshot.read_texts():
        try:
            product = targets(row)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            log.exception("no texts to learn from product %s", row["product_id"])
            continue
        if product.texts:
            found[str(row["product_id"])] = product
    return found


def index_texts(found: Found, vocabulary: Vocabulary, params: TrainParams) -> Texts:
    """Texts as ids, cut at ``max_text_tokens``."""
    places = {vocabulary.tokens[token]: place for token, place in vocabulary.slot_places.items()}
    ids, slots = {}, {}
    for product_id, product in found.items():
        ids[product_id] = [np.array(vocabulary.encode(t)[: params.max_text_tokens], np.int32) for t in product.texts]
        slots[product_id] = [sorted(places[name] for name in names if name in places) for names in product.slots]
    return Texts(ids, slots, len(places))


def build_vocabulary(found: Found, params: TrainParams) -> Vocabulary:
    """The vocabulary of the training texts."""
    every = (text for product in found.values() for text in product.texts)
    return Vocabulary.build(every, params.min_token_count, params.max_vocabulary)


def unigram_of(texts: Texts, num_tokens: int) -> NDArray[np.float64]:
    """Log probabilities (V,) of the training tokens after the first, each counted once more than seen."""
    counts = np.ones(num_tokens)
    for product in texts.ids.values():
        for text in product:
            np.add.at(counts, text[1:], 1)
    return np.asarray(np.log(counts / counts.sum()))
