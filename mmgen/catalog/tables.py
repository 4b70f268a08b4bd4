"""The catalogue's tables, the same on SQLite and on PostgreSQL, and the few ways of reading products.

``products`` belongs to the shop: an import writes it, everything else only reads it. mmgen writes ``product_content``
and its history; a storefront reads the view ``storefront_content``.

``product_content`` has one row for each slot of a (product_id, kind, locale); the slot is the column ``author``:

============== ==================================================== ============================================
author         what it holds                                        status
============== ==================================================== ============================================
mmgen          the text that is live, or was until it was taken off published, rejected, withdrawn
mmgen_pending  a newer text that waits, beside the live one         pending_approval, rejected
human          a person's own text; always wins                     published, withdrawn
============== ==================================================== ============================================

So a text that waits never hides the one before it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url

BUSY_TIMEOUT_MS = 30_000
# Names mmgen's locks among all advisory locks of a PostgreSQL database ("mmgen" in ASCII, then what is locked).
LOCK_CREATE = 0x6D6D_67656E_01
LOCK_CONTENT = 0x6D6D_67656E_02
MAX_KEY_BYTES = 512  # of a product id: PostgreSQL cannot index a key of more than about 2,700 bytes

# Byte order on both back ends, so that both give products in the same order (SQLite compares bytes anyway).
KeyText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SerialId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows only for INTEGER

metadata = sa.MetaData()

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", KeyText, primary_key=True),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("media_root", sa.Text, nullable=False),
)

products = sa.Table(
    "products",
    metadata,
    sa.Column("product_id", KeyText, primary_key=True),
    sa.Column("source", KeyText, sa.ForeignKey("sources.name"), nullable=False, index=True),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("category", sa.Text, nullable=False),  # JSON list of text
    sa.Column("brand", sa.Text),
    sa.Column("price", sa.Double),
    sa.Column("currency", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("updated_at", KeyText),  # YYYY-MM-DDTHH:MM:SSZ, so that text order is time order
    sa.Column("attributes", sa.Text, nullable=False),  # JSON object, text to text, keys sorted
    sa.Column("image_path", sa.Text),
    sa.Column("audio_path", sa.Text),
    sa.Column("images", sa.Text),  # JSON list of {path, role}, the main photo first; null of an older release
    sa.Column("is_price_from", sa.Boolean),  # the price is the lowest of several; null of an older release
    sa.Column("facts", sa.Text),  # JSON list of what may be said, in the file's order; null of an older release
)

import_rejects = sa.Table(
    "import_rejects",
    metadata,
    sa.Column("source", KeyText, primary_key=True),
    sa.Column("row_number", sa.BigInteger, primary_key=True, autoincrement=False),  # 1 is the first row of data
    sa.Column("product_id", sa.Text),
    sa.Column("reject_reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text),
    sa.Column("raw", sa.Text),  # JSON, each value cut at 2,000 characters
)

# What is bought together: of each product the others in its baskets, the closest first. An import replaces them.
basket_links = sa.Table(
    "basket_links",
    metadata,
    sa.Column("product_id", KeyText, primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", KeyText, nullable=False, index=True),
    sa.Column("other_id", KeyText, nullable=False),
    sa.Column("num_baskets", sa.BigInteger, nullable=False),
)
basket_digests = sa.Table(
    "basket_digests",
    metadata,
    sa.Column("source", KeyText, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
)


def _content_columns() -> list[sa.Column[Any]]:
    """The columns that a content row and its history share, below the four of the key."""
    return [
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("value_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("ds", KeyText, nullable=False),  # newest run date that this value is right for
        sa.Column("run_id", KeyText),  # the run that wrote it; null for a person's text
        sa.Column("model_version", sa.Text),
        sa.Column("disclosure", sa.Text),
        sa.Column("content_hash", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.Text),
        sa.Column("alt_text", sa.Text),  # of a picture, for screen readers; null of an earlier release
    ]


product_content = sa.Table(
    "product_content",
    metadata,
    sa.Column("product_id", KeyText, primary_key=True),
    sa.Column("kind", KeyText, primary_key=True),
    sa.Column("locale", KeyText, primary_key=True),
    sa.Column("author", KeyText, primary_key=True),
    *_content_columns(),
)

product_content_history = sa.Table(
    "product_content_history",
    metadata,
    sa.Column("id", SerialId, primary_key=True, autoincrement=True),
    sa.Column("product_id", KeyText, nullable=False),
    sa.Column("kind", KeyText, nullable=False),
    sa.Column("locale", KeyText, nullable=False),
    sa.Column("author", KeyText, nullable=False),
    *_content_columns(),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("cause_run_id", KeyText),  # the run that acted or is rolled back; null for a person's decision
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Index("product_content_history_key", "product_id", "kind", "locale"),
    sa.Index("product_content_history_cause", "cause_run_id"),
    sqlite_autoincrement=True,  # ids of removed rows are not used again: the order of history is its id
)

STOREFRONT_VIEW = """
SELECT c.product_id, c.kind, c.locale, c.author, c.value, c.value_hash, c.ds, c.run_id, c.model_version, c.disclosure,
       c.alt_text
FROM product_content c
WHERE c.status = 'published'
  AND (c.author = 'human'
       OR (c.author = 'mmgen' AND NOT EXISTS (
           SELECT 1 FROM product_content h
           WHERE h.product_id = c.product_id AND h.kind = c.kind AND h.locale = c.locale
             AND h.author = 'human' AND h.status = 'published')))
"""
storefront_content = sa.table(
    "storefront_content",
    *(sa.column(name) for name in (
        "product_id", "kind", "locale", "author", "value", "value_hash", "ds", "run_id", "model_version", "disclosure",
        "alt_text",
    )),
)  # fmt: skip


def open_catalog(url: str) -> Engine:
    """Connect to the catalogue and create what is missing in it. Safe to call from many processes at once.

    ``url``: ``sqlite:////absolute/catalogue.db`` or ``postgresql+psycopg://user@host/database``.
    Raises ValueError, which never names the URL, for one that cannot be read or is of another back end.
    """
    parsed = _parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = sa.create_engine(parsed, pool_pre_ping=True)
    with write_transaction(engine, lock=LOCK_CREATE) as connection:
        metadata.create_all(connection)
        _add_missing_columns(connection)
        _create_view(connection)
    return engine


def _add_missing_columns(connection: Connection) -> None:
    """A database of an earlier release gets the columns that it lacks, empty. What is there is left as it is."""
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        held = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in held and column.nullable:
                written = str(sa.schema.CreateColumn(column).compile(dialect=connection.dialect))
                context = {"written": written}
                statement = sa.DDL("ALTER TABLE %(fullname)s ADD COLUMN %(written)s", context=context)  # type: ignore[no-untyped-call]
                connection.execute(statement.against(table))


def _create_view(connection: Connection) -> None:
    """The storefront's view, made anew where an earlier release's lacks a column. PostgreSQL keeps who may read it."""
    inspector, name = sa.inspect(connection), storefront_content.name
    is_there = name in inspector.get_view_names()
    if is_there and set(storefront_content.columns.keys()) <= {one["name"] for one in inspector.get_columns(name)}:
        return
    if is_there and connection.dialect.name == "sqlite":
        connection.execute(sa.text("DROP VIEW storefront_content"))
    is_replaced = connection.dialect.name == "postgresql"
    create = "CREATE OR REPLACE VIEW storefront_content AS " if is_replaced else "CREATE VIEW storefront_content AS "
    connection.execute(sa.text(create + STOREFRONT_VIEW))


def _parsed_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        # The URL is left out: it may hold a password, and this goes into logs.
        raise ValueError(
            "catalogue URL: cannot be read. Write sqlite:////path/catalogue.db"
            " or postgresql+psycopg://user@host:5432/database (MMGEN_CATALOGUE_URL, or [catalogue] url)."
        ) from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ValueError(
            f"catalogue URL: back end {parsed.drivername!r} is not known. Use sqlite or postgresql+psycopg."
        )
    return parsed


def _set_up_sqlite(dbapi_connection: Any, _record: object) -> None:
    """WAL lets a storefront read while a run writes; the driver's own BEGIN comes too late, so it is switched off."""
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Switch to WAL. SQLite answers "locked" at once, whatever the timeout, while another connection does the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a read that turns into a write could fail with "database is locked"."""
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def write_transaction(engine: Engine, lock: int | None = None) -> Iterator[Connection]:
    """One writing transaction. ``lock`` keeps out every other transaction that names the same number.

    SQLite has one writer at a time in any case; PostgreSQL takes an advisory lock until the transaction ends.
    """
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        if lock is not None and engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
        yield connection


def insert_for(connection: Connection, table: sa.Table) -> Any:
    """The back end's INSERT, the one that knows ``on_conflict_do_update`` (the same words in both)."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def storable(text: str) -> str:
    """Text as both back ends can keep it: PostgreSQL has no NUL character, and UTF-8 has no lone surrogate.

    NUL is dropped and a lone surrogate becomes U+FFFD, on SQLite too, so that both give the same content. Everything
    else (quotes, control characters, markup) is kept byte for byte.
    """
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def iter_pages(
    engine: Engine, query: sa.Select[Any], key: Sequence[sa.Column[Any]], num_rows: int
) -> Iterator[Sequence[sa.Row[Any]]]:
    """The rows of a query ordered by ``key``, columns that it selects and that tell its rows apart, in pages.

    Each page is a short read of its own, so there is no long transaction.
    """
    ordered, last = query.order_by(*key).limit(num_rows), None
    while True:
        page = ordered if last is None else ordered.where(sa.tuple_(*key) > last)
        with engine.connect() as connection:
            rows = connection.execute(page).all()
        if not rows:
            return
        yield rows
        last = tuple(rows[-1]._mapping[column] for column in key)


def iter_products(engine: Engine, batch_size: int = 1000) -> Iterator[list[dict[str, Any]]]:
    """All products ordered by product_id, in batches, by ``iter_pages``.

    A row has the columns of ``products``, with ``category`` as list[str] and ``attributes`` as dict[str, str], and
    ``media_root`` of its source.
    """
    query = sa.select(products, sources.c.media_root).join(sources)
    for page in iter_pages(engine, query, [products.c.product_id], batch_size):
        rows = [dict(row._mapping) for row in page]
        for row in rows:
            row["category"] = json.loads(row["category"])
            row["attributes"] = json.loads(row["attributes"])
        yield rows


def check_filled(engine: Engine, is_first: bool) -> None:
    """Raises ValueError, with the command that helps, where a night would find nothing at all to do.

    That is a catalogue without any product into which nothing was ever imported, or (``is_first``: no night has
    extracted a product yet) of whose imports no row was kept. A shop whose products all left has sources and earlier
    nights: it goes on, since what left has to be marked.
    """
    with engine.connect() as connection:
        if connection.execute(sa.select(products.c.product_id).limit(1)).first():
            return
        is_imported = connection.execute(sa.select(sources.c.name).limit(1)).first() is not None
    if not is_imported:
        raise ValueError(
            "nothing was ever imported into the catalogue. `mmgen import FILE --map MAP` loads a shop (maps that ship:"
            " conf/sources/*.toml), `mmgen sample --out DIR --import` a sample shop. Is it another catalogue that you"
            " mean? `mmgen config` names this one (catalogue.url, home)."
        )
    if is_first:
        raise ValueError(
            "the catalogue has no product: no row of what was imported was kept. `mmgen quarantine import` says why;"
            " then `mmgen import FILE --map MAP` again."
        )
