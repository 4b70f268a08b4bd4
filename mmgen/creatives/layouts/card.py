"""Typography alone, for a product without a picture: nothing on its abstract ground can be taken for the product."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mmgen.config.creatives import CreativeParams
from mmgen.creatives import colour
from mmgen.creatives.layout import Drawn, Layout
from mmgen.creatives.sheet import DESIGN_PX, MARGIN, CreativeSpec, Sheet, bottom_bar, brand_line, ground
from mmgen.creatives.type import plain_text


def _always(_spec: CreativeSpec) -> bool:
    return True


def _draw(spec: CreativeSpec, params: CreativeParams) -> Drawn:
    hue = colour.HUES[spec.seed % len(colour.HUES)]
    accent = colour.of_hue(hue, 0.62, 0.72)
    canvas = ground(spec, accent, params.size_px, is_dark=True)
    sheet = Sheet(canvas, spec, params)
    _rings(sheet)
    white = colour.WHITE
    fill = colour.deepened((250, 248, 244), white, 1.0)
    ink = tuple(round(float(v)) for v in canvas[-sheet.px(60), sheet.px(60)])
    bottom = bottom_bar(sheet, white, fill, colour.deepened((ink[0], ink[1], ink[2]), fill, 7.0))
    top = brand_line(sheet, white)
    facts = [text for text in map(plain_text, spec.facts) if text]
    line = sheet.fit("  ·  ".join(facts), (560, 64), (17, 21), max_lines=2, weight=400) if facts else None
    room = (bottom - top - (line.height_px if line else 0)) * DESIGN_PX / params.size_px - 60
    words = plain_text(spec.headline) or plain_text(spec.brand) or next(iter(facts), "")
    headline = sheet.fit(words, (560, room), (26, 76), max_lines=5, weight=800)
    if headline is None:
        raise ValueError("a card needs a headline, a brand or a fact: there is nothing to say on it")
    block = headline.height_px + (sheet.px(24) + line.height_px if line else 0)
    y = top + max(0, (bottom - top - block) // 2)
    box = sheet.write("headline", headline, sheet.px(MARGIN), y, white)
    if line:
        sheet.write("facts", line, sheet.px(MARGIN), box[3] + sheet.px(24), (236, 236, 236))
    return Drawn(sheet)


def _rings(sheet: Sheet) -> None:
    """Two large circles, partly outside, a little lighter than the ground: ornament that shows no thing."""
    size, rng = sheet.params.size_px, np.random.default_rng(sheet.spec.seed)
    for x, y, radius in ((0.92, 0.12, 0.36), (0.08, 1.02, 0.30)):
        centre = int((x + rng.uniform(-0.05, 0.05)) * size), int((y + rng.uniform(-0.04, 0.04)) * size)
        layer: NDArray[Any] = np.zeros((size, size), np.float32)
        cv2.circle(layer, centre, int(radius * size), 1.0, -1, cv2.LINE_AA)
        sheet.blend(np.multiply(layer, 0.055, dtype=np.float32), colour.WHITE)


CARD = Layout("card", _always, _draw)
