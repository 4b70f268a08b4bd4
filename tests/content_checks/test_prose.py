"""True prose passes: sentences on many things that say what the facts say, in other words and with much besides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmgen.content_checks.judge import judge
from mmgen.facts.fact import Fact

FOLDER = Path(__file__).with_name("prose")
MAX_STOPPED = 0.08


def sentences(locale: str) -> Iterator[tuple[str, list[Fact]]]:
    facts: list[Fact] = []
    for line in (FOLDER / f"{locale}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            facts = list(facts_of(line[3:]))
        elif line and not line.startswith("#"):
            yield line, facts


def facts_of(line: str) -> Iterator[Fact]:
    title, kind, brand, fields = (part.strip() for part in line.split(" | "))
    yield Fact("title", "title", title, "title", "title")
    yield Fact("kind", "Category", kind, "category", "kind")
    yield Fact("brand", "Brand", brand, "brand", "brand")
    for number, field in enumerate(fields.split(" ; "), 1):
        role, _, told = field.partition(":")
        name, _, value = told.partition("=")
        yield Fact(f"other_{number}", name, value, name, role)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_true_prose_passes(locale: str) -> None:
    judged = [(text, judge(text, facts, locale, is_prose=False).failing) for text, facts in sentences(locale)]
    stopped = [(text, verdicts) for text, verdicts in judged if verdicts]
    assert len(judged) > 150
    assert len(stopped) <= MAX_STOPPED * len(judged), stopped
