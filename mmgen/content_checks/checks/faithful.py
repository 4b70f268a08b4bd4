"""Whether what a text claims is so, and how much of it no fact has, see ``mmgen.content_checks.judge``."""

from __future__ import annotations

from functools import lru_cache

from mmgen.content_checks.check import Check, Context
from mmgen.content_checks.judge import Judgement, judge
from mmgen.facts.fact import Fact

MAX_CLAIMS = 8


def _unfaithful(text: str, context: Context) -> str:
    """The claims that are not so, each once, and why. Warnings have to stand in prose alone."""
    found = [f"{one.text} ({one.kind}: {one.reason})" for one in _judged(text, context).failing]
    return ", ".join(list(dict.fromkeys(found))[:MAX_CLAIMS])


def _unexplained(text: str, context: Context) -> str:
    """The share of words that neither facts nor the list of tone explain, where it is above the limit."""
    share = _judged(text, context).unexplained
    return f"{share:.0%} of the words are in no fact" if share > context.params.max_unexplained_share else ""


def _judged(text: str, context: Context) -> Judgement:
    return _kept(text, tuple(context.facts), context.locale, context.kind.is_prose, tuple(context.params.puffery))


@lru_cache(maxsize=64)
def _kept(text: str, facts: tuple[Fact, ...], locale: str, is_prose: bool, puffery: tuple[str, ...]) -> Judgement:
    """Both checks look at the same judgement, and so do an ad line and the picture that shows it."""
    return judge(text, facts, locale, is_prose=is_prose, puffery=puffery)


FAITHFUL = Check("faithful", "fail", _unfaithful)
UNEXPLAINED = Check("unexplained", "warn", _unexplained)
