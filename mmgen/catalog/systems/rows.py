"""The rows of an export as products: variants under one, attributes by their names, without what is not for sale."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from mmgen.catalog.readers import VARIANT_PRICES, LeftOut, Row, Source, Translation, Unreadable
from mmgen.catalog.systems.attributes import NumberedPair, listed_variants, numbered_pairs, unpacked, values_of
from mmgen.catalog.systems.locales import Scopes, base_of, is_spoken, scopes_of
from mmgen.catalog.systems.system import System, column_of, system_of
from mmgen.profile.decide import Hint
from mmgen.profile.names import QUALIFIED, folded, read_name, words_of
from mmgen.profile.roles import Disposition, Role
from mmgen.values.locales import locale_of

MAX_VARIANTS = 2000
"""Rows of one product that are put together."""
MAX_SAMPLED = 200
"""Rows that tell what a column's values are before the file is profiled."""
MORE_IMAGES = "more images"
CHOICES = "choices"
CHOICE_SEPARATOR = "; "
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

    @property
    def has_translations(self) -> bool:
        """Whether a product may be said in several locales by its own row or by those that continue it."""
        return bool(self.scopes.further or (self.system and self.system.continued and self.system.continued.overlay))


def export_of(
    source: Source,
    locale: str,
    text_of: Text,
    system: System | None = None,
    shape: System | None = None,
    mapped: Collection[str] = (),
) -> Export:
    """Recognise how a file was made. ``system``: where it is known already, by its XML. ``shape``: how the file is read
    where no system is recognised. ``mapped``: columns that a map names. ``text_of`` makes text of any value."""
    found = system or system_of(source.columns) or shape
    is_scoped = bool(found and found.scoped)
    scopes = scopes_of(source.columns, locale, is_scoped, mapped, partial(_names_things, source, text_of))
    return Export(source, found, scopes, locale, text_of)


def _names_things(source: Source, text_of: Text, column: str) -> bool:
    """Whether the first values of a column are as different as names are."""
    rows = (row for row in islice(source.read_rows(), MAX_SAMPLED) if isinstance(row, dict))
    texts = [text for row in rows if (text := text_of(row.get(column)).strip())]
    return bool(texts) and len(set(texts)) > len(texts) / 2 and not words_of("flag") & {folded(text) for text in texts}


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
        if reason := reader.not_for_sale(row.texts):
            yield LeftOut(reason, repr(row.texts)[:2000])
            continue
        yield (product := reader.product(row.texts, prices))
        yield from reader.translations(row, product)


@dataclass(frozen=True)
class _Said:
    """A row's texts, and what it says in further locales."""

    texts: dict[str, str]
    further: dict[str, dict[str, str]] = field(default_factory=dict)


class _Reader:
    """One pass over an export."""

    def __init__(self, export: Export, read: Read) -> None:
        self.export, self.read = export, read
        self.system = export.system or System(name="")
        columns = [export.scopes.chosen.get(name, name) for name in export.source.columns]
        self.columns = columns
        self.image = column_of(self.system.map.get("image"), columns)
        self.pairs = [found for spec in self.system.pairs for found in numbered_pairs(spec, columns)]
        self.used = {name for one in self.pairs for name in one.columns}
        self.told = {name for name in columns if name not in {self.image, *self.used} and _is_told(name)}
        self.prices = {name for name in columns if _is_price(name)}
        self.varied = self.prices | {name for name in columns if _has_role(name, _LISTED)}
        self.fixed = {name for name in columns if _has_role(name, (*_WHOLE, Role.LOCALE))}
        if continued := self.system.continued:
            self.fixed |= {column_of(continued.blank or continued.overlay, columns) or ""}
        self.keep = [(name, {value.casefold() for value in values}) for names, values in self.system.keep.items()
                     if (name := column_of(names, columns))]  # fmt: skip
        self.packed = {name: mark for names, mark in self.system.packed.items() if (name := column_of(names, columns))}
        self.handles = [name for name in columns if self.system.handles and self.system.handles in name]
        self.levels, self.category = self.system.levels, column_of(self.system.map.get("category"), columns) or ""
        variants = self.system.variants
        self.type = column_of(variants.type, columns) if variants else None
        self.is_variant = {value.casefold() for value in variants.values} if variants else set[str]()

    def rows(self) -> Iterator[_Said | Unreadable]:
        """The file's rows as text."""
        scopes = self.export.scopes
        for row in self.export.source.read_rows():
            if isinstance(row, dict):
                texts = {str(name): self.export.text_of(value) for name, value in row.items()}
                yield _Said(scopes.applied(texts), scopes.said_further(texts))
            elif isinstance(row, Unreadable):
                yield row

    def grouped(self) -> Iterator[_Said | Unreadable]:
        """Rows of one product put together, variants of others left away."""
        held: list[_Said] = []
        for row in self.rows():
            if isinstance(row, Unreadable):
                yield row
            elif self._is_variant(row.texts):
                self.read.merged += 1
            elif held and self._continues(held[0].texts, row.texts) and len(held) < MAX_VARIANTS:
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
        is_blank = not row.get(mark, "").strip()
        if continued.is_repeated and is_same and not is_blank:
            return self._is_variant_of(first, row)
        return is_same and is_blank == (continued.overlay is None)

    def _is_variant_of(self, first: Mapping[str, str], row: Mapping[str, str]) -> bool:
        """Whether a whole row says the same product, and differs from the first in what variants differ in alone."""
        differs = {name for name in self.columns if row.get(name, "").strip() not in ("", first.get(name, "").strip())}
        return bool(differs & self.varied) and differs.isdisjoint(self.fixed)

    def _joined(self, rows: list[_Said]) -> _Said:
        """One row of a product's: the first, with what others add to it."""
        continued = self.system.continued
        if len(rows) == 1 or continued is None:
            return rows[0]
        if continued.overlay:
            return self._overlaid([row.texts for row in rows], continued.overlay)
        return _Said(self._with_variants([row.texts for row in rows]), rows[0].further)

    def _overlaid(self, rows: list[dict[str, str]], overlay: str) -> _Said:
        """The first row, with what the store view of the wanted language says; what others say is further."""
        joined, store = dict(rows[0]), column_of(overlay, self.columns) or ""
        further: dict[str, dict[str, str]] = {}
        for row in rows[1:]:
            said = {name: text for name, text in row.items() if text.strip() and name != store}
            spoken = _locale_of_view(row.get(store, ""))
            if spoken is not None and base_of(spoken) == base_of(self.export.locale):
                joined |= said
            elif spoken is not None:
                further[spoken] = said
        return _Said(joined, further)

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
        for name in self.prices:
            self._add_prices(joined, name, _distinct(rows, name))
        for name in [name for name in joined if name in self.told and len(_distinct(rows, name)) > 1]:
            joined[name] = ""
            self._add_choices(joined, name, _distinct(rows, name))
        for pair in self.pairs:
            values = _distinct(rows, pair.value)
            joined[pair.value] = "\n".join(values) if len(values) > 1 else joined.get(pair.value, "")
        return joined

    def not_for_sale(self, row: Mapping[str, str]) -> str:
        """Why a row is no product that is for sale; "" where it is."""
        name = self._left_out_by(row)
        if name is None:
            return ""
        self.read.left_out[name] += 1
        return f"{name} is {row[name].strip()!r}: not for sale in the shop"

    def _left_out_by(self, row: Mapping[str, str]) -> str | None:
        """The column that says that a row is not for sale."""
        for name, values in self.keep:
            value = row.get(name, "").strip()
            if value and value.casefold() not in values:
                return name
        return None

    def product(self, row: dict[str, str], prices: Mapping[str, list[str]]) -> dict[str, str]:
        """A product's row, its attributes under their names."""
        made = {name: text for name, text in row.items() if name not in self.used and name not in self.packed}
        for pair in self.pairs:
            self._add_pair(made, row, pair)
        for name, mark in self.packed.items():
            for attribute, value in unpacked(row.get(name, ""), mark):
                # Of Magento's attributes many are its own: what each is, its name and its values have to tell
                self._add(made, attribute, value, is_said=mark == ":")
        if self.levels and made.get(self.category):
            made[self.category] = " > ".join(level.strip() for level in made[self.category].split(self.levels))
        for name in self.handles:
            if " " not in re.sub(r"[;,]\s*", "", made.get(name, "")):
                made[name] = made.get(name, "").replace("-", " ")
        self._add_variants(made, prices)
        return made

    def translations(self, said: _Said, product: dict[str, str]) -> Iterator[Translation]:
        """A product in its further locales, attributes under their names."""
        for locale, texts in said.further.items():
            whole = {name: said.texts.get(name, "") for pair in self.pairs for name in pair.columns
                     if {pair.name, pair.value} & texts.keys()}  # fmt: skip
            own = {name: text for name, text in self.product(whole | texts, {}).items() if text.strip()}
            yield Translation(locale, product | own, frozenset(own))

    def _add_pair(self, made: dict[str, str], row: Mapping[str, str], pair: NumberedPair) -> None:
        name, text = row.get(pair.name, "").strip(), row.get(pair.value, "").strip()
        if not name or not text or folded(text) in {folded(value) for value in pair.spec.skip}:
            return
        values = list(dict.fromkeys(values_of(text, pair.spec.separator)))
        is_said = pair.visible is None or row.get(pair.visible, "").strip() not in ("0", "")
        if len(values) > 1 and not (pair.visible and is_said and not self._has_variants(row)):
            # Which of them the product is, nothing says: a shirt in red and in blue is no red shirt
            self._add_choices(made, name, values)
        else:
            self._add(made, name, ", ".join(values), is_said)

    def _add_choices(self, made: dict[str, str], name: str, values: list[str]) -> None:
        target, why = f"{name} ({CHOICES})", "variants differ in it"
        made[target] = CHOICE_SEPARATOR.join(value.replace(CHOICE_SEPARATOR.strip(), ",") for value in values)
        best = read_name(name).best
        is_said = best is not None and best.weight >= QUALIFIED and best.concept.role in _LISTED
        self.read.hints[target] = Hint(
            concept=best.concept.key if best is not None and is_said else None,
            role=Role.LIST,
            disposition=Disposition.SAY if is_said else Disposition.USE,
            separator=CHOICE_SEPARATOR,
            why=why,
        )

    def _add_prices(self, made: dict[str, str], name: str, values: list[str]) -> None:
        """Several prices of a product's variants: it costs none of them."""
        if len(values) > 1:
            made[name + VARIANT_PRICES] = "\n".join(values)
            hint = Hint(role=Role.MONEY, disposition=Disposition.HIDE, why="prices of variants")
            self.read.hints[name + VARIANT_PRICES] = hint

    def _has_variants(self, row: Mapping[str, str]) -> bool:
        return self.type is not None and "variable" in row.get(self.type, "").casefold()

    def _add(self, made: dict[str, str], name: str, value: str, is_said: bool) -> None:
        target = name if not made.get(name, "").strip() else f"{name} (attribute)"
        made[target] = value
        if target not in self.columns and target not in self.read.hints and is_said and self.system.name:
            why = f"{self.system.name} shows it to customers"
            self.read.hints[target] = Hint(disposition=Disposition.SAY, label=name, why=why)

    def _add_variants(self, made: dict[str, str], prices: Mapping[str, list[str]]) -> None:
        """What a parent's variants cost, and in what they differ: it has neither of its own."""
        variants = self.system.variants
        if variants is None:
            return
        price = column_of(variants.price, self.columns) if variants.price else None
        ids = [made.get(column_of(part, self.columns) or "", "").strip() for part in variants.id.split("|")]
        keys = [*ids, *(f"id:{one}" for one in ids)]
        listed = listed_variants(made.pop(column_of(variants.listed, self.columns) or "", ""))
        if listed:
            ids = [one.pop(variants.id, "") for one in listed]
            found = list(dict.fromkeys(price for one in ids for price in prices.get(one, ())))
            for name in dict.fromkeys(name for one in listed for name in one):
                values = list(dict.fromkeys(one[name] for one in listed if one.get(name)))
                if len(values) > 1:
                    made.pop(name, None)
                    self._add_choices(made, name, values)
        else:
            found = next((prices[key] for key in keys if key in prices), [])
        if price is not None and found:
            made[price] = found[0]
            self._add_prices(made, price, found)

    def variant_prices(self) -> dict[str, list[str]]:
        """Parent (or the variant itself, where parents list theirs) -> the prices of variants that are for sale."""
        variants, prices = self.system.variants, dict[str, list[str]]()
        if variants is None:
            return prices
        by, price = (column_of(name, self.columns) or "" for name in (variants.parent or variants.id, variants.price))
        for row in self.rows():
            texts = {} if isinstance(row, Unreadable) else row.texts
            name, amount = texts.get(by, "").strip(), texts.get(price, "").strip()
            if name and amount and self._is_variant(texts) and self._left_out_by(texts) is None:
                found = prices.setdefault(name, [])
                found += [amount] if amount not in found and len(found) < MAX_VARIANTS else []
        return prices

    def _is_variant(self, row: Mapping[str, str]) -> bool:
        return self.type is not None and row.get(self.type, "").strip().casefold() in self.is_variant


def _distinct(rows: list[dict[str, str]], column: str) -> list[str]:
    """A column's values in some rows, each once, in order."""
    return list(dict.fromkeys(row[column].strip() for row in rows if row.get(column, "").strip()))


def _is_price(column: str) -> bool:
    return _has_role(column, (Role.MONEY,))


def _has_role(column: str, roles: Collection[Role]) -> bool:
    best = read_name(column).best
    return best is not None and best.concept.role in roles


def _is_told(column: str) -> bool:
    """Whether a name means something that customers are told, or nothing known: what variants can differ in."""
    best = read_name(column).best
    return best is None or (best.concept.disposition is not Disposition.HIDE and best.concept.role not in _WHOLE)


_LISTED = (Role.COLOUR, Role.SIZE)
"""What customers are told of variants: in which colours and sizes there are some."""
_WHOLE = (Role.TITLE, Role.TEXT, Role.KIND, Role.BRAND)
"""What is of the product, whatever its variants are."""


def _locale_of_view(store_view: str) -> str | None:
    """The locale that a store view is called by, whole or by a part of its name: ``de_AT``, ``german``, ``eu_de``."""
    view = store_view.strip()
    parts = (view, *reversed(_LOCAL.split(view)))
    return next((found for part in parts if (found := locale_of(part)) and is_spoken(found)), None)


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
    if export.scopes.further:
        first = export.scopes.locale or export.locale
        further = ", ".join(export.scopes.further)
        notes.append(f"columns in several languages: {first} first, and content of its own in each of {further}")
    return notes


def with_columns(source: Source, columns: Sequence[str], read_rows: Callable[[], Iterator[Row]]) -> Source:
    """A source whose rows are products."""
    return replace(source, columns=list(columns), read_rows=read_rows)
