"""The noun of an English title: the last word before ``by``, ``in`` or a comma, with the words that belong to it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from mmgen.facts import lexicon
from mmgen.facts.values import CJK, cleaned, lowered
from mmgen.facts.words import MASS, PAIRS, SPELLINGS, canon, number_of, plural, singular, spelling, word_set

MAX_COMPOUND = 3
_TAILS = word_set("by in with for from - – — | :")
_SENTENCE_WORDS = word_set("the a an of to and or i you is are on at my your be")
_ADJECTIVE = re.compile(r"(?:al|ed|able|ible|ful|ous|less|ive|ic|est|ish|ly)$")
_NO_NOUNS = lexicon.QUALITIES | word_set("set pack edition version pieces free")
_NOUNS = lexicon.NOUNS | PAIRS
_COLOURS = frozenset(canon(word) for colour in lexicon.COLOURS for word in colour.split())


@dataclass(frozen=True)
class Noun:
    """Where the noun stands in a title's words, and how it is said. ``end`` is past its last word."""

    start: int
    end: int
    text: str


def find_noun(words: list[str], leaf: str, known: dict[str, str]) -> Noun | None:
    """The noun of a title: its own before its category's (``leaf``), which counts where the title says it."""
    keys = [canon(word.strip("(),.;:")) for word in words]
    wanted = [canon(word) for word in leaf.split()]
    head = _last_word(words, keys, head_end(words), known, wanted)
    if head is not None:
        if size := _shared(wanted, keys[: head + 1]):
            return Noun(head + 1 - size, head + 1, leaf)
        if keys[head] in _NOUNS and (head or not leaf or keys[head] not in _COLOURS):
            return _own(words, keys, head)
    mentioned = _mentioned(words, keys, wanted, leaf)
    if mentioned and number_of(leaf) != "mass":
        return mentioned
    if head is not None and _is_common_noun(words, head, known):
        return _own(words, keys, head)
    last = _last_word(words, keys, len(words), known, wanted)
    if not mentioned and last is not None and keys[last] in _NOUNS and (last or not leaf):
        return _own(words, keys, last)
    return mentioned


def compound(noun: Noun, words: list[str], spent: list[bool], shelves: Collection[str]) -> list[int]:
    """The words before the noun that belong to it, in order: common ones (``quiet wall`` clock), and beside it a
    noun, a word of the category (``shelves``, canonical) or the first part of a known compound."""
    taken: list[int] = []
    following = canon(words[noun.start])
    for i in range(noun.start - 1, -1, -1):
        if spent[i]:
            continue
        key = canon(words[i])
        if key == canon(words[noun.end - 1]):
            continue
        beside = i == noun.start - 1 and (key in shelves or key in lexicon.NOUNS)
        belongs = _is_common(words, i) or beside or f"{key} {following}" in lexicon.COMPOUNDS
        if not belongs or len(taken) == MAX_COMPOUND:
            break
        taken.insert(0, i)
        following = key
    return taken


def is_colour_phrase(name: str) -> bool:
    """Whether a name is nothing but colours: ``Grey`` of a grey shirt."""
    return bool(name) and all(canon(word) in _COLOURS for word in name.split())


def is_quality(name: str) -> bool:
    """Whether a name only says what the thing is like: ``Thin``, ``Super Slim``, but not ``Thin Line``."""
    words = re.split(r"[\s-]+", name.lower())
    return words[-1] in lexicon.QUALITIES and set(words) <= lexicon.QUALITIES | lexicon.INTENSIFIERS


def head_end(words: list[str]) -> int:
    """Where the first phrase of a title ends: before ``by``, ``in``, a bracket or a dash, or after a comma."""
    for i, word in enumerate(words):
        if i and (word.lower() in _TAILS or word.startswith("(")):
            return i
        if word.endswith((",", ";", ":")):
            return i + 1
    return len(words)


def is_thing(noun: str, heading: str = "") -> bool:
    """Whether a category names a thing one can buy (``milk``, the heading ``Air Fryers``), not ``kitchen``."""
    last = noun.split()[-1].lower() if noun else ""
    if not last or (heading.split() or [""])[-1].lower() in lexicon.NOT_THINGS:
        return False
    in_plural = bool(heading) and singular(heading.split()[-1]) != heading.split()[-1].lower()
    return in_plural or canon(last) in lexicon.NOUNS or singular(last) in PAIRS or number_of(last) == "mass"


def noun_phrase(text: str) -> str:
    """A category as mid-sentence words, one of it: ``Casual Shoes`` -> ``casual shoes``, ``Tshirts`` -> ``T-shirt``.

    Empty for a heading that names no thing (``Perfume and Body Mist``, ``Free Items``).
    """
    plain = cleaned(text)
    if " " not in text and plain.lower() not in SPELLINGS and not plain.islower():
        plain = re.sub(r"[_-]+", " ", plain)
    if re.search(r"\band\b|[&,/>]|\bfree\b|\bitems?\b|\bothers?\b|\bmisc", plain, re.I) or CJK.search(plain):
        return ""
    words = spelling(lowered(plain)).split()
    if not words or re.search(r"\d", words[-1]):
        return ""
    low = words[-1].lower()
    low = singular(low) if singular(low) in MASS else low
    number = number_of(low)
    if number == "many":
        last = plural(singular(low))
    elif low in ("tshirt", "t-shirt"):
        last = low
    else:
        last = singular(low) if number == "one" else low
    if number == "many" and singular(low) not in PAIRS:
        last = singular(low)
    return spelling(" ".join([*words[:-1], last]))


def _last_word(words: list[str], keys: list[str], end: int, known: dict[str, str], wanted: list[str]) -> int | None:
    """The last word that can be a noun: no number, no colour after the noun (``Shoes Orange``)."""
    colours = {canon(word) for word in known.get("colour", "").split()}
    if wanted and wanted[-1] in keys:
        colours |= _COLOURS - {wanted[-1]}
    usable = (i for i in range(end - 1, -1, -1) if not re.search(r"\d", words[i]) and (not i or keys[i] not in colours))
    return next(usable, None)


def _shared(wanted: list[str], keys: list[str]) -> int:
    """How many words of the category's noun the title's words end in."""
    return next((size for size in range(len(wanted), 0, -1) if keys[-size:] == wanted[-size:]), 0)


def _own(words: list[str], keys: list[str], last: int) -> Noun:
    first = last - 1 if last and " ".join(keys[last - 1 : last + 1]) in lexicon.COMPOUNDS else last
    return Noun(first, last + 1, noun_phrase(" ".join(words[first : last + 1]).strip("(),.;:")))


def _mentioned(words: list[str], keys: list[str], wanted: list[str], leaf: str) -> Noun | None:
    """The category's words anywhere in the title: whole for a thing, else with nothing but numbers after them."""
    for size in range(len(wanted), 0, -1):
        for i in range(len(keys) - size, -1, -1):
            in_place = is_thing(leaf, f"{leaf}s") or all(re.search(r"\d", w) for w in words[i + size :])
            if keys[i : i + size] == wanted[-size:] and in_place:
                return Noun(i, i + size, leaf)
    return None


def _is_common(words: list[str], i: int) -> bool:
    """Whether a word is no name: in lower case where the title has capitals, and no word that joins phrases."""
    word = words[i].strip("(),.;:")
    if word.isupper() and word.lower() in SPELLINGS:
        return True  # ``LED``
    plain = bool(re.fullmatch(r"[a-z]{3,}(?:-[a-z]+)*", word))
    return plain and word not in _TAILS | _SENTENCE_WORDS | lexicon.UNITS


def _is_common_noun(words: list[str], head: int, known: dict[str, str]) -> bool:
    """Whether the head of a title without a noun that is known is one nevertheless: ``tin tea caddy``."""
    word = words[head].strip("(),.;:")
    phrase = {w.lower() for w in words[: head + 1]}
    if known.keys() & {"author", "publisher"} or phrase & _SENTENCE_WORDS or not _is_common(words, head):
        return False
    quality = canon(word) in _COLOURS or word in _NO_NOUNS or word in lexicon.MODIFIERS or word in lexicon.MATERIALS
    return not quality and not _ADJECTIVE.search(word)
