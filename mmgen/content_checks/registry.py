"""All content checks, in the order of their results. A check is a file in ``checks/`` and a line here."""

from __future__ import annotations

from mmgen.config.params import entry_named
from mmgen.content_checks.check import Check
from mmgen.content_checks.checks.faithful import FAITHFUL, UNEXPLAINED
from mmgen.content_checks.checks.language import LANGUAGE
from mmgen.content_checks.checks.length import LENGTH, LENGTH_AIM, NOT_EMPTY
from mmgen.content_checks.checks.markup import MARKUP
from mmgen.content_checks.checks.near_copy import NEAR_COPY
from mmgen.content_checks.checks.private_data import PRIVATE_DATA
from mmgen.content_checks.checks.repetition import DOUBLED_WORDS, REPETITION
from mmgen.content_checks.checks.sentence_form import SENTENCE_FORM
from mmgen.content_checks.checks.wording import INSTRUCTIONS, PROFANE, SUPERLATIVES
from mmgen.kinds import Kind

_ALL = (
    NOT_EMPTY,
    LENGTH,
    LENGTH_AIM,
    LANGUAGE,
    PRIVATE_DATA,
    MARKUP,
    INSTRUCTIONS,
    SUPERLATIVES,
    PROFANE,
    FAITHFUL,
    UNEXPLAINED,
    DOUBLED_WORDS,
    REPETITION,
    SENTENCE_FORM,
    NEAR_COPY,
)
CHECKS: dict[str, Check] = {check.name: check for check in _ALL}


def checks_of(kind: Kind) -> list[Check]:
    """What a text of this kind is put to, in the registry's order: what the kind names, else all. A check that the
    others rest on, ``is_last``, is never left out."""
    named = None if kind.checks is None else {entry_named(CHECKS, name, "content check").name for name in kind.checks}
    return [check for check in CHECKS.values() if named is None or check.is_last or check.name in named]
