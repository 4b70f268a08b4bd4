"""One row of a shop's file as one row of ``products``: pure, no file, no database."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, TypeVar

from mmgen.catalog.media import pictures_of
from mmgen.catalog.readers import VARIANT_PRICES, Translation
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import MAX_KEY_BYTES, storable
from mmgen.hashes import digest_of
from mmgen.profile.column import Profile
from mmgen.profile.evidence import LEVELS, is_placeholder
from mmgen.profile.facts import facts_of_row
from mmgen.profile.roles import Disposition, Role
from mmgen.rejects import RejectReason
from mmgen.store.products import TRANSLATED
from mmgen.values.dates import is_never, time_of
from mmgen.values.locales import locale_of
from mmgen.values.money import currency_of, price_of
from mmgen.values.numbers import NumberFormat

MAX_RAW_CHARS = 2000  # of one value in import_rejects.raw
NUM_EXAMPLES = 3
MAIN, FURTHER = "main", "further"
"""Roles of a product's photos."""
MAX_EXAMPLE_CHARS = 60
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?[eE]\+\d{1,3}$")
_BETWEEN_PATHS = re.compile(r"(?<!\\)[,;|\n，；、]")
_ESCAPED = re.compile(r"\\([,;|])")
_BETWEEN_LEVELS = re.compile(r"\s*(?:[>＞»›→]|::)\s*")

T = TypeVar("T")
Product = dict[str, Any]


@dataclass
class Unread:
    """Values of a column that could not be read, with a few of them."""

    num_rows: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """How a file's values are read. ``locale``: of its texts, where it is not the map's. ``unread``: our column -> what
    could not be; filled as rows are read."""

    profile: Profile | None = None
    number: NumberFormat | None = None
    date: str | None = None
    locale: str | None = None
    unread: dict[str, Unread] = field(default_factory=dict)

    def note(self, column: str, raw: str) -> None:
        """One value of ``column`` that could not be read."""
        unread = self.unread.setdefault(column, Unread())
        unread.num_rows += 1
        if len(unread.examples) < NUM_EXAMPLES and raw[:MAX_EXAMPLE_CHARS] not in unread.examples:
            unread.examples.append(raw[:MAX_EXAMPLE_CHARS])


def to_product(
    row: Mapping[str, Any] | Translation, source_map: SourceMap, reading: Reading | None = None
) -> tuple[Product | None, RejectReason | None, str]:
    """(product, None, "") or (None, why not, detail). ``product`` has the columns of ``products``.

    What no column of ours takes becomes an attribute. A price, date or locale that cannot be read is none: it is noted
    in ``reading``, and empty in the product. Empty values are dropped. Of a profile what is hidden becomes no
    attribute, and what is said is in ``facts``, too; without one ``facts`` is None.

    A translation has the id of its product, and of the columns that are not in its language what needs no words.
    """
    own = row.own if isinstance(row, Translation) else None
    spoken = row.locale if isinstance(row, Translation) else None
    row = row.row if isinstance(row, Translation) else row
    columns, texts = source_map.columns, {str(name): shown(text_of(value)) for name, value in row.items()}
    reading = reading or Reading()
    profile = reading.profile
    product_id = _product_id(texts, source_map)
    if not product_id:
        return None, RejectReason.ID_MISSING, "the row has no id, and nothing to make one from"
    if _ROUNDED.match(product_id):
        detail = f"{product_id}: a spreadsheet has rounded the id; export it as text"
        return None, RejectReason.ID_UNREADABLE, detail
    if len(product_id.encode()) > MAX_KEY_BYTES:
        return None, RejectReason.ROW_UNREADABLE, f"the id is longer than {MAX_KEY_BYTES} bytes"

    def field_of(column: str | None) -> str | None:
        return (texts.get(column) or None) if column else None

    def words_of(column: str | None) -> str | None:
        return field_of(column) if own is None or column in own else None

    taken = {*columns.named(), *source_map.ignore, *(profile.named(Disposition.HIDE) if profile else ())}
    attributes = {storable(name): value for name, value in texts.items() if name not in taken and value.strip()}
    locale = spoken or _read("locale", field_of(columns.locale), locale_of, reading) or reading.locale
    locale = locale or locale_of(source_map.locale) or source_map.locale
    if product_id.endswith(TRANSLATED + locale):
        return None, RejectReason.ID_UNREADABLE, f"{product_id}: ids that end so are those of translations"
    prices = field_of(f"{columns.price}{VARIANT_PRICES}") or field_of(columns.price)
    money = _read("price", prices, lambda text: price_of(text.split("\n"), reading.number, locale), reading)
    currency = field_of(columns.currency) or (money.currency if money else None) or source_map.defaults.currency
    updated_at = _read("updated_at", field_of(columns.updated_at), lambda text: time_of(text, reading.date), reading)
    brand = field_of(columns.brand) if _is_said(columns.brand, profile) else None
    if columns.brand and brand is None and texts.get(columns.brand, "").strip():
        attributes[storable(columns.brand)] = texts[columns.brand]  # for models: it is the shop's own name
    has_kind = own is None or own.issuperset(columns.categories)
    category = _category(row, source_map, profile) if has_kind else []
    if not category and (shelves := {name: texts.get(name, "") for name in columns.categories}):
        attributes |= {storable(name): text for name, text in shelves.items() if text.strip()}
    product = {
        "product_id": product_id,
        "source": source_map.name,
        "locale": locale,
        "title": words_of(columns.title),
        "description": words_of(columns.description),
        "category": json.dumps(category, ensure_ascii=False),
        "brand": (None if brand and is_placeholder(brand) else brand) or source_map.defaults.brand,
        "price": None if money is None else float(money.amount),
        "is_price_from": None if money is None else money.is_lowest,
        "currency": currency_of(currency, locale) or currency,
        "url": field_of(columns.url),
        "updated_at": updated_at,
        "attributes": json.dumps(attributes, ensure_ascii=False, sort_keys=True),
        "image_path": field_of(columns.image),
        "audio_path": field_of(columns.audio),
        "images": storable(json.dumps(_images(texts, columns.image, profile), ensure_ascii=False)),
        "facts": None,
    }
    if profile is not None:
        facts = facts_of_row(texts, profile, locale, columns.named(), own)
        product["facts"] = storable(json.dumps(facts, ensure_ascii=False))
    return product, None, ""


def _read(column: str, raw: str | None, parse: Callable[[str], T | None], reading: Reading) -> T | None:
    """The value of a cell; one that cannot be read is noted, one that says that there is none is not."""
    if raw is None or not raw.strip() or is_placeholder(raw) or is_never(raw):
        return None
    value = parse(raw)
    if value is None:
        reading.note(column, raw.strip())
    return value


def shown(text: str) -> str:
    """A cell without the apostrophe that exports put before what a spreadsheet would compute (``'=``, ``'+Size``)."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r") else text


def _product_id(texts: Mapping[str, str], source_map: SourceMap) -> str:
    """The shop's id; without one in the map, made from the image's path, else the audio's, else the title.

    Never from the whole row: a product must keep its id, and with it its history and a person's edits, when a word
    of its text is corrected.
    """
    columns = source_map.columns
    if columns.product_id is not None:
        return texts.get(columns.product_id, "").strip()
    for column in (columns.image, columns.audio):
        path = texts.get(column or "", "").strip().replace("\\", "/")
        if path:
            return f"{PurePosixPath(path).stem[:80]}-{digest_of(source_map.name, path)[:8]}"
    title = texts.get(columns.title or "", "").strip()
    return f"{source_map.name}-{digest_of(source_map.name, title)[:16]}" if title else ""


def _is_said(column: str | None, profile: Profile | None) -> bool:
    found = profile.columns.get(column) if profile is not None and column else None
    return found is None or found.disposition is Disposition.SAY


def _category(row: Mapping[str, Any], source_map: SourceMap, profile: Profile | None) -> list[str]:
    """Category levels, broadest first. One column may hold them all: a list, or text such as ``Food > Fruit``.

    Of several paths in a cell the longest, of these the first. Several shelves without an order (``Sale;Wines``) are no
    kind of product: none of them is a level.
    """
    names = source_map.columns.categories
    levels: list[str] = []
    for name in names:
        value = row.get(name)
        found = profile.columns.get(name) if profile is not None else None
        if isinstance(value, list | tuple):
            levels += [text_of(item) for item in value]
        else:
            levels += _levels_of(text_of(value), found.separator if found is not None else None, len(names) == 1)
    return [level.strip() for level in levels if level.strip()]


def _levels_of(text: str, separator: str | None, is_alone: bool) -> list[str]:
    """The levels that a cell names; of a cell beside others for further levels it is one."""
    between = re.compile(f" ?{LEVELS} ?") if separator == LEVELS else _BETWEEN_LEVELS
    if not between.search(text):
        is_shelves = (
            separator not in (None, LEVELS) and len([part for part in text.split(separator) if part.strip()]) > 1
        )
        return [] if is_shelves else [_ESCAPED.sub(r"\1", text)]
    return _path_of(text, between) if is_alone else [text]


def _path_of(text: str, between: re.Pattern[str]) -> list[str]:
    """The levels of the longest path in a cell: ``Clothing > Hoodies, Sale`` -> Clothing, Hoodies. A comma of a
    name has a backslash before it."""
    paths = [between.split(part) for part in _BETWEEN_PATHS.split(text)]
    return [_ESCAPED.sub(r"\1", level) for level in max(paths, key=len)]


def _images(texts: Mapping[str, str], column: str | None, profile: Profile | None) -> list[dict[str, str]]:
    """All photos of a product, each once, in the order of the file: the mapped column's, then other columns'."""
    found = profile.columns.values() if profile else ()
    names = [column, *(one.name for one in found if one.role is Role.IMAGE)]
    cells = [texts[name] for name in names if name and texts.get(name, "").strip()]
    paths = list(dict.fromkeys(path for cell in cells for path in pictures_of(cell)))
    return [{"path": path, "role": MAIN if number == 0 else FURTHER} for number, path in enumerate(paths)]


def text_of(value: Any) -> str:
    """Any value of a file as text: numbers as a person writes them, lists joined by a comma, nothing as ''."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))  # an id or a year in a column with gaps comes as 2012.0
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return ", ".join(text for text in map(text_of, value) if text)
    if isinstance(value, dict):
        return storable(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if isinstance(value, bytes | bytearray | memoryview):
        return ""  # media belong into files; a customer reads no bytes
    if isinstance(value, date):  # datetime is one, too
        return value.isoformat()
    return storable(str(value))


def raw_json(row: Mapping[str, Any] | str) -> str:
    """A rejected row for ``import_rejects.raw``, each value cut to ``MAX_RAW_CHARS``."""
    if isinstance(row, str):
        return json.dumps(storable(row[:MAX_RAW_CHARS]), ensure_ascii=False)
    cut = {storable(str(name)): text_of(value)[:MAX_RAW_CHARS] for name, value in row.items()}
    return json.dumps(cut, ensure_ascii=False)
