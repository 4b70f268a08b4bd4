"""What is known about a product, as slots with readable values: the only things a generated text may say.

Method: data-to-text over delexicalised slots (Wen et al. 2015, "Semantically Conditioned LSTM-based Natural Language
Generation"). A slot is filled from the record, so a text made of slots and labels can't state what the shop didn't.
Nothing is taken from a title: it is said whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mmgen.clean.text.language import language_of
from mmgen.facts.agreement import agreed
from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of
from mmgen.facts.named import named_facts
from mmgen.facts.sentences import sentences_of
from mmgen.facts.values import INJECTION, LINK, PROFANITY, is_name, key_of, shown, untagged, without_private
from mmgen.values.locales import is_place

MAX_BRAND_CHARS = 60
MIN_TITLE_CHARS = 25
"""From here on a level that begins as the title does is no kind but the title."""
_LEFT_BEHIND = re.compile(r"^(?:[\s,;:，；：、|]|[-–—]+(?=[\s,;:，；：、|]))+|[\s,;:，；：、|]+$")
"""What an export leaves at the ends of a title; a dash before a word or a number is the title's (``-20 °C``)."""
_DASHES = frozenset("-–—")
MAX_SENTENCES = 12
"""Of a description; those that warn come on top."""


def facts_of(example: Mapping[str, Any]) -> list[Fact]:
    """The facts of one row of ``examples`` (missing keys count as empty).

    They are in the order in which a text says them: title, kind, brand, the shop's sentences, the facts under their
    names; then what no text says: conflicts and the price.

    Raises ValueError where ``facts`` is no JSON list.
    """
    language = language_of(example.get("locale"), example.get("title"), example.get("description"))
    labels = words_of(language).labels
    path = [text for level in example.get("category") or [] if (text := _kind(level, language))]
    named = named_facts(example, language)
    brand = _brand(example.get("brand"), language)
    brand = brand or next((fact.value for fact in named if fact.role == "brand"), "")
    title = usable_title(example.get("title"))
    facts = [Fact("title", "title", title, "title", "title")] if title else []
    facts += [Fact("kind", labels.get("kind", ""), _leaf(path, title, language), "category", "kind")] if path else []
    facts += [Fact("brand", labels.get("brand", ""), brand, "brand", "brand")] if brand else []
    facts += _sentences(example.get("description"), title, language)
    said, conflicts = agreed([fact for fact in named if fact.role != "brand"], path, language)
    facts += [replace(fact, slot=f"other_{number}") for number, fact in enumerate(said, 1)]
    return [*facts, *conflicts, *_price(example, labels.get("price", ""))]


def usable_title(title: Any) -> str:
    """The title as one line, whole and with its marks; ``""`` where it says nothing, or is meant for a model.

    Only markup, addresses and personal data are taken out, and the commas and dashes that an export leaves at its ends.
    """
    text = shown(title if isinstance(title, str) else None)
    if INJECTION.search(text) or not re.search(r"[^\W_]", text):
        return ""
    said = _LEFT_BEHIND.sub("", without_private(LINK.sub(" ", text)))
    words = said.split()
    # A dash that stands alone at the end waits for what is missing, unless it closes what another one opened
    is_open = words[-1:] and words[-1] in _DASHES and sum(word in _DASHES for word in words) % 2
    return _LEFT_BEHIND.sub("", said[:-1]) if is_open else said


def _brand(value: Any, language: str) -> str:
    text = shown(value if isinstance(value, str) else None)
    return text if is_name(text, language) and len(text) <= MAX_BRAND_CHARS and not PROFANITY.search(text) else ""


def _kind(level: Any, language: str) -> str:
    text = shown(level if isinstance(level, str) else None)
    text = untagged(text.replace("_", " ") if " " not in text else text, language)
    none = words_of(language).no_kinds | words_of("en").no_kinds
    return text if is_name(text, language) and text.lower() not in none and not PROFANITY.search(text) else ""


def _leaf(path: list[str], title: str, language: str) -> str:
    """The last level that names a kind of thing: of ``Novels > Foreign novels > Germany`` the one before. A path may
    end in the product itself, cut short."""
    levels = [level for level in path if not _is_title(level, title)] or path
    return next((level for level in reversed(levels) if not is_place(level, language)), levels[-1])


def _is_title(level: str, title: str) -> bool:
    """Whether a level of a path is the product's title, whole or begun, with something behind it or not."""
    one, other = key_of(level.rstrip(" .…")), key_of(title)
    is_long = len(one) >= MIN_TITLE_CHARS
    return bool(other) and (one == other or (is_long and (other.startswith(one) or one.startswith(other))))


def _sentences(description: Any, title: str, language: str) -> list[Fact]:
    """The shop's own sentences, those that warn told apart; none that only says the title, or one before, again."""
    facts: list[Fact] = []
    seen = {key_of(title)}
    num_plain = 0
    for sentence, is_warning in sentences_of(description if isinstance(description, str) else "", language):
        key = key_of(sentence)
        if key in seen or (not is_warning and (f" {key} " in f" {key_of(title)} " or num_plain == MAX_SENTENCES)):
            continue
        seen.add(key)
        num_plain += not is_warning
        role = "warning" if is_warning else "sentence"
        facts.append(Fact(f"sentence_{len(facts) + 1}", role, sentence, "description", role))
    return facts


def _price(example: Mapping[str, Any], label: str) -> list[Fact]:
    price, currency = example.get("price"), example.get("currency")
    if not isinstance(price, int | float) or price != price or price <= 0:
        return []
    return [Fact("price", label or "price", f"{price:g} {currency or ''}".strip(), "price", "price")]
