"""One product in English: what to call it, what stands before its noun, its number."""

from __future__ import annotations

import re

from mmgen.facts import lexicon
from mmgen.facts.fact import Fact
from mmgen.facts.title import CONNECTORS
from mmgen.facts.words import canon, number_of
from mmgen.writing.grammar.plans_en import CAPACITY, LABELS, MANY, ONE

FRONTED = frozenset(["casual", "formal", "ethnic", "everyday", "daily", "festive", "professional"])
_ARTICLES = frozenset({"the", "my", "a", "an", "our", "your"})
Facts = dict[str, Fact]
MOTTO_CHARS = 38
_UNTOLD = frozenset(canon(word) for word in CONNECTORS | lexicon.TITLE_GENDERS)
_TEXTS = frozenset({"title", *(f"sentence_{i}" for i in range(1, 9))})


class Product:
    """The facts of one product as phrases: what to call it, what stands before its noun, its number."""

    def __init__(self, facts: Facts):
        self.facts = facts
        self.noun = next((slot for slot in ("article", "articles", "mass") if slot in facts), "")
        title = facts["title"].value if "title" in facts else ""
        name = facts["name"].value if "name" in facts else ""
        said = {canon(word.strip("(),.;:")) for word in [*title.split(), *re.split(r"[\s/-]+", title)]}
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

    def leaves_out(self) -> bool:
        """Whether a title without a name says behind its noun what no other fact does: ``case for iPhone 15``."""
        if self.has("name") or not self.has("title") or not self.in_title:
            return False
        words = [canon(word.strip("(),.;:")) for word in self.facts["title"].value.split()]
        noun = canon(self.facts[self.noun].value.split()[-1])
        behind = words[len(words) - words[::-1].index(noun) :] if noun in words else []
        told = {canon(word) for slot, fact in self.facts.items() if slot not in _TEXTS for word in fact.value.split()}
        return not set(behind) <= told | _UNTOLD

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
        if self.has("name") and (self.in_title or not self.noun) and not self.says_title():
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

    def says_title(self) -> bool:
        """Whether name and noun are the whole title, which then keeps its own capitals: ``Yellow Onion``."""
        if not self.noun or not self.has("name", "title"):
            return False
        parts = f"{self.facts['name'].value} {self.facts[self.noun].value}"
        return [canon(w) for w in parts.split()] == [canon(w) for w in self.facts["title"].value.split()]

    def has_own_name(self) -> bool:
        """Whether ``the <name>`` can be said: a short name that doesn't begin with an article of its own."""
        name = self.facts["name"].value.split() if self.has("name") and not self.has("short_name") else []
        return bool(name) and name[0].lower() not in _ARTICLES

    def bare_noun(self) -> list[str]:
        return self.use(self.noun)

    def title_agrees(self) -> bool:
        """Whether the title has the number of the product's noun, so that verbs fit both."""
        last = self.facts[self.title_name()[0][1:-1]].value.split()[-1].strip("(),.;:")
        return not self.noun or (number_of(last) == "many") == self.many

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

    def label(self, slot: str) -> str:
        """What a fact is called in a list: what a bottle holds is its capacity."""
        holds = bool(self.noun) and bool(lexicon.CONTAINER.search(self.facts[self.noun].value))
        return CAPACITY if slot == "volume" and holds else LABELS.get(slot, slot)

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
        if self.noun and not self.has("name"):
            return self.has("brand") or self.in_title
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
