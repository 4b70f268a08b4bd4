"""The product's own picture on a backdrop, with its headline below."""

from __future__ import annotations

from mmgen.config.creatives import CreativeParams
from mmgen.creatives import colour
from mmgen.creatives.colour import Colour, mixed
from mmgen.creatives.layout import Drawn, Layout
from mmgen.creatives.photo import place, read_photo
from mmgen.creatives.sheet import DESIGN_PX, MARGIN, CreativeSpec, Sheet, bottom_bar, brand_line, ground
from mmgen.creatives.type import plain_text

MIN_CHROMA = 0.14


def _has_photo(spec: CreativeSpec) -> bool:
    return spec.photo is not None


def _draw(spec: CreativeSpec, params: CreativeParams) -> Drawn:
    if spec.photo is None:
        raise ValueError("the layout 'photo' needs a photo; a spec without one is for the layout 'card'")
    photo = read_photo(spec.photo, spec.cutout)
    accent = colour.accent_of(photo.pixels, photo.product)
    # A grey product's palette would make a dull advert: the backdrop takes a hue of the seed, the button near-black.
    is_grey = colour.chroma(accent) < MIN_CHROMA
    tint = colour.of_hue(colour.HUES[spec.seed % len(colour.HUES)], 0.34, 0.86) if is_grey else accent
    sheet = Sheet(ground(spec, tint, params.size_px, is_dark=False), spec, params)
    accent = mixed((30, 30, 34), accent, 0.15) if is_grey else accent
    ink, strong = _inks(accent, params.min_contrast)
    bottom = bottom_bar(sheet, ink, strong, colour.WHITE)
    top = brand_line(sheet, ink)
    text = plain_text(spec.headline)
    headline = sheet.fit(text, (560, 100), (24, 40), max_lines=2)
    if headline is not None and headline.is_cut:  # a title stands whole: smaller, at the cost of the photo's room
        headline = sheet.fit(text, (560, 180), (17, 24), max_lines=8)
    if headline is not None:
        bottom -= headline.height_px
        sheet.write("headline", headline, sheet.px(MARGIN), bottom, ink)
        bottom -= sheet.px(10)
    box = sheet.px(MARGIN), top + sheet.px(8), params.size_px - sheet.px(MARGIN), bottom - sheet.px(18)
    photo_box = place(sheet.canvas, photo, box, params.max_upscale * params.size_px / DESIGN_PX, strong)
    return Drawn(sheet, photo_box)


def _inks(accent: Colour, minimum: float) -> tuple[Colour, Colour]:
    """A near-black with a breath of the accent for text, and the accent deep enough to carry white text."""
    ink = colour.deepened(mixed((24, 24, 28), accent, 0.12), (202, 202, 202), max(7.5, minimum))
    return ink, colour.deepened(accent, colour.WHITE, max(4.6, minimum + 0.1))


PHOTO = Layout("photo", _has_photo, _draw)
