"""What is known about a product, as slots with readable values: the only things a generated text may say.

Method: data-to-text over delexicalised slots (Wen et al. 2015, "Semantically Conditioned LSTM-based Natural Language
Generation"). A slot is filled from the record, so a text made of slots and grammar can't state what the shop didn't.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mmgen.clean.text.language import language_of
from mmgen.facts import lexicon
from mmgen.facts.agreement import for_children, reconciled
from mmgen.facts.attributes import attribute_facts
from mmgen.facts.fact import NOUN_SLOTS, Fact
from mmgen.facts.sentences import sentences_of
from mmgen.facts.title import Title, chinese_title, english_title, is_noun_zh, short_title, usable_title
from mmgen.facts.title_nouns import is_thing, noun_phrase
from mmgen.facts.values import CJK, PROFANITY, cleaned, is_private, reading, same_value, usable
from mmgen.facts.words import canon, number_of, singular

_WORD = re.compile(r"[^\W_]+")


def facts_of(example: Mapping[str, Any]) -> list[Fact]:
    """The facts of one row of ``examples`` (missing keys count as empty)."""
    language = language_of(example.get("locale"), example.get("title"), example.get("description"))
    brand = _brand(example.get("brand"))
    path = [text for part in example.get("category") or [] if (text := cleaned(part)) and usable(text)]
    attributes, long_texts = attribute_facts(example.get("attributes"), example.get("title"), path, language)
    brand = brand or next((f.value for f in attributes if f.slot == "brand"), "")
    attributes = [f for f in attributes if f.slot != "brand"]
    title = _title(example.get("title"), brand, path, attributes, language)
    if PROFANITY.search(title.text):
        title.text = title.name = ""
    attributes, conflicts, title = reconciled(attributes, title, language)
    attributes = for_children(attributes, [str(example.get("title") or ""), *path], language)
    facts = [Fact("brand", "brand", brand, "brand")] if brand else []
    facts += _title_facts(title, language) + _category_facts(path, title, language) + attributes + conflicts
    facts += _price(example)
    texts = [("description", example.get("description")), *long_texts]
    written = _written(texts, language)
    return _numbered(_unrepeated(facts), written) + written


def _brand(value: Any) -> str:
    text = cleaned(value if isinstance(value, str) else None)
    return text if usable(text) and len(text) <= 40 and not is_private(text) else ""


def _title(text: Any, brand: str, path: list[str], attributes: list[Fact], language: str) -> Title:
    usable_text = usable_title(text if isinstance(text, str) else None, brand)
    known = {fact.slot: fact.value for fact in attributes}
    if language == "en" and not CJK.search(usable_text):
        leaf, shelf = _nouns_of(path, attributes)
        return (
            english_title(usable_text, brand, leaf, known, shelf, path)
            if usable_text
            else Title(brand=brand, article=shelf)
        )
    if language == "zh" and usable_text:
        return chinese_title(usable_text, brand, known, path[-1] if path else "")
    return Title(text=usable_text, name=usable_text, brand=brand)


def _nouns_of(path: list[str], attributes: list[Fact]) -> tuple[str, str]:
    """(noun to look for in the title, noun to use without one): the product's own, its category's, a shelf's."""
    own = next((f.value for f in attributes if f.slot in NOUN_SLOTS.values()), "")
    if own or not path:
        return own, own
    leaf = noun_phrase(path[-1])
    if is_thing(leaf, path[-1]):
        return leaf, leaf
    shelf = next((noun_phrase(part) for part in reversed(path[:-1]) if canon(part) in lexicon.NOUNS), "")
    return leaf, shelf


def _title_facts(title: Title, language: str) -> list[Fact]:
    facts = []
    if title.text:
        facts.append(Fact("title", "title", title.text, "title"))
    if title.name:
        facts.append(Fact("name", "name", title.name, "title"))
    if title.model:
        facts.append(Fact("model", "model", title.model, "title"))
    if short := short_title(title.name or ("" if title.brand or title.article else title.text), language):
        facts.append(Fact("short_name", "name", short, "title"))
    return facts


def _category_facts(path: list[str], title: Title, language: str) -> list[Fact]:
    facts = []
    if language == "en" and title.article:
        slot = NOUN_SLOTS[number_of(title.article)]
        facts.append(Fact(slot, "article", title.article, "category" if path else "title"))
    elif language == "zh" and path and is_noun_zh(path[-1]):
        facts.append(Fact("article", "article", path[-1], "category"))
    ranges = path[:-1] if facts else path
    for part in reversed(ranges):
        said = reading("family", part.replace("-", " "), language) if language in ("en", "zh") else part
        if (
            said
            and not same_value(said, title.article)
            and not same_value(said, title.text)
            and not re.search(r"\bfree\b|\b(?:items?|packages|products|goods|others?|misc\w*)\b", said)
        ):
            facts.append(Fact("family", "range", said, "category"))
            break
    return facts


def _unrepeated(facts: list[Fact]) -> list[Fact]:
    """The first fact of each slot: a category's range gives way to the shop's own attribute, never both."""
    seen: dict[str, Fact] = {}
    for fact in facts:
        if fact.value:
            seen.setdefault(fact.slot, fact)
    return list(seen.values())


def _numbered(facts: list[Fact], written: list[Fact]) -> list[Fact]:
    """A pair is said in the plural, unless the shop's own description calls it one (``the sneaker``)."""
    words = {w.lower() for f in (*facts, *written) if f.slot == "title" or f in written for w in _WORD.findall(f.value)}
    said: list[Fact] = []
    for fact in facts:
        last = fact.value.split()[-1].lower() if fact.slot == "articles" else ""
        if last and written and singular(last) in words and last not in words:
            fact = replace(fact, slot="article", value=f"{fact.value[: -len(last)]}{singular(last)}")
        said.append(fact)
    return said


def _price(example: Mapping[str, Any]) -> list[Fact]:
    price, currency = example.get("price"), example.get("currency")
    if not isinstance(price, int | float) or price != price or price <= 0:
        return []
    return [Fact("price", "price", f"{price:g} {currency or ''}".strip(), "price")]


def _written(texts: list[tuple[str, Any]], language: str) -> list[Fact]:
    facts: list[Fact] = []
    for source, text in texts:
        for sentence in sentences_of(text if isinstance(text, str) else "", language):
            if all(sentence.lower() != f.value.lower() for f in facts):
                facts.append(Fact(f"sentence_{len(facts) + 1}", "sentence", sentence, source))
    return facts[:8]
