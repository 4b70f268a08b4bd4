"""The sentences that the model may say: those of the texts it learnt from, with slots for what differs.

A recurrent network slips now and then: a preposition without its object, a sentence without its verb. So it chooses and
orders sentences, token by token, and never leaves those that were written or composed for a product of the same kind.

A sentence runs to its end mark, a line without one to its end. Sentences are kept apart by what a text may depend on:
the begin token (kind and language), ``traits`` (number, worn or used, ...; whoever makes the targets decides) and
whether it opens the text. Shapes: N sentences of a table, T tokens of the longest, S slots of
the vocabulary.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmgen.models.text.vocabulary import BEGINS, EOS, UNK, Vocabulary, is_slot

END_MARKS = frozenset(".!?。！？")
MAX_SENTENCES = 50_000
MIN_WRITTEN = 3  # products whose descriptions have it: then it is a phrase of the shop's, not a claim about one product


@dataclass(frozen=True)
class TextTargets:
    """What the decoder learns from one product.

    ``texts``: token sequences, each with its begin token; the first ``num_written`` are people's own words. ``slots``:
    for each text, those that were to choose from, whether it has them or not. ``traits``: what a sentence must fit.
    """

    texts: list[list[str]]
    slots: list[frozenset[str]]
    traits: str = ""
    num_written: int = 0


def split_sentences(tokens: Sequence[str]) -> list[list[str]]:
    """Sentences of a text without its begin token. A run of written sentences (``<sentence_1> <sentence_2>``) is one;
    what has no end mark is closed with end-of-text."""
    sentences: list[list[str]] = [[]]
    for i, token in enumerate(tokens):
        sentences[-1].append(token)
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if token in END_MARKS or (_is_written(token) and not _is_written(following)):
            sentences.append([])
    if sentences[-1]:
        sentences[-1].append(EOS)
    else:
        sentences.pop()
    return sentences


def _is_written(token: str) -> bool:
    return token.startswith("<sentence_")


def table_name(begin: str, traits: str, opens: bool) -> str:
    return f"{begin} {traits} {'opening' if opens else 'following'}"


class Table:
    """Sentences of one kind: ids (N, T) int32 padded with 0, and which of the S slots each needs, as packed bits."""

    def __init__(self, sentences: Sequence[Sequence[str]], vocabulary: Vocabulary):
        ids = [[vocabulary.index[token] for token in sentence] for sentence in sentences]
        self.ids = np.zeros((len(ids), 1 + max(map(len, ids), default=0)), np.int32)
        slots = np.zeros((len(ids), len(vocabulary.slot_ids)), np.bool_)
        for row, sentence in enumerate(ids):
            self.ids[row, : len(sentence)] = sentence
            slots[row, [vocabulary.slot_places[i] for i in sentence if i in vocabulary.slot_places]] = True
        self.slots = np.packbits(slots, axis=1)

    def having_only(self, slots: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows whose slots are all among ``slots`` (S,)."""
        return np.flatnonzero(~(self.slots & ~np.packbits(slots)).any(axis=1))


class Sentences:
    """Tables by name. Bounded: the commonest ``MAX_SENTENCES`` are kept."""

    def __init__(self, tables: Mapping[str, Sequence[str]], vocabulary: Vocabulary):
        self.tables = {name: sorted(rows) for name, rows in sorted(tables.items())}
        self.vocabulary = vocabulary

    @classmethod
    def learn(cls, products: Iterable[TextTargets], vocabulary: Vocabulary, most: int = MAX_SENTENCES) -> Sentences:
        """From the targets of the training products.

        Left out are sentences with a word outside the vocabulary, without a slot (they would say of one product what
        is true of another) or with one twice, and written ones that fewer than MIN_WRITTEN products have.
        """
        composed: Counter[tuple[str, str]] = Counter()
        written: Counter[tuple[str, str]] = Counter()
        for product in products:
            found: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
            for number, (begin, *tokens) in enumerate(product.texts):
                for place, sentence in enumerate(split_sentences(tokens)):
                    if _is_sound(sentence, vocabulary):
                        name = table_name(begin, product.traits, opens=place == 0)
                        found[number < product.num_written].add((name, " ".join(sentence)))
            written.update(found[True])
            composed.update(found[False])
        composed.update({key: count for key, count in written.items() if count >= MIN_WRITTEN})
        tables: dict[str, list[str]] = defaultdict(list)
        for name, row in sorted(composed, key=lambda key: (-composed[key], key))[:most]:
            tables[name].append(row)
        return cls(tables, vocabulary)

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))

    @cached_property
    def _loaded(self) -> dict[str, Table]:
        return {name: Table([row.split(" ") for row in rows], self.vocabulary) for name, rows in self.tables.items()}

    def table(self, begin: str, traits: str, opens: bool) -> Table | None:
        """The sentences that can stand there; None where none was learnt."""
        return self._loaded.get(table_name(begin, traits, opens))

    def attests(self, begin: str, traits: str, tokens: Sequence[str]) -> bool:
        """Whether every sentence of a text (without begin and end) was learnt at its place."""
        sentences = split_sentences(tokens)
        return bool(sentences) and all(
            " ".join(sentence) in self._known.get(table_name(begin, traits, opens=place == 0), ())
            for place, sentence in enumerate(sentences)
        )

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(rows) for name, rows in self.tables.items()}

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, vocabulary: Vocabulary) -> Sentences:
        return cls(json.loads(path.read_text(encoding="utf-8")), vocabulary)


def _is_sound(sentence: Sequence[str], vocabulary: Vocabulary) -> bool:
    slots = [token for token in sentence if is_slot(token)]
    known = all(token in vocabulary.index and token != UNK and token not in BEGINS for token in sentence)
    return known and 0 < len(slots) == len(set(slots))


class Cursor:
    """Where one text being drawn is: which tokens can come next. Each slot is said once at most."""

    def __init__(self, sentences: Sentences, begin: str, traits: str, slots: Iterable[str]):
        vocabulary = sentences.vocabulary
        self.eos = vocabulary.index[EOS]
        self.following = sentences.table(begin, traits, opens=False)
        self.places = vocabulary.slot_places
        self.free = np.zeros(len(self.places), np.bool_)
        self.free[[self.places[vocabulary.index[slot]] for slot in slots if slot in vocabulary.index]] = True
        self._enter(sentences.table(begin, traits, opens=True))

    def _enter(self, table: Table | None) -> None:
        self.table, self.depth = table, 0
        self.rows = table.having_only(self.free) if table else np.zeros(0, np.int64)

    def _next(self) -> NDArray[np.int32]:
        """The token after this place in each sentence that agrees so far; 0 after its last."""
        return self.table.ids[self.rows, self.depth] if self.table else np.zeros(0, np.int32)

    def options(self) -> NDArray[np.int64]:
        """Ids of the tokens that can come next: none where no known sentence fits the product."""
        found = np.unique(self._next()).astype(np.int64)
        if not len(found) or found[0] > 0:
            return found
        starts = self.following.ids[self.following.having_only(self.free), 0] if self.following else found[:0]
        return np.unique(np.concatenate([found[1:], starts, [self.eos]])).astype(np.int64)

    def advance(self, token: int) -> None:
        """Take one of ``options()``, other than end-of-text."""
        agree = self._next() == token
        if not agree.any():  # the sentence before is complete and another begins
            self._enter(self.following)
            agree = self._next() == token
        self.rows, self.depth = self.rows[agree], self.depth + 1
        if token in self.places:
            self.free[self.places[token]] = False
