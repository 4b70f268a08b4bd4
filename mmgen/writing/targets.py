"""What the text decoder learns from a product: specifications and lines, as tokens with slots.

The shop's own sentences are slots in them: which product they are true of, no model can know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.facts.record import facts_of
from mmgen.kinds import learnt_kinds
from mmgen.models.text.sentences import TextTargets
from mmgen.models.text.vocabulary import begin_token
from mmgen.seeds import seed_of
from mmgen.writing.fitting import form_of
from mmgen.writing.specification import compose

MAX_TARGET_TOKENS = 70
NUM_DRAFTS = 4
LANGUAGES = ("en", "zh")
_LIMITS = DescriptionParams()


def training_targets(example: Mapping[str, Any], limits: DescriptionParams = _LIMITS) -> TextTargets:
    """What the text decoder learns from one row of ``examples``, for texts that keep the ``limits``.

    A row without facts has no texts. Raises as ``facts_of`` does."""
    facts = facts_of(example)
    locale = language_of(example.get("locale"), example.get("title"), example.get("description"))
    if not facts or locale not in LANGUAGES:
        return TextTargets([], [])
    seeds = [seed_of(example.get("product_id", ""), "target", number) for number in range(NUM_DRAFTS)]
    found = (
        (begin_token(kind, locale), *compose(facts, locale, kind, seed, limits).tokens)
        for kind in learnt_kinds()
        for seed in seeds
    )
    texts = [list(text) for text in dict.fromkeys(found) if 1 < len(text) <= MAX_TARGET_TOKENS + 2]
    forms = {kind: form_of(kind, facts, locale, limits) for kind in learnt_kinds()}
    slots = [frozenset(forms[_kind_of(text)].open_slots) for text in texts]
    return TextTargets(texts, slots)


def _kind_of(text: Sequence[str]) -> str:
    return next(kind for kind in learnt_kinds() if text[0].startswith(f"<bos:{kind}:"))
