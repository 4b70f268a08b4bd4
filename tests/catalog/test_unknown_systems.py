"""Files that no known system made, and feeds of less known ones: titles, tables in XML, cells that hold pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.catalog.opening import open_products, unmapped
from mmgen.catalog.proposal import propose
from tests.catalog.test_systems import imported, said

HEUREKA = """<?xml version="1.0" encoding="utf-8"?>
<SHOP><SHOPITEM><ITEM_ID>H1</ITEM_ID><PRODUCTNAME>Konvice 12</PRODUCTNAME><PRODUCT>Konvice Ostra</PRODUCT>
<PRICE_VAT>390</PRICE_VAT><MANUFACTURER>Ostra</MANUFACTURER><CATEGORYTEXT>Domov | Kuchyně | Konvice</CATEGORYTEXT>
<EAN>4006381333931</EAN><PARAM><PARAM_NAME>Barva</PARAM_NAME><VAL>modrá</VAL></PARAM>
<PARAM><PARAM_NAME>Objem</PARAM_NAME><VAL>0,8 l</VAL></PARAM><DELIVERY><DELIVERY_ID>PPL</DELIVERY_ID></DELIVERY>
</SHOPITEM>
<SHOPITEM><ITEM_ID>H2</ITEM_ID><PRODUCT>Hrnek</PRODUCT></SHOPITEM></SHOP>"""

TABLE = """<catalogue><groups><group id="7"/><group id="8"/></groups><articles>
<article no="A1"><title>Brass hinge</title><price currency="EUR">4.20</price><photo src="hinge.jpg"/>
<specs><spec name="Colour">Gold</spec><spec name="Width" value="40 mm"/></specs></article>
<article no="A2"><title>Steel latch</title><price currency="EUR">7.90</price>
<specs><spec name="Colour">Grey</spec></specs></article></articles></catalogue>"""


def test_elements_that_repeat_are_a_table(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "export.xml", TABLE)
    hinge = next(product for product in products.values() if product["title"] == "Brass hinge")
    assert (hinge["price"], hinge["currency"], hinge["image_path"]) == (4.2, "EUR", "hinge.jpg")
    assert said(hinge) == {"Colour": "Gold", "Width": "40 mm"}
    assert len(products) == 2


def test_a_parameter_of_two_elements(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "heureka.xml", HEUREKA, "cs")
    pot = products["H1"]
    assert (pot["title"], pot["brand"], pot["category"]) == ("Konvice Ostra", "Ostra", ["Domov", "Kuchyně", "Konvice"])
    assert said(pot, "cs") == {"Barva": "modrá", "Objem": "0,8 l"}
    assert "4006381333931" not in str(pot["attributes"])


def test_xml_without_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_text("<note><to>A</to><from>B</from></note>")
    with pytest.raises(ValueError, match="no element in it repeats"):
        open_products(path, unmapped(path, "en"))


SQUARESPACE = """
Product ID [Non Editable],Variant ID [Non Editable],Title,Option Name 1,Option Value 1,Price,Visible
P1,V1,Evening course,Date,4 Nov,165.00,Yes
,V2,,Date,7 Jan,150.00,
P2,V3,Night walk,,,40.00,No
"""


def test_variants_without_any_id(tmp_path: Path) -> None:
    result, products = imported(tmp_path, "squarespace.csv", SQUARESPACE)
    assert list(products) == ["P1"]
    assert result.rejected == {"not_for_sale": 1}


NAMES = {
    "a language behind it": "nom FR",
    "a language and a region": "title_de-AT",
    "cut by a point": "Kurzbez.",
    "cut twice": "Art.-Bez.",
    "a number behind it": "Artikeltext1",
    "values alone": "zxq",
    "values alone, in Chinese": "甲乙",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_title_is_found(tmp_path: Path, name: str) -> None:
    word = "深蓝色手工陶瓷茶杯第" if not name.isascii() else "Lampe aus Messing, Modell "
    rows = [f'{n + 100},"{word}{n}",https://shop.example/{n},{n % 3} cm' for n in range(30)]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join([f"nr,{name},seite,wert", *rows]), encoding="utf-8")
    proposal = propose(open_products(path, unmapped(path, "de")), "shop", "de")
    assert proposal.values["columns"]["title"] == name
    assert bool(proposal.notes) == (name in ("zxq", "甲乙"))


def test_of_two_that_look_like_titles_a_person_chooses(tmp_path: Path) -> None:
    rows = [f"Lamp of brass {n},Lampe en laiton {n}" for n in range(30)]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(["zxq,vbn", *rows]), encoding="utf-8")
    proposal = propose(open_products(path, unmapped(path, "en")), "shop", "en")
    assert not proposal.is_sure
    assert "'zxq', 'vbn'" in proposal.needs[0]


def test_the_price_that_is_never_zero(tmp_path: Path) -> None:
    rows = [f"Lamp of brass {n},{n % 3}.0,{n + 5}.5" for n in range(30)]
    _, products = imported(tmp_path, "shop.csv", "\n".join(["name,price,real price", *rows]))
    assert min(product["price"] for product in products.values()) == 5.5


SHELVES = {
    "one": ("Wines", ["Wines"]),
    "several": ("Our wines;White wines;Staff shop", []),
    "a path": ("Drinks > Wines > White", ["Drinks", "Wines", "White"]),
}


@pytest.mark.parametrize(("cell", "levels"), SHELVES.values(), ids=SHELVES)
def test_shelves_side_by_side_are_no_kind(tmp_path: Path, cell: str, levels: list[str]) -> None:
    others = [f"N{n},Lamp of brass {n},Lamps;Sale" for n in range(9)]
    _, products = imported(tmp_path, "shop.csv", "\n".join(["id,name,category", f"A,White wine,{cell}", *others]))
    assert products["A"]["category"] == levels
    assert bool(levels) or "Staff shop" in products["A"]["attributes"]["category"]


def test_the_shops_own_name_is_no_products_brand(tmp_path: Path) -> None:
    rows = [f"N{n},Lamp of brass {n},Mi tienda" for n in range(30)]
    _, products = imported(tmp_path, "shop.csv", "\n".join(["id,name,brand", *rows]))
    assert (products["N1"]["brand"], products["N1"]["attributes"]["brand"]) == (None, "Mi tienda")
