"""Descriptions and ad copy for a batch of examples: candidates from the model, checked; the composer where none passes.

Everything published has passed the content checks, whoever wrote it. A product of which nothing is known but its
picture gets no description: a text that fits any picture describes none.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from mmgen.clean.text.language import language_of
from mmgen.config.descriptions import DescriptionParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import Fact, to_json
from mmgen.facts.record import facts_of
from mmgen.facts.stated import coverage
from mmgen.features.examples import RECORD
from mmgen.kinds import KINDS, text_kinds
from mmgen.rejects import RejectReason
from mmgen.seeds import seed_of
from mmgen.writing.fitting import allowed_slots
from mmgen.writing.registry import WRITERS, writers_of
from mmgen.writing.writer import Candidate, Materials, Request, TextSampler, WriterEntry

OWN = ("locale", "writer", "facts", "num_candidates", "score", "model_version", "reject_reason")
"""The columns besides the texts."""
COMPOSER_VERSION = WRITERS["composer"].version
INPUTS = ("product_id", *RECORD, "has_image", "has_audio", "reject_reason")
_NEAR_BEST = 0.05
_BROKEN = (TypeError, ValueError, KeyError, IndexError, AttributeError)  # what one odd record may cause
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Product:
    """One row to write for: ``row`` is its place in the batch."""

    row: int
    product_id: str
    locale: str
    facts: list[Fact]


@dataclass(frozen=True)
class Written:
    """A text that passed its checks. ``score``: 0..1. ``num_candidates``: how many drafts were looked at.

    ``version``: of its writer; ``""`` for the champion's.
    """

    text: str
    writer: str
    score: float
    num_candidates: int
    version: str = ""


def columns() -> tuple[str, ...]:
    """The columns of ``descriptions`` that are written here: its own, and one for each kind of text."""
    return (*OWN, *(KINDS[kind].column for kind in text_kinds()))


def write_descriptions(
    batch: pa.RecordBatch,
    params: DescriptionParams,
    sampler: TextSampler | None,
    to_arrays: Callable[[pa.RecordBatch], Any],
    model_version: str,
) -> dict[str, list[Any]]:
    """The columns of ``descriptions`` for rows of ``examples``, in their order.

    ``to_arrays`` turns rows into what the sampler reads; it is called with the rows to sample only. ``writer`` and
    ``score`` are those of the first kind, the description. Without a sampler the composer writes all. Reject reasons:
    ``input_rejected``;
    ``no_modality`` where the record is empty; ``title_empty`` where there is a picture or a clip but no word about it;
    ``content_rejected`` where no draft passes the checks; ``transform_failed``.
    """
    given = {name: batch.column(name).to_pylist() for name in INPUTS if name in batch.schema.names}
    rows = [{name: values[i] for name, values in given.items()} for i in range(batch.num_rows)]
    out: dict[str, list[Any]] = {name: [None] * len(rows) for name in columns()}
    products = [product for i, row in enumerate(rows) if (product := _product(i, row, out))]
    materials = Materials(batch, params, sampler, to_arrays)
    texts: list[dict[str, Written | None]] = [{} for _ in products]
    broken: set[int] = set()
    for kind in text_kinds():
        requests = [Request(kind, one.row, one.product_id, one.locale, one.facts) for one in products]
        for number, text in enumerate(_written(kind, requests, materials, broken)):
            texts[number][kind] = text
    for number, product in enumerate(products):
        if number in broken:
            out["reject_reason"][product.row] = str(RejectReason.TRANSFORM_FAILED)
            out["num_candidates"][product.row] = 0
        else:
            _put(out, product, texts[number], model_version)
    return out


def _written(kind: str, requests: Sequence[Request], materials: Materials, broken: set[int]) -> list[Written | None]:
    """The text for each request: of the first writer with an approved one, else the first that may wait for a person.

    Adds to ``broken`` the places of the requests that no text can be made for, because their record is odd.
    """
    drafts = [_Drafts() for _ in requests]
    for writer in writers_of(kind):
        left = [n for n, one in enumerate(drafts) if one.approved is None and n not in broken]
        if not left:
            break
        answers = writer.make(materials).write([requests[n] for n in left])
        for n, candidates in zip(left, answers, strict=True):
            try:
                drafts[n] = _looked_at(drafts[n], requests[n], candidates, writer, materials.params)
            except _BROKEN:
                log.exception("no text for product %s", requests[n].product_id)
                broken.add(n)
    return [one.text() for one in drafts]


@dataclass(frozen=True)
class _Drafts:
    """What the writers have come to for one text."""

    num_looked_at: int = 0
    approved: Written | None = None
    spare: Written | None = None

    def text(self) -> Written | None:
        """The text to take, with how many drafts were looked at in all; None where none passed."""
        chosen = self.approved or self.spare
        return replace(chosen, num_candidates=self.num_looked_at) if chosen else None


def _looked_at(
    before: _Drafts, request: Request, candidates: Iterable[Candidate], writer: WriterEntry, params: DescriptionParams
) -> _Drafts:
    """``before`` with what a writer's candidates add to it, each put to the checks."""
    approved: list[Candidate] = []
    number, spare = before.num_looked_at, before.spare
    statuses: dict[str, str] = {}  # a sampler draws the same text again and again
    for candidate in candidates:
        number += 1
        status = statuses.get(candidate.text) or _status_of(request, candidate, params)
        statuses[candidate.text] = status
        if status == "approved":
            approved.append(candidate)
            if writer.choice == "first":
                break
        elif status == "borderline" and writer.may_wait:
            spare = spare or _as_written(request, candidate, writer, params)
    if not approved:
        return _Drafts(number, None, spare)
    scored = [_as_written(request, candidate, writer, params) for candidate in approved]
    return _Drafts(number, _near_best(scored, request, params), spare)


def _status_of(request: Request, candidate: Candidate, params: DescriptionParams) -> str:
    if not candidate.text:
        return "rejected"
    checks = check_content(request.kind, candidate.text, request.facts, request.language, params.content)
    return status_of(checks)


def _as_written(request: Request, candidate: Candidate, writer: WriterEntry, params: DescriptionParams) -> Written:
    score = score_of(request, candidate, params)
    return Written(candidate.text, writer.name, score, 0, writer.version)


def _near_best(texts: Sequence[Written], request: Request, params: DescriptionParams) -> Written:
    """One of those that are about as good as the best, so that not all products sound the same."""
    best = max(text.score for text in texts)
    near = {(text.score, text.text): text for text in texts if text.score >= best - _NEAR_BEST}
    rng = random.Random(seed_of(request.product_id, params.run_seed, request.kind, "choice"))  # noqa: S311
    return near[rng.choice(sorted(near))]


def score_of(request: Request, candidate: Candidate, params: DescriptionParams) -> float:
    """0..1: half for the share of the facts it states, the rest for its likelihood a token and its fitting length.

    Lines are all as good that fit: one that says more, or what most say, would make a shop's lines begin alike.
    """
    text, log_prob = candidate.text, candidate.log_prob
    _, aim, longest = params.content.limits(request.kind, request.language)
    fits = 1.0 if len(text) <= aim else max(0.0, 1 - (len(text) - aim) / max(1, longest))
    if not KINDS[request.kind].is_prose:
        return 0.5 + 0.5 * fits
    likely = fits if log_prob is None else math.exp(max(-20.0, min(0.0, log_prob / max(1, candidate.num_tokens))))
    return 0.5 * coverage(text, request.facts) + 0.25 * likely + 0.25 * fits


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


def _put(out: dict[str, list[Any]], product: Product, texts: Mapping[str, Written | None], model_version: str) -> None:
    row = product.row
    made = {kind: text for kind, text in texts.items() if text}
    out["num_candidates"][row] = sum(text.num_candidates for text in made.values())
    if len(made) < len(texts):
        out["reject_reason"][row] = str(RejectReason.CONTENT_REJECTED)
        return
    for kind, text in made.items():
        out[KINDS[kind].column][row] = text.text
    first = made[next(iter(texts))]
    out["writer"][row], out["score"][row] = first.writer, first.score
    by_champion = any(text.version == "" for text in made.values())
    out["model_version"][row] = model_version if by_champion else first.version
