"""Personal data that slipped through the cleaning."""

from __future__ import annotations

from mmgen.content_checks.check import Check, Context
from mmgen.facts.values import is_private


def _private_data(text: str, _context: Context) -> str:
    return "personal data" if is_private(text) else ""


PRIVATE_DATA = Check("private_data", "fail", _private_data)
