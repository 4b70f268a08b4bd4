"""English sentence plans. Numbers agree: ``<articles>`` is a plural or a pair, ``<mass>`` takes no ``a``."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from mmgen.generation import lexicon
from mmgen.generation.facts import Fact
from mmgen.generation.plans_en import (
    BRANDED,
    CLAUSES,
    HEADED,
    LABELS,
    LINES,
    LISTED,
    MANY,
    NAMED,
    NOUN_ONLY,
    ONE,
    ONLY_MANY,
    ONLY_ONE,
    TITLED,
)
from mmgen.generation.words import canon, number_of

FRONTED = frozenset(["casual", "formal", "ethnic", "everyday", "daily", "festive", "professional"])
_ARTICLES = frozenset({"the", "my", "a", "an", "our", "your"})
Facts = dict[str, Fact]
SPARSE = 2
MOTTO_CHARS = 38
SHORT_TITLE = 12


class Product:
    """The facts of one product as phrases: what to call it, what stands before its noun, its number."""

    def __init__(self, facts: Facts, rng: random.Random):
        self.facts, self.rng = facts, rng
        self.noun = next((slot for slot in ("article", "articles", "mass") if slot in facts), "")
        title = facts["title"].value if "title" in facts else ""
        name = facts["name"].value if "name" in facts else ""
        said = {canon(word) for word in [*title.split(), *re.split(r"[\s/-]+", title)]}
        self.in_title = bool(self.noun) and canon(facts[self.noun].value.split()[-1]) in said
        if self.noun:
            self.many = self.noun == "articles"
        else:
            last = (name or title).lower().split()[-1:] or [""]
            self.many = number_of(last[0]) == "many" and not last[0].endswith(("as", "os"))
        self.forms = MANY if self.many else ONE
        kinds = ("article", "articles", "mass", "family", "department")
        self.is_worn = bool(lexicon.WEARABLE.search(" ".join(facts[slot].value for slot in kinds if slot in facts)))
        self.used: set[str] = set()

    def has(self, *slots: str) -> bool:
        return all(slot in self.facts for slot in slots)

    def use(self, slot: str) -> list[str]:
        self.used.add(slot)
        return [f"<{slot}>"]

    def name(self) -> list[str]:
        """Brand and name, or the title, without its noun."""
        slot = "short_name" if self.has("short_name") else "name"
        if self.has(slot):
            self.used.add("name")
            starts = (
                self.facts[slot].value.lower().startswith(self.facts["brand"].value.lower())
                if self.has("brand")
                else True
            )
            return (self.use("brand") if not starts else []) + self.use(slot)
        if self.has("brand"):
            return self.use("brand")
        return self.use("title") if self.has("title") and not self.in_title else []

    def full(self) -> list[str]:
        """How to name the product in full: ``the <brand> <name> <article>``, or its title."""
        name = self.name()
        if not self.noun:
            return name if self.has("title") else []
        if not name:
            return [self.forms["this"], *self.kind()]
        if not self.in_title and self.has("name"):
            return self.the_name()
        return [*self.the_name(), *self.kind()]

    def full_title(self) -> list[str]:
        """Brand and title, or brand, name and noun where the title's other words are said elsewhere."""
        if self.has("name") and (self.in_title or not self.noun):
            return self.full()
        title = self.title_name()
        said = self.facts[title[0].strip("<>")].value.lower().split()
        return [
            *(
                self.use("brand")
                if self.has("brand") and self.facts["brand"].value.lower().split()[0] not in said
                else []
            ),
            *title,
        ]

    def has_own_name(self) -> bool:
        """Whether ``the <name>`` can be said: a short name that doesn't begin with an article of its own."""
        name = self.facts["name"].value.split() if self.has("name") and not self.has("short_name") else []
        return bool(name) and name[0].lower() not in _ARTICLES

    def bare_noun(self) -> list[str]:
        return self.use(self.noun)

    def title_name(self) -> list[str]:
        return self.use("short_name" if self.has("short_name") else "title")

    def motto(self) -> list[str]:
        """A written sentence short enough for a line that says more than the title."""
        title = {canon(w) for w in self.facts["title"].value.split()}
        for slot, fact in self.facts.items():
            words = {canon(w) for w in re.findall(r"[^\W_]+", fact.value)}
            telling = not words <= title and not fact.value.startswith(("The ", "This ", "It "))
            if slot.startswith("sentence_") and len(fact.value) <= MOTTO_CHARS and telling:
                return [f"<{slot}>"]
        return []

    def wear(self) -> list[str]:
        """``wear`` for what is worn, ``use`` for the rest."""
        return ["wear" if self.is_worn else "use"]

    def phrase(self, most: int = 3) -> list[str]:
        """The noun with what stands before it: ``striped <colour> <modifier> <article>``."""
        before = [slot for slot in ("pattern", "colour", "modifier") if self.stands_before(slot)][:most]
        if len(before) < 2 and self.stands_before("usage") and len(self.facts["usage"].value.split()) == 1:
            before.insert(0 if self.facts["usage"].value in FRONTED else len(before), "usage")
        tokens: list[str] = []
        for slot in before:
            tokens += self.use(slot)
        return tokens + self.use(self.noun)

    def stands_before(self, slot: str) -> bool:
        """Whether a value is short enough to stand before the noun, which doesn't say it already."""
        value = self.facts[slot].value if slot in self.facts else ""
        nouns = {canon(word) for word in self.facts[self.noun].value.split()} if self.noun else set()
        return (
            bool(value)
            and len(value.split()) <= 3
            and "," not in value
            and not {canon(w) for w in value.split()} & nouns
        )

    def kind(self) -> list[str]:
        """The noun with its pattern and modifier, without its colour."""
        slots = [slot for slot in ("pattern", "modifier") if self.stands_before(slot)]
        return [token for slot in slots for token in self.use(slot)] + self.use(self.noun)

    def plain_phrase(self) -> list[str]:
        """The noun after its colour only: ``<colour> <article>``."""
        return [*(self.use("colour") if self.has("colour") else []), *self.use(self.noun)]

    def a_phrase(self, most: int = 3) -> list[str]:
        """With its article: ``a <colour> <article>``; a plural and a mass noun take none. A book has its author."""
        author = ["by", *self.use("author")] if self.has("author") else []
        return [*(["a"] if self.noun == "article" else []), *self.phrase(most), *author]

    def is_telling(self) -> bool:
        """Whether ``a_phrase`` says more than the noun: a colour, a pattern, an author."""
        return bool(self.noun) and (
            self.has("author") or any(self.stands_before(s) for s in ("pattern", "colour", "modifier", "usage"))
        )

    def for_whom(self) -> list[str]:
        return ["for", *self.use("gender")] if self.has("gender") else []

    def the_name(self) -> list[str]:
        """``the <brand> <name>``; a name that begins with an article of its own has no second one."""
        name = self.name()
        first = self.facts[name[0].strip("<>")].value.split()[0].lower() if name else ""
        return ["the", *name] if self.takes_the() and first not in _ARTICLES else name

    def takes_the(self) -> bool:
        """Whether the name is followed by the product's noun, or is a common noun itself (``over-ear headset``)."""
        last = next((self.facts[slot].value.split()[-1] for slot in ("short_name", "name") if self.has(slot)), "")
        return self.in_title or (bool(self.noun) and last.islower())

    def say(self, template: str) -> list[str]:
        """Tokens of a sentence plan: ``{part}`` is a phrase of the product, ``{is}`` a word that agrees."""
        tokens: list[str] = []
        for word in re.findall(r"\{[^}]+\}|\S+", template):
            key = word.strip("{}")
            if not word.startswith("{"):
                tokens += self.use(word[1:-1]) if word.startswith("<") else [word]
            elif key in self.forms:
                tokens.append(self.forms[key])
            else:
                tokens += getattr(self, key)()
        return tokens


def description(facts: Facts, rng: random.Random, longest: int) -> list[str]:
    """One to three sentences as tokens."""
    product = Product(facts, rng)
    if written := written_slots(facts, longest):
        return _lead(product, written) + written + _unsaid(product, written)
    opening = [*_opening(product), "."]
    clauses = _clauses(product)
    rng.shuffle(clauses)
    return opening + _told(product, clauses) + _listed(product)


def _opening(product: Product) -> list[str]:
    facts = set(product.facts)
    groups: tuple[tuple[str, str], ...]
    if product.has_own_name():
        facts.add("own")
    if not product.noun:
        groups = TITLED if product.full() else HEADED
    elif "title" in facts and (
        _is_bare(facts) or (not product.is_telling() and ("brand" not in facts or "name" in facts))
    ):
        groups = TITLED
    elif "name" in facts or ("title" in facts and not product.in_title):
        groups = NAMED
    else:
        groups = BRANDED if "brand" in facts else NOUN_ONLY
    product.used.clear()
    fitting = [plan for needs, plan in groups if set(needs.split()) <= facts]
    if groups is TITLED and len(fitting) > 3:
        fitting = fitting[:-3]
    if groups is TITLED and len(product.facts["title"].value) < SHORT_TITLE:
        fitting = [plan for plan in fitting if not plan.startswith("meet")]
    return product.say(product.rng.choice(fitting or ["take a look at this product"]))


def _is_bare(facts: set[str]) -> bool:
    """Whether the title says all there is to say."""
    return not facts & {"brand", "colour", "gender", "usage", "season", "material", "year", "author", "fit", "style"}


def _clauses(product: Product) -> list[list[str]]:
    """Verb phrases for the facts that the opening left out."""
    clauses: list[list[str]] = []
    for slots, forms in CLAUSES:
        if not product.has(*slots) or product.used & set(slots) or _implied(product, slots):
            continue
        clauses.append(product.say(product.rng.choice(forms)))
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
        label = [f"<{slot}_name>"] if slot.startswith("other_") else [LABELS.get(slot, slot)]
        tokens += [*([";"] if tokens else []), *label, ":", *product.use(slot)]
    return [*tokens, "."] if tokens else []


def _lead(product: Product, written: Sequence[str]) -> list[str]:
    """The title before written sentences that don't name the product."""
    said = {canon(w) for slot in written for w in re.findall(r"[^\W_]+", product.facts[slot[1:-1]].value)}
    title = product.facts["title"].value if product.has("title") else ""
    if not title or {canon(w) for w in re.findall(r"[^\W_]+", title)} <= said:
        return []
    return [*product.use("title"), ":"]


def _unsaid(product: Product, written: Sequence[str]) -> list[str]:
    """The facts that the written sentences and the title leave out."""
    texts = [product.facts[slot[1:-1]].value for slot in written] + [
        product.facts[s].value for s in ("title",) if product.has(s)
    ]
    said = {canon(w) for text in texts for w in re.findall(r"[^\W_]+", text)}
    for slot, fact in product.facts.items():
        if {canon(w) for w in re.findall(r"[^\W_]+", fact.value)} <= said:
            product.used.add(slot)
    product.used.add("family")
    clauses = _clauses(product)[:3]
    return _told(product, clauses) + _listed(product)


def written_slots(facts: Facts, longest: int) -> list[str]:
    """The slots of the first written sentences that fit in ``longest`` characters; one at least where there is any."""
    tokens: list[str] = []
    length = 0
    for slot in sorted(slot for slot in facts if slot.startswith("sentence_")):
        length += len(facts[slot].value) + 1
        if tokens and length > longest:
            break
        tokens.append(f"<{slot}>")
    return tokens


def ad_copy(facts: Facts, rng: random.Random) -> list[str]:
    """One line as tokens, without an end mark."""
    product = Product(facts, rng)
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
