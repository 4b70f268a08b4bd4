"""What a sampled text of a product may hold, and what it may not leave out."""

from __future__ import annotations

from collections.abc import Sequence

from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.fact import Fact, slot_values
from mmgen.kinds import KINDS
from mmgen.models.text.vocabulary import is_slot
from mmgen.writing.specification import compose, every_line


def allowed_slots(facts: Sequence[Fact]) -> set[str]:
    """The slot tokens that a text about this product may use."""
    return set(slot_values(facts))


def open_slots(kind: str, facts: Sequence[Fact], locale: str, limits: DescriptionParams) -> set[str]:
    """The slots to choose from for a text of ``kind``: in prose those of the specification, which all have to stand;
    in a line those of any line that could be composed."""
    if KINDS[kind].is_prose:
        return _slots(compose(facts, locale, kind, 0, limits).tokens)
    return {slot for line in every_line(facts, locale, kind, limits) for slot in _slots(line.tokens)}


def says_enough(
    tokens: Sequence[str], kind: str, facts: Sequence[Fact], locale: str, limits: DescriptionParams
) -> bool:
    """Whether sampled tokens are as good as a specification: each slot once; in prose nothing of it left out, the title
    in front and the shop's sentences in their order. A line is one that could be composed."""
    slots = [token for token in tokens if is_slot(token)]
    if len(slots) != len(set(slots)) or "<unk>" in tokens:
        return False
    if not KINDS[kind].is_prose:
        return any(list(tokens) == line.tokens for line in every_line(facts, locale, kind, limits))
    wanted = [token for token in compose(facts, locale, kind, 0, limits).tokens if is_slot(token)]
    own = [token for token in slots if token.startswith("<sentence_")]
    return (
        set(wanted) <= set(slots)
        and slots[:1] == wanted[:1]
        and own == [token for token in wanted if token.startswith("<sentence_")]
    )


def _slots(tokens: Sequence[str]) -> set[str]:
    return {token for token in tokens if is_slot(token)}
