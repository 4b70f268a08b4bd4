"""How much of a written description a text keeps."""

from __future__ import annotations

from mmgen.generation.facts import Fact

Facts = dict[str, Fact]


def written_slots(facts: Facts, longest: int) -> list[str]:
    """The slots of the first written sentences that fit in ``longest`` characters; one at least where there is any."""
    tokens: list[str] = []
    length = 0
    for slot in sorted(slot for slot in facts if slot.startswith("sentence_")):
        length += len(facts[slot].value) + 1
        if tokens and length > longest:
            break
        tokens.append(f"<{slot}>")
    return tokens
