"""The rows of an export as products: variants under one, attributes by their names, without what is not for sale."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mmgen.catalog.readers import LeftOut, Row, Source, Unreadable
from mmgen.catalog.systems.locales import Scopes, scopes_of
from mmgen.catalog.systems.system import Pairs, System, column_of, system_of
from mmgen.profile.decide import Hint
from mmgen.profile.names import folded, read_name
from mmgen.profile.roles import Disposition, Role

MAX_PAIRS = 40
MAX_VARIANTS = 2000
"""Rows of one product that are put together."""
MORE_IMAGES = "more images"
CHOICES = "choices"
_PACKED_AS = re.compile(r"\s*,\s*(?=[^,=]{1,80}=)")
_LOCAL = re.compile(r"[-_ ]")

Text = Callable[[Any], str]


@dataclass
class Read:
    """What a pass over the rows found: hints for columns that the header has not, and counts to tell."""

    hints: dict[str, Hint] = field(default_factory=dict)
    merged: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Export:
    """A file and what is known of how it was made. ``system`` is None where it is of no known one."""

    source: Source
    system: System | None
    scopes: Scopes
    locale: str
    text_of: Text

    @property
    def is_plain(self) -> bool:
        """Whether the rows are products as they are."""
        return self.system is None and not self.scopes.chosen and not self.scopes.dropped


def export_of(
    source: Source, locale: str, text_of: Text, system: System | None = None, shape: System | None = None
) -> Export:
    """Recognise how a file was made. ``system``: where it is known already, by its XML. ``shape``: how the file is read
    where no system is recognised. ``text_of`` makes text of any value."""
    found = system or system_of(source.columns) or shape
    return Export(source, found, scopes_of(source.columns, locale, bool(found and found.scoped)), locale, text_of)


def product_rows(export: Export, read: Read) -> Iterator[Row]:
    """The products of an export, one row each, of the file's columns and of those that its attributes name.

    Rows that are not for sale are ``LeftOut`` with the reason. ``read`` is filled on the way.
    """
    if export.is_plain:
        yield from export.source.read_rows()
        return
    system = export.system
    reader = _Reader(export, read)
    prices = reader.variant_prices() if system and system.variants and system.variants.price else {}
    for row in reader.grouped():
        if isinstance(row, Unreadable):
            yield row
            continue
        reason = reader.not_for_sale(row)
        yield LeftOut(reason, repr(row)[:2000]) if reason else reader.product(row, prices)


class _Reader:
    """One pass over an export."""

    def __init__(self, export: Export, read: Read) -> None:
        self.export, self.read = export, read
        self.system = export.system or System(name="")
        columns = [export.scopes.chosen.get(name, name) for name in export.source.columns]
        self.columns = columns
        self.image = column_of(self.system.map.get("image"), columns)
        self.pairs = [found for spec in self.system.pairs for found in _numbered(spec, columns)]
        self.used = {name for one in self.pairs for name in one.columns}
        self.told = {name for name in columns if name not in {self.image, *self.used} and _is_told(name)}
        self.keep = [(name, {value.casefold() for value in values}) for names, values in self.system.keep.items()
                     if (name := column_of(names, columns))]  # fmt: skip
        self.packed = {name: mark for names, mark in self.system.packed.items() if (name := column_of(names, columns))}
        self.handles = [name for name in columns if self.system.handles and self.system.handles in name]
        self.levels, self.category = self.system.levels, column_of(self.system.map.get("category"), columns) or ""
        variants = self.system.variants
        self.type = column_of(variants.type, columns) if variants else None
        self.is_variant = {value.casefold() for value in variants.values} if variants else set[str]()

    def rows(self) -> Iterator[dict[str, str] | Unreadable]:
        """The file's rows as text, of one language."""
        for row in self.export.source.read_rows():
            if isinstance(row, Unreadable):
                yield row
            else:
                texts = {str(name): self.export.text_of(value) for name, value in row.items()}
                yield self.export.scopes.applied(texts)

    def grouped(self) -> Iterator[dict[str, str] | Unreadable]:
        """Rows of one product put together, variants of others left away."""
        held: list[dict[str, str]] = []
        for row in self.rows():
            if isinstance(row, Unreadable):
                yield row
            elif self.type and row.get(self.type, "").strip().casefold() in self.is_variant:
                self.read.merged += 1
            elif held and self._continues(held[0], row) and len(held) < MAX_VARIANTS:
                self.read.merged += 1
                held.append(row)
            else:
                if held:
                    yield self._joined(held)
                held = [row]
        if held:
            yield self._joined(held)

    def _continues(self, first: Mapping[str, str], row: Mapping[str, str]) -> bool:
        continued = self.system.continued
        if continued is None:
            return False
        by = column_of(continued.by, self.columns) or ""
        mark = column_of(continued.blank or continued.overlay, self.columns) or ""
        is_same = continued.by is None or (bool(row.get(by)) and row.get(by) == first.get(by))
        return is_same and bool(row.get(mark, "").strip()) == (continued.overlay is not None)

    def _joined(self, rows: list[dict[str, str]]) -> dict[str, str]:
        """One row of a product's: the first, with what others add to it."""
        continued = self.system.continued
        if len(rows) == 1 or continued is None:
            return rows[0]
        return self._overlaid(rows, continued.overlay) if continued.overlay else self._with_variants(rows)

    def _overlaid(self, rows: list[dict[str, str]], overlay: str) -> dict[str, str]:
        """The first row, with what the store view of the wanted language says."""
        joined, store = dict(rows[0]), column_of(overlay, self.columns) or ""
        for row in rows[1:]:
            if _is_of(row.get(store, ""), self.export.locale):
                joined |= {name: text for name, text in row.items() if text.strip() and name != store}
        return joined

    def _with_variants(self, rows: list[dict[str, str]]) -> dict[str, str]:
        """The first row, with what it leaves empty, further pictures, and each option's values."""
        joined = dict(rows[0])
        for row in rows[1:]:
            joined |= {name: text for name, text in row.items() if text.strip() and not joined.get(name, "").strip()}
        if self.image is not None:
            images = _distinct(rows, self.image)
            joined[self.image] = next(iter(images), "")
            if len(images) > 1:
                joined[MORE_IMAGES] = ", ".join(images[1:])
                self.read.hints[MORE_IMAGES] = Hint(role=Role.IMAGE, disposition=Disposition.HIDE, why="more pictures")
        for name in [name for name in joined if name in self.told and len(_distinct(rows, name)) > 1]:
            joined[name] = ""
            self._add_choices(joined, name, _distinct(rows, name))
        for pair in self.pairs:
            values = _distinct(rows, pair.value)
            joined[pair.value] = "\n".join(values) if len(values) > 1 else joined.get(pair.value, "")
        return joined

    def not_for_sale(self, row: Mapping[str, str]) -> str:
        """Why a row is no product that is for sale; "" where it is."""
        for name, values in self.keep:
            value = row.get(name, "").strip()
            if value and value.casefold() not in values:
                self.read.left_out[name] += 1
                return f"{name} is {value!r}: not for sale in the shop"
        return ""

    def product(self, row: dict[str, str], prices: Mapping[str, str]) -> dict[str, str]:
        """A product's row, its attributes under their names."""
        made = {name: text for name, text in row.items() if name not in self.used and name not in self.packed}
        for pair in self.pairs:
            self._add_pair(made, row, pair)
        for name, mark in self.packed.items():
            for attribute, value in _unpacked(row.get(name, ""), mark):
                # Of Magento's attributes many are its own: what each is, its name and its values have to tell
                self._add(made, attribute, value, is_said=mark == ":")
        if self.levels and made.get(self.category):
            made[self.category] = " > ".join(level.strip() for level in made[self.category].split(self.levels))
        for name in self.handles:
            if " " not in re.sub(r"[;,]\s*", "", made.get(name, "")):
                made[name] = made.get(name, "").replace("-", " ")
        self._add_price(made, prices)
        return made

    def _add_pair(self, made: dict[str, str], row: Mapping[str, str], pair: _Numbered) -> None:
        name, text = row.get(pair.name, "").strip(), row.get(pair.value, "").strip()
        if not name or not text or folded(text) in {folded(value) for value in pair.spec.skip}:
            return
        values = list(dict.fromkeys(_values(text, pair.spec.separator)))
        is_said = pair.visible is None or row.get(pair.visible, "").strip() not in ("0", "")
        if len(values) > 1 and not (pair.visible and is_said and not self._has_variants(row)):
            # Which of them the product is, nothing says: a shirt in red and in blue is no red shirt
            self._add_choices(made, name, values)
        else:
            self._add(made, name, ", ".join(values), is_said)

    def _add_choices(self, made: dict[str, str], name: str, values: list[str]) -> None:
        target, why = f"{name} ({CHOICES})", "variants differ in it"
        made[target] = ", ".join(values)
        self.read.hints[target] = Hint(role=Role.LIST, disposition=Disposition.USE, separator=",", why=why)

    def _has_variants(self, row: Mapping[str, str]) -> bool:
        return self.type is not None and "variable" in row.get(self.type, "").casefold()

    def _add(self, made: dict[str, str], name: str, value: str, is_said: bool) -> None:
        target = name if not made.get(name, "").strip() else f"{name} (attribute)"
        made[target] = value
        if target not in self.columns and target not in self.read.hints and is_said and self.system.name:
            why = f"{self.system.name} shows it to customers"
            self.read.hints[target] = Hint(disposition=Disposition.SAY, label=name, why=why)

    def _add_price(self, made: dict[str, str], prices: Mapping[str, str]) -> None:
        variants = self.system.variants
        price = column_of(variants.price, self.columns) if variants and variants.price else None
        if variants is None or price is None or made.get(price, "").strip():
            return
        for name in (column_of(part, self.columns) for part in variants.id.split("|")):
            key = made.get(name or "", "").strip()
            if key in prices or f"id:{key}" in prices:
                made[price] = prices.get(key) or prices[f"id:{key}"]

    def variant_prices(self) -> dict[str, str]:
        """Parent -> the price of its first variant: a parent has none of its own."""
        variants, prices = self.system.variants, dict[str, str]()
        if variants is None:
            return prices
        parent, price = (column_of(name, self.columns) or "" for name in (variants.parent, variants.price))
        for row in self.rows():
            if not isinstance(row, Unreadable) and row.get(parent, "").strip() and row.get(price, "").strip():
                prices.setdefault(row[parent].strip(), row[price])
        return prices


def _distinct(rows: list[dict[str, str]], column: str) -> list[str]:
    """A column's values in some rows, each once, in order."""
    return list(dict.fromkeys(row[column].strip() for row in rows if row.get(column, "").strip()))


def _is_told(column: str) -> bool:
    """Whether a name means something that customers are told, or nothing known: what variants can differ in."""
    best = read_name(column).best
    return best is None or (best.concept.disposition is not Disposition.HIDE and best.concept.role not in _WHOLE)


_WHOLE = (Role.TITLE, Role.TEXT, Role.KIND, Role.BRAND)
"""What is of the product, whatever its variants are."""


@dataclass(frozen=True)
class _Numbered:
    """One pair of columns of ``spec``."""

    spec: Pairs
    name: str
    value: str
    visible: str | None

    @property
    def columns(self) -> list[str]:
        """The pair's columns and those of its number that say nothing."""
        return [name for name in (self.name, self.value, self.visible) if name]


def _numbered(spec: Pairs, columns: Sequence[str]) -> list[_Numbered]:
    found = []
    for number in range(1, MAX_PAIRS + 1):
        name, value, visible = (
            column_of((text or "").replace("{n}", str(number)), columns)
            for text in (spec.name, spec.value, spec.visible)
        )
        if name and value:
            found.append(_Numbered(spec, name, value, visible))
    return found


def _values(text: str, separator: str | None) -> list[str]:
    parts = text.split("\n") if "\n" in text else re.split(r"\s*[,|]\s+" if separator is None else separator, text)
    return [value for part in parts if (value := part.strip())]


def _unpacked(text: str, mark: str) -> list[tuple[str, str]]:
    """``color=Red,size=M|L`` or ``Colour:Red:1,Material:Wool:2`` as pairs."""
    parts = _PACKED_AS.split(text) if mark == "=" else text.split(",")
    pairs = []
    for part in parts:
        fields = part.split(mark)
        if len(fields) >= 2 and fields[0].strip() and fields[1].strip():
            value = mark.join(fields[1:]) if mark == "=" else _detail(fields)
            name = fields[0] if mark == "=" else _detail_name(fields)
            pairs.append((name.strip(), value.strip().strip('"').replace("|", ", ")))
    return pairs


def _detail(fields: list[str]) -> str:
    """Of ``name:value:position`` the value, of ``section:name:value`` the last."""
    return fields[1] if len(fields) == 2 or fields[-1].strip().isdigit() else fields[-1]


def _detail_name(fields: list[str]) -> str:
    return fields[0] if len(fields) == 2 or fields[-1].strip().isdigit() else fields[-2]


def _is_of(store_view: str, locale: str) -> bool:
    """Whether a store view is of the locale's language: ``de``, ``de_at``, ``german_de``."""
    home = locale.replace("_", "-").split("-")[0].lower()
    return home in _LOCAL.split(store_view.strip().casefold())


def notes_of(export: Export, read: Read, num_products: int) -> list[str]:
    """What a person should know of how a file was read."""
    notes = []
    if export.system is not None and export.system.name:
        notes.append(f"read as an export of {export.system.name}")
    if read.merged and export.system is not None:
        why = f" ({export.system.notes})" if export.system.notes else ""
        notes.append(f"{read.merged:,} rows were put together with {num_products:,} products{why}")
    for name, count in read.left_out.items():
        notes.append(f"{count:,} products are left out: {name} says that they are not for sale")
    if export.scopes.languages:
        taken = ", ".join(export.scopes.languages)
        notes.append(f"columns in several languages ({taken}): those of locale {export.locale!r} are taken")
    return notes


def with_columns(source: Source, columns: Sequence[str], read_rows: Callable[[], Iterator[Row]]) -> Source:
    """A source whose rows are products."""
    return replace(source, columns=list(columns), read_rows=read_rows)
