"""A shop's file as products: how it was made recognised, its columns profiled in a pass over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mmgen.catalog.formats.xml import PARAMETER, Spec, root_of, spec_of, xml_rows
from mmgen.catalog.readers import Row, Source, open_source
from mmgen.catalog.source_map import Columns, SourceMap
from mmgen.catalog.systems.cells import unfolded
from mmgen.catalog.systems.rows import Export, Read, export_of, notes_of, product_rows
from mmgen.catalog.systems.shapes import shape_of
from mmgen.catalog.systems.system import System, system_of, system_of_root
from mmgen.catalog.values import Reading, text_of
from mmgen.profile.build import Collector, profile_from
from mmgen.profile.column import Profile
from mmgen.profile.decide import Hint
from mmgen.profile.evidence import Evidence
from mmgen.profile.meaning import Meanings
from mmgen.profile.roles import Disposition
from mmgen.values.dates import date_format
from mmgen.values.numbers import number_format

XML_SUFFIXES = (".xml", ".yml", ".rss", ".atom")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Opened:
    """A file whose rows are products. ``columns``: of the products and of the file; ``notes``: how it was read;
    ``has_locales``: rows may say one product in several locales."""

    source: Source
    profile: Profile
    system: System | None
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    reading: Reading
    has_locales: bool = False


def open_products(path: Path, source_map: SourceMap, meanings: Meanings | None = None) -> Opened:
    """Open a file and profile it. Raises ValueError with the remedy where it is missing or of no known format.

    The map's columns are what the map says; its ``say``, ``use`` and ``hide`` decide of the others. ``meanings``: what
    tells of names that there is no data for what they are nearest to.
    """
    export = _export(path, source_map)
    collector, read, num_products = Collector(), Read(), 0
    for row in product_rows(export, read):
        if isinstance(row, dict):
            collector.add({str(name): text_of(value) for name, value in row.items()})
            num_products += 1
    read_rows = export.source.read_rows if export.is_plain else lambda: _rows(export)
    names = list(collector.evidence) or list(export.source.columns)
    ordered = [name for name in export.source.columns if name in collector.evidence]
    ordered += [name for name in names if name not in ordered]
    hints = _hints(export, read, source_map, ordered)
    system = (export.system.name or None) if export.system else None
    profile = profile_from(collector, source_map.locale, source_map.name, hints, system, meanings)
    decided = profile.with_decisions(None, decisions_of(source_map))
    source = Source(ordered, read_rows, export.source.warnings)
    notes = tuple(notes_of(export, read, num_products))
    columns = tuple(dict.fromkeys([*ordered, *export.source.columns]))
    reading = _reading(collector, decided, source_map, export.scopes.locale)
    has_locales = export.has_translations or source_map.columns.locale is not None
    return Opened(source, decided, export.system, notes, columns, reading, has_locales)


def _reading(collector: Collector, profile: Profile, source_map: SourceMap, locale: str | None) -> Reading:
    """How prices and dates are read: all values of their columns decide together."""
    empty = Evidence()
    prices = collector.evidence.get(source_map.columns.price or "", empty)
    dates = collector.evidence.get(source_map.columns.updated_at or "", empty)
    number = number_format(prices.shapes, source_map.locale)
    return Reading(profile, number, date_format(dates.dates, source_map.locale), locale=locale)


def decisions_of(source_map: SourceMap) -> dict[str, Disposition]:
    """What the map decides of columns."""
    ignored = dict.fromkeys([*source_map.ignore, *source_map.hide], Disposition.HIDE)
    used = dict.fromkeys(source_map.use, Disposition.USE)
    return ignored | used | dict.fromkeys(source_map.say, Disposition.SAY)


def unmapped(path: Path, locale: str) -> SourceMap:
    """A map that names no column yet: what is needed to open a file."""
    name = "".join(c if c.isalnum() else "_" for c in path.stem.casefold())[:60].strip("_") or "shop"
    return SourceMap.model_construct(name=name, locale=locale, columns=Columns())


def _export(path: Path, source_map: SourceMap) -> Export:
    if path.suffix.lower() not in XML_SUFFIXES:
        source, ours = open_source(path, source_map), source_map.columns
        source = unfolded(source, system_of(source.columns) is not None)
        # Values of other formats have types (lists, numbers), which a row that is put together from several loses
        is_text = path.suffix.lower() in TEXT_SUFFIXES
        shape = shape_of(source.columns, ours.product_id, ours.title, ours.image) if is_text else None
        return export_of(source, source_map.locale, text_of, shape=shape, mapped=ours.named())
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file")
    root = root_of(path)
    system = system_of_root(root)
    if system is not None:
        spec = Spec(frozenset(system.records), system.categories, system.parameters)
    elif (found := spec_of(path)) is not None:
        spec = found
    else:
        raise ValueError(
            f"{path}: XML that begins with <{root}> is not known, and no element in it repeats as a product's would"
        )
    columns: dict[str, None] = {}
    for record in xml_rows(path, spec):
        columns.update(dict.fromkeys(record))
    source = unfolded(Source(list(columns), lambda: xml_rows(path, spec)), system is not None)
    return export_of(source, source_map.locale, text_of, system, mapped=source_map.columns.named())


def _rows(export: Export) -> Iterator[Row]:
    return product_rows(export, Read())


def _hints(export: Export, read: Read, source_map: SourceMap, columns: list[str]) -> Mapping[str, Hint]:
    named = (column for column in columns if column.startswith(PARAMETER))
    hints = {column: Hint(label=column.removeprefix(PARAMETER)) for column in named} | read.hints
    if export.system is not None:
        hints |= export.system.hints_for(columns)
    concepts = {"product_id": "identifier", "title": "title", "description": "description", "brand": "brand",
                "image": "image", "audio": "audio", "price": "price", "currency": "currency",
                "updated_at": "updated", "locale": "locale", "url": "address"}  # fmt: skip
    for ours, theirs in source_map.columns:
        if isinstance(theirs, str) and ours in concepts:
            hints[theirs] = Hint(concept=concepts[ours], why="the map says so")
    return hints | {
        name: Hint(concept="kind", why="the map says so") for name in source_map.columns.categories if name in columns
    }
