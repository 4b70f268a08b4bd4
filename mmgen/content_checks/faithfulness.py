"""Does a text say only what the facts say? A word check, strict where a wrong word is a wrong claim.

Every content word has to come from a fact; only the words of the sentence plans and function words are free. So a
fluent text of another product fails on its own words. Same idea as slot error rate (Wen et al. 2015), turned round:
that counts slots that are missing or made up, this names the words that no slot explains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mmgen.clean.text.language import language_of
from mmgen.facts import lexicon
from mmgen.facts.fact import Fact
from mmgen.facts.values import CJK
from mmgen.facts.words import canon, word_set

# No negation here: "not", "without" and "free" turn a claim round, so they need a fact as well.
FUNCTION_WORDS = word_set("""a an the and or of in on at to for from with by as is are was be been it its they
their this that these those our we you your which who has have can also both each other than then so but if when
while into over under up out all
""")
FUNCTION_ZH = word_set(
    "的 了 和 与 及 是 为 在 有 等 也 并 或 让 这 那 其 它 之 于 以 而 且 都 把 被 由 从 到 对 上 中 下 里 着 个 款 件"
)
NUMBER_WORDS = word_set(
    "two three four five six seven eight nine ten eleven twelve dozen hundred thousand double triple half"
)
_WORD = re.compile(
    r"\d+(?:[.,]\d+)*%?|[^\W_\u3400-\u9fff]+(?:['’&-][^\W_\u3400-\u9fff]+)*|[\u3400-\u4dbf\u4e00-\u9fff]+"
)
_DENIED_EN = re.compile(
    r"\b(?:no|not|non|without|never|free from|free of)[\s-]+(?:\w+[\s-]+)?([^\W\d_]+)|([^\W\d_]+)[\s-]free\b", re.I
)
_DENIES_EN = re.compile(r"\b(?:no|not|non|without|never|free)\b", re.I)
_DENY_ZH = ("不含", "不", "无", "非", "未", "免", "零", "没有", "0")
_UNNAMED = ("title", "sentence", "warning", "price")
_STRICT_EN = frozenset(
    canon(w) for group in (lexicon.COLOURS, lexicon.MATERIALS, lexicon.SEASONS) for p in group for w in p.split()
) - {"season", "all", "off", "down", "light", "dark"}
_STRICT_ZH = frozenset(
    w
    for group in (lexicon.COLOURS, lexicon.MATERIALS, lexicon.SEASONS, lexicon.GENDERS_ZH)
    for w in group.values()
    if len(w) > 1
)


@dataclass(frozen=True)
class FreeWords:
    """What a writer may add to the facts besides function words: English words, and runs of Chinese characters.

    Each writer hands in its own, so that the check knows no grammar.
    """

    words: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()


def unsupported(text: str, facts: Sequence[Fact], locale: str, free: FreeWords) -> list[str]:
    """The words of ``text`` that no fact explains, in order, each once. Empty: the text is faithful."""
    language = language_of(locale, text)
    found = _chinese(text, facts, free.runs) if language == "zh" else _spaced(text, facts, language, free.words)
    return list(dict.fromkeys(found))


def _spaced(text: str, facts: Sequence[Fact], language: str, own: frozenset[str]) -> list[str]:
    """English, and other languages whose words are set apart by spaces (these have no free words)."""
    joined = " \n ".join(_support(facts))
    supported = _words_said(joined)
    free = _free_words(own) if language == "en" else frozenset[str]()
    named = {canon(w) for f in facts if f.slot in ("title", "name", "brand") for w in f.value.split()}
    denied = {canon(w) for pair in _DENIED_EN.findall(joined) for w in pair if w} - named
    affirmed = not _DENIES_EN.search(text)
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group(0)
        key = canon(word)
        if CJK.match(word):
            explained = word in joined
        elif word[0].isdigit() or key in NUMBER_WORDS or key in _STRICT_EN:
            explained = key in supported and not (affirmed and key in denied)
        elif affirmed and key in denied and key not in free:
            explained = False
        else:
            parts = [canon(part) for part in re.split(r"[-'’&]", word) if part]
            explained = key in supported or key in free or all(part in supported or part in free for part in parts)
            explained = explained and not _is_odd_name(text, match.start(), word, supported)
        if not explained:
            found.append(word)
    return found


def _words_said(text: str) -> set[str]:
    return {
        form
        for word in _WORD.findall(text)
        for form in (canon(word), *(canon(part) for part in re.split(r"[-'’&]", word)))
    }


def _support(facts: Sequence[Fact]) -> list[str]:
    """The texts of the facts. What the sources disagree on supports nothing; a price is no part of a description."""
    texts: list[str] = []
    for fact in facts:
        if not fact.slot.startswith("conflict_") and fact.slot != "price":
            texts += [fact.value] if fact.role in _UNNAMED else [fact.value, fact.name]
    return texts


@lru_cache(maxsize=8)
def _free_words(own: frozenset[str]) -> frozenset[str]:
    return frozenset(canon(word) for word in FUNCTION_WORDS | own)


def _is_odd_name(text: str, start: int, word: str, supported: set[str]) -> bool:
    """A capitalised word inside a sentence is a name, free word or not, and needs a fact."""
    inside = bool(re.search(r"[\w,;)]\s+$", text[:start]))
    return inside and word[:1].isupper() and word[1:].islower() and canon(word) not in supported


def _chinese(text: str, facts: Sequence[Fact], own: frozenset[str]) -> list[str]:
    """Longest match from the left against fact values and free runs; what is left over is unsupported."""
    support = _support(facts)
    latin = {w.lower() for value in support for w in _WORD.findall(value) if not CJK.match(w)}
    found: list[str] = []
    whole = _whole_values(text, support)
    for match in _WORD.finditer(text):
        run, start = match.group(0), match.start()
        if CJK.match(run):
            found += _unmatched(run, support, whole[start : match.end()], own)
        elif run.lower() not in latin and not all(whole[start : match.end()]):
            found.append(run)
    values = "\n".join(support)
    strict = [word for word in _STRICT_ZH if word in text and word[:-1] not in values and word not in values]
    return found + [word for word in strict if not any(word in f for f in found)]


def _whole_values(text: str, support: list[str]) -> list[bool]:
    """Which characters of the text lie in a fact's whole value."""
    inside = [False] * len(text)
    for value in {v for v in support if len(v) > 1}:
        for match in re.finditer(re.escape(value), text):
            inside[match.start() : match.end()] = [True] * len(value)
    return inside


def _unmatched(run: str, support: list[str], whole: list[bool], own: frozenset[str]) -> list[str]:
    free, longest_free = _free_runs(own)
    left: list[str] = []
    gap = ""
    i = 0
    while i < len(run):
        size = _longest_fact(run, i, support)
        size = max(size, next((n for n in range(min(longest_free, len(run) - i), 0, -1) if run[i : i + n] in free), 0))
        size = size or int(whole[i])
        if size:
            left += [gap] if gap else []
            gap = ""
            i += size
        else:
            gap += run[i]
            i += 1
    return left + ([gap] if gap else [])


@lru_cache(maxsize=8)
def _free_runs(own: frozenset[str]) -> tuple[frozenset[str], int]:
    runs = FUNCTION_ZH | own
    return runs, max(map(len, runs))


def _longest_fact(run: str, start: int, support: list[str]) -> int:
    """Length of the longest part of a fact at ``start``: two characters or more, or a whole value; none denied."""
    best = 0
    for value in support:
        size = max(best, 1)
        while start + size <= len(run) and run[start : start + size] in value:
            piece = run[start : start + size]
            if (size > 1 or piece == value) and not _only_denied(piece, value, run[:start]):
                best = max(best, size)
            size += 1
    return best


def _only_denied(piece: str, value: str, before: str) -> bool:
    """Whether the value says the piece only as denied (糖 in 无糖) and the text doesn't deny it."""
    starts = [m.start() for m in re.finditer(re.escape(piece), value)]
    return all(value[:at].endswith(_DENY_ZH) for at in starts) and not before.endswith(_DENY_ZH)
