"""How a shop's columns map to ours: one small TOML file a shop, checked before the first row is read."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

from pydantic import Field, model_validator

from mmgen.catalog.basket_map import Baskets
from mmgen.config.params import Params, nearest


class Columns(Params):
    """Our column = the file's column. What no line names becomes an attribute of the product.

    ``product_id`` may be left out where a shop has no ids. An id is then made from the image's path (else the
    audio's, else the title): its file name and a digest of the whole path, so a corrected text keeps its product
    and two rows that show the same picture are one product.
    """

    product_id: str | None = None
    title: str | None = None
    category: str | list[str] = Field(default_factory=list)
    image: str | None = None
    audio: str | None = None
    description: str | None = None
    brand: str | None = None
    price: str | None = None
    currency: str | None = None
    updated_at: str | None = None
    locale: str | None = None
    url: str | None = None

    @property
    def categories(self) -> list[str]:
        """The category columns, broadest first."""
        return [self.category] if isinstance(self.category, str) else self.category

    def named(self) -> list[str]:
        """Every column of the file that this map names, in the order of the fields, each once."""
        single = [value for key, value in self if key != "category" and value is not None]
        return list(dict.fromkeys([*single, *self.categories]))


class Defaults(Params):
    """Values for rows that leave the field empty."""

    brand: str | None = None
    currency: str | None = None


class SourceMap(Params):
    """One shop's map.

    ``ignore``: columns that say nothing to a customer. ``say``, ``use``, ``hide``: what is done with a column where the
    profile decides otherwise (told to customers; for models only; not kept). ``optional``: columns named in
    ``[columns]`` or ``ignore`` that a file may lack (an export often drops a column that is empty in every row); any
    other that is missing is an error. ``media_root`` is relative to the imported file. ``encoding`` and ``delimiter``
    are found out from a CSV file where they are not given. ``max_removed_share``: of
    the shop's products that may be missing from a file; an import that lacks more takes none away and asks.
    ``locales``: of the languages that a file says its products in, those that are taken; all where it names none.
    ``variations``: of products from WooCommerce's API, the file beside them that has their variations.
    ``baskets``: the shop's transactions, where it has them.
    """

    name: str = Field(min_length=1, max_length=100)
    locale: str = Field(default="en", pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$")
    columns: Columns
    locales: list[str] = Field(default_factory=list)
    ignore: list[str] = Field(default_factory=list)
    say: list[str] = Field(default_factory=list)
    use: list[str] = Field(default_factory=list)
    hide: list[str] = Field(default_factory=list)
    optional: list[str] = Field(default_factory=list)
    media_root: str | None = None
    max_removed_share: float = Field(default=0.1, ge=0, le=1)
    defaults: Defaults = Field(default_factory=Defaults)
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    variations: str | None = None
    baskets: Baskets | None = None

    @model_validator(mode="after")
    def _check_names(self) -> SourceMap:
        named = self.columns.named()
        if not named:
            raise ValueError("[columns] names no column: give at least a title, an image or an audio column")
        both = [name for name in self.ignore if name in named]
        if both:
            raise ValueError(f"column {both[0]!r} is mapped and ignored: take it out of one")
        for name in {*self.say, *self.use, *self.hide, *self.ignore}:
            if sum(name in names for names in (self.say, self.use, [*self.hide, *self.ignore])) > 1:
                raise ValueError(f"column {name!r} stands in two of say, use and hide: take it out of one")
        for name in self.optional:
            if name not in named and name not in self.ignore:
                known = [*named, *self.ignore]
                raise ValueError(f"optional column {name!r} is neither mapped nor ignored.{nearest(name, known)}")
        return self


def load_source_map(path: str | Path) -> SourceMap:
    """Read a map. Raises ValueError that names the file, the wrong key and its nearest neighbour."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such map. Maps that ship: conf/sources/*.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML: {error}") from None
    return SourceMap.load(values, where=str(path))


def check_columns(source_map: SourceMap, found: list[str], where: str) -> list[str]:
    """Compare the map with a file's columns. Returns warnings; raises ValueError naming all that is missing.

    An optional column that is missing is no error, but where the file has an unmapped column of nearly the same
    name, that is a warning: ``optional`` must not hide a misspelling.
    """
    errors, warnings = [], []
    mapped = source_map.columns.named()
    free = [name for name in found if name not in mapped and name not in source_map.ignore]
    for name in dict.fromkeys([*mapped, *source_map.ignore, *source_map.say, *source_map.use, *source_map.hide]):
        if name in found:
            continue
        if name not in source_map.optional:
            kind = "mapped" if name in mapped else "ignored" if name in source_map.ignore else "decided"
            errors.append(f"{where}: the {kind} column {name!r} is not in the file.{nearest(name, found)}")
        elif close := difflib.get_close_matches(name, free, n=1, cutoff=0.8):
            warnings.append(f"optional column {name!r} is not in the file, which has {close[0]!r}: misspelt?")
    if errors:
        raise ValueError("\n".join(errors))
    return warnings
