"""Whether the facts bear out what a text claims, see ``mmgen.content_checks.judge``."""

from __future__ import annotations

from mmgen.content_checks.check import Check, Context
from mmgen.content_checks.judge import judge, unexplained

MAX_CLAIMS = 8
_WHOLE = "description"


def _unfaithful(text: str, context: Context) -> str:
    """The claims that fail, each once, with how they come out. Warnings have to stand in descriptions alone."""
    verdicts = judge(text, context.facts, context.language, whole=context.kind.name == _WHOLE)
    failing = dict.fromkeys(f"{one.words} ({one.kind} {one.outcome})" for one in verdicts if one.fails)
    return ", ".join(list(failing)[:MAX_CLAIMS])


def _unexplained(text: str, context: Context) -> str:
    """The share of words that neither facts nor the list of tone explain, where it is above the limit."""
    share = unexplained(text, context.facts, context.language, context.params.puffery)
    return f"{share:.0%} of the words are in no fact" if share > context.params.max_unexplained_share else ""


FAITHFUL = Check("faithful", "fail", _unfaithful)
UNEXPLAINED = Check("unexplained", "warn", _unexplained)
