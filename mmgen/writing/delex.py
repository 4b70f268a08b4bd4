"""Texts as tokens with slots, and back: ``the <brand> <article> comes in <colour> .``

English tokens are words; Chinese tokens are single characters (the slots take the rare ones, so the vocabulary stays
small and closed) and Latin words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmgen.clean.text.language import language_of
from mmgen.facts.fact import Fact, slot_values
from mmgen.facts.values import CJK
from mmgen.facts.words import a_or_an

SLOT = re.compile(r"<[a-z]+(?:_\w+)?>")
_TOKEN = re.compile(r"<[a-z]+(?:_\w+)?>|[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+(?:[-'’.&/][^\W_]+)*%?|[^\w\s]")
_NO_SPACE_BEFORE = frozenset(",.;:!?)%，。；：！？、）》")
_NO_SPACE_AFTER = frozenset("(，。；：！？、（）《》")
UNKNOWN = frozenset({"<unk>"})
_ENDS = frozenset(".!?")


def realise(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """The text of a token sequence: slots filled, spaces, capitals and a/an right. A leading begin token is skipped.

    Raises ValueError for a slot without a fact and for ``<unk>``.
    """
    values = slot_values(facts)
    pieces: list[str] = []
    starts: list[bool] = []  # whether the piece before ends a sentence
    ended = True
    for token in tokens:
        if token.startswith("<bos:") or token in ("<eos>", "<pad>"):
            continue
        is_slot = bool(SLOT.fullmatch(token)) or token in UNKNOWN
        if is_slot and token not in values:
            raise ValueError(f"no fact for {token}: give only the slots in allowed_slots(facts)")
        pieces.append(values[token] if is_slot else token)
        starts.append(ended)
        ended = token in _ENDS or token.startswith("<sentence_")
    if language_of(locale) == "en":
        pieces = [
            a_or_an(pieces[i + 1]) if piece == "a" and i + 1 < len(pieces) else piece for i, piece in enumerate(pieces)
        ]
    pieces = _tidied(pieces)
    return _spaced(pieces if language_of(locale) == "zh" else _capitalised(pieces, starts))


def _tidied(pieces: list[str]) -> list[str]:
    """One full stop where a value that ends in one ends a sentence (``U.S. Polo Assn.``)."""
    return [
        piece[:-1] if piece[-1:] in ".。" and len(piece) > 1 and pieces[i + 1 : i + 2] == [piece[-1]] else piece
        for i, piece in enumerate(pieces)
    ]


def _capitalised(pieces: list[str], starts: list[bool]) -> list[str]:
    """A capital where a sentence starts; words with capitals or dots inside (``iPhone``, ``s.Oliver``) stay."""
    out: list[str] = []
    for piece, is_start in zip(pieces, starts, strict=True):
        word = piece.split(" ")[0]
        common = (word.islower() and "." not in word.rstrip(".")) or re.match(r"[a-z]+-[A-Z]", word)
        out.append(piece[:1].upper() + piece[1:] if is_start and common else piece)
    return out


def _spaced(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        if not piece:
            continue
        glued = not text or piece[0] in _NO_SPACE_BEFORE or text[-1] in _NO_SPACE_AFTER
        meets = bool(text) and bool(CJK.match(text[-1]) or CJK.match(piece[0]))
        text += piece if glued or meets else f" {piece}"
    return text


def delexicalise(text: str, facts: Sequence[Fact], language: str) -> list[str]:
    """Tokens of a text with the values of facts as slots, longest value first. The inverse of ``realise``."""
    values = sorted(slot_values(facts).items(), key=lambda item: (-len(item[1]), item[0]))
    for slot, value in values:
        if slot.endswith("_name>") and slot.startswith("<other") and slot.replace("_name", "") not in text:
            continue
        if len(value) < 2 or (len(value) < 3 and value.isalpha() and value.isascii() and not value.isupper()):
            continue
        text = _replaced(text, value, slot)
    tokens = _TOKEN.findall(text)
    if language != "en":
        return tokens
    starts = [
        i == 0 or tokens[i - 1] in (".", "!", "?") or tokens[i - 1].startswith("<sentence") for i in range(len(tokens))
    ]
    lowered = [
        t.lower() if (s and t[:1].isupper() and t[1:].islower()) or (t == "A" and s) else t
        for t, s in zip(tokens, starts, strict=True)
    ]
    return ["a" if word == "an" else word for word in lowered]


def _replaced(text: str, value: str, slot: str) -> str:
    """The first mention of ``value`` outside other slots, as whole words and with any case of its first letter."""
    first = re.escape(value[0])
    head = f"[{value[0].upper()}{value[0].lower()}]" if value[0].isalpha() and value[0].isascii() else first
    start = r"(?<![A-Za-z0-9_<])" if not CJK.match(value[0]) else ""
    end = r"(?![A-Za-z0-9_>])" if not CJK.match(value[-1]) and value[-1].isalnum() else ""
    pattern = start + head + re.escape(value[1:]) + end
    parts = re.split(r"(<[a-z]+(?:_\w+)?>)", text)
    for i, part in enumerate(parts):
        if part.startswith("<"):
            continue
        replaced, count = re.subn(pattern, f" {slot} ", part, count=1)
        if count:
            ends = (
                re.search(re.escape(slot) + r"\s+(?=[A-Z]|$)", replaced)
                if value.endswith(".") and "sentence" not in slot
                else None
            )
            parts[i] = replaced[: ends.end()] + ". " + replaced[ends.end() :] if ends else replaced
            break
    return "".join(parts)
