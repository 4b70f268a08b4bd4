"""What a layout is: a name, which specs it can draw, and a function that fills a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    photo that cannot be decoded, and where there is nothing to say. ``opening`` and ``opening_zh``: how its description
    for a screen reader begins, with ``{}`` for what the creative says.
    """

    name: str
    fits: Callable[[CreativeSpec], bool]
    draw: Callable[[CreativeSpec, CreativeParams], Drawn]
    opening: str
    opening_zh: str
