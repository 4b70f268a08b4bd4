"""Files that no known system made, and feeds of less known ones: titles, tables in XML, cells that hold pairs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from mmgen.catalog.opening import open_products, unmapped
from mmgen.catalog.proposal import propose
from mmgen.catalog.systems.cells import cells_of
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


@pytest.mark.parametrize(
    ("header", "each", "is_kind"),
    [
        ("id,name,variante", "Badeanzug Nr. {title},{size}", False),
        ("id,name,typ", "Jacke Modell {title},{size}", False),
        ("id,name,typ", "Jacke Modell {row},{kind}", True),
        ("id,name,type", "Field jacket {row},{kind}", True),
    ],
)
def test_what_variants_differ_in_is_no_kind_of_product(tmp_path: Path, header: str, each: str, is_kind: bool) -> None:
    sizes, kinds = ["XS", "S", "M", "L", "XL"], ["Jacken", "Westen", "Hosen"]
    rows = [
        f"{n},{each.format(row=n, title=n // 5, size=f'{sizes[n % 5]} {n // 15}', kind=kinds[n % 3])}"
        for n in range(60)
    ]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    columns = propose(open_products(path, unmapped(path, "de")), "shop", "de").values["columns"]
    assert ("category" in columns) is is_kind


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


CELLS = {
    "a list of JSON": '["开 本：16开", "颜 色：红色"]',
    "objects of a name and a value": '[{"name": "颜色", "value": "红色"}, {"name": "开本", "value": "16开"}]',
    "an object": '{"颜色": "红色", "开本": "16开"}',
    "a hash of Ruby's": '{"specs"=>[{"key"=>"颜色", "value"=>"红色"},'
    ' {"key"=>"开本", "value"=>"16开"}, {"value"=>nil}]}',
    "what Python prints": "{'颜色': '红色', '开本': '16开'}",
    "text": "颜色: 红色 | 开本: 16开",
    "text with wide marks": "颜色：红色；开本：16开",
    "a table": "<table><tr><th>颜色</th><td>红色</td></tr><tr><td>开本:</td><td><b>16开</b></td></tr></table>",
    "definitions": "<dl><dt>颜色</dt><dd>红色</dd><dt>开本</dt><dd>16开</dd></dl>",
}


def filed(folder: Path, cell: str, name: str = "zxq") -> dict[str, Any]:
    path = folder / "shop.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "名称", name])
        writer.writerows([f"N{n}", f"深蓝色手工陶瓷茶杯{n}", cell] for n in range(5))
    _, products = imported(folder, "shop.csv", path.read_text(encoding="utf-8"), "zh")
    return products["N1"]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_pairs_in_a_cell_are_columns(tmp_path: Path, cell: str) -> None:
    assert said(filed(tmp_path, cell), "zh") == {"颜色": "红色", "开本": "16开"}


PROSE = {
    "a sentence with a colon": "Note: wash cold; it lasts.",
    "a time": "9:30 | 10:45",
    "an address": "https://shop.example/a | https://shop.example/b",
    "text beside a table": "<p>Thrown by hand in one piece.</p><table><tr><td>a</td><td>b</td></tr></table>",
    "no data": "{colour: red",
    "bombs": "[" * 60_000,
}


@pytest.mark.parametrize("cell", PROSE.values(), ids=PROSE)
def test_what_holds_no_pairs_stays(cell: str) -> None:
    assert not cells_of([{"text": cell}, {"text": cell}], False).pairs


LISTS = {
    "a path": ('[["图书", "文学", "小说"]]', "分类", ["图书", "文学", "小说"]),
    "shelves": ('["新品", "促销"]', "分类", []),
    "one shelf": ('["茶杯"]', "分类", ["茶杯"]),
}


@pytest.mark.parametrize(("cell", "name", "levels"), LISTS.values(), ids=LISTS)
def test_lists_in_cells_are_lists(tmp_path: Path, cell: str, name: str, levels: list[str]) -> None:
    assert filed(tmp_path, cell, name)["category"] == levels


def test_parts_of_one_text_are_a_text() -> None:
    rows = [{"a": f'["\\nDeep blue mug {n} of ", " stoneware, {n} cm\\n"]'} for n in range(5)]
    assert cells_of(rows, False).applied(rows[1])["a"] == "Deep blue mug 1 of stoneware, 1 cm"


def test_a_code_that_products_share_is_no_id(tmp_path: Path) -> None:
    rows = [f"Lamp of brass {n},{4006381333931 + n // 2 * (n < 2) + n * (n > 1)}" for n in range(99)]
    result, products = imported(tmp_path, "shop.csv", "\n".join(["name,ISBN", *rows]))
    assert (len(products), result.rejected) == (99, {})
