"""One row of a shop's file as one row of ``products``: pure, no file, no database."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import MAX_KEY_BYTES, storable
from mmgen.hashes import digest_of
from mmgen.profile.column import Profile
from mmgen.profile.facts import facts_of_row
from mmgen.profile.roles import Disposition
from mmgen.rejects import RejectReason

MAX_RAW_CHARS = 2000  # of one value in import_rejects.raw
_LOCALE = re.compile(r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$")
_NUMBER = re.compile(r"\d[\d.,' \u00a0\u202f]*")
_SPACED = re.compile(r"\d{1,3}(?:[' \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_LONG_NUMBER = re.compile(r"^\d{9,11}(\.\d+)?$")  # seconds since 1970, from 1973 to 5138

Product = dict[str, Any]


def to_product(
    row: Mapping[str, Any], source_map: SourceMap, profile: Profile | None = None
) -> tuple[Product | None, RejectReason | None, str]:
    """(product, None, "") or (None, why not, detail). ``product`` has the columns of ``products``.

    What no column of ours takes becomes an attribute: unmapped columns, and a price, date or locale that cannot be
    read (under our column's name), so that nothing is lost. Empty values are dropped. Of a ``profile`` what is hidden
    becomes no attribute, and what is said is in ``facts``, too; without one ``facts`` is None.
    """
    columns, texts = source_map.columns, {str(name): text_of(value) for name, value in row.items()}
    product_id = _product_id(texts, source_map)
    if not product_id:
        return None, RejectReason.ID_MISSING, "the row has no id, and nothing to make one from"
    if len(product_id.encode()) > MAX_KEY_BYTES:
        return None, RejectReason.ROW_UNREADABLE, f"the id is longer than {MAX_KEY_BYTES} bytes"

    def field(column: str | None) -> str | None:
        return (texts.get(column) or None) if column else None

    taken = {*columns.named(), *source_map.ignore, *(profile.named(Disposition.HIDE) if profile else ())}
    attributes = {storable(name): value for name, value in texts.items() if name not in taken and value.strip()}
    price, updated_at, locale = field(columns.price), field(columns.updated_at), field(columns.locale)
    parsed = {"price": price_of(price), "updated_at": time_of(updated_at), "locale": locale_of(locale)}
    for name, raw in (("price", price), ("updated_at", updated_at), ("locale", locale)):
        if raw and raw.strip() and parsed[name] is None:
            attributes.setdefault(name, raw)
    product = {
        "product_id": product_id,
        "source": source_map.name,
        "locale": parsed["locale"] or source_map.locale,
        "title": field(columns.title),
        "description": field(columns.description),
        "category": json.dumps(_category(row, source_map), ensure_ascii=False),
        "brand": field(columns.brand) or source_map.defaults.brand,
        "price": parsed["price"],
        "currency": field(columns.currency) or source_map.defaults.currency,
        "url": field(columns.url),
        "updated_at": parsed["updated_at"],
        "attributes": json.dumps(attributes, ensure_ascii=False, sort_keys=True),
        "image_path": field(columns.image),
        "audio_path": field(columns.audio),
        "facts": None,
    }
    if profile is not None:
        facts = facts_of_row(texts, profile, str(product["locale"]), columns.named())
        product["facts"] = storable(json.dumps(facts, ensure_ascii=False))
    return product, None, ""


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


def _category(row: Mapping[str, Any], source_map: SourceMap) -> list[str]:
    """Category levels, broadest first. One column may hold them all: a list, or text such as ``Food > Fruit``."""
    names = source_map.columns.categories
    levels: list[str] = []
    for name in names:
        value = row.get(name)
        if isinstance(value, list | tuple):
            levels += [text_of(item) for item in value]
        else:
            text = text_of(value)
            levels += text.split(">") if len(names) == 1 else [text]
    return [level.strip() for level in levels if level.strip()]


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


def price_of(text: str | None) -> float | None:
    """A price from text: ``1,299.00``, ``1.299,00 €``, ``1 299,50``, ``¥39.9``, ``0,125``. None unless one number."""
    numbers = _NUMBER.findall(text or "")
    if len(numbers) != 1 or "-" in (text or "").split(numbers[0])[0]:
        return None
    number = numbers[0].rstrip(".,' \u00a0\u202f")
    digits = re.sub(r"[' \u00a0\u202f]", "", number)
    if digits != number and not _SPACED.fullmatch(number):
        return None  # two numbers: a space joins groups of three alone
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark = digits[last]
        # One kind of mark before groups of three is for thousands (1,299); a point alone is decimal (1.299 kg price)
        is_group = mark == "," and "." not in digits and len(digits) - last == 4 and digits[0] != "0"
        is_thousands = digits.count(mark) > 1 or is_group
        whole = re.sub(r"[.,]", "", digits[:last])
        digits = whole + digits[last + 1 :] if is_thousands else f"{whole}.{digits[last + 1 :]}"
    try:
        price = float(digits)
    except ValueError:
        return None
    return price if math.isfinite(price) else None


def time_of(text: str | None) -> str | None:
    """``YYYY-MM-DDTHH:MM:SSZ`` from ISO 8601, ``2024/5/1`` or seconds since 1970; without a zone it is UTC."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        if _LONG_NUMBER.match(text):
            moment = datetime.fromtimestamp(float(text), tz=UTC)
        else:
            slashed = re.sub(
                r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})", lambda m: f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d}", text
            )
            moment = datetime.fromisoformat(slashed)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else None


def locale_of(text: str | None) -> str | None:
    """A locale such as ``en`` or ``zh-CN``; None where the text is not one."""
    stripped = (text or "").strip()
    return stripped if len(stripped) <= 35 and _LOCALE.match(stripped) else None


def raw_json(row: Mapping[str, Any] | str) -> str:
    """A rejected row for ``import_rejects.raw``, each value cut to ``MAX_RAW_CHARS``."""
    if isinstance(row, str):
        return json.dumps(storable(row[:MAX_RAW_CHARS]), ensure_ascii=False)
    cut = {storable(str(name)): text_of(value)[:MAX_RAW_CHARS] for name, value in row.items()}
    return json.dumps(cut, ensure_ascii=False)
