"""Whether every word rests on a fact, see ``mmgen.content_checks.faithfulness``."""

from __future__ import annotations

from mmgen.content_checks.check import Check, Context
from mmgen.content_checks.faithfulness import unsupported

MAX_WORDS = 8


def _unsupported(text: str, context: Context) -> str:
    return ", ".join(unsupported(text, context.facts, context.locale, context.free)[:MAX_WORDS])


FAITHFUL = Check("faithful", "fail", _unsupported)
