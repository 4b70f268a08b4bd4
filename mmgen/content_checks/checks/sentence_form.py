"""What only a broken sentence has: a stray mark, no end, no capital, a word that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmgen.content_checks.check import Check, Context
from mmgen.facts.fact import Fact
from mmgen.facts.language import words_of

MARKS = ",.;:!?，。；：！？、"


def _form(text: str, context: Context) -> str:
    """Prose ends in an end mark; English starts with a capital or a name; no stray space or doubled mark.

    Facts have the marks that the shop gave them: what is looked at is what stands around them.
    """
    if context.kind.is_prose and text[-1] not in ".!?。！？…)":
        return "no end mark"
    text = _around(text, context.facts)
    if re.search(r"\s[,.;:!?，。；]|,,|\.\.(?!\.)|，，|。。|：：|\(\s*\)|\s{2}", text):
        return "stray spaces or marks"
    if fragment := _fragment(text, context.facts, context.language):
        return fragment
    plain = text
    for value in {fact.value for fact in context.facts if "." in fact.value}:
        plain = plain.replace(value, "")  # a name such as ``U.S. Polo Assn.`` ends no sentence
    if context.language == "en" and re.search(r"[a-z]{3}\. [a-z]{2,}\b(?![a-z]*[A-Z.])", plain):
        return "a sentence without a capital"
    return ""


def _around(text: str, facts: Sequence[Fact]) -> str:
    """The text with a letter in place of each fact that has a mark or a space in it."""
    for value in sorted({fact.value for fact in facts}, key=len, reverse=True):
        if re.search(r"[^\w]", value) and len(value) > 1:
            text = text.replace(value, f"X{value[-1]}" if value[-1] in ".!?。！？" else "X")
    return text


def _fragment(text: str, facts: Sequence[Fact], language: str) -> str:
    """What only a broken-off text has: a mark in front, a comma at the end, two marks that do not go together, a
    word at the end that leads on (unless the text ends in a fact, such as a title)."""
    if text[0] in MARKS or text[0] == "&" or re.search(r"[,;:，；：、&]\W*$", text):
        return "begins or ends in the middle"
    if re.search(r"[,;:，；：、]\s*[,.;:!?，。；：！？、]|[。！？]\s*[,，;；、。]|\.\s*[。，；、]|&\s*[.,。，]", text):
        return "two marks in a row"
    plain = _unmarked(text)
    last = plain.rpartition(" ")[2]
    words = words_of(language)
    if last in (*words.leads_on, *words.unfinished) and not any(
        f" {plain}".endswith(f" {_unmarked(f.value)}") for f in facts
    ):
        return f"ends in {last!r}"
    return ""


def _unmarked(text: str) -> str:
    """The text in lower case, without the marks at its end."""
    return re.sub(r"\W+$", "", text).lower()


SENTENCE_FORM = Check("sentence_form", "fail", _form)
