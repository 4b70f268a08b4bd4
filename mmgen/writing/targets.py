"""What the text decoder learns from a product: its written sentences and composed drafts, as tokens with slots."""

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
from mmgen.writing.delex import delexicalise
from mmgen.writing.fitting import allowed_slots, open_slots, traits_of
from mmgen.writing.grammar.compose import compose

MAX_TARGET_TOKENS = 70
NUM_DRAFTS = 4
_LIMITS = DescriptionParams()


def training_targets(example: Mapping[str, Any], limits: DescriptionParams = _LIMITS) -> TextTargets:
    """What the text decoder learns from one row of ``examples``, for texts that keep the ``limits``.

    The sentences of a written description in their own words, delexicalised, and composed drafts of both kinds. A row
    without facts has no texts.
    """
    facts = facts_of(example)
    locale = language_of(example.get("locale"), example.get("title"), example.get("description"))
    if not facts or locale not in ("en", "zh"):
        return TextTargets([], [])
    targets: list[list[str]] = []
    plain = [f for f in facts if not f.slot.startswith("sentence_")]
    written: list[str] = []
    for fact in facts:
        tokens = delexicalise(fact.value, plain, locale) if fact.slot.startswith("sentence_") else []
        if tokens and len(written) + len(tokens) <= MAX_TARGET_TOKENS:
            written += tokens
    if written:
        targets.append([begin_token("description", locale), *written])
    for kind in learnt_kinds():
        for number in range(NUM_DRAFTS):
            seed = seed_of(example.get("product_id", ""), "target", kind, number)
            draft = compose(facts, locale, kind, seed, limits)
            targets.append([begin_token(kind, locale), *draft.tokens])
    texts = [list(t) for t in dict.fromkeys(tuple(t) for t in targets) if 1 < len(t) <= MAX_TARGET_TOKENS + 2]
    num_written = int(bool(written))
    # People's own words are learnt as what to write where there is no description.
    slots = [frozenset(allowed_slots(plain))] * num_written + [
        frozenset(open_slots(_kind_of(text), facts, locale, limits.longest_written(locale)))
        for text in texts[num_written:]
    ]
    return TextTargets(texts, slots, traits_of(facts, locale), num_written)


def _kind_of(text: Sequence[str]) -> str:
    return next(kind for kind in learnt_kinds() if text[0].startswith(f"<bos:{kind}:"))
