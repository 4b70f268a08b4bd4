"""The checks that a text passes before anybody sees it: a failed check rejects it, a warning asks for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import ContentParams
from mmgen.content_checks.faithfulness import FreeWords, unsupported
from mmgen.facts.fact import Fact
from mmgen.facts.values import BANNED, CJK, INJECTION, PROFANITY, is_private, text_length
from mmgen.facts.words import word_set

Severity = Literal["fail", "warn"]
Status = Literal["approved", "borderline", "rejected"]
MARKUP = re.compile(
    r"</?[a-z][^>]*>|&(?:[a-z]+|#\d+);|\{\{|\}\}|\$\{|\{\w*\}|\[\[|\]\]|```|\]\(|https?:|www\.|<[a-z_0-9:]+>|\ufffd|[\x00-\x08\x0b-\x1f]"
    r"|%[sd]\b|\bTODO\b|\bN/A\b|\bnull\b|\bundefined\b|\bNaN\b",
    re.I,
)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check. ``detail`` says what was found; it is empty where the check passed."""

    name: str
    severity: Severity
    passed: bool
    detail: str


def check_content(
    kind: str, value: str | None, facts: Sequence[Fact], locale: str, params: ContentParams, free: FreeWords
) -> list[CheckResult]:
    """All checks of one text. ``kind``: description, ad_copy or creative (its headline). ``free``: what its writer may
    add to the facts. Pure; the order is fixed."""
    text = (value or "").strip()
    language = language_of(locale, text)
    if not text:
        return [_result("not_empty", "fail", "no text")]
    _, aim, longest = limits = params.limits(kind, language)
    length = text_length(text, language)
    loose = _without_values(text, facts)
    found = unsupported(text, facts, locale, free)
    return [
        _result("not_empty", "fail", ""),
        _result(
            "length",
            "fail",
            "" if limits[0] <= length <= longest else f"{length} characters, not {limits[0]} to {longest}",
        ),
        _result("length_aim", "warn", "" if length <= aim else f"{length} characters, aim is {aim}"),
        _result("language", "fail", _wrong_language(loose, language)),
        _result("private_data", "fail", "personal data" if is_private(text) else ""),
        _result("markup", "fail", _first(MARKUP, text)),
        _result("instructions", "fail", _first(INJECTION, text)),
        _result("superlatives", "fail", _first(BANNED, _without_brand(text, facts))),
        _result("profanity", "fail", _first(PROFANITY, text)),
        _result("faithful", "fail", ", ".join(found[:8])),
        _result("doubled_words", "fail", doubled(text, facts)),
        _result("repetition", "warn", _repeated(loose)),
        _result("sentence_form", "fail", _form(text, facts, kind, language)),
        _result("near_copy", "warn", _near_copy(text, facts, params)),
    ]


def status_of(results: Sequence[CheckResult]) -> Status:
    """``rejected`` where a fail check failed, ``borderline`` (a person decides) where a warning did."""
    failed = {result.severity for result in results if not result.passed}
    return "rejected" if "fail" in failed else "borderline" if failed else "approved"


def passes(results: Sequence[CheckResult]) -> bool:
    """Whether no fail check failed."""
    return status_of(results) != "rejected"


def doubled(text: str, facts: Sequence[Fact] = ()) -> str:
    """The first word said twice in a row (``Puma Puma``, 黑色黑色) that no single fact says twice, or ``""``."""
    for match in re.finditer(r"\b([^\W\d_]{2,})\s+\1\b|([\u4e00-\u9fff]{2,4})\2", text, re.I):
        if not any(match.group(0).lower() in fact.value.lower() for fact in facts):
            return match.group(0)
    return ""


def _result(name: str, severity: Severity, detail: str) -> CheckResult:
    return CheckResult(name, severity, not detail, detail)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(0) if match else ""


def _without_values(text: str, facts: Sequence[Fact]) -> str:
    """The text without the facts that are named things: their script says nothing about the text's language."""
    for fact in sorted(facts, key=lambda f: -len(f.value)):
        if not fact.slot.startswith(("sentence_", "conflict_")) and len(fact.value) > 1:
            text = text.replace(fact.value, " ")
            if fact.slot.startswith("other_"):
                text = text.replace(fact.name, " ")
    return text


def _without_brand(text: str, facts: Sequence[Fact]) -> str:
    brand = next((f.value for f in facts if f.slot == "brand"), "")
    return text.replace(brand, " ") if brand else text


def _wrong_language(text: str, language: str) -> str:
    chinese, latin = len(CJK.findall(text)), len(re.findall(r"[A-Za-zÀ-ɏ]", text))
    if language == "zh":
        return f"{latin} Latin letters beside {chinese} Chinese ones" if latin > 2 * max(chinese, 2) else ""
    return f"{chinese} Chinese characters in a text for {language!r}" if chinese else ""


def _repeated(text: str) -> str:
    """Three words or six Chinese characters in a row that come twice."""
    words = re.findall(r"[^\W_]+", text.lower()) if not CJK.search(text) else re.findall(r"[\u4e00-\u9fff]", text)
    size = 6 if CJK.search(text) else 4
    grams = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    twice = next((g for i, g in enumerate(grams) if g in grams[:i]), None)
    return " ".join(twice) if twice else ""


MARKS = ",.;:!?，。；：！？、"
DANGLING = word_set("a an the in of for from with and or is are to by made comes come has have")


def _form(text: str, facts: Sequence[Fact], kind: str, language: str) -> str:
    """A description ends in an end mark; English starts with a capital or a name; no stray space or doubled mark."""
    if re.search(r"\s[,.;:!?，。；]|,,|\.\.(?!\.)|，，|。。|：：|\(\s*\)|\s{2}", text):
        return "stray spaces or marks"
    if kind == "description" and text[-1] not in ".!?。！？…)":
        return "no end mark"
    if fragment := _fragment(text, facts, language):
        return fragment
    plain = text
    for value in {fact.value for fact in facts if "." in fact.value}:
        plain = plain.replace(value, "")  # a name such as ``U.S. Polo Assn.`` ends no sentence
    if language == "en" and re.search(r"[a-z]{3}\. [a-z]{2,}\b(?![a-z]*[A-Z.])", plain):
        return "a sentence without a capital"
    return ""


def _fragment(text: str, facts: Sequence[Fact], language: str) -> str:
    """What only a broken-off text has: a mark in front, a comma at the end, two marks that do not go together, an
    English function word at the end (unless the text ends in a fact, such as a title)."""
    if text[0] in MARKS or text[0] == "&" or re.search(r"[,;:，；：、&]\W*$", text):
        return "begins or ends in the middle"
    if re.search(r"[,;:，；：、]\s*[,.;:!?，。；：！？、]|[。！？]\s*[,，;；、。]|&\s*[.,。，]", text):
        return "two marks in a row"
    plain = _unmarked(text)
    last = plain.rpartition(" ")[2]
    if language == "en" and last in DANGLING and not any(f" {plain}".endswith(f" {_unmarked(f.value)}") for f in facts):
        return f"ends in {last!r}"
    return ""


def _unmarked(text: str) -> str:
    """The text in lower case, without the marks at its end."""
    return re.sub(r"\W+$", "", text).lower()


def _near_copy(text: str, facts: Sequence[Fact], params: ContentParams) -> str:
    """A long written description given back whole adds nothing and may be somebody else's text."""
    written = " ".join(f.value for f in facts if f.slot.startswith("sentence_"))
    if len(written) < params.near_copy_chars or len(text) < params.near_copy_chars:
        return ""
    share = SequenceMatcher(None, written, text, autojunk=False).ratio()
    return f"{share:.0%} like the written description" if share > params.near_copy_share else ""
