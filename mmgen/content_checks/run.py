"""The checks that a text passes before anybody sees it: a failed check rejects it, a warning asks for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import ContentParams
from mmgen.config.params import entry_named
from mmgen.content_checks.check import Context, Severity
from mmgen.content_checks.registry import checks_of
from mmgen.facts.fact import Fact
from mmgen.kinds import KINDS

Status = Literal["approved", "borderline", "rejected"]


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check. ``detail`` says what was found; it is empty where the check passed."""

    name: str
    severity: Severity
    passed: bool
    detail: str


def check_content(
    kind: str,
    value: str | None,
    facts: Sequence[Fact],
    locale: str,
    params: ContentParams,
) -> list[CheckResult]:
    """All checks of one text, of a picture's headline where ``kind`` is one. Pure; the order is
    fixed. Raises ValueError for a kind that there is not."""
    entry = entry_named(KINDS, kind, "kind of content")
    text = (value or "").strip()
    context = Context(entry, locale, language_of(locale, text), facts, params, _without_values(text, facts))
    results: list[CheckResult] = []
    for check in checks_of(entry):
        detail = check.find(text, context)
        results.append(CheckResult(check.name, check.severity, not detail, detail))
        if detail and check.is_last:
            break
    return results


def status_of(results: Sequence[CheckResult]) -> Status:
    """``rejected`` where a fail check failed, ``borderline`` (a person decides) where a warning did."""
    failed = {result.severity for result in results if not result.passed}
    return "rejected" if "fail" in failed else "borderline" if failed else "approved"


def passes(results: Sequence[CheckResult]) -> bool:
    """Whether no fail check failed."""
    return status_of(results) != "rejected"


def _without_values(text: str, facts: Sequence[Fact]) -> str:
    """The text without the facts that are named things: their script says nothing about the text's language."""
    for fact in sorted(facts, key=lambda f: -len(f.value)):
        if not fact.slot.startswith(("sentence_", "conflict_")) and len(fact.value) > 1:
            text = text.replace(fact.value, " ")
            if fact.slot.startswith("other_"):
                text = text.replace(fact.name, " ")
    return text
