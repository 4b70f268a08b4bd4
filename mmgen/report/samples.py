"""What is known of the products that a report shows: texts, pictures, facts, checks, and what stood before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmgen.facts.fact import Fact, from_json
from mmgen.facts.stated import is_stated
from mmgen.kinds import KINDS, text_kinds
from mmgen.report.findings import CheckLine, FactLine, Piece, Sample
from mmgen.report.lookup import Rows, by_product, newest_rows
from mmgen.report.pictures import budget_per_picture, picture_of
from mmgen.report.sampling import Candidate, choose
from mmgen.report.words import clip
from mmgen.store.datasets import Dataset

# A page shows what a person can read; a shop's longest text must not make it unreadable.
MAX_TITLE_CHARS = 300
MAX_TEXT_CHARS = 2_000
MAX_VALUE_CHARS = 200
MAX_NAME_CHARS = 60
MAX_FACTS = 40
MAX_LEVELS = 6

TEXT_COLUMNS = ("locale", "writer", "facts", "score", "model_version", "reject_reason")
"""What a row of texts says besides the texts."""


@dataclass(frozen=True)
class Known:
    """Rows of the chosen products, as of the date: by product, or by product and kind of content."""

    examples: dict[str, dict[str, Any]]
    texts: dict[str, dict[str, Any]]
    texts_before: dict[str, dict[str, Any]]
    photos: dict[str, dict[str, Any]]
    media: Rows
    creatives: dict[str, dict[str, Any]]
    checked: Rows
    published: Rows


def samples(home: Path, ds: str, count: int, seed: int) -> list[Sample]:
    """The chosen products with their texts, pictures and checks, as of the date."""
    chosen = choose(home, ds, count, seed)
    known = rows_of([c.product_id for c in chosen], home, ds)
    limit = budget_per_picture(2 * len(chosen))
    return [_sample(candidate, known, ds, limit) for candidate in chosen]


def rows_of(ids: list[str], home: Path, ds: str) -> Known:
    """What the datasets say of products."""

    def rows(name: str, *columns: str, before: str | None = None) -> Rows:
        until = None if before else ds
        return newest_rows(Dataset(name, home), ids, list(columns), until=until, before=before)

    columns = [KINDS[kind].column for kind in text_kinds()]
    return Known(
        examples=by_product(rows("examples", "locale", "title", "category", "brand")),
        texts=by_product(rows("descriptions", *TEXT_COLUMNS, *columns)),
        texts_before=by_product(rows("descriptions", *columns, before=ds)),
        photos=by_product(rows("clean_images", "model_image", "reject_reason")),
        media=rows("raw_media", "reject_reason"),
        creatives=by_product(rows("creatives", "image", "layout", "backdrop", "alt_text")),
        checked=rows("content_checks", "locale", "status", "checks", "reject_reason"),
        published=rows("publications", "action", "status"),
    )


def _sample(candidate: Candidate, known: Known, ds: str, max_bytes: int) -> Sample:
    key = candidate.product_id
    example, text = known.examples.get(key, {}), known.texts.get(key, {})
    creative, photo = known.creatives.get(key, {}), known.photos.get(key, {})
    before = known.texts_before.get(key, {}) if text.get("ds") == ds else {}
    checked = {kind: known.checked[key, kind] for kind in KINDS if (key, kind) in known.checked}
    return Sample(
        product_id=key,
        locale=text.get("locale") or example.get("locale") or candidate.locale,
        ds=max((row["ds"] for row in checked.values()), default=ds),
        status=candidate.status,
        title=clipped(example.get("title"), MAX_TITLE_CHARS),
        category=[clip(level, MAX_TITLE_CHARS) for level in (example.get("category") or [])[:MAX_LEVELS]],
        brand=clipped(example.get("brand"), MAX_TITLE_CHARS),
        texts=_texts(text),
        writer=text.get("writer"),
        score=text.get("score"),
        model_version=text.get("model_version"),
        facts=fact_lines(text.get("facts"), _prose(text)),
        pieces=[piece_of(kind, row, known.published.get((key, kind), {})) for kind, row in checked.items()],
        layout=creative.get("layout"),
        backdrop=creative.get("backdrop"),
        alt_text=clipped(creative.get("alt_text"), MAX_TITLE_CHARS),
        photo_reason=known.media.get((key, "image"), {}).get("reject_reason") or photo.get("reject_reason"),
        text_reason=text.get("reject_reason"),
        photo=picture_of(photo.get("model_image"), 224, max_bytes),
        creative=picture_of(creative.get("image"), 420, max_bytes),
        texts_before=_texts({name: value for name, value in before.items() if value != text.get(name)}),
    )


def _texts(row: dict[str, Any]) -> dict[str, str]:
    """Kind -> text, for the kinds that a row has."""
    columns = {kind: KINDS[kind].column for kind in text_kinds()}
    return {kind: clip(row[name], MAX_TEXT_CHARS) for kind, name in columns.items() if row.get(name)}


def _prose(row: dict[str, Any]) -> str:
    """The text that has to state the facts: the first that is prose."""
    return next((row.get(kind.column) or "" for kind in KINDS.values() if kind.is_prose), "")


def clipped(text: str | None, limit: int) -> str | None:
    """``clip``, where there is a text."""
    return clip(text, limit) if text else None


def piece_of(kind: str, checked: dict[str, Any], published: dict[str, Any]) -> Piece:
    """One kind of content of a product, from its rows of content_checks and publications."""
    lines = [
        CheckLine(
            clip(str(c.get("name", "")), MAX_NAME_CHARS),
            str(c.get("severity", "")),
            bool(c.get("passed")),
            clip(str(c.get("detail") or ""), MAX_VALUE_CHARS),
        )
        for c in _json_list(checked["checks"])
    ]
    status, reason = str(checked["status"] or "rejected"), checked["reject_reason"]
    return Piece(kind, status, lines, reason, published.get("action") or "", published.get("status"))


def _json_list(text: str | None) -> list[dict[str, Any]]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def facts_from(text: str | None) -> list[Fact]:
    """The facts of a row of descriptions; none where they cannot be read: a report shows what there is."""
    try:
        return from_json(text)
    except (ValueError, TypeError):
        return []


def fact_lines(text: str | None, description: str) -> list[FactLine]:
    """A product's facts, each with whether the description states it. Claims that the sources dispute are left out."""
    lines: list[FactLine] = []
    for fact in facts_from(text)[:MAX_FACTS]:
        if fact.slot.startswith("conflict_") or fact.slot == "title":
            continue
        stated = None if fact.slot == "price" else is_stated(fact, description)
        lines.append(FactLine(clip(fact.name, MAX_NAME_CHARS), clip(fact.value, MAX_VALUE_CHARS), stated))
    return lines
