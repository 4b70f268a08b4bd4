"""Two fields that contradict each other say neither. What a title says is no field: it stands whole beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mmgen.facts.fact import Fact
from mmgen.facts.language import says_any, without, words_of
from mmgen.facts.values import key_of

_APART = (("women", "men"), ("girls", "boys"))
_FOR_WHOM = ("gender", "audience")


def agreed(facts: Sequence[Fact], path: Sequence[str], language: str) -> tuple[list[Fact], list[Fact]]:
    """(the facts that can all be so, what was taken out as ``conflict_N`` slots).

    Two of one name must say the same, or one more exactly what the other says. For whom a product is must fit the
    categories of its ``path``.
    """
    kept: dict[str, Fact | None] = {}
    conflicts: list[Fact] = []
    for fact in facts:
        name = key_of(fact.name)
        other = kept.get(name)
        if name not in kept:
            kept[name] = fact
        elif other is not None and (fuller := _fuller(other, fact)):
            kept[name] = fuller
        else:
            conflicts.append(_conflict(len(conflicts) + 1, fact.name, [other, fact]))
            kept[name] = None
    said: list[Fact] = []
    for one in filter(None, kept.values()):
        if one.role in _FOR_WHOM and (level := _other_people(one, path, language)):
            against = Fact("category", one.name, level, "category", one.role)
            conflicts.append(_conflict(len(conflicts) + 1, one.name, [one, against]))
        else:
            said.append(one)
    return said, conflicts


def _fuller(one: Fact, other: Fact) -> Fact | None:
    """Of two facts the one that says what the other says and perhaps more; None where neither does."""
    first, second = (key_of(fact.value).split() for fact in (one, other))
    if _holds(first, second):
        return one
    return other if _holds(second, first) else None


def _holds(words: list[str], part: list[str]) -> bool:
    """Whether ``part`` stands in ``words``, its words side by side; a number that is added makes another value."""
    starts = range(len(words) - len(part) + 1)
    found = next((i for i in starts if words[i : i + len(part)] == part), None)
    rest = words[:found] + words[(found or 0) + len(part) :] if found is not None else ["0"]
    return not any(character.isdigit() for word in rest for character in word)


def _conflict(number: int, name: str, facts: Sequence[Fact | None]) -> Fact:
    known = [fact for fact in facts if fact]
    sources = ", ".join(fact.source for fact in known)
    return Fact(f"conflict_{number}", name, " | ".join(fact.value for fact in known), sources, known[-1].role)


def _other_people(fact: Fact, path: Sequence[str], language: str) -> str:
    """The category that is for other people than a fact says; "" where none is."""
    own = _people(fact.value, language)
    for level in path:
        there = _people(level, language)
        for pair in _APART:
            if len(own & {*pair}) == 1 and len(there & {*pair}) == 1 and own & {*pair} != there & {*pair}:
                return level
    return ""


def _people(text: str, language: str) -> set[str]:
    """The groups that a text names. Longer names first: ``women`` is not ``men``, 女童 not 女."""
    groups: Mapping[str, tuple[str, ...]] = words_of(language).people
    found: set[str] = set()
    for phrase, group in sorted(((p, g) for g, phrases in groups.items() for p in phrases), key=lambda x: -len(x[0])):
        if says_any(text, (phrase,)):
            found.add(group)
            text = without(text, (phrase,))
    return found
