"""Loads a shop's file into the catalogue: batches, one pass over the rows, and the same file twice changes nothing."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mmgen.catalog.baskets import import_baskets, open_baskets
from mmgen.catalog.opening import Opened, decisions_of, open_products
from mmgen.catalog.readers import LeftOut, Row, Translation, Unreadable
from mmgen.catalog.source_map import SourceMap, check_columns
from mmgen.catalog.systems.spoken import Candidate, Spoken, notes_of_locales, told, told_apart
from mmgen.catalog.tables import import_rejects, insert_for, metadata, products, sources
from mmgen.catalog.values import Product, Reading, raw_json, to_product
from mmgen.profile.files import load_profile, profile_path, save_profile
from mmgen.profile.meaning import Meanings
from mmgen.rejects import RejectReason

BATCH_ROWS = 1000
UNKNOWN_PRODUCT = (RejectReason.ROW_UNREADABLE, RejectReason.ID_MISSING, RejectReason.ID_UNREADABLE)
MIN_SHARED_COLUMNS = 0.5
"""Of the fewer columns of two files of one shop: two shops whose files are both called products.csv share few."""
MAX_NAMED = 12
"""Columns that one warning names."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did. ``num_rows`` = imported + changed + unchanged + all rejected."""

    source: str
    num_rows: int
    imported: int
    changed: int
    unchanged: int
    removed: int
    rejected: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    unread: dict[str, dict[str, Any]] = field(default_factory=dict)
    """column -> ``num_rows`` whose value could not be read, and ``examples`` of them"""
    locales: dict[str, dict[str, int]] = field(default_factory=dict)
    """further locale -> products by what became of them: ``told``, ``no_title`` in it, ``same_words`` as the first,
    ``not_wanted`` by the map; the last three make no content"""


@dataclass(frozen=True)
class Reject:
    """One row that did not become a product."""

    row_number: int
    product_id: str | None
    reason: RejectReason
    detail: str
    raw: str


def import_file(
    engine: Engine,
    path: str | Path,
    source_map: SourceMap,
    media_root: str | Path | None = None,
    progress: Callable[[int], None] | None = None,
    home: str | Path | None = None,
    allow_removals: bool = False,
    meanings: Meanings | None = None,
) -> ImportResult:
    """Make the products of ``source_map.name`` be those of the file: new, changed, and gone where the file lacks them.

    Rows that cannot be taken are kept in ``import_rejects`` with their reason; of rows with one id the first is
    kept. An id that another source holds is a duplicate, too. Each batch is a transaction, so a storefront can read
    (and an interrupted import is simply run again). ``media_root`` (else the map's, else the file's folder) is where
    relative media paths start. ``progress`` gets the number of rows read since it was called before.

    Where the map names ``[baskets]``, what is bought together is linked anew.

    The file is profiled first: what is hidden is not kept. Below ``home`` the profile is kept and compared with the one
    before; a column that changed is a warning.

    While rows of the file cannot be read no product is taken away: one that is missing may be in them. Raises
    ValueError for a file or a map that does not fit, before anything is written. After the file's products are written
    it raises ValueError where none of its rows is usable, or where more of the source's products are missing from it
    than the map's ``max_removed_share``: these stay, unless ``allow_removals``.
    """
    path = Path(path)
    opened = open_products(path, source_map, meanings)
    source = opened.source
    warnings = [*source.warnings, *check_columns(source_map, list(opened.columns), str(path)), *opened.notes]
    opened, compared = _compared(opened, source_map, Path(home) if home is not None else None)
    reading = replace(opened.reading, profile=opened.profile)
    spoken = Spoken() if opened.has_locales else None
    root = _media_root(path, source_map, media_root)
    baskets = open_baskets(path.parent, source_map.baskets) if source_map.baskets else None
    seen = sa.Table(f"seen_{uuid.uuid4().hex}", sa.MetaData(), _seen_id(), prefixes=["TEMPORARY"])
    counts: Counter[str] = Counter()
    # A temporary table belongs to one connection: it is held for the whole import.
    with engine.connect().execution_options(is_writing=True) as connection:
        with connection.begin():
            _write_source(connection, source_map, root)
            seen.create(connection)
        try:
            numbered = enumerate(source.read_rows(), start=1)
            while batch := list(islice(numbered, BATCH_ROWS)):
                with connection.begin():
                    counts += _import_batch(connection, batch, source_map, seen, reading, spoken)
                if progress is not None:
                    progress(len(batch))
            with connection.begin():
                share = 1.0 if allow_removals else source_map.max_removed_share
                counts["removed"] = _remove_vanished(
                    connection, source_map.name, seen, path, _num_unread(counts), share
                )
        finally:
            connection.rollback()
            with connection.begin():
                seen.drop(connection)
    if baskets is not None:
        warnings += import_baskets(engine, source_map.name, baskets)
    if home is not None:
        save_profile(opened.profile, profile_path(Path(home), source_map.name))
    if num_unread := _num_unread(counts):
        warnings.append(f"rows that could not be read: {num_unread:,}; so no product was taken away")
    warnings += [
        f"{name}: {found.num_rows:,} not readable and left empty ({', '.join(found.examples)})"
        for name, found in reading.unread.items()
    ]
    locales = spoken.as_dict() if spoken else {}
    warnings += notes_of_locales(locales)
    return replace(_result(source_map.name, counts, tuple(warnings + compared), reading), locales=locales)


def _num_unread(counts: Counter[str]) -> int:
    """Rows of which nobody knows which product they are."""
    return sum(counts[reason] for reason in map(str, UNKNOWN_PRODUCT))


def _compared(opened: Opened, source_map: SourceMap, home: Path | None) -> tuple[Opened, list[str]]:
    """The file with what a person decided of its columns, and what changed since the profile before."""
    path = profile_path(home, source_map.name) if home is not None else None
    before = load_profile(path) if path is not None else None
    if before is not None and (known := set(before.columns)):
        shared = len(known & set(opened.profile.columns)) / min(len(known), max(1, len(opened.profile.columns)))
        if shared < MIN_SHARED_COLUMNS:
            raise ValueError(
                f"the file has hardly a column of source {source_map.name!r} as it was imported before. Is it another"
                " shop? Give it a name of its own: --name, or `name` in its map. If the shop's file is another one now,"
                f" remove {path} and import again."
            )
    profile = opened.profile.with_decisions(before, decisions_of(source_map))
    warnings = [] if before is None else profile.differences(before)
    unclear = profile.unclear()
    if unclear and before is None:
        named = ", ".join(json.dumps(name, ensure_ascii=False) for name in unclear[:MAX_NAMED])
        more = f" and {len(unclear) - MAX_NAMED} more" if len(unclear) > MAX_NAMED else ""
        warnings.append(f"used and not said, because nothing tells what they are: {named}{more}."
                        f" To tell customers, write into the map: say = [{named}]")  # fmt: skip
    return replace(opened, profile=profile), warnings


def _result(source: str, counts: Counter[str], warnings: tuple[str, ...], reading: Reading) -> ImportResult:
    rejected = {reason: counts[reason] for reason in map(str, RejectReason) if counts[reason]}
    imported, changed, unchanged, removed = (counts[name] for name in ("imported", "changed", "unchanged", "removed"))
    num_rows = imported + changed + unchanged + sum(rejected.values())
    unread = {name: asdict(found) for name, found in reading.unread.items()}
    return ImportResult(source, num_rows, imported, changed, unchanged, removed, rejected, warnings, unread)


def _seen_id() -> sa.Column[Any]:
    return sa.Column("product_id", metadata.tables["products"].c.product_id.type, primary_key=True)


def _media_root(path: Path, source_map: SourceMap, given: str | Path | None) -> Path:
    root = Path(given) if given is not None else path.parent / (source_map.media_root or ".")
    if not root.is_dir():
        raise ValueError(f"media root {root} is not a folder: pass the folder that the file's media paths start from")
    return root.resolve()


def _write_source(connection: Connection, source_map: SourceMap, root: Path) -> None:
    insert = insert_for(connection, sources)
    update = {"locale": insert.excluded.locale, "media_root": insert.excluded.media_root}
    row = {"name": source_map.name, "locale": source_map.locale, "media_root": str(root)}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=update), row)
    connection.execute(sa.delete(import_rejects).where(import_rejects.c.source == source_map.name))


def _import_batch(
    connection: Connection,
    batch: list[tuple[int, Row]],
    source_map: SourceMap,
    seen: sa.Table,
    reading: Reading,
    spoken: Spoken | None,
) -> Counter[str]:
    """Read, tell apart, write: the counts by outcome, where a reject's outcome is its reason."""
    rejects: list[Reject] = []
    candidates = list(_candidates(batch, source_map, reading, rejects))
    if spoken is not None:
        candidates = told_apart(connection, candidates, seen, source_map, spoken)
    owners = _owners(connection, [one.product["product_id"] for one in candidates])
    fresh = _mark_seen(connection, candidates, source_map.name, owners, seen)
    kept: list[Product] = []
    for number, product, row in ((one.number, one.product, one.row) for one in candidates):
        product_id = product["product_id"]
        owner = owners.get(product_id, source_map.name)
        if owner != source_map.name:
            detail = f"the id belongs to a product of source {owner!r}"
        elif product_id not in fresh:
            detail = "an earlier row has the same id"
        else:
            fresh.remove(product_id)
            kept.append(product)
            continue
        rejects.append(Reject(number, product_id, RejectReason.DUPLICATE_ID, detail, raw_json(told(row))))
    counts = Counter(str(reject.reason) for reject in rejects)
    written = _write_products(connection, kept)
    counts["imported"] = sum(product_id not in owners for product_id in written)
    counts["changed"] = len(written) - counts["imported"]
    counts["unchanged"] = len(kept) - len(written)
    _write_rejects(connection, source_map.name, rejects)
    return counts


def _candidates(
    batch: Iterable[tuple[int, Row]], source_map: SourceMap, reading: Reading, rejects: list[Reject]
) -> Iterator[Candidate]:
    """The rows that make a product; the others are appended to ``rejects``."""
    for number, row in batch:
        if isinstance(row, Unreadable):
            why = RejectReason.NOT_FOR_SALE if isinstance(row, LeftOut) else RejectReason.ROW_UNREADABLE
            rejects.append(Reject(number, None, why, row.detail, raw_json(row.raw)))
            continue
        product, reason, detail = to_product(row, source_map, reading)
        if product is not None:
            yield Candidate(number, product, row)
        elif reason is not None and not isinstance(row, Translation):  # its product was rejected for the same
            rejects.append(Reject(number, None, reason, detail, raw_json(told(row))))


def _owners(connection: Connection, product_ids: list[str]) -> dict[str, str]:
    """product_id -> source, of those that the catalogue holds already."""
    query = sa.select(products.c.product_id, products.c.source).where(products.c.product_id.in_(product_ids))
    return {row.product_id: row.source for row in connection.execute(query)}


def _mark_seen(
    connection: Connection,
    candidates: list[Candidate],
    source: str,
    owners: dict[str, str],
    seen: sa.Table,
) -> set[str]:
    """Note the ids of this batch; returns those that no earlier batch had."""
    ids = {one.product["product_id"] for one in candidates}
    rows = [{"product_id": product_id} for product_id in sorted(ids) if owners.get(product_id, source) == source]
    if not rows:
        return set()
    statement = insert_for(connection, seen).on_conflict_do_nothing().returning(seen.c.product_id)
    return set(connection.execute(statement, rows).scalars())


def _write_products(connection: Connection, rows: list[Product]) -> set[str]:
    """Insert or update; a row that is the same already is left alone. Returns the ids that were written."""
    if not rows:
        return set()
    insert = insert_for(connection, products)
    others = [column.name for column in products.columns if column.name != "product_id"]
    statement = insert.on_conflict_do_update(
        index_elements=["product_id"],
        set_={name: insert.excluded[name] for name in others},
        where=sa.and_(
            products.c.source == insert.excluded.source,
            sa.or_(*(products.c[name].is_distinct_from(insert.excluded[name]) for name in others)),
        ),
    ).returning(products.c.product_id)
    return set(connection.execute(statement, rows).scalars())


def _write_rejects(connection: Connection, source: str, rejects: list[Reject]) -> None:
    rows = [
        {
            "source": source,
            "row_number": reject.row_number,
            "product_id": reject.product_id,
            "reject_reason": str(reject.reason),
            "detail": reject.detail,
            "raw": reject.raw,
        }
        for reject in rejects
    ]
    if rows:
        connection.execute(insert_for(connection, import_rejects), rows)


def _remove_vanished(
    connection: Connection, source: str, seen: sa.Table, path: Path, num_unread: int, max_share: float
) -> int:
    """Take away the products of this source that the file no longer has; what was published for them is kept."""
    is_ours = products.c.source == source
    num_seen = connection.execute(sa.select(sa.func.count()).select_from(seen)).scalar_one()
    num_held = connection.execute(sa.select(sa.func.count()).select_from(products).where(is_ours)).scalar_one()
    if num_held and not num_seen:
        raise ValueError(
            f"{path}: not one usable row, while source {source!r} has {num_held} products: they are kept."
            " Look at the rejected rows, or correct the map."
        )
    if num_unread:
        return 0
    is_gone = ~sa.exists().where(seen.c.product_id == products.c.product_id)
    num_gone = connection.execute(sa.select(sa.func.count()).select_from(products).where(is_ours, is_gone)).scalar_one()
    if num_gone > max(1, max_share * num_held):
        examples = connection.execute(sa.select(products.c.product_id).where(is_ours, is_gone).limit(3)).scalars()
        raise ValueError(
            f"{path}: {num_gone} of {num_held} products of source {source!r} are not in it ({', '.join(examples)} ...):"
            " they are kept, what the file has is imported. Have they left the shop? Then import again with"
            f" --allow-removals (the map's max_removed_share is {max_share:.0%})."
        )
    return connection.execute(sa.delete(products).where(is_ours, is_gone)).rowcount
