"""What a screen reader says of a creative: the product as its subject, the headline as words in the picture."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest

from mmgen.config.creatives import CreativeParams
from mmgen.creatives.alt import alt_text
from mmgen.creatives.language import words_of
from mmgen.creatives.rows import draw_creatives
from mmgen.creatives.sheet import CreativeSpec
from tests.creatives.test_creatives import photo

SAID = {
    "a call to look": (
        CreativeSpec("Take a look at this blue jug."), "Ceramic Jug", "Blue", "photo",
        "Ceramic Jug, Blue. Ad with the words: Take a look at this blue jug.",
    ),
    "brand and price are in the picture": (
        CreativeSpec("Meet this grey table lamp from Ostra", brand="Ostra", price=29.9, currency="EUR"),
        "Table Lamp", "Grey", "photo",
        "Table Lamp, Ostra, Grey. Ad with the words: Meet this grey table lamp from Ostra. Price: €29.90.",
    ),
    "the title says all": (
        CreativeSpec("Ostra Table Lamp, grey", brand="Ostra"), "Ostra Table Lamp, grey", "Grey", "photo",
        "Ostra Table Lamp, grey. Ad.",
    ),
    "a title with a stop": (CreativeSpec("Who ate it?"), "The Cake Tin Co.", None, "photo",
                            "The Cake Tin Co. Ad with the words: Who ate it?"),
    "a call with a mark": (CreativeSpec("New here!", price=5, currency="USD"), "Mug", None, "photo",
                           "Mug. Ad with the words: New here! Price: $5."),
    "no title": (CreativeSpec("Meet this mug"), None, "", "photo", "Meet this mug. Ad."),
    "nothing": (CreativeSpec(""), "", None, "photo", "a product. Ad."),
    "markup": (CreativeSpec("<b>Mug</b>&amp;more"), "<i>Mug</i>", None, "photo",
               "Mug. Ad with the words: Mug &more."),
    "a long colour is none": (CreativeSpec("Mug"), "Mug", "as shown in the second picture of the page", "photo",
                              "Mug. Ad."),
    "a card": (CreativeSpec("A warm lamp", facts=("Steel", "40 W")), "Table Lamp", "Grey", "card",
               "Table Lamp, Grey. Ad without a photo, with the words: A warm lamp. Steel, 40 W."),
    "chinese": (CreativeSpec("认识羊毛围巾", "zh-CN", price=188, currency="CNY"), "羊毛围巾", "红色", "photo",
                "羊毛围巾，红色。广告图，文字：认识羊毛围巾。价格：¥188。"),
    "traditional": (CreativeSpec("看看這條圍巾。", "zh-TW"), "羊毛圍巾", None, "photo",
                    "羊毛圍巾。廣告圖，文字：看看這條圍巾。"),
    "german": (CreativeSpec("Jetzt neu", "de-AT"), "Keramikkrug", "Blau", "photo",
               "Keramikkrug, Blau. Anzeige mit dem Text: Jetzt neu."),
    "french": (CreativeSpec("Le pichet du matin", "fr"), "Pichet en grès", "Bleu", "photo",
               "Pichet en grès, Bleu. Annonce avec le texte : Le pichet du matin."),
    "russian": (CreativeSpec("Новинка", "ru"), "Кувшин", "Синий", "card",
                "Кувшин, Синий. Реклама без фото, с текстом: Новинка."),
    "the lowest of several prices": (CreativeSpec("Neu", "de", price=19, currency="EUR", is_price_from=True), "Mütze",
                                     None, "photo", "Mütze. Anzeige mit dem Text: Neu. Preis: ab 19 €."),
    "the lowest, in Chinese": (CreativeSpec("新品", "zh", price=99, currency="CNY", is_price_from=True), "羊毛帽", None,
                               "photo", "羊毛帽。广告图，文字：新品。价格：¥99 起。"),
    "the lowest, without words for it": (CreativeSpec("Uusi", "fi", price=5, currency="EUR", is_price_from=True),
                                         "Kannu", None, "photo", "Kannu. Uusi."),
    "a language without a file": (CreativeSpec("Uusi", "fi", price=5, currency="EUR"), "Kannu", None, "photo",
                                  "Kannu. Uusi. 5 €."),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_it_says_what_the_picture_shows(name: str) -> None:
    spec, title, colour, layout, expected = SAID[name]
    assert alt_text(spec, title, colour, layout) == expected


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_it_is_short_and_the_title_whole_where_it_fits(locale: str) -> None:
    spec = CreativeSpec("words " * 60, locale, brand="Brand", price=5.0, currency="USD", facts=("a", "b"))
    title = "Title of a product " * 9
    text = alt_text(spec, title, "Blue", "card")
    assert len(text) <= 250 and text.startswith(title.strip())
    cut = alt_text(spec, "Mug " * 200, None, "photo")
    assert len(cut) <= 250 and "…" in cut


@pytest.mark.parametrize("locale", ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh", "zh-TW"])
def test_every_language_has_all_words(locale: str) -> None:
    words = words_of(locale)
    assert words.call and words.product and words.price.count("{}") == 1
    for layout in ("photo", "card"):
        assert words.layouts[layout]["plain"] and words.layouts[layout]["words"].count("{}") == 1


def fact(slot: str, name: str, value: str, role: str = "") -> dict[str, Any]:
    return {"slot": slot, "name": name, "value": value, "source": slot, "role": role}


SHARED = {"price": None, "currency": None, "cutout": None}
ROWS = [
    {**SHARED, "product_id": "AT1", "locale": "en", "title": "Ceramic Jug", "brand": None, "master": photo(),
     "ad_copy": "Take a look at this blue ceramic jug.",
     "facts": json.dumps([fact("range", "range", "Kitchen"), fact("colour", "colour", "Blue")])},
    {**SHARED, "product_id": "AT2", "locale": "en", "title": "Table Lamp", "brand": "Ostra", "master": None,
     "ad_copy": "Table Lamp: A warm lamp..",
     "facts": json.dumps([fact("other_1", "", "Grey", "colour"), fact("range", "", "Home")])},
    {**SHARED, "product_id": "AT3", "locale": "zh", "title": "羊毛围巾", "brand": None, "master": photo(),
     "ad_copy": "认识羊毛围巾",
     "facts": json.dumps([fact("range", "range", "服饰"), fact("colour", "colour", "红色")])},
]  # fmt: skip


def test_a_row_is_told_by_its_product_without_names_of_slots() -> None:
    made = draw_creatives(pa.RecordBatch.from_pylist(ROWS), CreativeParams(size_px=320), "", "", 1)
    jug, lamp, scarf = made["alt_text"]
    assert jug == "Ceramic Jug, Blue. Ad with the words: Take a look at this blue ceramic jug."
    assert lamp.startswith("Table Lamp, Ostra, Grey. Ad without a photo, with the words: Table Lamp: A warm lamp.")
    assert scarf == "羊毛围巾，红色。广告图，文字：认识羊毛围巾。"
    for text in made["alt_text"]:
        assert not re.search(r"\.\.|。。|range|other|modifier|Photo of", text), text
