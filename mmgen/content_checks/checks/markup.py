"""What is no text: markup, template marks, addresses, slots left open, a program's words for nothing."""

from __future__ import annotations

import re

from mmgen.content_checks.check import Check, Context

PATTERN = re.compile(
    r"</?[a-z][^>]*>|&(?:[a-z]+|#\d+);|\{\{|\}\}|\$\{|\{\w*\}|\[\[|\]\]|```|\]\(|https?:|www\.|<[a-z_0-9:]+>|\ufffd|[\x00-\x08\x0b-\x1f]"
    r"|%[sd]\b|\\[nrt]",
    re.I,
)
NOTHING = re.compile(r"\bTODO\b|\bN/A\b|\bnull\b|\bundefined\b|\bNaN\b", re.I)
"""A program's words, but for names that have one: ``Null Modem Cable``."""


def _markup(text: str, context: Context) -> str:
    match = PATTERN.search(text) or NOTHING.search(context.loose)
    return match.group(0) if match else ""


MARKUP = Check("markup", "fail", _markup)
