"""A written description that is given back whole."""

from __future__ import annotations

from difflib import SequenceMatcher

from mmgen.content_checks.check import Check, Context


def _near_copy(text: str, context: Context) -> str:
    """A long written description given back whole adds nothing and may be somebody else's text. What warns is given
    back in any case."""
    params = context.params
    own = [fact.value for fact in context.facts if fact.slot.startswith("sentence_") and fact.role != "warning"]
    written = " ".join(own)
    if len(written) < params.near_copy_chars or len(text) < params.near_copy_chars:
        return ""
    matcher = SequenceMatcher(None, written, text, autojunk=False)
    if matcher.real_quick_ratio() <= params.near_copy_share or matcher.quick_ratio() <= params.near_copy_share:
        return ""  # at most so much alike: what is exact takes the square of their lengths
    share = matcher.ratio()
    return f"{share:.0%} like the written description" if share > params.near_copy_share else ""


NEAR_COPY = Check("near_copy", "warn", _near_copy)
