# ruff: noqa: E501 - a line of a file is a line
"""One product in several locales: columns, rows or names of languages; what is missing, a copy, or not in its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen.catalog.systems.locales import scopes_of
from mmgen.store.products import shop_id, translation_id
from tests.catalog.test_systems import imported, said

COLUMNS = """
sku;title_de;title_en;title_zh;description_de;description_en;description_zh;material_de;material_en;weight_g;colour;photo;price
1;Tasche aus Leinen;Linen bag;亚麻包;Eine Tasche für jeden Tag.;A bag for each day.;日常使用的包。;Leinen;Linen;300;black;b.jpg;30
2;Hut;Hat;;Ein Hut.;A hat.;;Wolle;Wool;90;red;h.jpg;20
3;Solvik X1;Solvik X1;Solvik X1;;;;;;800;grey;x.jpg;10
"""
VIEWS = """
sku,store_view_code,attribute_set_code,product_type,categories,name,description,price,product_online,visibility,base_image,additional_attributes
1,,Bag,simple,Default/Bags,Linen bag,A bag for each day.,30,1,"Catalog, Search",b.jpg,"color=black,material=Linen"
1,german,Bag,simple,,Tasche aus Leinen,Eine Tasche für jeden Tag.,,,,,material=Leinen
1,shop_zh,Bag,simple,,亚麻包,日常使用的包。,,,,,
2,,Hat,simple,Default/Hats,Hat,A hat.,20,1,"Catalog, Search",h.jpg,"color=red,material=Wool"
2,german,Hat,simple,,Hut,Ein Hut.,,,,,material=Wolle
3,,Phone,simple,Default/Phones,Solvik X1,,10,1,"Catalog, Search",x.jpg,color=grey
3,german,Phone,simple,,Solvik X1,,,,,,
"""
ROWS = """
sku,language,name,description,material,colour,photo,price
1,English,Linen bag,A bag for each day.,Linen,black,b.jpg,30
2,English,Hat,A hat.,Wool,red,h.jpg,20
3,English,Solvik X1,,,grey,x.jpg,10
1,German,Tasche aus Leinen,Eine Tasche für jeden Tag.,Leinen,schwarz,b.jpg,30
2,German,Hut,Ein Hut.,Wolle,rot,h.jpg,20
3,German,Solvik X1,,,grey,x.jpg,10
1,Chinese,亚麻包,日常使用的包。,亚麻,黑色,b.jpg,30
2,Chinese,,,,,h.jpg,20
"""
NAMES = """
sku,Name English,Name German,Name Chinese,Description English,Description German,Description Chinese,Material English,Material German,photo,price
1,Linen bag,Tasche aus Leinen,亚麻包,A bag for each day.,Eine Tasche für jeden Tag.,日常使用的包。,Linen,Leinen,b.jpg,30
2,Hat,Hut,,A hat.,Ein Hut.,,Wool,Wolle,h.jpg,20
3,Solvik X1,Solvik X1,Solvik X1,,,,,,x.jpg,10
"""
BARE = """
SKU,English,Deutsch,中文,photo,price
1,Linen bag,Tasche aus Leinen,亚麻包,b.jpg,30
2,Hat,Hut,,h.jpg,20
3,Solvik X1,Solvik X1,Solvik X1,x.jpg,10
"""
CHINESE = """
货号,中文名称,英文名称,德文名称,主图,价格
1,亚麻包,Linen bag,Tasche aus Leinen,b.jpg,30
2,帽子,Hat,Hut,h.jpg,20
"""
SHAPES = {
    "columns": ("export.csv", COLUMNS),
    "store views": ("magento.csv", VIEWS),
    "rows": ("rows.csv", ROWS),
    "names of languages": ("names.csv", NAMES),
    "languages alone": ("bare.csv", BARE),
}


@pytest.mark.parametrize(("name", "text"), SHAPES.values(), ids=SHAPES)
def test_each_locale_is_a_product_of_its_own(tmp_path: Path, name: str, text: str) -> None:
    result, products = imported(tmp_path, name, text)
    titles = {
        "1": "Linen bag",
        "2": "Hat",
        "3": "Solvik X1",
        "1~de": "Tasche aus Leinen",
        "2~de": "Hut",
        "1~zh": "亚麻包",
    }
    assert {key: row["title"] for key, row in products.items()} == titles
    assert {key: row["locale"] for key, row in products.items()} == {key: key[2:] or "en" for key in titles}
    assert {products[key]["price"] for key in ("1", "1~de", "1~zh")} == {30.0}
    assert {products[key]["image_path"] for key in ("2", "2~de")} == {"h.jpg"}
    assert result.rejected == {}
    assert result.locales["de"] == {"told": 2, "same_words": 1}
    assert result.locales["zh"]["told"] == 1
    again, _ = imported(tmp_path, name, text)
    assert (again.imported, again.changed, again.removed, again.unchanged) == (0, 0, 0, 6)


@pytest.mark.parametrize(
    ("name", "text", "facts"),
    [
        ("export.csv", COLUMNS, {"Material": "Leinen", "Gewicht": "300 g"}),
        ("magento.csv", VIEWS, {"Material": "Leinen"}),
        ("rows.csv", ROWS, {"Material": "Leinen", "Farbe": "schwarz"}),
        ("names.csv", NAMES, {"Material": "Leinen"}),
    ],
    ids=["columns", "store views", "rows", "names of languages"],
)
def test_a_translation_says_nothing_in_words_of_another_language(
    tmp_path: Path, name: str, text: str, facts: dict[str, str]
) -> None:
    _, products = imported(tmp_path, name, text)
    assert said(products["1~de"], "de") == facts
    if name != "rows.csv":
        assert products["1~de"]["category"] == []


def test_what_is_missing_or_a_copy_is_counted(tmp_path: Path) -> None:
    result, _ = imported(tmp_path, "export.csv", COLUMNS)
    assert result.locales == {"de": {"told": 2, "same_words": 1}, "zh": {"told": 1, "no_title": 1, "same_words": 1}}
    assert any(warning.startswith("zh: 1 products have content") for warning in result.warnings)


def test_names_in_chinese(tmp_path: Path) -> None:
    _, products = imported(tmp_path, "p.csv", CHINESE, "zh")
    assert [(key, products[key]["title"]) for key in ("1", "1~en", "1~de")] == [
        ("1", "亚麻包"),
        ("1~en", "Linen bag"),
        ("1~de", "Tasche aus Leinen"),
    ]


@pytest.mark.parametrize(
    ("locale", "titles"),
    [
        ("en", {"1": "Bag", "1~de": "Tasche", "1~fr": "Sac"}),
        ("de-AT", {"1": "Tasche", "1~en": "Bag", "1~fr": "Sac"}),
        ("ja", {"1": "Tasche", "1~en": "Bag", "1~fr": "Sac"}),
    ],
)
def test_the_maps_locale_comes_first(tmp_path: Path, locale: str, titles: dict[str, str]) -> None:
    text = "sku;title_de;title_en;title_fr;colour;photo\n1;Tasche;Bag;Sac;black;b.jpg\n2;Hut;Hat;Chapeau;red;h.jpg\n"
    result, products = imported(tmp_path, "export.csv", text, locale)
    assert {key: row["title"] for key, row in products.items() if key[0] == "1"} == titles
    assert products["1"]["locale"] == ("de" if locale == "ja" else locale)
    assert any("content of its own in each of" in warning for warning in result.warnings)


def test_a_map_chooses_locales_and_columns(tmp_path: Path) -> None:
    values = {"columns": {"product_id": "sku", "title": "title_en", "image": "photo"}, "locales": ["zh"]}
    result, products = imported(tmp_path, "export.csv", COLUMNS, values=values)
    assert set(products) == {"1", "2", "3", "1~zh"}
    assert result.locales["de"] == {"not_wanted": 3}


def test_a_second_row_of_a_locale_is_a_duplicate(tmp_path: Path) -> None:
    text = ROWS + "1,German,Tasche,Noch eine.,Leinen,rot,b.jpg,30\n2,English,Cap,A cap.,Wool,red,h.jpg,20\n"
    values = {"columns": {"product_id": "sku", "title": "name", "locale": "language", "image": "photo"}}
    result, products = imported(tmp_path, "rows.csv", text, values=values)
    assert result.rejected == {"duplicate_id": 2}
    assert (products["1~de"]["title"], products["2"]["title"]) == ("Tasche aus Leinen", "Hat")


def test_a_product_that_leaves_takes_its_translations_along(tmp_path: Path) -> None:
    imported(tmp_path, "export.csv", COLUMNS)
    values = {"columns": {"product_id": "sku", "title": "title"}, "max_removed_share": 1.0}
    result, products = imported(tmp_path, "export.csv", "\n".join(COLUMNS.splitlines()[:3]) + "\n", values=values)
    assert (set(products), result.removed) == ({"1", "1~de", "1~zh"}, 3)


def test_ids_that_look_like_a_translations_are_refused(tmp_path: Path) -> None:
    result, products = imported(tmp_path, "p.csv", "sku,name\nA~en,Bag\nA~de,Hat\n")
    assert (set(products), result.rejected) == ({"A~de"}, {"id_unreadable": 1})


@pytest.mark.parametrize(
    ("columns", "locales"),
    [
        (["sku", "title_de", "title_en"], {"de"}),
        (["sku", "Titel DE", "Titel EN"], {"de"}),
        (["sku", "de_name", "en_name", "zh-Hans_name"], {"de", "zh-Hans"}),
        (["sku", "name[fr]", "name[en]"], {"fr"}),
        (["sku", "title.pt_BR", "title.en"], {"pt-BR"}),
        (["sku", "name", "Size IT", "Size FR", "Size UK"], set()),
        (["Item No", "Item ID", "name"], set()),
        (["sku", "name", "Nail Polish", "Cleaner Finish"], set()),
        (["sku", "name", "categories_en"], set()),
        (["sku", "produktname deutsch", "produktname englisch"], {"de"}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_columns_that_are_languages(columns: list[str], locales: set[str]) -> None:
    assert set(scopes_of(columns, "en", False).further) == locales


def test_ids() -> None:
    assert translation_id("A17", "de-AT") == "A17~de-AT"
    assert (shop_id("A17~de", "de"), shop_id("A17~de", "en"), shop_id("A17", None)) == ("A17", "A17~de", "A17")
