"""What is known about a product, as slots with readable values: the only things a generated text may say.

Method: data-to-text over delexicalised slots (Wen et al. 2015, "Semantically Conditioned LSTM-based Natural Language
Generation"). A slot is filled from the record, so a text made of slots and grammar can't state what the shop didn't.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mmgen.generation import lexicon
from mmgen.generation.sentences import sentences_of
from mmgen.generation.title_colours import agreed_colour
from mmgen.generation.title_nouns import head_end, is_thing, noun_phrase
from mmgen.generation.titles import (
    Title,
    chinese_title,
    english_title,
    short_title,
    usable_title,
)
from mmgen.generation.values import CJK, PROFANITY, cleaned, is_private, language_of, reading, same_value, usable
from mmgen.generation.words import canon, number_of, singular

MAX_OTHERS = 6
MAX_VALUE_CHARS = 60
_WORD = re.compile(r"[^\W_]+")
MEASURED = ("weight", "volume", "dimensions")
NOUN_SLOTS = {"one": "article", "many": "articles", "mass": "mass"}


@dataclass(frozen=True)
class Fact:
    """One thing that is known. ``slot`` without its brackets; ``name`` and ``value`` as a customer reads them.

    A ``conflict_*`` slot notes a claim on which the sources disagree: it is never stated and supports nothing.
    """

    slot: str
    name: str
    value: str
    source: str


def facts_of(example: Mapping[str, Any]) -> list[Fact]:
    """The facts of one row of ``examples`` (missing keys count as empty)."""
    language = language_of(example.get("locale"), example.get("title"), example.get("description"))
    brand = _brand(example.get("brand"))
    path = [text for part in example.get("category") or [] if (text := cleaned(part)) and usable(text)]
    holds = any(lexicon.CONTAINER.search(part) for part in _kinds(example.get("title"), path))
    attributes, long_texts = _attributes(example.get("attributes"), language, holds)
    brand = brand or next((f.value for f in attributes if f.slot == "brand"), "")
    attributes = [f for f in attributes if f.slot != "brand"]
    title = _title(example.get("title"), brand, path, attributes, language)
    if PROFANITY.search(title.text):
        title.text = title.name = ""
    attributes, conflicts, title = _reconciled(attributes, title, language)
    attributes = _for_children(attributes, [str(example.get("title") or ""), *path], language)
    facts = [Fact("brand", "brand", brand, "brand")] if brand else []
    facts += _title_facts(title, language) + _category_facts(path, title, language) + attributes + conflicts
    facts += _price(example)
    texts = [("description", example.get("description")), *long_texts]
    written = _written(texts, language)
    return _numbered(_unrepeated(facts), written) + written


def by_slot(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Slot -> fact, without the conflicts."""
    return {fact.slot: fact for fact in facts if not fact.slot.startswith("conflict_")}


def slot_values(facts: Iterable[Fact]) -> dict[str, str]:
    """Slot token -> what it is realised as; a generic attribute has a token for its name, too (``<other_1_name>``)."""
    values: dict[str, str] = {}
    for slot, fact in by_slot(facts).items():
        if slot != "price":
            values[f"<{slot}>"] = fact.value
        if slot.startswith("other_"):
            values[f"<{slot}_name>"] = fact.name
    return values


def to_json(facts: Iterable[Fact]) -> str:
    return json.dumps([asdict(fact) for fact in facts], ensure_ascii=False)


def from_json(text: str | None) -> list[Fact]:
    """The inverse of ``to_json``; null and "" are no facts."""
    return [Fact(**item) for item in json.loads(text or "[]")]


def _brand(value: Any) -> str:
    text = cleaned(value if isinstance(value, str) else None)
    return text if usable(text) and len(text) <= 40 and not is_private(text) else ""


def pairs(attributes: Any) -> list[tuple[str, str]]:
    """Attributes as (name, value) texts, from a mapping or Arrow's list of pairs, in the order of their names."""
    items = attributes.items() if isinstance(attributes, Mapping) else attributes or []
    return sorted((str(name), str(value)) for name, value in items if name is not None and value is not None)


def _kinds(title: Any, path: list[str]) -> list[str]:
    """The phrases that tell what kind of thing a product is: its category and the parts of its title."""
    parts = re.split(r"[\s（(]", title) if isinstance(title, str) and CJK.search(title) else []
    if isinstance(title, str) and not parts:
        parts = [" ".join(title.split()[: head_end(title.split())]).strip(" ,;:")]
    return [*path[-1:], *parts]


def _attributes(attributes: Any, language: str, holds: bool) -> tuple[list[Fact], list[tuple[str, str]]]:
    facts: dict[str, Fact] = {}
    others: list[Fact] = []
    features: list[str] = []
    long_texts: list[tuple[str, str]] = []
    for column, raw in pairs(attributes):
        value = cleaned(raw).replace("_", " ") if " " not in raw else cleaned(raw)
        if lexicon.is_internal(column) or not usable(value) or is_private(value):
            continue
        if len(value) > MAX_VALUE_CHARS:
            long_texts += [(column, value)] if re.search(r"[.。!?;；]", value) else []
            continue
        slot, name, value = _measured(column, value, " " if language == "en" else "")
        slot = _amount(value, holds) if slot == "size" else slot
        slot = slot if language in ("en", "zh") or slot == "brand" else None
        if value.lower() in lexicon.YES | lexicon.NO:
            features += [name.removeprefix("is ").removeprefix("has ")] if value.lower() in lexicon.YES else []
            continue
        said = reading(slot or "", value, language) if language in ("en", "zh") else value
        if said is None:
            continue
        if slot and slot not in facts:
            facts[slot] = Fact(slot, slot, said, column)
        elif not (slot and same_value(facts[slot].value, said)) and _sayable(name, language):
            others.append(Fact("other", name, said, column))
    numbered = [Fact(f"other_{i}", f.name, f.value, f.source) for i, f in enumerate(others[:MAX_OTHERS], 1)]
    features = [name for name in features if _sayable(name, language)][:3]
    yes = (
        [Fact("feature", "feature", reading("feature", ", ".join(features), language) or "", "attributes")]
        if features
        else []
    )
    return [*_noun(facts, language), *numbered, *yes], long_texts


def _noun(facts: dict[str, Fact], language: str) -> list[Fact]:
    """Attributes that name the kind of thing get the slot of their grammatical number."""
    article = facts.pop("article", None)
    if article and language == "zh":
        facts["article"] = article
    elif article and (noun := noun_phrase(article.value)):
        facts[NOUN_SLOTS[number_of(noun)]] = Fact(NOUN_SLOTS[number_of(noun)], "article", noun, article.source)
    return list(facts.values())


def _sayable(name: str, language: str) -> bool:
    """Whether an attribute's name can stand in a text of this language."""
    if language == "zh":
        return bool(CJK.search(name)) or name.isupper()
    return bool(name) and (language != "en" or not CJK.search(name))


def _measured(column: str, value: str, gap: str) -> tuple[str | None, str, str]:
    """(slot, readable name, value) of an attribute; a unit in its name (``weight_kg``) moves to the value."""
    name = lexicon.humanised(column)
    slot = lexicon.slot_of(column)
    words = name.split()
    is_number = bool(re.fullmatch(r"-?\d+(?:[.,]\d+)?", value))
    if is_number:
        value = re.sub(r"\.0+$", "", value)
    if len(words) > 1 and words[-1].lower() in lexicon.UNITS:
        slot, name = lexicon.slot_of(" ".join(words[:-1])), " ".join(words[:-1])
        value = f"{value}{gap}{words[-1]}" if is_number else value
        is_number = False
    if is_number and slot in MEASURED:
        return slot, name, ""
    return (None if is_number and slot == "quantity" else slot), name, value


def _amount(size: str, holds: bool) -> str:
    """The slot of a size by its unit: ``500 ml`` is a volume, ``100 g`` a weight, unless it goes into a container."""
    if lexicon.VOLUME.fullmatch(size):
        return "volume"
    if lexicon.WEIGHT.fullmatch(size):
        return "volume" if holds else "weight"
    return "size"


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


def _reconciled(attributes: list[Fact], title: Title, language: str) -> tuple[list[Fact], list[Fact], Title]:
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
    if title.name and {canon(w) for w in title.name.split()} <= {canon(w) for w in colour.split()}:
        title.name = ""  # ``Navy`` of a navy blue shirt
    return list(facts.values()), conflicts, title


def _agreed(slot: str, known: str, claims: list[str], language: str) -> tuple[str | None, bool]:
    if language == "zh":
        clash = (
            bool(known)
            and slot in ("colour", "gender")
            and bool(claims)
            and not any(c[0] in known or known[0] in c for c in claims)
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
    if any(canon(c) == canon(known) or c in known or known in c.split() or known in related.get(c, ()) for c in claims):
        return known, False
    if slot in ("gender", "season", "usage"):
        return None, True
    return known, False


def _removed(text: str, claims: list[str]) -> str:
    """``text`` without the words of the claims."""
    if CJK.search(text):
        for claim in claims:
            text = text.replace(claim, "")
        return text
    gone = {canon(w) for claim in claims for w in claim.split()}
    gone |= {canon(form) for claim in claims for form, value in lexicon.GENDER_OF.items() if value == claim}
    return " ".join(w for w in text.split() if canon(w) not in gone)


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
    elif language == "zh" and path and CJK.search(path[-1]) and not re.search(r"[/&、]", path[-1]):
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


def _for_children(attributes: list[Fact], texts: list[str], language: str) -> list[Fact]:
    """Unisex is for women and men, unless the title or the category says that it is for children."""
    adults, children = "women and men", "children"
    if language == "zh":
        adults, children = lexicon.GENDERS_ZH[adults], lexicon.GENDERS_ZH[children]
    if not any(lexicon.CHILDREN.search(text) for text in texts):
        return attributes
    return [replace(f, value=children) if f.slot == "gender" and f.value == adults else f for f in attributes]


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
