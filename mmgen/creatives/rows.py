"""Creatives for a batch of products: which text, which photo, which backdrop. The drawing is in ``creatives``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mmgen.config.creatives import CREATIVE_VERSION, CreativeParams
from mmgen.creatives.alt import alt_text
from mmgen.creatives.compose import Creative, compose_creative
from mmgen.creatives.sheet import CreativeSpec
from mmgen.kinds import CREATIVE, KINDS
from mmgen.models.examples import ExampleArrays, value_columns
from mmgen.registry.champions import model_in
from mmgen.rejects import RejectReason
from mmgen.seeds import seed_of

VERSION = CREATIVE_VERSION
OWN = ("locale", "image", "headline", "alt_text", "layout", "backdrop", "model_version", "reject_reason")
CARD_FACTS = 3
HEADLINE = KINDS[CREATIVE.text_of].column
"""The column of the text that is set as the headline."""


def draw_creatives(
    batch: pa.RecordBatch, params: CreativeParams, model_folder: str, model_version: str, run_seed: int
) -> dict[str, Any]:
    """The transform of ``creatives``.

    Reads the texts (locale, headline, facts), the photo (master, cutout) and the example.
    """
    model = model_in(model_folder)
    nothing: list[NDArray[np.uint8] | None] = [None] * batch.num_rows
    backdrops = model.decode_images(ExampleArrays.from_batch(batch)) if model else nothing
    narrow = batch.select([n for n in batch.schema.names if n not in value_columns()])
    rows = [
        _row(row, backdrop, params, run_seed) | {"model_version": model_version}
        for row, backdrop in zip(narrow.to_pylist(), backdrops, strict=True)
    ]
    return {name: [row.get(name) for row in rows] for name in OWN}


def _row(
    row: dict[str, Any], backdrop: NDArray[np.uint8] | None, params: CreativeParams, run_seed: int
) -> dict[str, Any]:
    headline = row[HEADLINE] or row["title"] or ""
    known = json.loads(row["facts"] or "[]")
    facts = [(f["name"], f["value"]) for f in known if _adds_to(headline, f)]
    spec = CreativeSpec(
        headline=headline,
        locale=row["locale"] or "en",
        brand=row["brand"],
        price=row["price"],
        is_price_from=bool(row.get("is_price_from")),
        currency=row["currency"],
        facts=tuple(_named(name, value, row["locale"] or "en") for name, value in facts[:CARD_FACTS]),
        photo=row["master"],
        cutout=row["cutout"],
        backdrop=backdrop,
        seed=seed_of(row["product_id"], run_seed, "creative"),
    )
    try:
        made = _compose(spec, params)
    except ValueError:  # nothing to say: no headline, no brand, no fact
        return {"locale": row["locale"], "reject_reason": str(RejectReason.NO_MODALITY)}
    return {
        "locale": row["locale"],
        "image": made.image,
        "headline": headline,
        "alt_text": alt_text(_as_shown(spec, made), row["title"], _colour(known), made.layout),
        "layout": made.layout,
        "backdrop": made.backdrop,
    }


def _compose(spec: CreativeSpec, params: CreativeParams) -> Creative:
    """With the photo; as a card where it cannot be read after all."""
    from mmgen.creatives.fonts import MissingFontError

    try:
        return compose_creative(spec, params)
    except MissingFontError:
        raise RuntimeError("no font covers the headline; see requirements/jobs.in or set creatives.font_path") from None
    except ValueError:
        if spec.photo is None:
            raise
        return compose_creative(replace(spec, photo=None), params)


def _named(name: str, value: str, locale: str) -> str:
    """A fact under its name: a card that said ``yes`` or ``250`` alone would say nothing."""
    colon = "：" if locale.lower().startswith("zh") else ": "
    return f"{name}{colon}{value}" if name else value


def _as_shown(spec: CreativeSpec, made: Creative) -> CreativeSpec:
    """What the picture says of what it might have said."""
    roles = {text.role for text in made.texts}
    return replace(spec, facts=spec.facts if "facts" in roles else (), price=spec.price if "price" in roles else None)


def _colour(facts: list[dict[str, Any]]) -> str | None:
    """The colour that a field of the product states."""
    return next((f["value"] for f in facts if "colour" in (f.get("role"), f["slot"])), None)


def _adds_to(headline: str, fact: dict[str, Any]) -> bool:
    """Whether a fact is short and says more than the headline: no sentence, no noted conflict, no name of the thing."""
    is_named = fact["slot"].startswith(("sentence", "conflict", "title", "kind", "brand", "price"))
    return not is_named and len(fact["value"]) <= 40 and fact["value"].casefold() not in headline.casefold()
