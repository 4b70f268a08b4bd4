# ruff: noqa: E501 - a line of a file is a line
"""Exports of shop systems become products: variants, drafts, attributes by name, feeds in XML; and what a map needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.formats.xml import Spec, xml_rows
from mmgen.catalog.importer import ImportResult, import_file
from mmgen.catalog.opening import open_products, unmapped
from mmgen.catalog.proposal import propose
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import iter_products, open_catalog
from tests.catalog.conftest import sqlite_url

Products = dict[str, dict[str, Any]]


def imported(folder: Path, name: str, text: str, locale: str = "en", values: dict[str, Any] | None = None,
             home: Path | None = None) -> tuple[ImportResult, Products]:  # fmt: skip
    """What an import of a file makes, by the map that is proposed for it where none is given."""
    path = folder / name
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    if values is None:
        source_map = propose(open_products(path, unmapped(path, locale)), "shop", locale).source_map()
    else:
        source_map = SourceMap.load({"name": "shop", "locale": locale} | values)
    engine = open_catalog(sqlite_url(folder / "catalogue.db"))
    result = import_file(engine, path, source_map, home=home)
    return result, {row["product_id"]: row for batch in iter_products(engine) for row in batch}


def said(product: dict[str, Any], language: str = "en") -> dict[str, str]:
    return {fact["name"].get(language, fact["column"]): fact["value"] for fact in json.loads(product["facts"])}


SHOPIFY = """
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Position,SEO Title,Cost per item,Status
wool-beanie,Wool Beanie,,Solvik,Beanies,"winter, hats",TRUE,Color,Red,Size,One size,WB-R,120,5,19.00,red.jpg,1,Hat,7.10,active
wool-beanie,,,,,,,,Blue,,One size,WB-B,120,7,21.00,blue.jpg,2,,7.10,
wool-beanie,,,,,,,,,,,,,,,side.jpg,3,,,
stone-mug,Stone Mug,,Ostra,Mugs,kitchen,TRUE,Title,Default Title,,,MUG,400,9,12.50,mug.jpg,1,,4.00,active
oak-tray,Oak Tray,,Ostra,Trays,,TRUE,Finish,Oiled,,,TRAY,700,2,32.00,tray.jpg,1,,11.00,draft
"""


def test_variants_are_one_product(tmp_path: Path) -> None:
    result, products = imported(tmp_path, "shopify.csv", SHOPIFY)
    assert result.rejected == {"not_for_sale": 1}
    assert any("2 rows were put together" in warning for warning in result.warnings)
    beanie, mug = products["wool-beanie"], products["stone-mug"]
    assert (beanie["title"], beanie["brand"], beanie["image_path"]) == ("Wool Beanie", "Solvik", "red.jpg")
    assert said(beanie) == {"Colour": "Red, Blue", "Size": "One size"}
    assert beanie["attributes"] == {"Color (choices)": "Red; Blue", "Size": "One size"}
    assert [(one["price"], one["is_price_from"]) for one in (beanie, mug)] == [(19.0, True), (12.5, False)]
    assert (said(mug), mug["attributes"]) == ({}, {})


def test_a_map_of_the_files_own_columns_still_fits(tmp_path: Path) -> None:
    columns = {"product_id": "Handle", "title": "Title", "brand": "Vendor", "category": "Type", "price": "Variant Price",
               "image": "Image Src"}  # fmt: skip
    values = {"columns": columns, "ignore": ["Option1 Name", "Variant Grams"]}
    assert set(imported(tmp_path, "shopify.csv", SHOPIFY, values=values)[1]) == {"wool-beanie", "stone-mug"}


def test_a_shop_that_gives_no_skus_has_its_ids(tmp_path: Path) -> None:
    text = """
ID,Type,SKU,Name,Published,Visibility in catalog,Regular price,Categories,Images,Parent
44,simple,,Tee,1,visible,15,Clothing > Tees,tee.jpg,
47,simple,,Mug,1,visible,12,Kitchen > Mugs,mug.jpg,
48,simple,X1,Jug,1,visible,12,Kitchen > Jugs,jug.jpg,
"""
    result, products = imported(tmp_path, "woo.csv", text)
    assert (set(products), result.rejected) == ({"44", "47", "48"}, {})


def test_variations_belong_to_their_parent(tmp_path: Path) -> None:
    text = """
ID,Type,SKU,Name,Published,Visibility in catalog,Regular price,Categories,Images,Parent,Attribute 1 name,\
Attribute 1 value(s),Attribute 1 visible,Attribute 2 name,Attribute 2 value(s),Attribute 2 visible
44,variable,tee,Tee,1,visible,,Clothing > Tees,tee.jpg,,Color,"Blue, Red",1,Fabric,Cotton,1
45,variation,tee-b,Tee - Blue,1,visible,15,,b.jpg,tee,Color,Blue,,Fabric,,
46,variation,tee-r,Tee - Red,1,visible,18,,r.jpg,tee,Color,Red,,Fabric,,
47,simple,mug,Mug,1,visible,12,Kitchen > Mugs,mug.jpg,,Color,"Blue, White",1,Rack,A4,0
48,simple,old,Old Mug,-1,visible,12,Kitchen > Mugs,mug.jpg,,,,,,,
49,simple,sec,Secret,1,hidden,12,Kitchen > Mugs,mug.jpg,,,,,,,
"""
    result, products = imported(tmp_path, "woo.csv", text)
    assert result.rejected == {"not_for_sale": 2}
    prices = {key: (row["price"], row["is_price_from"]) for key, row in products.items()}
    assert prices == {"tee": (15.0, True), "mug": (12.0, False)}
    assert said(products["tee"]) == {"Material": "Cotton", "Colour": "Blue, Red"}
    assert said(products["mug"]) == {"Colour": "Blue, White"}


def test_an_export_in_the_shops_language(tmp_path: Path) -> None:
    text = """
ID,Type,UGS,Nom,Publié,Visibilité dans le catalogue,Description,Tarif régulier,Catégories,Images,Parent,\
Nom de l’attribut 1,Valeur(s) de l’attribut 1,Attribut 1 visible,Attribut 1 global,Stock,Prix d'achat
1,simple,T1,Théière,1,visible,Une théière en fonte.,"59,00",Cuisine > Théières,1.jpg,,Matière,Fonte,1,1,4,21
2,simple,T2,Brouillon,-1,visible,,"59,00",Cuisine > Théières,1.jpg,,Matière,Fonte,1,1,4,21
"""
    result, products = imported(tmp_path, "woo.csv", text, "fr")
    assert result.rejected == {"not_for_sale": 1}
    assert said(products["T1"], "fr") == {"Matière": "Fonte"}


@pytest.mark.parametrize(
    ("header", "rows", "colours"),
    [
        (
            "item no,item name,colour,stock,photo",
            "7,Wool Cap,Red,4,a.jpg\n7,,Blue,5,b.jpg\n8,Oak Tray,,2,c.jpg\n",
            {"Colour": "Red, Blue"},
        ),
        (
            "货号,商品名称,颜色,库存,主图",
            "7,羊毛帽,红色,4,a.jpg\n7,,蓝色,5,b.jpg\n8,橡木盘,,2,c.jpg\n",
            {"颜色": "红色、蓝色"},
        ),
    ],
    ids=["English", "Chinese"],
)
def test_variants_of_a_system_that_is_not_known(
    tmp_path: Path, header: str, rows: str, colours: dict[str, str]
) -> None:
    result, products = imported(tmp_path, "p.csv", f"{header}\n{rows}", "zh" if "货" in header else "en")
    assert (result.imported, result.rejected) == (2, {})
    assert any("1 rows were put together" in warning for warning in result.warnings)
    assert products["7"]["image_path"] == "a.jpg"
    assert said(products["7"], "zh" if "货" in header else "en") == colours


def test_pairs_of_a_system_that_is_not_known(tmp_path: Path) -> None:
    text = """
sku,name,category,spec_1_label,spec_1_value,spec_2_label,spec_2_value,photo
1,Lamp,Lamps,Colour,Red,Purchase price,7,a.jpg
2,Chair,Chairs,Material,Oak,Zone,B,b.jpg
"""
    _, products = imported(tmp_path, "p.csv", text)
    assert (said(products["1"]), said(products["2"])) == ({"Colour": "Red"}, {"Material": "Oak"})
    assert products["2"]["attributes"] == {"Material": "Oak", "Zone": "B"}


def test_store_views_and_packed_attributes(tmp_path: Path) -> None:
    text = """
sku,store_view_code,attribute_set_code,product_type,categories,name,description,price,product_online,visibility,\
base_image,additional_attributes
B1,,Bag,configurable,Default/Bags,Bag,A bag.,34,1,"Catalog, Search",b.jpg,"color=Black,material=Canvas|Leather,erp_no=A,1"
B1,de,Bag,configurable,,Tasche,Eine Tasche.,,,,,
B1,fr,Bag,configurable,,Sac,Un sac.,,,,,
B1-S,,Bag,simple,,Bag S,,34,1,Not Visible Individually,,color=Black
B2,,Bag,simple,Default/Bags,Old Bag,,20,2,"Catalog, Search",b.jpg,
"""
    result, products = imported(tmp_path, "magento.csv", text, "de")
    assert result.rejected == {"not_for_sale": 1}
    assert {key: row["title"] for key, row in products.items()} == {"B1": "Tasche", "B1~fr": "Sac"}
    assert said(products["B1"], "de") == {"Farbe": "Black", "Material": "Canvas, Leather"}


def test_variants_that_their_parent_lists(tmp_path: Path) -> None:
    text = """
sku,store_view_code,attribute_set_code,product_type,categories,name,price,product_online,visibility,base_image,\
additional_attributes,configurable_variations
T1,,Tee,configurable,Default/Tees,Tee,,1,"Catalog, Search",t.jpg,material=Cotton,"sku=T1-S,color=Red,size=S|sku=T1-M,color=Red,size=M"
T1-S,,Tee,simple,,Tee S,15,1,Not Visible Individually,,"color=Red,size=S",
T1-M,,Tee,simple,,Tee M,17.5,1,Not Visible Individually,,"color=Red,size=M",
T2,,Tee,configurable,Default/Tees,Shirt,,1,"Catalog, Search",t.jpg,,"sku=T2-S,color=Red|sku=T2-M,color=Blue"
T2-S,,Tee,simple,,Shirt S,20,1,Not Visible Individually,,color=Red,
T2-M,,Tee,simple,,Shirt M,20,1,Not Visible Individually,,color=Blue,
"""
    _, products = imported(tmp_path, "magento.csv", text)
    prices = {key: (row["price"], row["is_price_from"]) for key, row in products.items()}
    assert prices == {"T1": (15.0, True), "T2": (20.0, False)}
    assert said(products["T1"]) == {"Material": "Cotton", "Size": "S, M"}
    assert said(products["T2"]) == {"Colour": "Red, Blue"}


MERCHANT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>G1</g:id><title>Stone Mug</title><link>https://shop.example/1</link><g:image_link>m.jpg</g:image_link>
<g:price>12.50 EUR</g:price><g:availability>in stock</g:availability><g:brand>Ostra</g:brand><g:color>Grey</g:color>
<g:condition>new</g:condition><g:custom_label_0>margin_high</g:custom_label_0><g:product_type>Kitchen &gt; Mugs</g:product_type>
<g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping></item>
</channel></rss>"""

YANDEX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-01 10:00"><shop><name>Shop</name>
<categories><category id="1">Кухня</category><category id="2" parentId="1">Чайники</category></categories>
<offers><offer id="Y1" available="true"><url>https://shop.example/y1</url><price>3900</price><currencyId>RUR</currencyId>
<categoryId>2</categoryId><picture>1.jpg</picture><picture>2.jpg</picture><name>Чайник заварочный</name><vendor>Остра</vendor>
<vendorCode>O-77</vendorCode><sales_notes>Предоплата</sales_notes><param name="Цвет">Чёрный</param>
<param name="Объем" unit="л">0,8</param><param name="Количество чашек">4</param></offer></offers></shop></yml_catalog>"""


def test_a_feed_in_xml(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "feed.xml", MERCHANT)
    mug = products["G1"]
    assert (mug["title"], mug["brand"], mug["price"]) == ("Stone Mug", "Ostra", 12.5)
    assert mug["category"] == ["Kitchen", "Mugs"]
    assert said(mug) == {"Colour": "Grey"}


def test_a_tree_of_categories_and_parameters(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "market.yml", YANDEX, "ru")
    pot = products["Y1"]
    assert pot["category"] == ["Кухня", "Чайники"]
    assert said(pot, "ru") == {"Цвет": "Чёрный", "Объем": "0,8 л", "Количество чашек": "4"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><rss><item><id>&a;</id></item></rss>', "declares an entity"),
        ('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><rss/>', "declares an entity"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item>&a;</item></rss>', "declares an entity"),
        ("<rss><item>" + "<a>" * 50, "deep"),
        ("<rss><item><id>1</id>", "not XML"),
    ],
    ids=["entity", "parameter entity", "file", "depth", "broken off"],
)
def test_hostile_xml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        list(xml_rows(path, Spec(frozenset(["item"]))))


FEED = """
id\ttitle\tdescription\tlink\timage_link\tavailability\tcondition\tprice\tbrand\tgoogle_product_category\tproduct_type\t\
age_group\tgender\tcolor\tsize\tcustom_label_0\tcustom_label_1\tshipping_label\tshipping_weight\tidentifier_exists\t\
excluded_destination
GM1\tSolvik Cotton T-Shirt\t\thttps://s.example/1\tgm1.jpg\tout of stock\tnew\t19.99 EUR\tSolvik\t212\tClothing > T-Shirts\t\
adult\tmale\tBlue\tM\tmargin_high\tclear out in week 44\tbulky\t0.3 kg\tno\tShopping_ads
GM2\tOstra Stone Mug\tA mug.\thttps://s.example/2\tgm2.jpg\tin stock\tused\t12.50 EUR\tOstra\t2169\tKitchen > Mugs\t\
adult\tunisex\tGrey\t\tbestseller_test\tsupplier B\t\t0.4 kg\tno\t
"""


def test_instructions_to_an_advertising_system_are_kept_back(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "products.tsv", FEED)
    assert said(products["GM1"]) == {"Colour": "Blue", "Size": "M", "Gender": "male", "Age group": "adult"}
    assert said(products["GM2"]) == {"Condition": "used", "Colour": "Grey", "Gender": "unisex", "Age group": "adult"}
    kept = {name for product in products.values() for name in product["attributes"]}
    assert kept == {"age_group", "color", "condition", "gender", "size"}


def test_bookkeeping_is_kept_back_and_the_unknown_is_listed(tmp_path: Path) -> None:
    text = """
sku,name,department,type,date_added,modified_on,zone group,colour,photo
1,Desk Lamp,Home,Lamps,2026-01-02,2026-10-01,alpha,Red,1.jpg
2,Wall Lamp,Home,Lamps,2026-01-03,2026-10-02,beta,Blue,2.jpg
"""
    result, products = imported(tmp_path, "p.csv", text, home=tmp_path)
    assert set(products["1"]["attributes"]) == {"colour", "zone group"}
    assert any('say = ["zone group"]' in warning for warning in result.warnings)
    opened = {"columns": {"product_id": "sku", "title": "name"}, "say": ["zone group"], "hide": ["colour"]}
    _, products = imported(tmp_path, "p.csv", text, values=opened, home=tmp_path)
    assert said(products["1"])["Zone group"] == "alpha"
    assert "colour" not in products["1"]["attributes"]


@pytest.mark.parametrize(
    ("locale", "head", "row", "hidden"),
    [
        (
            "en",
            "sku,name,colour,supplier,cost price,stock",
            "A{n},Lamp {n},red,Quillon Trading {n}7,4.93{n},317{n}",
            ("Quillon", "4.93", "317"),
        ),
        (
            "zh",
            "货号,商品名称,颜色,供应商,成本价,库存",
            "A{n},台灯{n}号,红色,启明贸易{n}7,4.93{n},317{n}",
            ("启明", "4.93", "317"),
        ),
    ],
)
def test_what_is_hidden_reaches_no_writer(
    tmp_path: Path, locale: str, head: str, row: str, hidden: tuple[str, ...]
) -> None:
    """It is in no field of a product, so in no fact, and nobody who writes can know it."""
    text = "\n".join([head, *(row.format(n=n) for n in range(1, 7))])
    _, products = imported(tmp_path, "p.csv", text, locale)
    assert len(products) == 6
    for product in products.values():
        kept = json.dumps({name: value for name, value in product.items() if name != "imported_at"}, default=str)
        assert not [value for value in hidden if value in kept or json.dumps(value)[1:-1] in kept]


def test_the_next_file_is_held_against_the_profile(tmp_path: Path) -> None:
    first = "sku,name,colour\n" + "".join(f"A{n},Lamp {n},red\n" for n in range(10))
    assert imported(tmp_path, "p.csv", first, home=tmp_path)[0].warnings == ()
    second = "sku,name,colour\n" + "".join(f"A{n},Lamp {n},{n}\n" for n in range(10))
    result, _ = imported(tmp_path, "p.csv", second, home=tmp_path)
    assert any("'colour' was colour and is number now" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("a,b\n1,x\n2,y\n", "title: which column names the products?"),
        ("sku,name\n1,A\n1,B\n2,C\n", "product_id: no column of ids is filled and different in every row"),
    ],
)
def test_what_is_not_plain_is_asked_for(tmp_path: Path, text: str, needs: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(text)
    proposal = propose(open_products(path, unmapped(path, "en")), "shop", "en")
    assert any(need.startswith(needs) for need in proposal.needs)
    assert f"# NEEDED: {needs}" in proposal.to_toml()
    with pytest.raises(ValueError, match=needs.replace("?", r"\?")):
        proposal.source_map()


def test_an_older_database_gets_the_column(catalog: Engine, tmp_path: Path) -> None:
    with catalog.begin() as connection:
        connection.execute(sa.text("DROP VIEW IF EXISTS storefront_content"))
        connection.execute(sa.text("ALTER TABLE products DROP COLUMN facts"))
    url = catalog.url.render_as_string(hide_password=False)
    again = open_catalog(url)
    assert "facts" in {column["name"] for column in sa.inspect(again).get_columns("products")}
    again.dispose()
