"""What a sampled text of a product may hold, and whether its slots read well side by side."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from mmgen.clean.text.language import language_of
from mmgen.facts.fact import NOUN_SLOTS, Fact, by_slot, slot_values
from mmgen.facts.values import CJK
from mmgen.facts.words import canon
from mmgen.kinds import KINDS
from mmgen.models.text.sentences import split_sentences
from mmgen.writing.grammar import compose_zh
from mmgen.writing.grammar.plans_en import CAPACITY
from mmgen.writing.grammar.product_en import FRONTED, Product
from mmgen.writing.grammar.written import lead_slots, words_of, written_slots

_BEFORE_NOUN = frozenset({"<pattern>", "<colour>", "<modifier>", "<usage>"})
# Words that name nothing: two facts may share them.
_SMALL = frozenset(["and", "the", "for", "with", "from", "without"])


def allowed_slots(facts: Sequence[Fact]) -> set[str]:
    """The slot tokens that a text about this product may use."""
    return set(slot_values(facts))


def open_slots(kind: str, facts: Sequence[Fact], locale: str, longest: int) -> set[str]:
    """The slots to choose from for a text of ``kind``: all that are allowed, but in prose beside a written one only its
    first sentences (``longest`` characters, one at least) and what these leave unsaid."""
    slots, known = allowed_slots(facts), by_slot(facts)
    written = written_slots(known, longest) if KINDS[kind].is_prose else []
    if not written:
        return slots
    language = language_of(locale)
    lead = lead_slots(known, written, language)
    said = "\n".join(known[slot[1:-1]].value for slot in lead + written)
    unsaid = {f"<{slot}>" for slot, fact in known.items() if slot != "family" and not _says(said, fact, language)}
    names = {f"{slot[:-1]}_name>" for slot in unsaid}
    unsaid -= {"<title>", "<name>", "<short_name>"}
    return slots & ({*lead, *written} | {slot for slot in unsaid | names if not slot.startswith("<sentence_")})


def _says(text: str, fact: Fact, language: str) -> bool:
    if language == "en":
        return words_of(fact.value) <= words_of(text)
    return compose_zh.says(text, fact.value, fact.slot)


def traits_of(facts: Sequence[Fact], locale: str) -> str:
    """What the sentences about this product must fit beside its slots: its number, whether it is worn, whether its
    title or its name can stand after ``the``; in Chinese, which words go with its use, weight and size."""
    known = by_slot(facts)
    if language_of(locale) == "en":
        product = Product(known)
        marks = {
            "worn": product.is_worn,
            "titled": product.in_title,
            "the": product.takes_the(),
            "named": product.has_own_name(),
            "holds": product.label("volume") == CAPACITY and product.has("volume"),
        }
        return "+".join(["many" if product.many else "one", *(name for name, is_so in marks.items() if is_so)])
    return compose_zh.worded("使用" + "".join(f"{{{slot}}}" for slot in ("weight", "size") if slot in known), known)


def said_twice(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """A word that two slots of one sentence both say (``sports red sports shoes``), or ``""``.

    In Chinese, a value that the text's other slots, or the word after it, say already.
    """
    values = slot_values(facts)
    if language_of(locale) == "zh":
        return _said_twice_zh(tokens, values)
    for sentence in split_sentences(tokens):
        said: set[str] = set()
        for token in sentence:
            if token in values and not token.startswith("<sentence_"):
                words = {canon(w) for w in re.findall(r"[^\W\d_]{3,}", values[token])} - _SMALL
                if said & words:
                    return min(said & words)
                said |= words
    return ""


def _said_twice_zh(tokens: Sequence[str], values: Mapping[str, str]) -> str:
    slots = [token for token in tokens if token in values and not token.startswith("<sentence_")]
    for slot in slots:
        others = "\n".join(values[other] for other in slots if other != slot)
        after = "".join(itertools.takewhile(lambda t: CJK.match(t), tokens[tokens.index(slot) + 1 :]))
        if not slot.endswith("_name>") and (
            compose_zh.says(others, values[slot], slot[1:-1]) or compose_zh.doubles(f"{slot}{after}", values[slot])
        ):
            return values[slot]
    return ""


def misplaced(tokens: Sequence[str], facts: Sequence[Fact], locale: str) -> str:
    """The slot of an English noun phrase whose value can't stand there (``sports navy blue pants``), or ``""``.

    Word order depends on values: ``casual blue`` but ``blue sports``, and what has a comma or many words stands nowhere
    before a noun.
    """
    if language_of(locale) != "en":
        return ""
    product = Product(by_slot(facts))
    nouns = {f"<{slot}>" for slot in NOUN_SLOTS.values()}
    for end in (i for i, token in enumerate(tokens) if token in nouns):
        start = end
        while start and tokens[start - 1] in _BEFORE_NOUN:
            start -= 1
        before = [token[1:-1] for token in tokens[start:end]]
        for place, slot in enumerate(before):
            leads = slot == "usage" and place + 1 < len(before)
            if not product.stands_before(slot) or (leads and product.facts[slot].value not in FRONTED):
                return slot
    return ""
