"""What a layout is: a name, which specs it can draw, and a function that fills a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mmgen.config.creatives import CreativeParams
from mmgen.creatives.photo import Box
from mmgen.creatives.sheet import CreativeSpec, Sheet


@dataclass(frozen=True)
class Drawn:
    """A filled sheet. ``photo_box``: where the product's photo lies, in px; None where the layout shows none."""

    sheet: Sheet
    photo_box: Box | None = None


@dataclass(frozen=True)
class Layout:
    """An entry of the registry.

    ``fits``: whether it is made for a spec; the first of the registry that is gets it. ``draw`` raises ValueError for a
    photo that cannot be decoded, and where there is nothing to say. ``says``: language -> how a screen reader describes
    it (``plain``, and ``words`` with ``{}`` for those in it), of a layout that ``languages/*.toml`` do not know.
    """

    name: str
    fits: Callable[[CreativeSpec], bool]
    draw: Callable[[CreativeSpec, CreativeParams], Drawn]
    says: Mapping[str, dict[str, str]] = field(default_factory=dict)
