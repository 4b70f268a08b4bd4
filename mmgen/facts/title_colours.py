"""The colours that a title names, and whether they agree with the colour that the record has."""

from __future__ import annotations

from mmgen.facts import lexicon
from mmgen.facts.values import joined
from mmgen.facts.words import canon

# What a colour may be of, when it isn't of the whole: ``Black Dial Watch``. Without its colour it names nothing.
PARTS = frozenset({"dial", "frame", "sole", "strap", "trim", "band", "lens"})
NEGATIONS = frozenset({"non", "no", "not", "without", "faux", "anti", "un", "imitation", "artificial", "look"})


def title_colours(words: list[str], keys: list[str], spent: list[bool], known: str) -> list[str]:
    """Colour words, longest first. Beside the attribute's own colour only those joined to it count (``Red & Blue``).

    The others are names: ``Red Devils Black T-shirt`` is black.
    """
    found: dict[int, tuple[int, str]] = {}
    taken = list(spent)
    here = set(keys)
    candidates = {colour: parts for colour, parts in _colour_words(known) if here.issuperset(parts)}
    for colour, parts in sorted(candidates.items(), key=lambda item: (-len(item[1]), item[0])):
        for i in range(len(keys) - len(parts) + 1):
            free = not any(taken[i : i + len(parts)]) and not (i and words[i - 1].lower() in NEGATIONS)
            if (
                keys[i : i + len(parts)] == parts
                and free
                and (colour == known or _is_colour(colour, words, i, len(parts)))
            ):
                taken[i : i + len(parts)] = [True] * len(parts)
                found[i] = (len(parts), colour)
    own = [i for i, (_, colour) in found.items() if colour == known]
    kept = _joined_to(own, found, words) if own else sorted(found)
    said: list[str] = []
    for i in kept:
        length, colour = found[i]
        shade = keys[i - 1] if i and not taken[i - 1] and keys[i - 1] in lexicon.SHADES else ""
        start = i - 1 if shade else i
        spent[start : i + length] = [True] * (i + length - start)
        said.append(f"{shade} {colour}".strip())
        if keys[i + length : i + length + 1] and keys[i + length] in PARTS:
            spent[i + length] = True
    return list(dict.fromkeys(said))


def _colour_words(known: str) -> list[tuple[str, list[str]]]:
    return [*_COLOUR_WORDS, (known, [canon(w) for w in known.split()])]


_COLOUR_WORDS = [(colour, [canon(w) for w in colour.split()]) for colour in lexicon.COLOURS]


def _joined_to(own: list[int], found: dict[int, tuple[int, str]], words: list[str]) -> list[int]:
    """Where the colours stand that a chain of ``&``, ``and``, ``/`` or nothing ties to the attribute's own."""
    chain: list[list[int]] = []
    for i in sorted(found):
        before = chain[-1][-1] if chain else -1
        gap = words[before + found[before][0] : i] if chain else words
        tied = bool(chain) and all(w.lower() in ("&", "and", "/", "+") for w in gap)
        chain = [*chain[:-1], [*chain[-1], i]] if tied else [*chain, [i]]
    return [i for group in chain if set(group) & set(own) for i in group]


def _is_colour(colour: str, words: list[str], start: int, length: int) -> bool:
    """An ambiguous colour word (``Gold``, ``Peach``) counts as a colour in the last three words of a title only."""
    return colour not in lexicon.AMBIGUOUS_COLOURS or (len(words) - start - length <= 2 and len(words) > 2)


def agreed_colour(attribute: str, title: list[str]) -> tuple[str | None, bool]:
    """The colour to state and whether title and attribute conflict. A shade beats its family; two colours beat one."""
    if not title:
        return attribute or None, False
    if not attribute:
        return (joined(title, "en") if len(title) <= 2 else None), False
    if attribute in title and len(title) > 2:
        return attribute, False
    if not any(lexicon.same_colour_family(part, colour) for part in attribute.split(" and ") for colour in title):
        return None, True
    if len(title) > 2:
        return attribute, False
    if len(title) == 1:
        return (attribute if len(attribute.split()) > len(title[0].split()) else title[0]), False
    return joined(title, "en"), False
