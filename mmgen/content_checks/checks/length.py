"""Whether there is a text, and whether it is as long as its kind allows."""

from __future__ import annotations

from mmgen.content_checks.check import Check, Context
from mmgen.facts.values import text_length


def _nothing(text: str, _context: Context) -> str:
    return "" if text else "no text"


def _length(text: str, context: Context) -> str:
    shortest, _, longest = context.params.limits(context.kind.name, context.language)
    length, longest = text_length(text, context.language), _with_needed(longest, context)
    return "" if shortest <= length <= longest else f"{length} characters, not {shortest} to {longest}"


def _above_aim(text: str, context: Context) -> str:
    _, aim, _ = context.params.limits(context.kind.name, context.language)
    length, aim = text_length(text, context.language), _with_needed(aim, context)
    return "" if length <= aim else f"{length} characters, aim is {aim}"


def _with_needed(limit: int, context: Context) -> int:
    """A limit with room for what may not be shortened: in prose the warnings, in a line the title, which stands
    whole."""
    if context.kind.is_prose:
        needed = [fact.value for fact in context.facts if fact.role == "warning"]
        return limit + sum(text_length(value, context.language) + 1 for value in needed)
    title = next((fact.value for fact in context.facts if fact.slot == "title"), "")
    return max(limit, text_length(title, context.language))


NOT_EMPTY = Check("not_empty", "fail", _nothing, is_last=True)
LENGTH = Check("length", "fail", _length)
LENGTH_AIM = Check("length_aim", "warn", _above_aim)
