"""English sentence plans. Numbers agree: ``<articles>`` is a plural or a pair, ``<mass>`` takes no ``a``."""

from __future__ import annotations

import random
from collections.abc import Sequence

from mmgen.facts.words import canon
from mmgen.writing.grammar.plans_en import (
    BRANDED,
    CLAUSES,
    HEADED,
    LINES,
    LISTED,
    NAMED,
    NOUN_ONLY,
    ONLY_MANY,
    ONLY_ONE,
    TITLED,
    UNBRANDED,
)
from mmgen.writing.grammar.product_en import Facts, Product
from mmgen.writing.grammar.written import lead_slots, words_of, written_slots

SPARSE = 2
SHORT_TITLE = 12


def description(facts: Facts, rng: random.Random, longest: int) -> list[str]:
    """One to three sentences as tokens."""
    product = Product(facts)
    if written := written_slots(facts, longest):
        lead = lead_slots(facts, written, "en")
        return [*lead, *([":"] if lead else []), *written, *_unsaid(product, lead + written, rng)]
    opening = [*_opening(product, rng), "."]
    clauses = _clauses(product, rng)
    rng.shuffle(clauses)
    return opening + _told(product, clauses) + _listed(product)


def _opening(product: Product, rng: random.Random) -> list[str]:
    facts = set(product.facts)
    groups: tuple[tuple[str, str], ...]
    if product.has_own_name():
        facts.add("own")
    if not product.noun:
        groups = TITLED if product.full() else HEADED
    elif "title" in facts and (
        _is_bare(facts)
        or product.leaves_out()
        or (not product.is_telling() and ("brand" not in facts or "name" in facts))
    ):
        groups = TITLED
    elif "name" in facts and product.in_title and "brand" not in facts:
        groups = UNBRANDED
    elif "name" in facts or ("title" in facts and not product.in_title and "brand" not in facts):
        groups = NAMED
    else:
        groups = BRANDED if "brand" in facts else NOUN_ONLY
    product.used.clear()
    fitting = [plan for needs, plan in groups if set(needs.split()) <= facts]
    if groups is TITLED and len(fitting) > 3:
        fitting = fitting[:-3]
    says_title = product.has("title") and (not product.in_title or (groups is TITLED and not product.has("name")))
    if says_title and not product.title_agrees():
        fitting = [plan for plan in fitting if "{is}" not in plan and "{comes}" not in plan]
    if groups is TITLED and len(product.facts["title"].value) < SHORT_TITLE:
        fitting = [plan for plan in fitting if not plan.startswith("meet")]
    return product.say(rng.choice(fitting or ["take a look at this product"]))


def _is_bare(facts: set[str]) -> bool:
    """Whether the title says all there is to say."""
    return not facts & {"brand", "colour", "gender", "usage", "season", "material", "year", "author", "fit", "style"}


def _clauses(product: Product, rng: random.Random) -> list[list[str]]:
    """Verb phrases for the facts that the opening left out."""
    clauses: list[list[str]] = []
    for slots, forms in CLAUSES:
        if not product.has(*slots) or product.used & set(slots) or _implied(product, slots):
            continue
        clauses.append(product.say(rng.choice(forms)))
    if product.has("family") and "family" not in product.used and len(clauses) < SPARSE and product.noun:
        clauses.append(product.say("{is} part of our <family> range"))
    return clauses


def _implied(product: Product, slots: tuple[str, ...]) -> bool:
    """Whether the noun says it already: ``sports shoes`` for sports."""
    noun = {canon(w) for w in product.facts[product.noun].value.split()} if product.noun else set()
    return slots[0] in ("usage", "material") and {canon(w) for w in product.facts[slots[0]].value.split()} <= noun


def _told(product: Product, clauses: list[list[str]]) -> list[str]:
    """The clauses joined to one sentence, or two where there are more than three."""
    if not clauses:
        return []
    if len(clauses) > 3:
        half = (len(clauses) + 1) // 2
        return _told(product, clauses[:half]) + _told(product, clauses[half:])
    tokens = [product.forms["it"]]
    for i, clause in enumerate(clauses):
        if i:
            tokens += ["and"] if i + 1 == len(clauses) else [","]
            same = clause[0] == clauses[i - 1][0] and clause[0] in ("is", "are") and len(clauses) == 2
            clause = clause[1:] if same else clause
        tokens += clause
    return [*tokens, "."]


def _listed(product: Product) -> list[str]:
    """Facts that read better as a list: ``size : <size> ; <other_1_name> : <other_1> .``"""
    tokens: list[str] = []
    slots = [s for s in LISTED if s in product.facts and s not in product.used]
    title = {canon(w) for w in product.facts["title"].value.split()} if product.has("title") else set()
    others = [
        s
        for s, f in product.facts.items()
        if s.startswith("other_") and not {canon(w) for w in f.value.split()} <= title
    ]
    for slot in slots + others:
        label = [f"<{slot}_name>"] if slot.startswith("other_") else [product.label(slot)]
        tokens += [*([";"] if tokens else []), *label, ":", *product.use(slot)]
    return [*tokens, "."] if tokens else []


def _unsaid(product: Product, written: Sequence[str], rng: random.Random) -> list[str]:
    """The facts that the lead and the written sentences leave out."""
    said = {word for slot in written for word in words_of(product.facts[slot[1:-1]].value)}
    product.used |= {slot for slot, fact in product.facts.items() if words_of(fact.value) <= said}
    product.used.add("family")
    clauses = _clauses(product, rng)[:3]
    return _told(product, clauses) + _listed(product)


def ad_copy(facts: Facts, rng: random.Random) -> list[str]:
    """One line as tokens, without an end mark."""
    product = Product(facts)
    known = set(facts)
    known |= {"noun"} if product.noun else set()
    known |= {"own"} if product.has_own_name() and product.in_title else set()
    known |= {"named"} if (not product.noun or not product.in_title) and product.full() else set()
    known |= {"nobrand"} if "brand" not in facts else set()
    known |= {"bare"} if not product.noun and not product.full() else set()
    product.used.clear()
    if "title" in facts and (_is_bare(known) or ("own" in known and not product.is_telling())):
        known = {"bland"} | known & {"family"} | ({"motto"} if product.motto() else set())
    plans = [plan for needs, plan in LINES if set(needs.split()) <= known]
    if "own" in known:
        plans = [plan for plan in plans if "name" in plan] or plans
    return product.say(rng.choice(plans or ["<title>" if "title" in facts else f"<{next(iter(facts))}>"]))


def agrees(tokens: Sequence[str]) -> bool:
    """Whether determiners, pronouns and verbs fit the number of the noun slot."""
    if "<articles>" in tokens:
        bad = ONLY_ONE
    elif "<article>" in tokens or "<mass>" in tokens:
        bad = ONLY_MANY
    else:
        bad = frozenset()
    for i, word in enumerate(tokens):
        if word == "a":
            noun = next(
                (t for t in tokens[i + 1 :] if t in ("<article>", "<articles>", "<mass>") or not t.startswith("<")), ""
            )
            if noun in ("<articles>", "<mass>"):
                return False
    return not bad & set(tokens)
