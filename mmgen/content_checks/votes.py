"""A place for a model of entailment: it may vote on what the rules leave open, and on nothing that they decide.

No model is shipped. Any local checkpoint serves that fits the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Outcome = Literal["supported", "contradicted", "unsupported"]


class Entailment(Protocol):
    """Says whether a sentence follows from what is known."""

    def vote(self, premises: Sequence[str], sentence: str) -> Outcome:
        """``premises``: the facts, as ``name: value``. ``sentence``: one of the text. Pure; raises nothing."""
        ...
