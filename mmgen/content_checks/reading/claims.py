"""A text as claims: which colour, material, number, people and so on it names, with what turns their sense.

One walk over the tokens. What turns a sense is kept with the claim: that it is denied (``without``), that it is a look
(``leather look``), that it is of a part (``bamboo lid``). Nothing here knows what is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from mmgen.content_checks.reading.kinds import is_named
from mmgen.content_checks.reading.lexicon import Lexicon, lexicon_of
from mmgen.content_checks.reading.quantities import Quantity, read_at
from mmgen.content_checks.reading.tokens import Token, stem, tokens_of

_STOPS = frozenset(".!?;。！？；…|•")
_COMMAS = frozenset(",:，：、()（）[]【】—–")
_QUIET = frozenset({"substance", "feature"})
"""Classes whose words claim something only where a fact speaks of the same."""
_DENIED_TOKENS, _LOOK_TOKENS, _CUE_TOKENS, _PART_TOKENS = 6, 4, 8, 5
_HEAD_TOKENS = 3
_COMPARED_TOKENS = 2
_NOT_FREE_TOKENS, _PURE_TOKENS = 1, 2
_DECIDES = ("colour", "material", "origin", "size", "brand")
"""Cues that settle which class a word of several classes is meant in."""


@dataclass(frozen=True)
class Claim:
    """``keys``: what is claimed, ``class/key``; several where a word is of several classes (``oak``).

    ``kind``: the class, ``number``, ``price``, ``code``, ``denial`` (of a word that is in no class), or that of a cue,
    for what stands behind it. ``words``: the keys of its tokens. ``modifier``: the shade before a colour; ``head``: the
    word behind it. ``is_cued``: a cue says what the word is meant as. ``is_weak``: an everyday word, a claim only where
    it is cued. ``pure``: of nothing else (``solid oak``); ``throughout``: all parts are; ``only``: for nobody else.
    """

    kind: str
    start: int
    end: int
    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    denied: bool = False
    looks: bool = False
    part: str = ""
    modifier: str = ""
    head: str = ""
    is_cued: bool = False
    is_weak: bool = False
    pure: bool = False
    throughout: bool = False
    only: bool = False
    quantity: Quantity | None = None


@dataclass
class _State:
    """What was met before, as places in the tokens up to which it holds."""

    denied_until: int = -1
    lacks_until: int = -1
    is_weakly: bool = False
    denied_at: int = -9
    denied_from: int = -9
    pure_until: int = -1
    clause: int = 0
    throughout: bool = False
    only: bool = False
    looks_until: int = -1
    compared_until: int = -1
    cue: str = ""
    cue_until: int = -1
    part: str = ""
    part_until: int = -1
    found: list[Claim] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)


def claims_of(text: str, words: Lexicon) -> tuple[Claim, ...]:
    """The claims of a text in order. Linear in its length."""
    return _claims(text, words.language)


@lru_cache(maxsize=512)
def _claims(text: str, language: str) -> tuple[Claim, ...]:
    words = lexicon_of(language)
    tokens = tokens_of(text)
    state = _State()
    at = 0
    while at < len(tokens):
        at += max(_step(tokens, at, words, state), 1)
    _end_clause(".", at, state)
    return tuple(state.found)


def _step(tokens: tuple[Token, ...], at: int, words: Lexicon, state: _State) -> int:
    """What stands at a place, added to the state; how many tokens it takes."""
    key = tokens[at].key
    if key in _STOPS or (key in _COMMAS and tokens[at].kind == "mark"):
        return _end_clause(key, at, state)
    entry_size, keys = words.entries.at(tokens, at)
    is_lacked = at < state.lacks_until  # without a lid: that is a denial of any word
    keys = [k for k in keys if not k.startswith("kind/") or (not is_lacked and is_named(tokens, at, entry_size, words))]
    entry_size = entry_size if keys else 0
    mark_size, mark = _mark_at(tokens, at, words)
    if mark_size and mark_size >= entry_size:
        return _turn(mark, mark_size, at, state)
    if entry_size:
        return _add_entry(tokens, at, entry_size, keys, words, state)
    size, quantities = read_at(tokens, at, words)
    if size:
        bound = _bound_at(tokens, at, at + size, words)
        return _add_numbers(tokens, at, size, [replace(one, bound=bound) for one in quantities], state)
    return _other(tokens, at, words, state)


def _end_clause(key: str, at: int, state: _State) -> int:
    is_label = key in ":：" and at <= max(state.denied_from, 0) + 1
    if key not in "()（）" and not is_label:
        _mark_clause(state)
        state.denied_until = state.lacks_until = state.looks_until = state.part_until = at - 1
    if key in _STOPS:
        state.cue_until = at - 1
    return 1


def _mark_clause(state: _State) -> None:
    """What a clause says of all that it claims, wherever in it."""
    for at in range(state.clause, len(state.found)):
        claim = state.found[at]
        is_material, is_person = claim.kind == "material", claim.kind in ("audience", "pronoun", "device")
        if (state.throughout and is_material) or (state.only and is_person):
            state.found[at] = replace(claim, throughout=state.throughout and is_material, only=state.only and is_person)
    state.clause, state.throughout, state.only = len(state.found), False, False


def _mark_at(tokens: tuple[Token, ...], at: int, words: Lexicon) -> tuple[int, str]:
    """The longest mark at a place and its name; of two as long the one that says more."""
    size, names = words.turning.at(tokens, at)
    return (size, names[0]) if size else (0, "")


def _turn(mark: str, size: int, at: int, state: _State) -> int:
    end = at + size
    if mark == "lacks" and at <= state.denied_at + _NOT_FREE_TOKENS:  # not free of
        state.denied_until = state.lacks_until = at
    elif mark in ("lacks", "lacks_weakly", "denies"):
        state.denied_until = end + _DENIED_TOKENS
        state.denied_from = end
        state.lacks_until = state.lacks_until if mark == "denies" else end + 2
        state.is_weakly = mark == "lacks_weakly"
        state.denied_at = state.denied_at if mark == "lacks" else end
    elif mark == "pure":
        state.pure_until = end + _PURE_TOKENS
    elif mark in ("throughout", "only"):
        setattr(state, mark, True)
    elif mark == "looks_before":
        state.looks_until = end + _LOOK_TOKENS
    elif mark == "compares":
        state.compared_until = end + _COMPARED_TOKENS
    elif mark == "contrasts":
        state.denied_until = state.lacks_until = at
    return size


def _add_entry(tokens: tuple[Token, ...], at: int, size: int, keys: list[str], words: Lexicon, state: _State) -> int:
    phrase = tuple(token.key for token in tokens[at : at + size])
    kinds = {key.partition("/")[0] for key in keys}
    cue = state.cue if state.cue in _DECIDES and at < state.cue_until else ""
    cue, is_bare = _cue_of(tokens, at, size, cue, words)
    is_pure = at <= state.pure_until
    cue = "material" if is_pure and "material" in kinds else cue
    modifier = _modifier(tokens, at, words) if "colour" in kinds else ""
    cue = "colour" if modifier else cue  # a bright orange is no fruit
    settled = tuple(key for key in keys if key.startswith(f"{cue}/")) if cue in kinds else ()
    named = tuple(key for key in keys if key.startswith("kind/"))
    settled = settled or named
    kinds = {"kind"} if named and settled == named else kinds
    end = at + size
    denied, end = _denied_behind(tokens, end, words)
    if denied:
        _deny_joined(tokens, at, words, state)
    looks, end = _looks_behind(tokens, end, words, kinds)
    part, end = _part_at(tokens, end, words, state, kinds)
    is_quiet = phrase in words.weak or kinds <= _QUIET
    state.found.append(
        Claim(
            kind=(settled or tuple(keys))[0].partition("/")[0],
            start=tokens[at].start,
            end=tokens[end - 1].end,
            words=phrase,
            keys=settled or tuple(keys),
            denied=denied or at < state.denied_until,
            looks=looks or at < state.looks_until,
            part=part,
            modifier=modifier,
            head=_head(tokens, end, words),
            is_cued=bool(settled),
            is_weak=at < state.compared_until or (is_quiet and (not settled or is_bare)),
            pure=is_pure,
        )
    )
    state.claimed.update(range(at, at + size))
    return end - at


def _head(tokens: tuple[Token, ...], end: int, words: Lexicon) -> str:
    """The word behind a phrase; a noun of the lists, where one follows soon (``white deck shoes``)."""
    behind: list[str] = []
    while end < len(tokens) and tokens[end].kind == "word" and len(behind) < _HEAD_TOKENS:
        if tokens[end].key in words.function:
            break
        behind.append(tokens[end].key)
        end += 1
    nouns = (key for key in behind if any(k.startswith("kind/") for k in words.entries.values.get((key,), ())))
    return next(nouns, behind[0] if behind else "")


def _cue_of(tokens: tuple[Token, ...], at: int, size: int, cue: str, words: Lexicon) -> tuple[str, bool]:
    """(the class that a cue before or behind a phrase says, whether it is one character amid others: a part of a word
    that no list has, mostly)."""
    end = at + size
    found = words.cues_behind.at(tokens, end)[1] if end < len(tokens) else []
    is_amid = end < len(tokens) and tokens[end].kind == "cjk" and tokens[at].kind == "cjk"
    return (found[0], False) if found else (cue, size == 1 and is_amid)


def _denied_behind(tokens: tuple[Token, ...], end: int, words: Lexicon) -> tuple[bool, int]:
    size = words.marks["denied_by"].at(tokens, end)[0] if end < len(tokens) else 0
    is_bound = size > 1 or (size and (tokens[end].hyphened or tokens[end - 1].kind == "cjk"))
    return (True, end + size) if is_bound else (False, end)


def _deny_joined(tokens: tuple[Token, ...], at: int, words: Lexicon, state: _State) -> None:
    """What is joined to a phrase that is denied behind it is denied, too: 酒精和香精都没有."""
    is_joined = at > 1 and words.marks["joins"].at(tokens, at - 1)[0] == 1
    if is_joined and state.found and state.found[-1].end == tokens[at - 2].end:
        state.found[-1] = replace(state.found[-1], denied=True)


def _looks_behind(tokens: tuple[Token, ...], end: int, words: Lexicon, kinds: set[str]) -> tuple[bool, int]:
    """A colour's finish or print is no look: only what could be taken for a material, or a place, is turned."""
    if end >= len(tokens) or not kinds & {"material", "origin"}:
        return False, end
    size = words.marks["looks"].at(tokens, end)[0]
    is_other = max(words.marks["looks_before"].at(tokens, end)[0], words.entries.at(tokens, end)[0]) > size
    if is_other:  # silver plated with gold
        return False, end
    return bool(size), end + size


def _part_at(tokens: tuple[Token, ...], end: int, words: Lexicon, state: _State, kinds: set[str]) -> tuple[str, int]:
    """The part that a colour or material is of: behind it, or before ``made of``."""
    if not kinds & {"material", "colour"}:
        return "", end
    is_bound = end < len(tokens) and (tokens[end].hyphened or tokens[end].key in ("的", "制"))
    at = end + 1 if is_bound else end
    size = words.parts.at(tokens, at)[0] if at < len(tokens) else 0
    if size:
        return _part(tokens, at, size, words), at + size
    return (state.part, end) if end <= state.part_until else ("", end)


def _part(tokens: tuple[Token, ...], at: int, size: int, words: Lexicon) -> str:
    """The one name of a part."""
    return words.parts.at(tokens, at)[1][0] if size else ""


def _modifier(tokens: tuple[Token, ...], at: int, words: Lexicon) -> str:
    before = tokens[at - 1].key if at else ""
    return words.shades.get(before, "")


def _bound_at(tokens: tuple[Token, ...], start: int, end: int, words: Lexicon) -> str:
    """``under``, ``over`` or ``about``, as a word before or behind a number says; ``""`` where none does."""
    for name in ("under", "over", "about"):
        before, behind = words.marks[name], words.marks[f"{name}_behind"]
        if any(before.at(tokens, at)[0] == start - at for at in range(max(start - 3, 0), start)):
            return name
        if end < len(tokens) and behind.at(tokens, end)[0]:
            return name
    return ""


def _add_numbers(tokens: tuple[Token, ...], at: int, size: int, quantities: list[Quantity], state: _State) -> int:
    keys = tuple(token.key for token in tokens[at : at + size])
    for quantity in quantities:
        kind = "price" if quantity.unit.startswith("currency:") else "number"
        state.found.append(Claim(kind, tokens[at].start, tokens[at + size - 1].end, keys, quantity=quantity))
    state.claimed.update(range(at, at + size))
    return size


def _other(tokens: tuple[Token, ...], at: int, words: Lexicon, state: _State) -> int:
    """A cue, a part, a code, or a word that is denied."""
    size, kinds = words.cues.at(tokens, at)
    if size:
        state.cue, state.cue_until = kinds[0], at + size + _CUE_TOKENS
        return size
    size, _ = words.parts.at(tokens, at)
    if words.marks["joins"].at(tokens, at)[0]:
        state.part_until = at
        return 1
    if size and at >= state.lacks_until:
        state.part, state.part_until = _part(tokens, at, size, words), at + size + _PART_TOKENS
        return size
    if _is_code(tokens, at):
        return _add_code(tokens, at, state)
    token = tokens[at]
    behind = _denied_behind(tokens, at + 1, words)
    is_denied = at < state.lacks_until or behind[0]
    if (
        token.kind in ("word", "cjk")
        and is_denied
        and token.key not in words.function
        and not _is_box(tokens, at, words)
    ):
        keys = (stem(token.key),) if token.kind == "word" else _cjk_run(tokens, at)
        is_weak = state.is_weakly and not behind[0]
        state.found.append(Claim("denial", token.start, token.end, keys, denied=True, is_weak=is_weak))
        goes_on = at + 1 < len(tokens) and words.marks["joins"].at(tokens, at + 1)[0]
        state.lacks_until = at + 1 + goes_on if goes_on else at
        return behind[1] - at if behind[0] else 1
    return 1


def _is_box(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether it is said here what is in the box: that is judged apart."""
    return any(words.marks[name].at(tokens, at)[0] for name in ("apart", "along"))


def _cjk_run(tokens: tuple[Token, ...], at: int) -> tuple[str, ...]:
    """What is denied from here on: the first two characters, and all up to a mark."""
    end = at
    while end < min(at + _DENIED_TOKENS, len(tokens)) and tokens[end].kind == "cjk":
        end += 1
    run = "".join(token.key for token in tokens[at:end])
    return (run[:2], run)


def _is_code(tokens: tuple[Token, ...], at: int) -> bool:
    """Letters and digits without a space between: ``IP67``, ``USB3.0``."""
    return (
        tokens[at].kind == "word"
        and tokens[at].key.isascii()
        and at + 1 < len(tokens)
        and tokens[at + 1].kind == "number"
        and (tokens[at + 1].glued or tokens[at + 1].hyphened)
    )


def _add_code(tokens: tuple[Token, ...], at: int, state: _State) -> int:
    end = at + 2
    while end < len(tokens) and tokens[end].glued and tokens[end].kind in ("word", "number"):
        end += 1
    key = "".join(token.key for token in tokens[at:end])
    state.found.append(Claim("code", tokens[at].start, tokens[end - 1].end, (key,)))
    return end - at
