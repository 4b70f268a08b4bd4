"""What is found of a claim."""

from __future__ import annotations

from dataclasses import dataclass

from mmgen.content_checks.votes import Outcome

LENIENT = frozenset({"word", "use", "compatibility", "kind"})
"""Kinds of claims that only count as words where no fact speaks of them. All others can be wrong by law, or are what a
customer sends back: of these a text may say nothing that no fact says."""


@dataclass(frozen=True)
class Verdict:
    """``kind`` of the claim, its words in the ``text``, how it comes out and why; ``start``: its place.

    ``contradicted``: the facts say something else. ``unsupported``: they say nothing of it.
    """

    kind: str
    text: str
    outcome: Outcome
    reason: str = ""
    start: int = 0

    @property
    def fails(self) -> bool:
        """Whether a text with it may not be published."""
        return self.outcome == "contradicted" or (self.outcome == "unsupported" and self.kind not in LENIENT)
