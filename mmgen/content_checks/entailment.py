"""A model that may vote on claims that the rules leave open. None is shipped; the rules decide without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Entailment(Protocol):
    """What a local checkpoint is wrapped in."""

    def vote(self, premise: str, claims: Sequence[str]) -> Sequence[str]:
        """For each claim ``supported``, ``contradicted`` or ``unsupported``, as the premise has it."""
        ...
