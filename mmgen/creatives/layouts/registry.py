"""All layouts; the first that fits a spec draws it. A layout is a file and a line here."""

from __future__ import annotations

from mmgen.config.params import entry_named
from mmgen.creatives.layout import Layout
from mmgen.creatives.layouts.card import CARD
from mmgen.creatives.layouts.photo import PHOTO
from mmgen.creatives.sheet import CreativeSpec

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (PHOTO, CARD)}


def layout_named(name: str) -> Layout:
    """The layout of this name. ValueError naming the nearest one where there is none."""
    return entry_named(LAYOUTS, name, "layout")


def layout_for(spec: CreativeSpec) -> Layout:
    """The first layout that is made for a spec; ValueError where none is."""
    for layout in LAYOUTS.values():
        if layout.fits(spec):
            return layout
    raise ValueError(f"no layout draws such a creative; there are {', '.join(LAYOUTS)}")
