"""Rows that say one product in several locales: each but the first a row of its own, where it says something else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mmgen.catalog.readers import Translation
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import products
from mmgen.catalog.values import Product
from mmgen.store.products import translation_id

TOLD, NO_TITLE, SAME_WORDS, NOT_WANTED = "told", "no_title", "same_words", "not_wanted"


class Candidate(NamedTuple):
    """A row of a file, by its number, that makes a product."""

    number: int
    product: Product
    row: dict[str, Any] | Translation


@dataclass
class Spoken:
    """Products by further locale and by what became of them."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, locale: str, outcome: str) -> None:
        """One product more."""
        self.counts.setdefault(locale, Counter())[outcome] += 1

    def as_dict(self) -> dict[str, dict[str, int]]:
        """locale -> outcome -> products."""
        return {locale: dict(found) for locale, found in self.counts.items()}


def told(row: dict[str, Any] | Translation) -> dict[str, Any]:
    """What a row says."""
    return row.row if isinstance(row, Translation) else row


def told_apart(
    connection: Connection, candidates: list[Candidate], seen: sa.Table, source_map: SourceMap, spoken: Spoken
) -> list[Candidate]:
    """The rows of which each makes a product: of one id the first, then those of other locales under ids of their own.

    seen: the ids that the file had before. A translation without a title,
    or with the words of the first, is none: it is counted in ``spoken``. Another row of the same locale is left as it
    is, a duplicate, and so are all rows of a product that another source holds.
    """
    ids = [one.product["product_id"] for one in candidates]
    first, taken = _held(connection, ids, seen), _taken(connection, ids, source_map.name)
    kept = []
    for one in candidates:
        product = one.product
        product_id, locale = product["product_id"], product["locale"]
        known = first.setdefault(product_id, product)
        if (
            product_id in taken
            or known is product
            or (known["locale"] == locale and not isinstance(one.row, Translation))
        ):
            kept.append(one)
            continue
        outcome = _outcome(product, known, source_map.locales)
        spoken.add(locale, outcome)
        if outcome == TOLD:
            kept.append(one._replace(product=product | {"product_id": translation_id(product_id, locale)}))
    return kept


def _held(connection: Connection, product_ids: list[str], seen: sa.Table) -> dict[str, Mapping[str, Any]]:
    """The products among these that the file had before."""
    query = sa.select(products).join(seen, seen.c.product_id == products.c.product_id)
    rows = connection.execute(query.where(products.c.product_id.in_(product_ids))).mappings()
    return {row["product_id"]: dict(row) for row in rows}


def _taken(connection: Connection, product_ids: list[str], source: str) -> set[str]:
    """Those of these products that another source holds."""
    query = sa.select(products.c.product_id).where(products.c.product_id.in_(product_ids), products.c.source != source)
    return set(connection.execute(query).scalars())


def _outcome(product: Product, first: Mapping[str, Any], wanted: list[str]) -> str:
    if wanted and product["locale"] not in wanted:
        return NOT_WANTED
    if not (product["title"] or "").strip():
        return NO_TITLE
    is_same = first["locale"] == product["locale"] or _words(product) <= _words(first)
    return SAME_WORDS if is_same else TOLD


def _words(product: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a product says in words, by where."""
    facts = json.loads(product["facts"] or "[]")
    said = {(name, " ".join((product[name] or "").split())) for name in ("title", "description", "category")}
    said |= {(fact["column"], fact["value"]) for fact in facts}
    return {(name, text) for name, text in said if text not in ("", "[]")}


def notes_of_locales(locales: Mapping[str, Mapping[str, int]]) -> Iterable[str]:
    """What a person should know of products in further locales, a line each."""
    for locale, found in locales.items():
        line = f"{locale}: {found.get(TOLD, 0):,} products have content of their own in it"
        if num := found.get(NO_TITLE, 0):
            line += f", {num:,} have no title in it"
        if num := found.get(SAME_WORDS, 0):
            line += f", {num:,} only the words of the first language"
        if num := found.get(NOT_WANTED, 0):
            line += f", {num:,} are left out by the map's `locales`"
        yield line
