"""What a content check is: a name, how grave it is, and a function that says what it finds in a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mmgen.config.descriptions import ContentParams
from mmgen.facts.fact import Fact
from mmgen.kinds import Kind

Severity = Literal["fail", "warn"]


@dataclass(frozen=True)
class Context:
    """What a text is held against.

    ``locale``: as the row gives it; ``language``: what the text has to be in. ``loose``: the
    text without the facts that are named things, whose script says nothing about its language.
    """

    kind: Kind
    locale: str
    language: str
    facts: Sequence[Fact]
    params: ContentParams
    loose: str


@dataclass(frozen=True)
class Check:
    """An entry of the registry.

    ``find(text, context)`` says what is wrong, ``""`` where nothing is. It is pure, and gets the text without spaces at
    its ends. ``severity``: ``fail`` rejects the text, ``warn`` asks for a person. ``is_last``: where this one fails,
    there is nothing for the checks behind it to look at.
    """

    name: str
    severity: Severity
    find: Callable[[str, Context], str]
    is_last: bool = False
