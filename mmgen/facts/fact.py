"""Facts as slots: what a text is realised from, and how a row keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fact:
    """One thing that is known. ``slot`` without its brackets; ``name`` and ``value`` as a customer reads them.

    ``source``: the column that says it. ``role``: what the column is to customers, one of ``mmgen.profile``'s roles, or
    ``title``, ``kind``, ``sentence`` (the shop's own), ``warning`` (one that warns or limits: it stands in every
    description, word for word), ``price``; ``""`` where nobody knows. ``unit``: of a measure, in one form (``kg``).
    ``confidence``: 0..1, how sure the import is of the role.

    A ``conflict_*`` slot notes what two fields say and cannot both be: it is never stated and supports nothing.
    """

    slot: str
    name: str
    value: str
    source: str
    role: str = ""
    unit: str | None = None
    confidence: float = 1.0


def by_slot(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Slot -> fact, without the conflicts."""
    return {fact.slot: fact for fact in facts if not fact.slot.startswith("conflict_")}


def slot_values(facts: Iterable[Fact]) -> dict[str, str]:
    """Slot token -> what it is realised as. What is said under a name has a token for that, too: ``<other_1_name>``."""
    values: dict[str, str] = {}
    for slot, fact in by_slot(facts).items():
        if slot == "price":
            continue
        values[f"<{slot}>"] = fact.value
        if fact.name and (slot in ("kind", "brand") or slot.startswith("other_")):
            values[f"<{slot}_name>"] = fact.name
    return values


def to_json(facts: Iterable[Fact]) -> str:
    return json.dumps([asdict(fact) for fact in facts], ensure_ascii=False)


def from_json(text: str | None) -> list[Fact]:
    """The inverse of ``to_json``; null and "" are no facts."""
    return [Fact(**item) for item in json.loads(text or "[]")]
