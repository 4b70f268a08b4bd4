"""Texts as tokens with slots, and what they are realised as: ``<title> . <kind_name> : <kind> .``"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmgen.facts.fact import Fact, slot_values
from mmgen.facts.values import CJK

SLOT = re.compile(r"<[a-z]+(?:_\w+)?>")
UNKNOWN = frozenset({"<unk>"})
END_MARKS = ".!?…。！？"
_NO_SPACE_BEFORE = frozenset(",.;:!?)%，。；：！？、）》")
_NO_SPACE_AFTER = frozenset("(，。；：！？、（）《》")


def realise(tokens: Sequence[str], facts: Sequence[Fact]) -> str:
    """The text of a token sequence: slots filled with values as they are, spaces right. A leading begin token is
    skipped. Where a value ends a sentence by itself, no second mark follows.

    Raises ValueError for a slot without a fact and for ``<unk>``.
    """
    values = slot_values(facts)
    text, is_value = "", False
    for token in tokens:
        if token.startswith("<bos:") or token in ("<eos>", "<pad>"):
            continue
        is_slot = bool(SLOT.fullmatch(token)) or token in UNKNOWN
        if is_slot and token not in values:
            raise ValueError(f"no fact for {token}: give only the slots in allowed_slots(facts)")
        piece = values[token] if is_slot else token
        if not (is_value and piece in END_MARKS and text.endswith(tuple(END_MARKS))):
            text += piece if _is_glued(text, piece, is_slot) else f" {piece}"
        is_value = is_slot
    return text


def _is_glued(text: str, piece: str, is_slot: bool) -> bool:
    """Whether a piece follows without a space. A value may begin with any mark of its own (``.22 rifle scope``)."""
    if not text or not piece or text[-1] in _NO_SPACE_AFTER or (piece[0] in _NO_SPACE_BEFORE and not is_slot):
        return True
    return bool(CJK.match(text[-1]) or CJK.match(piece[0])) and not (is_slot and text[-1] in ".:;!?")
