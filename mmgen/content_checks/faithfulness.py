"""What a writer hands in as its own words. The gate needs none of it: see ``mmgen.content_checks.judge``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FreeWords:
    """What a writer may add to the facts besides function words. No check reads it; writers still have the field."""

    words: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
