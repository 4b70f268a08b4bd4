"""What stands behind a cue, a label or as a name: claims whose words no list has to know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mmgen.content_checks.contents import CLAUSE, side_of
from mmgen.content_checks.evidence import Evidence
from mmgen.content_checks.reading.claims import claims_of
from mmgen.content_checks.reading.cues import cued_phrases
from mmgen.content_checks.reading.lexicon import Lexicon
from mmgen.content_checks.reading.tokens import Token, stem, tokens_of
from mmgen.content_checks.verdict import Verdict
from mmgen.content_checks.votes import Outcome
from mmgen.facts.fact import Fact

_CLAUSE = re.compile(r"[.;。；\n!！?？]")
_LABELLED = re.compile(r"[:：]\s*")
_BEFORE_LABEL = (*".;。；!！?？,，、•·|*–—-", "")
"""What a label may stand behind: it begins its clause."""
_NOT_OPEN = ("kind", "kind_this", "size")
"""Cues that say nothing of a word that no list has."""
_CAPITAL_CUES = ("brand",)
_ANY_CASE = frozenset({"de"})
"""Languages that write each noun with a capital: there it is no sign of a name."""
_MIN_NAME = 3
_NO_VALUES = ("kind/", "feature/", "substance/")
"""Classes of words that are not judged wherever they stand."""
_MADE_TOKENS = 6
"""How far before a place may stand what is done there."""
_AFFIRM_TOKENS = 6
"""How far before a Chinese word may stand that it is there: 含有微量双酚A."""
Span = tuple[int, int]


def labelled(text: str, known: Evidence, words: Lexicon) -> tuple[list[Verdict], list[Span]]:
    """(verdicts, spans as the facts have them) of what stands in a text as ``Name: value`` under the name of a fact."""
    verdicts: list[Verdict] = []
    spans: list[Span] = []
    for match in _LABELLED.finditer(text):
        name, start = _name_before(text, match.start(), known)
        if not name or (start and text[:start].rstrip(" \n")[-1:] not in _BEFORE_LABEL):
            continue
        value = _value_at(text, match.end(), known.named[name])
        role = known.named[name][0].role or "attribute"
        clause = _CLAUSE.split(text[match.end() :], maxsplit=1)[0]
        if not value and any(claim.kind == role or claim.quantity for claim in claims_of(clause, words)):
            continue  # said in other words: they are read as any others
        if value:
            spans.append((start, match.end() + value))
        else:
            said = text[match.end() : match.end() + 40]
            verdicts.append(Verdict(role, f"{text[start : match.start()]}: {said}", "contradicted",
                                    "the fact of this name is another", match.end()))  # fmt: skip
    return verdicts, spans


def cued(text: str, known: Evidence, words: Lexicon, puffery: Sequence[str] = ()) -> Iterator[Verdict]:
    """Outcome of what stands behind a cue (``made of``, 产地为) where none of its words is in a list."""
    own = frozenset(word.casefold() for word in puffery)
    for kind, tokens in cued_phrases(text, words):
        if kind in _NOT_OPEN:
            continue
        phrase = _content(tokens, words, own, text, kind)
        if not phrase:
            continue
        found = _cued_verdict(kind, phrase, known, words)
        if found:
            said = text[phrase[0].start : phrase[-1].end]
            yield Verdict(kind, said, found, "no fact says so", phrase[0].start)


def names(text: str, known: Evidence, words: Lexicon, language: str) -> Iterator[Verdict]:
    """Words with a capital inside a sentence, and Latin ones in a Chinese text: names, which need a fact."""
    tokens = tokens_of(text)
    for at, token in enumerate(tokens):
        raw = text[token.start : token.end]
        if token.kind != "word" or len(raw) < _MIN_NAME or not raw[0].isupper() or not raw.isascii():
            continue
        inside = language == "zh" or _is_brand_cued(tokens, at, words)
        is_running = at > 0 and _is_running(text, tokens[at - 1]) and not _is_place(text, tokens, at, words)
        inside = inside or (is_running and language not in _ANY_CASE)
        if _is_made_at(tokens, at, words) and not _is_known(token, known) and not _is_word(tokens, at, words):
            yield Verdict("origin", raw, _against("origin", known), "a place that no fact has", token.start)
        elif inside and not _is_known(token, known) and not _is_word(tokens, at, words):
            yield Verdict("brand", raw, "unsupported", "a name that no fact has", token.start)


def denied(text: str, known: Evidence, words: Lexicon) -> Iterator[Verdict]:
    """What a text says to be there, and the facts say to be missing (``with lactose`` of what is lactose-free)."""
    if not known.denied:
        return
    own = {claim.start for claim in claims_of(text, words) if claim.denied}
    apart = [one.span() for one in CLAUSE.finditer(text) if side_of(one.group(0), words) == "apart"]
    tokens = tokens_of(text)
    for at, token in enumerate(tokens):
        if token.kind == "word":
            is_there = stem(token.key) in known.denied and token.start not in own
        else:
            named = any(text.startswith(key, token.start) for key in known.denied)
            is_there = named and _is_affirmed(tokens, at, words)
        if is_there and not any(start <= token.start < end for start, end in apart):
            yield Verdict("denial", token.key, "contradicted", "the facts say it is missing", token.start)


def _is_affirmed(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a Chinese character stands behind a word that says it is there, and that word behind none that denies."""
    begin = next((one + 1 for one in range(at - 1, -1, -1) if tokens[one].kind != "cjk"), 0)
    starts = range(max(at - _AFFIRM_TOKENS, begin), at)
    if not any(words.marks["affirms"].at(tokens, start)[0] for start in starts):
        return False
    denying = (words.marks[name] for name in ("denies", "lacks", "lacks_weakly"))
    near = range(max(at - _AFFIRM_TOKENS - 2, begin), at)
    return not any(one.at(tokens, start)[0] for one in denying for start in near)


def _name_before(text: str, end: int, known: Evidence) -> tuple[str, int]:
    """The longest name of a fact that ends at a place, and where it begins; ("", end) where none does."""
    for name in sorted(known.named, key=len, reverse=True):
        start = end - len(name)
        if start < 0 or text[start:end].casefold() != name:
            continue
        if start == 0 or not (text[start - 1].isalnum() and text[start - 1].isascii()):
            return name, start
    return "", end


def _value_at(text: str, start: int, facts: Sequence[Fact]) -> int:
    """The length of a fact's value that stands at a place whole; 0 where none does."""
    for value in sorted((fact.value for fact in facts), key=len, reverse=True):
        end = start + len(value)
        goes_on = text[end : end + 1].isalnum() and value[-1:].isascii()
        if text[start:end].casefold() == value.casefold() and not goes_on:
            return len(value)
    return 0


def _content(tokens: tuple[Token, ...], words: Lexicon, own: frozenset[str], text: str, kind: str) -> tuple[Token, ...]:
    """The words behind a cue up to the first that belongs to no phrase; articles and words of tone in front go."""
    at = 0
    start = max((end for end in range(len(tokens)) if _ends_cue(tokens, end, words)), default=0)
    at = start
    while at < len(tokens) and (skipped := _skipped(tokens, at, words, own)):
        at += skipped
    if at < len(tokens) and words.marks["looks"].at(tokens, at)[0]:
        return ()
    is_asked = kind in _CAPITAL_CUES and at < len(tokens) and tokens[at].kind == "word"
    if is_asked and not text[tokens[at].start].isupper():
        return ()
    end = at
    while end < len(tokens) and tokens[end].kind in ("word", "cjk") and tokens[end].key not in words.function:
        if tokens[end].kind == "cjk" and (words.puffery.at(tokens, end)[0] or words.cues_behind.at(tokens, end)[0]):
            break
        end += 1
    return tokens[at:end]


def _ends_cue(tokens: tuple[Token, ...], end: int, words: Lexicon) -> bool:
    """Whether another cue ends here: what it is about stands behind it."""
    return tokens[end].kind == "cjk" and any(
        start + words.cues.at(tokens, start)[0] == end for start in range(max(end - 4, 0), end)
    )


def _skipped(tokens: tuple[Token, ...], at: int, words: Lexicon, own: frozenset[str]) -> int:
    """What may stand between a cue and what it is about: an article, a word of tone."""
    if tokens[at].key in words.articles or tokens[at].key in own:
        return 1
    return words.puffery.at(tokens, at)[0]


def _cued_verdict(kind: str, phrase: tuple[Token, ...], known: Evidence, words: Lexicon) -> Outcome | None:
    """What is found of a phrase; None where its words are judged as words, or claim nothing."""
    supported = [_is_known(token, known) for token in phrase]
    if words.numbers.at(phrase, 0)[0]:
        return None  # a number is judged as one
    entry = next((at for at in range(len(phrase)) if _is_entry(phrase, at, words)), None)
    if entry is not None:
        is_shade = kind == "colour" and entry and not supported[entry - 1]
        return "contradicted" if is_shade and phrase[entry - 1].key not in words.shades else None
    if (phrase[0].kind == "word" and any(supported)) or "".join(t.key for t in phrase[:2]) in known.text:
        return None
    if all(_is_generic((token,), words) for token in phrase) or (
        phrase[0].kind == "cjk" and _is_generic(phrase, words)
    ):
        return None
    return _against(kind, known)


def _against(kind: str, known: Evidence) -> Outcome:
    """How a phrase that no fact has comes out: where a fact speaks of its kind, it says something else."""
    return "contradicted" if kind in known.roles else "unsupported"


def _is_entry(phrase: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a word of the lists begins here; an everyday character in a longer word is none."""
    size, keys = words.entries.at(phrase, at)
    size = size if any(not key.startswith(_NO_VALUES) for key in keys) else 0
    is_part = size == 1 and phrase[at].kind == "cjk" and len(phrase) > 1 and (phrase[at].key,) in words.weak
    return bool(size) and not is_part


def _is_generic(phrase: tuple[Token, ...], words: Lexicon) -> bool:
    run = "".join(token.key for token in phrase)
    if phrase[0].kind == "cjk":
        return any(word in run for word in words.generic if not word.isascii())
    return (
        phrase[-1].key in words.generic
        or phrase[0].key in words.generic
        or bool(words.puffery.at(phrase, len(phrase) - 1)[0])
    )


def _is_known(token: Token, known: Evidence) -> bool:
    return stem(token.key) in known.words if token.kind == "word" else token.key in known.text


def _is_place(text: str, tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a name stands behind an article, as places do: ``the North Sea``."""
    while at > 0 and tokens[at - 1].kind == "word" and text[tokens[at - 1].start].isupper():
        at -= 1
    return at > 0 and tokens[at - 1].key in words.articles


def _is_made_at(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a name stands where a thing is made: ``knitted by hand in Yorkshire``."""
    if at == 0 or not words.marks["in_place"].at(tokens, at - 1)[0]:
        return False
    for start in range(at - 2, max(at - 2 - _MADE_TOKENS, -1), -1):
        if tokens[start].kind == "mark":
            return False
        if words.marks["made_at"].at(tokens, start)[0]:
            return True
    return False


def _is_running(text: str, before: Token) -> bool:
    """Whether a sentence runs up to here."""
    return before.kind in ("word", "number") or text[before.start] == ","


def _is_brand_cued(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether what stands behind a name says that it is a maker's: ``has done it again``."""
    return at + 1 < len(tokens) and "brand" in words.cues_behind.at(tokens, at + 1)[1]


def _is_word(tokens: tuple[Token, ...], at: int, words: Lexicon) -> bool:
    """Whether a word is one that the lists know."""
    lists = (words.entries, words.puffery, words.units, words.cues, words.numbers)
    key = tokens[at].key
    return key in words.function or key in words.generic or any(one.at(tokens, at)[0] for one in lists)
