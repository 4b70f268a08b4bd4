"""What the grammar itself adds to the facts: the words of its sentence plans."""

from __future__ import annotations

from mmgen.content_checks.faithfulness import FreeWords
from mmgen.writing.grammar import compose_zh, plans_en

GRAMMAR_WORDS = FreeWords(plans_en.literals(), compose_zh.literals())
