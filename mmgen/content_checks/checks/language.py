"""Whether the text is in the script of its language."""

from __future__ import annotations

import re

from mmgen.content_checks.check import Check, Context
from mmgen.facts.values import CJK


def _wrong_language(_text: str, context: Context) -> str:
    chinese, latin = len(CJK.findall(context.loose)), len(re.findall(r"[A-Za-zÀ-ɏ]", context.loose))
    if context.language == "zh":
        return f"{latin} Latin letters beside {chinese} Chinese ones" if latin > 2 * max(chinese, 2) else ""
    return f"{chinese} Chinese characters in a text for {context.language!r}" if chinese else ""


LANGUAGE = Check("language", "fail", _wrong_language)
