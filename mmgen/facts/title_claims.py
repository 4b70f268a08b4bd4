"""What a title says in words of its own beside its noun: for whom, which pattern, material or season."""

from __future__ import annotations

from collections.abc import Iterable

from mmgen.facts import lexicon
from mmgen.facts.title_colours import NEGATIONS
from mmgen.facts.title_nouns import is_colour_phrase
from mmgen.facts.words import canon, canonical, word_set

_PATTERN_NOUNS = frozenset({"print", "prints", "stripe", "stripes", "check", "checks"})
Phrases = dict[str, dict[tuple[str, ...], str]]


def phrases(known: dict[str, str], kind: str) -> Phrases:
    """Slot -> canonical words -> value: what a title may say in words of its own.

    A title's colour, usage or season counts only beside an attribute: ``Orange Juice`` is a name otherwise.
    """
    forms: Phrases = {s: words for s, words in _FIXED.items() if s in known or s in ("gender", "modifier", "fit")}
    if lexicon.WEARABLE.search(kind) or known.keys() & {"gender", "colour", "season", "material"}:
        forms["pattern"] = _FIXED["pattern"]  # a solid shirt, but not a solid potato
    if "gender" in known:
        forms["gender"] = _ALL_GENDERS
    for slot, value in known.items():
        if slot in _REPEATED:
            words = value.lower().split()
            key = tuple(words if slot == "gender" else [canon(w) for w in words])
            forms[slot] = {**forms.get(slot, {}), key: value}
    if "material" in known:
        forms = {"material": forms.pop("material"), **forms}
    return forms


def _raw(forms: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Gender words as they are written: ``lady`` is not ``women`` here."""
    return {(form,): lexicon.GENDER_OF[form] for form in forms}


def _keyed(forms: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {canonical(form): value for form, value in forms.items()}


_REPEATED = word_set("gender pattern usage season fit size style flavour weight volume origin author material")
_ALL_GENDERS = _raw(lexicon.TITLE_GENDERS)
GENDER_WORDS = frozenset(canon(word) for word in lexicon.TITLE_GENDERS)
_FIXED: Phrases = {
    "gender": _raw(lexicon.CLEAR_GENDERS),
    "pattern": _keyed({form: value for form, value in lexicon.PATTERN_OF.items() if form.isascii()}),
    "usage": _keyed({u: u for u in lexicon.TITLE_USAGES}),
    "season": _keyed({season: season for season in ("spring", "summer", "fall", "winter")}),
    "fit": _keyed({fit: fit.removesuffix(" fit") for fit in lexicon.FITS}),
    "modifier": _keyed(
        {m: m for m in (*lexicon.MATERIALS, *lexicon.MODIFIERS) if m not in lexicon.AMBIGUOUS_MATERIALS}
    ),
}


def claimed(
    slot: str, forms: dict[tuple[str, ...], str], keys: list[str], words: list[str], spent: list[bool]
) -> list[str]:
    """The values of ``slot`` that a title says, longest phrase first, unless they are denied (``non leather``).

    ``spent`` is marked where a word was used.
    """
    found: list[str] = []
    for length in (4, 3, 2, 1):
        for i in range(len(keys) - length + 1):
            value = forms.get(tuple(keys[i : i + length]))
            if value is None or any(spent[i : i + length]) or (i and words[i - 1].lower().strip("-") in NEGATIONS):
                continue
            if slot == "pattern" and length == 1 and _belongs_to_name(words, spent, i):
                continue
            spent[i : i + length] = [True] * length
            if value not in found:
                found.append(value)
    return found


def _belongs_to_name(words: list[str], spent: list[bool], i: int) -> bool:
    """Whether a pattern is the noun of a name: ``Scottish Stripes``, ``Pigment Print``, but not ``Blue Stripes``."""
    before = words[i - 1] if i and not spent[i - 1] else ""
    return words[i].lower() in _PATTERN_NOUNS and before[:1].isupper() and not is_colour_phrase(before)
