"""What a sampled text of a product may hold, and what it may not leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.fact import Fact, slot_values
from mmgen.kinds import KINDS
from mmgen.models.text.vocabulary import is_slot
from mmgen.writing.specification import compose, every_line


def allowed_slots(facts: Sequence[Fact]) -> set[str]:
    """The slot tokens that a text about this product may use."""
    return set(slot_values(facts))


@dataclass(frozen=True)
class Form:
    """What a text of a kind has to be for a product: prose says what the specification says, a line is one of those
    that could be composed. ``wanted``: the slots of the specification in its order; ``lines``: of no prose."""

    wanted: tuple[str, ...]
    lines: frozenset[tuple[str, ...]]
    is_prose: bool

    @property
    def open_slots(self) -> set[str]:
        """The slots to choose from: in prose those of the specification, in a line those of any line."""
        return set(self.wanted) if self.is_prose else {slot for line in self.lines for slot in line if is_slot(slot)}

    def is_kept_by(self, tokens: Sequence[str]) -> bool:
        """Whether sampled tokens are as good as a specification: each slot once; in prose nothing of it left out, the
        title in front and the shop's sentences in their order."""
        slots = [token for token in tokens if is_slot(token)]
        if len(slots) != len(set(slots)) or "<unk>" in tokens:
            return False
        if not self.is_prose:
            return tuple(tokens) in self.lines
        own = [token for token in slots if token.startswith("<sentence_")]
        return (
            set(self.wanted) <= set(slots)
            and slots[:1] == list(self.wanted[:1])
            and own == [token for token in self.wanted if token.startswith("<sentence_")]
        )


def form_of(kind: str, facts: Sequence[Fact], locale: str, limits: DescriptionParams) -> Form:
    """The form of a text of ``kind``. Raises ValueError as ``drafts`` does."""
    if not KINDS[kind].is_prose:
        lines = frozenset(tuple(line.tokens) for line in every_line(facts, locale, kind, limits))
        return Form((), lines, is_prose=False)
    tokens = compose(facts, locale, kind, 0, limits).tokens
    return Form(tuple(token for token in tokens if is_slot(token)), frozenset(), is_prose=True)
