"""Descriptions and ad copy for a batch of examples: candidates from the model, checked; the composer where none passes.

Everything published has passed the content checks, whoever wrote it. A product of which nothing is known but its
picture gets no description: a text that fits any picture describes none.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DESCRIPTIONS_VERSION, DescriptionParams
from mmgen.content_checks.faithfulness import coverage
from mmgen.content_checks.run import check_content, passes, status_of
from mmgen.facts.fact import Fact, to_json
from mmgen.facts.record import facts_of
from mmgen.features.examples import RECORD
from mmgen.kinds import TEXT_KINDS
from mmgen.rejects import RejectReason
from mmgen.seeds import seed_of
from mmgen.writing.delex import realise
from mmgen.writing.fitting import allowed_slots, misplaced, open_slots, said_twice, traits_of
from mmgen.writing.grammar.compose import Draft, compose, is_well_formed
from mmgen.writing.grammar.words import GRAMMAR_WORDS

COLUMNS = (
    "locale",
    "description",
    "ad_copy",
    "writer",
    "facts",
    "num_candidates",
    "score",
    "model_version",
    "reject_reason",
)
COMPOSER_VERSION = f"composer-{DESCRIPTIONS_VERSION}"
INPUTS = ("product_id", *RECORD, "has_image", "has_audio", "reject_reason")
_NEAR_BEST = 0.05
_RETRIES = 6
_BROKEN = (TypeError, ValueError, KeyError, IndexError, AttributeError)  # what one odd record may cause
log = logging.getLogger(__name__)


class ScoredTokens(Protocol):
    """A sampled text: its tokens without the begin token, its log-probability in nats, whether it came to an end."""

    @property
    def tokens(self) -> Sequence[str]: ...
    @property
    def log_prob(self) -> float: ...
    @property
    def is_finished(self) -> bool: ...


class TextSampler(Protocol):
    """What draws candidate texts: ``FusionModel``, or a stand-in in tests."""

    def sample_texts(
        self,
        examples: Any,
        allowed: list[set[str]],
        seeds: list[int],
        num_samples: int,
        temperature: float,
        max_tokens: int,
        kind: str = "description",
        traits: list[str] | None = None,
    ) -> Sequence[Sequence[ScoredTokens]]:
        """``num_samples`` texts a row of ``examples``; a row draws no slot that isn't in its ``allowed``, and no
        sentence that wasn't learnt for a product of its ``traits``."""
        ...


@dataclass(frozen=True)
class Product:
    """One row to write for: ``row`` is its place in the batch."""

    row: int
    product_id: str
    locale: str
    facts: list[Fact]


@dataclass(frozen=True)
class Written:
    """A text that passed its checks. ``score``: 0..1. ``num_candidates``: how many drafts were looked at."""

    text: str
    writer: str
    score: float
    num_candidates: int


def write_descriptions(
    batch: pa.RecordBatch,
    params: DescriptionParams,
    sampler: TextSampler | None,
    to_arrays: Callable[[pa.RecordBatch], Any],
    model_version: str,
) -> dict[str, list[Any]]:
    """The columns of ``descriptions`` for rows of ``examples``, in their order.

    ``to_arrays`` turns rows into what the sampler reads; it is called with the rows to sample only. ``writer`` and
    ``score`` are those of the description. Without a sampler the composer writes all. Reject reasons:
    ``input_rejected``;
    ``no_modality`` where the record is empty; ``title_empty`` where there is a picture or a clip but no word about it;
    ``content_rejected`` where no draft passes the checks; ``transform_failed``.
    """
    columns = {name: batch.column(name).to_pylist() for name in INPUTS if name in batch.schema.names}
    rows = [{name: values[i] for name, values in columns.items()} for i in range(batch.num_rows)]
    out: dict[str, list[Any]] = {name: [None] * len(rows) for name in COLUMNS}
    products = [product for i, row in enumerate(rows) if (product := _product(i, row, out))]
    sampled = {kind: _sampled(kind, batch, products, params, sampler, to_arrays) for kind in TEXT_KINDS}
    for number, product in enumerate(products):
        try:
            texts = {kind: write_text(kind, product, sampled[kind][number], params) for kind in TEXT_KINDS}
        except _BROKEN:
            log.exception("no text for product %s", product.product_id)
            out["reject_reason"][product.row] = str(RejectReason.TRANSFORM_FAILED)
            out["num_candidates"][product.row] = 0
            continue
        _put(out, product, texts, model_version)
    return out


def write_text(
    kind: str, product: Product, samples: Sequence[ScoredTokens], params: DescriptionParams
) -> Written | None:
    """The best sample that passes the checks, else the first composed draft that does, else None."""
    drafts = [(tokens, scored.log_prob) for scored in samples if scored.is_finished and (tokens := list(scored.tokens))]
    ranked = [
        (score, text)
        for tokens, log_prob in drafts
        if (text := _acceptable(kind, product, tokens, params))
        for score in [score_of(kind, text, product, params, log_prob, len(tokens))]
    ]
    if ranked:
        best = max(score for score, _ in ranked)
        near = sorted({(score, text) for score, text in ranked if score >= best - _NEAR_BEST})
        rng = random.Random(seed_of(product.product_id, params.run_seed, kind, "choice"))  # noqa: S311
        score, text = rng.choice(near)
        return Written(text, "model", score, len(drafts))
    return _composed(kind, product, params, len(drafts))


def score_of(
    kind: str,
    text: str,
    product: Product,
    params: DescriptionParams,
    log_prob: float | None = None,
    num_tokens: int = 1,
) -> float:
    """0..1: half for the share of the facts it states, the rest for its likelihood a token and its fitting length."""
    _, aim, longest = params.content.limits(kind, language_of(product.locale))
    fits = 1.0 if len(text) <= aim else max(0.0, 1 - (len(text) - aim) / max(1, longest))
    likely = math.exp(max(-20.0, min(0.0, log_prob / max(1, num_tokens)))) if log_prob is not None else fits
    return 0.5 * coverage(text, product.facts) + 0.25 * likely + 0.25 * fits


def _product(row: int, values: Mapping[str, Any], out: dict[str, list[Any]]) -> Product | None:
    """The row with its facts, or None with its reject reason set."""
    reason: RejectReason | None = None
    facts: list[Fact] = []
    try:
        facts = facts_of(values)
    except _BROKEN:
        reason = RejectReason.TRANSFORM_FAILED
    locale = str(values.get("locale") or language_of(None, values.get("title"), values.get("description")))
    out["locale"][row], out["facts"][row] = locale, to_json(facts)
    if values.get("reject_reason"):
        reason = RejectReason.INPUT_REJECTED
    elif reason is None and not allowed_slots(facts):
        seen = values.get("has_image") or values.get("has_audio")
        reason = RejectReason.TITLE_EMPTY if seen else RejectReason.NO_MODALITY
    if reason is not None:
        out["reject_reason"][row] = str(reason)
        out["num_candidates"][row] = 0
        return None
    return Product(row, str(values["product_id"]), locale, facts)


def _sampled(
    kind: str,
    batch: pa.RecordBatch,
    products: list[Product],
    params: DescriptionParams,
    sampler: TextSampler | None,
    to_arrays: Callable[[pa.RecordBatch], Any],
) -> list[Sequence[ScoredTokens]]:
    """Samples for each product; none for a language that the model doesn't write."""
    chosen = [n for n, product in enumerate(products) if language_of(product.locale) in ("en", "zh")]
    samples: list[Sequence[ScoredTokens]] = [() for _ in products]
    if sampler is None or not chosen or params.num_samples == 0:
        return samples
    rows = batch.take(pa.array([products[n].row for n in chosen]))
    drawn = sampler.sample_texts(
        to_arrays(rows),
        [_open_slots(kind, products[n], params) for n in chosen],
        [seed_of(products[n].product_id, params.run_seed, kind) for n in chosen],
        params.num_samples,
        params.temperature,
        params.max_tokens,
        kind=kind,
        traits=[traits_of(products[n].facts, products[n].locale) for n in chosen],
    )
    for n, texts in zip(chosen, drawn, strict=True):
        samples[n] = texts
    return samples


def _open_slots(kind: str, product: Product, params: DescriptionParams) -> set[str]:
    language = language_of(product.locale)
    return open_slots(kind, product.facts, language, params.longest_written(language))


def _acceptable(kind: str, product: Product, tokens: list[str], params: DescriptionParams) -> str | None:
    """The realised text where it is grammatical, says enough and is approved by every check; None otherwise."""
    language = language_of(product.locale)
    if not is_well_formed(tokens, product.locale):
        return None
    if said_twice(tokens, product.facts, language) or misplaced(tokens, product.facts, language):
        return None
    has_written = any(fact.slot.startswith("sentence_") for fact in product.facts)
    if kind == "description" and has_written and "<sentence_1>" not in tokens:
        return None
    try:
        text = realise(tokens, product.facts, language)
    except ValueError:
        return None
    if kind == "description" and coverage(text, product.facts) < params.min_coverage:
        return None
    return (
        text
        if status_of(check_content(kind, text, product.facts, language, params.content, GRAMMAR_WORDS)) == "approved"
        else None
    )


def _composed(kind: str, product: Product, params: DescriptionParams, num_before: int) -> Written | None:
    language = language_of(product.locale)
    spare: Draft | None = None
    for attempt in range(_RETRIES):
        draft = compose(
            product.facts, language, kind, seed_of(product.product_id, params.run_seed, kind, attempt), params
        )
        results = check_content(kind, draft.text, product.facts, language, params.content, GRAMMAR_WORDS)
        if status_of(results) == "approved":
            return Written(
                draft.text, "composer", score_of(kind, draft.text, product, params), num_before + attempt + 1
            )
        spare = spare or (draft if passes(results) else None)
    if spare is None:
        return None
    return Written(spare.text, "composer", score_of(kind, spare.text, product, params), num_before + _RETRIES)


def _put(out: dict[str, list[Any]], product: Product, texts: Mapping[str, Written | None], model_version: str) -> None:
    row = product.row
    description, ad_copy = texts["description"], texts["ad_copy"]
    out["num_candidates"][row] = sum(text.num_candidates for text in texts.values() if text)
    if description is None or ad_copy is None:
        out["reject_reason"][row] = str(RejectReason.CONTENT_REJECTED)
        return
    out["description"][row], out["ad_copy"][row] = description.text, ad_copy.text
    out["writer"][row], out["score"][row] = description.writer, description.score
    by_model = "model" in (description.writer, ad_copy.writer)
    out["model_version"][row] = model_version if by_model else COMPOSER_VERSION
