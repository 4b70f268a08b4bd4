"""What is left of a specification without the sentences and facts that the checks object to."""

from __future__ import annotations

from collections.abc import Collection

from mmgen.config.descriptions import DescriptionParams
from mmgen.content_checks.run import check_content
from mmgen.writing.specification import Draft, compose, optional_slots
from mmgen.writing.writer import Request


def sound_part(draft: Draft, request: Request, params: DescriptionParams) -> Draft:
    """A description of the slots of ``draft`` that can stand together: each is added in turn, and left out where a
    check then fails that did not before. Of two that say the same, the first stays."""
    slots = optional_slots(draft, request.facts)

    def kept_alone(kept: Collection[str]) -> Draft:
        without = {slot for slot in slots if slot not in kept}
        return compose(request.facts, request.language, request.kind, 0, params, without)

    def failed(kept: Collection[str]) -> set[str]:
        text = kept_alone(kept).text
        results = check_content(request.kind, text, request.facts, request.language, params.content)
        return {result.name for result in results if not result.passed}

    before = failed(())
    kept: list[str] = []
    for slot in slots:
        if failed([*kept, slot]) <= before:
            kept.append(slot)
    return kept_alone(kept)
