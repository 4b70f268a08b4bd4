"""What is bought together: a shop's transactions become, for each product, the few others most often in its baskets.

The file is read at import, beside the products, and only the links are kept: their number grows with the products, not
with the transactions. Counting is the database's work, so a file of any length needs no more memory than a batch.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.basket_map import Baskets
from mmgen.catalog.readers import Row, open_source
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import basket_digests, basket_links, insert_for, iter_pages, products, storable
from mmgen.config.params import nearest
from mmgen.hashes import digest_of, sha256
from mmgen.seeds import seed_of

BATCH_ROWS = 5_000
MAX_LINKS = 16
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class OpenBaskets:
    """A shop's transactions: the file, how it is read, and its rows on demand."""

    path: Path
    how: Baskets
    read_rows: Callable[[], Iterator[Row]]

    def items(self) -> Iterator[tuple[str, str] | None]:
        """(basket, item) of each row; None for one that does not say both."""
        named = [self.how.product, *self.how.basket_columns]
        for row in self.read_rows():
            values = (
                {}
                if not isinstance(row, dict)
                else {name: storable(str(row.get(name) or "")).strip() for name in named}
            )
            complete = all(values.get(name) for name in named)
            basket = "\x1f".join(values.get(name, "") for name in self.how.basket_columns)
            yield (basket, values[self.how.product]) if complete else None


def open_baskets(folder: Path, how: Baskets) -> OpenBaskets:
    """Open the file. ValueError where it or a column is missing."""
    path, named = folder / how.file, [how.product, *how.basket_columns]
    values = {"name": "baskets", "columns": {"product_id": how.product}, "ignore": how.basket_columns}
    opened = open_source(path, SourceMap.load(values | how.model_dump(include={"encoding", "delimiter"})))
    for name in named:
        if name not in opened.columns:
            raise ValueError(f"{path}: there is no column {name!r}.{nearest(name, opened.columns)}")
    return OpenBaskets(path, how, opened.read_rows)


def import_baskets(engine: Engine, source: str, opened: OpenBaskets) -> list[str]:
    """Replace the basket links of a source's products by those of the file; returns what to tell the person.

    A row that cannot be read, or lacks an item or a basket, is counted and left out.
    """
    baskets, rows = opened.how, opened.items()
    with engine.connect().execution_options(is_writing=True) as connection:
        bought = sa.Table(
            f"bought_{uuid.uuid4().hex}",
            sa.MetaData(),
            sa.Column("basket", sa.Text, primary_key=True),
            sa.Column("item", sa.Text, primary_key=True),
            prefixes=["TEMPORARY"],
        )
        num_rows = num_lost = 0
        with connection.begin():
            bought.create(connection)
        try:
            while batch := list(islice(rows, BATCH_ROWS)):
                kept = [{"basket": basket, "item": item} for basket, item in filter(None, batch)]
                num_rows, num_lost = num_rows + len(batch), num_lost + len(batch) - len(kept)
                with connection.begin():
                    if kept:
                        connection.execute(insert_for(connection, bought).on_conflict_do_nothing(), kept)
            with connection.begin():
                together, often = _pairs(connection, bought, baskets)
                owners = _owners(connection, source, often, baskets)
                num_linked = _replace(connection, source, links_of(together, often, owners))
        finally:
            connection.rollback()
            with connection.begin():
                bought.drop(connection)
    return _told(opened.path, num_rows, num_lost, len(often), owners, num_linked)


def _pairs(
    connection: Connection, bought: sa.Table, baskets: Baskets
) -> tuple[dict[str, list[tuple[str, int]]], dict[str, int]]:
    """Of each item the others it shares baskets with, and how many; and in how many baskets each item is."""
    sizes = sa.select(bought.c.basket).group_by(bought.c.basket)
    small = sizes.having(sa.func.count() <= baskets.max_items).subquery()
    one, two = bought.alias(), bought.alias()
    num = sa.func.count()
    same = sa.and_(one.c.basket == two.c.basket, one.c.item < two.c.item)
    pairs = sa.select(one.c.item, two.c.item, num).join_from(one, two, same).join(small, small.c.basket == one.c.basket)
    pairs = pairs.group_by(one.c.item, two.c.item).having(num >= baskets.min_together)
    together: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for first, second, count in connection.execute(pairs):
        together[first].append((second, count))
        together[second].append((first, count))
    counted = connection.execute(sa.select(bought.c.item, num).group_by(bought.c.item))
    often = {str(item): int(count) for item, count in counted}
    return together, often


def _owners(connection: Connection, source: str, items: Mapping[str, int], baskets: Baskets) -> dict[str, list[str]]:
    """item -> the products that it stands for."""
    query = sa.select(products.c.product_id, products.c.title, products.c.category)
    rows = connection.execute(query.where(products.c.source == source).order_by(products.c.product_id))
    owners: dict[str, list[str]] = defaultdict(list)
    if baskets.match == "product_id":
        for row in rows:
            if row.product_id in items:
                owners[row.product_id].append(row.product_id)
        return owners
    matcher = Matcher(items)
    for row in rows:
        item = matcher.item_of(row.title or "", tuple(json.loads(row.category)))
        if item is not None:
            owners[item].append(row.product_id)
    return owners


def words_of(text: str) -> frozenset[str]:
    """The words of a name without case and number: ``Yellow Onions`` and ``yellow onion`` have the same."""
    return frozenset(_singular(word) for word in _WORD.findall(text.casefold()))


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("oes", "o"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + instead
    return word


class Matcher:
    """Finds the item that names a product: all words of one are words of the other.

    The product's title is compared first, then its category, the narrowest level before wider ones: of several items
    the one with the most words in common for its length, then the one in the most baskets.
    """

    def __init__(self, items: Mapping[str, int]) -> None:
        """``items``: each with the number of its baskets."""
        self._often = items
        self._words = {item: words for item in sorted(items) if (words := words_of(item))}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for item, words in self._words.items():
            for word in words:
                self._by_word[word].append(item)
        self._known: dict[tuple[str, tuple[str, ...]], str | None] = {}

    def item_of(self, title: str, category: tuple[str, ...]) -> str | None:
        """The item, or None where none fits."""
        if (title, category) not in self._known:
            names = [words_of(name) for name in (title, *reversed(category))]
            self._known[title, category] = next(filter(None, map(self._best, filter(None, names))), None)
        return self._known[title, category]

    def _best(self, words: frozenset[str]) -> str | None:
        found = {item for word in words for item in self._by_word.get(word, [])}
        fitting = [item for item in found if self._words[item] <= words or words <= self._words[item]]
        return min(
            fitting, key=lambda item: (-_overlap(words, self._words[item]), -self._often[item], item), default=None
        )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def links_of(
    together: Mapping[str, list[tuple[str, int]]], often: Mapping[str, int], owners: Mapping[str, list[str]]
) -> Iterator[dict[str, Any]]:
    """The links of each product, best first: at most ``MAX_LINKS``, one product for each item bought with it.

    Items are ranked by count / sqrt(their counts), the cosine of their baskets, so that what everybody buys does not
    come first everywhere. Where an item stands for many products, each takes its own of them.
    """
    for item in sorted(owners):
        others = [
            (-count / math.sqrt(often[item] * often[other]), other, count)
            for other, count in together.get(item, [])
            if owners.get(other)
        ]
        best = sorted(others)[:MAX_LINKS]
        for product_id in owners[item]:
            for rank, (_, other, count) in enumerate(best, start=1):
                theirs = owners[other]
                other_id = theirs[seed_of("basket", product_id, other) % len(theirs)]
                yield {"product_id": product_id, "rank": rank, "other_id": other_id, "num_baskets": count}


def _replace(connection: Connection, source: str, links: Iterator[dict[str, Any]]) -> int:
    """Write the links in place of the source's earlier ones, and their digest; returns how many products have any."""
    connection.execute(sa.delete(basket_links).where(basket_links.c.source == source))
    digest, num_linked = sha256(), 0
    while rows := [row | {"source": source} for row in islice(links, BATCH_ROWS)]:
        connection.execute(sa.insert(basket_links), rows)
        num_linked += sum(row["rank"] == 1 for row in rows)
        for row in rows:
            digest.update("\x1f".join(map(str, row.values())).encode() + b"\x1e")
    insert = insert_for(connection, basket_digests)
    statement = insert.on_conflict_do_update(index_elements=["source"], set_={"digest": insert.excluded.digest})
    connection.execute(statement, {"source": source, "digest": digest.hexdigest()})
    return num_linked


def _told(
    path: Path, num_rows: int, num_lost: int, num_items: int, owners: Mapping[str, list[str]], num_linked: int
) -> list[str]:
    told = [
        f"{path.name}: {num_rows:,} rows of baskets, {num_items:,} items, {len(owners):,} of them products here;"
        f" {num_linked:,} products are linked"
    ]
    return told + ([f"{path.name}: {num_lost:,} rows name no item or no basket"] if num_lost else [])


def baskets_digest(engine: Engine) -> str:
    """Identity of all basket links; empty where no source has any."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(basket_digests.c.source, basket_digests.c.digest).order_by("source")).all()
    return digest_of(*(value for row in rows for value in row)) if rows else ""


def iter_links(engine: Engine, max_rank: int, batch_size: int = 10_000) -> Iterator[list[dict[str, Any]]]:
    """``product_id``, ``far`` (the rank), ``other`` and ``num_baskets`` of the links up to a rank, in order, in
    batches."""
    table = basket_links
    query = sa.select(table.c.product_id, table.c.other_id, table.c.rank, table.c.num_baskets).where(
        table.c.rank <= max_rank
    )
    for rows in iter_pages(engine, query, [table.c.product_id, table.c.rank], batch_size):
        yield [
            {"product_id": row.product_id, "far": row.rank, "other": row.other_id, "num_baskets": row.num_baskets}
            for row in rows
        ]


def all_links(engine: Engine) -> Iterator[dict[str, Any]]:
    """All links, as ``iter_links`` has them."""
    return (row for rows in iter_links(engine, MAX_LINKS) for row in rows)


def write_links(engine: Engine, max_rank: int, folder: Path) -> None:
    """The links up to a rank as Parquet files of bounded size under ``folder``; one empty file where there is none."""
    schema = pa.schema([("product_id", pa.string()), ("far", pa.int32()), ("other", pa.string())])
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(schema.empty_table(), folder / "part-empty.parquet")
    for number, rows in enumerate(iter_links(engine, max_rank)):
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"part-{number:05d}.parquet", compression="zstd")
