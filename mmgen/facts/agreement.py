"""Where title and attributes speak of the same thing, what is stated: what both can mean, or nothing."""

from __future__ import annotations

from dataclasses import replace

from mmgen.facts import lexicon
from mmgen.facts.fact import Fact
from mmgen.facts.title import Title
from mmgen.facts.title_colours import agreed_colour
from mmgen.facts.values import CJK
from mmgen.facts.words import canon, canonical


def reconciled(attributes: list[Fact], title: Title, language: str) -> tuple[list[Fact], list[Fact], Title]:
    """Attributes and the title's claims made to agree. What they disagree on is noted and taken out of both."""
    facts = {fact.slot: fact for fact in attributes}
    conflicts: list[Fact] = []
    for slot, claims in title.claims.items():
        known = facts[slot].value if slot in facts else ""
        source = facts[slot].source if slot in facts else "title"
        value, conflict = _agreed(slot, known, claims, language)
        if conflict:
            del facts[slot]
            conflicts.append(Fact(f"conflict_{slot}", slot, " | ".join([*claims, known]), f"title, {source}"))
            title.text, title.name = (_removed(text, claims) for text in (title.text, title.name))
        elif value:
            facts[slot] = Fact(slot, slot, value, source)
    colour = facts["colour"].value if "colour" in facts else ""
    if title.name and set(canonical(title.name)) <= set(canonical(colour)):
        title.name = ""  # ``Navy`` of a navy blue shirt
    return list(facts.values()), conflicts, title


def _agreed(slot: str, known: str, claims: list[str], language: str) -> tuple[str | None, bool]:
    if language == "zh":
        clash = (
            bool(known)
            and slot in ("colour", "gender")
            and bool(claims)
            and not any(_hue(c)[0] in known or _hue(known)[0] in c for c in claims)
        )
        if slot == "gender" and known:
            clash = (
                bool(claims) and known not in claims and set(claims) <= {"男士", "女士"} and known in ("男士", "女士")
            )
        return known or None, clash
    if slot == "colour":
        return agreed_colour(known, claims)
    if slot == "modifier":
        return " ".join(claims[:2]), False
    if not known:
        children = [c for c in claims if c != "children"] if len(claims) > 1 else claims
        return (children[0] if len(children) == 1 or slot != "gender" else None), False
    related = {"children": ("boys", "girls", "babies"), "boys": ("children",), "girls": ("children",)}
    told = set(canonical(known))
    said = {c: set(canonical(c)) for c in claims}
    if any(said[c] <= told or told <= said[c] or known in related.get(c, ()) for c in claims):
        return known, False
    if slot in ("gender", "season", "usage"):
        return None, True
    return known, False


def _hue(colour: str) -> str:
    """A Chinese colour without its shade, which says nothing of the colour: 蓝色 of 深蓝色."""
    return colour.lstrip("深浅亮暗") or colour


def _removed(text: str, claims: list[str]) -> str:
    """``text`` without the words of the claims."""
    if CJK.search(text):
        for claim in claims:
            text = text.replace(claim, "")
        return text
    gone = {canon(w) for claim in claims for w in claim.split()}
    gone |= {canon(form) for claim in claims for form, value in lexicon.GENDER_OF.items() if value == claim}
    return " ".join(w for w in text.split() if canon(w) not in gone)


def for_children(attributes: list[Fact], texts: list[str], language: str) -> list[Fact]:
    """Unisex is for women and men, unless the title or the category says that it is for children."""
    adults, children = "women and men", "children"
    if language == "zh":
        adults, children = lexicon.GENDERS_ZH[adults], lexicon.GENDERS_ZH[children]
    if not any(lexicon.CHILDREN.search(text) for text in texts):
        return attributes
    return [replace(f, value=children) if f.slot == "gender" and f.value == adults else f for f in attributes]
