"""Files with the faults of real exports: nothing is lost by accident, and a doubtful value is not taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mmgen.catalog.importer import ImportResult, import_file
from mmgen.catalog.media import read_media
from mmgen.catalog.readers import Unreadable, open_source
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import import_rejects, open_catalog, products
from mmgen.rejects import RejectReason

COLUMNS = {"product_id": "sku", "title": "name"}


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return open_catalog(f"sqlite:///{tmp_path}/catalogue.db")


def shop(locale: str = "en", **more: Any) -> SourceMap:
    columns = COLUMNS | more.pop("columns", {})
    return SourceMap.load({"name": "shop", "locale": locale, "columns": columns, **more})


def load(engine: sa.Engine, folder: Path, content: str | bytes, source_map: SourceMap, **options: Any) -> ImportResult:
    path = folder / "products.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(engine, path, source_map, **options)


def held(engine: sa.Engine, *columns: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        query = sa.select(*(products.c[name] for name in columns)).order_by(products.c.product_id)
        return [tuple(row) for row in connection.execute(query)]


SIX = "sku,name,colour\nA1,Pan 20,black\nA2,Pan 24,black\nA3,Pan 28,black\nA4,Lid 20,clear\nA5,Lid 24,clear\n"


@pytest.mark.parametrize(
    ("damaged", "lost", "line"),
    [
        pytest.param('A2,"Pan 9.5 in,black', "A2", 3, id="opened and never closed"),
        pytest.param('A2,"Pan, 9.5 in" x,black', "A2", 3, id="text behind a closing quote"),
        pytest.param("A2,Pan 24,black,x", "A2", 3, id="a field too many"),
    ],
)
@pytest.mark.parametrize("last", ['A6,"Lid, 28 cm",clear\n', "A6,Lid 28,clear\n"])
def test_a_stray_quote_takes_one_line(
    engine: sa.Engine, tmp_path: Path, damaged: str, lost: str, line: int, last: str
) -> None:
    assert load(engine, tmp_path, SIX + last, shop()).imported == 6
    result = load(engine, tmp_path, (SIX + last).replace("A2,Pan 24,black", damaged), shop())
    assert (result.unchanged, result.removed, result.rejected) == (5, 0, {"row_unreadable": 1})
    assert len(held(engine, "product_id")) == 6, "the product of the damaged row stays"
    with engine.connect() as connection:
        detail, raw = connection.execute(sa.select(import_rejects.c.detail, import_rejects.c.raw)).one()
    assert f"line {line}" in detail and lost in raw


def test_two_stray_quotes_hide_no_rows(engine: sa.Engine, tmp_path: Path) -> None:
    """The second one would close the first, and three rows would be one with the right number of cells."""
    text = 'sku,name,colour\nA1,Pan,black\nA2,"Pan 9,black\nA3,Pot,red\nA4,Lid,clear\nA5,Cup 9",black\nA6,Mug,blue\n'
    load(engine, tmp_path, text, shop())
    assert {"A1", "A3", "A4", "A6"} <= {row[0] for row in held(engine, "product_id")}


def test_a_description_may_have_lines(engine: sa.Engine, tmp_path: Path) -> None:
    text = 'sku,name,colour\nA1,"Pan, round\nwith ""a"" lid",black\nA2,Pot,red\n'
    assert load(engine, tmp_path, text, shop()).imported == 2
    assert held(engine, "title")[0] == ('Pan, round\nwith "a" lid',)


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        (r'"Frying pan 12\" non-stick"', 'Frying pan 12" non-stick'),
        (r'"Set of 3: 8\", 10\", 12\" pans"', 'Set of 3: 8", 10", 12" pans'),
        (r'"Tube 3\", 2 m"', 'Tube 3", 2 m'),
    ],
)
def test_quotes_behind_a_backslash(engine: sa.Engine, tmp_path: Path, cell: str, title: str) -> None:
    assert load(engine, tmp_path, f'sku,name,colour\nB1,{cell},black\nB2,"Pan 10""",black\n', shop()).imported == 2
    assert held(engine, "title") == [(title,), ('Pan 10"',)]


def test_a_backslash_that_ends_a_cell_is_itself(engine: sa.Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, 'sku,name,colour\nB1,"Shelf A\\",black\nB2,Pot,"x\\"\n', shop())
    assert held(engine, "title") == [("Shelf A\\",), ("Pot",)]


@pytest.mark.parametrize(
    ("text", "encoding", "locale"),
    [
        ("Шерстяная шапка", "cp1251", "ru"), ("Вовняна шапка їжак", "cp1251", "uk"),
        ("Kurtka męska żółta", "cp1250", "pl"),
        ("Μάλλινο καπέλο", "cp1253", "el"), ("Yün şapka kırmızı", "cp1254", "tr"), ("ウールの帽子", "cp932", "ja"),
        ("양모 모자 빨간색", "cp949", "ko"), ("羊毛帽子", "gb18030", "zh"), ("羊毛帽紅色", "big5", "zh-TW"),
        ("Wollmütze für Männer", "cp1252", "de"), ("Шерстяная шапка", "koi8-r", "ru"),
        ("Écharpe d’été", "cp1252", "fr"),
    ],
)  # fmt: skip
def test_the_locale_tells_the_code_page(
    engine: sa.Engine, tmp_path: Path, text: str, encoding: str, locale: str
) -> None:
    content = f"sku;name;colour\nC1;{text};x\nC2;{text};y\n".encode(encoding)
    result = load(engine, tmp_path, content, shop(locale))
    assert held(engine, "title") == [(text,), (text,)]
    assert any(encoding in warning for warning in result.warnings)


def test_an_encoding_that_is_not_sure_is_asked_for(engine: sa.Engine, tmp_path: Path) -> None:
    content = "sku;name\nC1;양모 모자\nC2;파란 장갑\n".encode("cp949")
    with pytest.raises(ValueError, match=r"(?s)encoding = 'cp949'.*양모 모자"):
        load(engine, tmp_path, content, shop("en"))
    assert held(engine, "title") == []


def test_prices_are_read_by_their_column(engine: sa.Engine, tmp_path: Path) -> None:
    cells = ["1.299,00 €", "1.299 €", "15.99 USD", "EUR 12,50", "19,99-29,99", "2.499", "1299.-", "1 299,50"]
    rows = "".join(f"P{n};Teekanne;{cell}\n" for n, cell in enumerate(cells, 1))
    result = load(engine, tmp_path, "sku;name;price\n" + rows, shop("de", columns={"price": "price"}))
    assert held(engine, "price", "currency") == [
        (1299.0, "EUR"), (1299.0, "EUR"), (15.99, "USD"), (12.5, "EUR"), (19.99, None), (2499.0, None), (1299.0, None),
        (1299.5, None),
    ]  # fmt: skip
    assert [bool(row[0]) for row in held(engine, "is_price_from")] == [cell == "19,99-29,99" for cell in cells]
    assert result.unread == {}
    assert all("price" not in json.loads(row[0]) for row in held(engine, "attributes"))


def test_a_price_that_may_be_a_thousandth_is_none(engine: sa.Engine, tmp_path: Path) -> None:
    text = "sku,name,price\nP1,Pot,1.299\nP2,Pan,2.499\n"
    result = load(engine, tmp_path, text, shop("en", columns={"price": "price"}))
    assert held(engine, "price") == [(None,), (None,)]
    assert any("price: 2 not readable and left empty (1.299, 2.499)" in warning for warning in result.warnings)


def test_dates_that_cannot_be_read_are_counted(engine: sa.Engine, tmp_path: Path) -> None:
    cells = ["01.10.2026 14:05", "0000-00-00 00:00:00", "12/25/2026", "2026-10-01T23:30:00-05:00"]
    rows = "".join(f"D{n},Lamp,{cell}\n" for n, cell in enumerate(cells, 1))
    result = load(engine, tmp_path, "sku,name,updated\n" + rows, shop(columns={"updated_at": "updated"}))
    assert held(engine, "updated_at") == [(None,), (None,), (None,), ("2026-10-02T04:30:00Z",)]
    assert result.unread == {"updated_at": {"num_rows": 2, "examples": ["01.10.2026 14:05", "12/25/2026"]}}
    assert all("updated_at" not in json.loads(row[0]) for row in held(engine, "attributes"))


def test_languages_have_one_form(engine: sa.Engine, tmp_path: Path) -> None:
    cells = ["English", "en_US", "Chinese", "de", "EN-gb", "Klingonese", ""]
    rows = "".join(f"L{n},Hat,{cell}\n" for n, cell in enumerate(cells, 1))
    result = load(engine, tmp_path, "sku,name,lang\n" + rows, shop("fr", columns={"locale": "lang"}))
    assert [row[0] for row in held(engine, "locale")] == ["en", "en-US", "zh", "de", "en-GB", "fr", "fr"]
    assert result.unread == {"locale": {"num_rows": 1, "examples": ["Klingonese"]}}


@pytest.mark.parametrize(
    ("brand", "kept"),
    [
        ("Unbranded", None), ("Does not apply", None), ("No Brand", None), ("N/A", None), ("Generic", None),
        ("Ohne Marke", None), ("Sans marque", None), ("无品牌", None), ("Solvik", "Solvik"),
        ("NoName", None), ("Siehe Titel", None), ("暂无品牌", None), ("Marca blanca", None),
        ("None of Us", "None of Us"),
    ],
)  # fmt: skip
def test_words_for_no_brand_are_none(engine: sa.Engine, tmp_path: Path, brand: str, kept: str | None) -> None:
    load(engine, tmp_path, f"sku,name,brand\nB1,Mug,{brand}\n", shop(columns={"brand": "brand"}))
    assert held(engine, "brand") == [(kept,)]


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("Clothing > Hoodies, Clothing, Sale", ["Clothing", "Hoodies"]),
        ("Clothing > Shirts, Summer > Beach", ["Clothing", "Shirts"]),
        ("Clothing > Shirts", ["Clothing", "Shirts"]),
        ("Home > Pots\\, Pans, Sale", ["Home", "Pots, Pans"]),
        ("Sale|Home > Kitchen > Pots", ["Home", "Kitchen", "Pots"]),
        ("Clothing > Shirts; Summer > Beach", ["Clothing", "Shirts"]),
        ("服装＞衬衫，夏季", ["服装", "衬衫"]),
        ("Accueil » Maison → Tapis", ["Accueil", "Maison", "Tapis"]),
        ("Kitchen::Bowls", ["Kitchen", "Bowls"]),
        ("Food > Salt\\; Spices", ["Food", "Salt; Spices"]),
        ("Mugs", ["Mugs"]),
    ],
)
def test_of_several_categories_the_longest(engine: sa.Engine, tmp_path: Path, cell: str, path: list[str]) -> None:
    load(engine, tmp_path, f'sku,name,cat\nS1,Thing,"{cell}"\n', shop(columns={"category": "cat"}))
    assert json.loads(held(engine, "category")[0][0]) == path


@pytest.mark.parametrize(
    ("cells", "path"),
    [
        (["Kleidung/Hemden", "Wohnen/Küche/Gläser"], ["Kleidung", "Hemden"]),
        (["家居 / 地毯", "服装 / 衬衫"], ["家居", "地毯"]),
        (["Shop/Rugs;Shop/Home/Rugs", "Shop/Hats"], ["Shop", "Home", "Rugs"]),
        (["Hats/Caps", "Shirts", "Gloves"], ["Hats/Caps"]),
    ],
)
def test_a_stroke_parts_levels_where_nearly_all_have_one(
    engine: sa.Engine, tmp_path: Path, cells: list[str], path: list[str]
) -> None:
    rows = "".join(f"S{number},Thing {number},{cell}\n" for number, cell in enumerate(cells))
    load(engine, tmp_path, f"sku,name,category\n{rows}", shop(columns={"category": "category"}))
    assert json.loads(held(engine, "category")[0][0]) == path


@pytest.mark.parametrize(
    ("rows", "num_products", "facts", "is_from"),
    [
        (["Wollmütze,Rot,19", "Wollmütze,Blau,21"], 1, ["Rot, Blau"], True),
        (["羊毛帽,红色,19", "羊毛帽,蓝色,19"], 1, ["红色, 蓝色"], False),
        (["Mug,Red,19", "Cup,Blue,19"], 1, ["Red"], False),
        (["Mug,Red,19", "Mug,Red,19"], 1, ["Red"], False),
    ],
    ids=["two colours", "chinese", "another title is a duplicate", "the same row twice"],
)
def test_rows_that_repeat_id_and_title_are_variants(
    engine: sa.Engine, tmp_path: Path, rows: list[str], num_products: int, facts: list[str], is_from: bool
) -> None:
    text = "sku,name,colour,price\n" + "".join(f"V1,{row}\n" for row in rows)
    load(engine, tmp_path, text, shop(columns={"price": "price"}))
    assert len(held(engine, "product_id")) == num_products
    assert [fact["value"] for fact in json.loads(held(engine, "facts")[0][0])] == facts
    assert bool(held(engine, "is_price_from")[0][0]) is is_from


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("si1.jpg, si1-side.jpg", "si1.jpg"), ("/s/i/si2.jpg", "si2.jpg"), ("s/i/SI2.JPG", "si2.jpg"),
        ("s/i/si2.jpg?v=1699", "si2.jpg"), ("s/i/si%202.jpg", "si 2.jpg"), ("gone.jpg|si1.jpg", "si1.jpg"),
        ('["si1.jpg", "si1-side.jpg"]', "si1.jpg"), ("['s\\/i\\/si2.jpg']", "si2.jpg"),
        ("a, b.jpg", "a, b.jpg"), ("/etc/passwd", None), ("../si1.jpg", None), ("s/%2e%2e/%2e%2e/x", None),
        ("si1.jpg, ../../etc/passwd", "si1.jpg"), ("nothing.jpg", None),
    ],
)  # fmt: skip
def test_names_of_pictures(tmp_path: Path, cell: str, found: str | None) -> None:
    (tmp_path / "media" / "s" / "i").mkdir(parents=True)
    for name in ("si1.jpg", "si1-side.jpg", "a, b.jpg", "s/i/si2.jpg", "s/i/si 2.jpg"):
        (tmp_path / "media" / name).write_text(Path(name).name)
    data, reason = read_media(str(tmp_path / "media"), cell, 1000)
    assert (None if data is None else data.decode()) == found
    assert (reason is None) == (found is not None)
    if cell.startswith(("../", "s/%2e")):
        assert reason is RejectReason.MEDIA_OUTSIDE_ROOT


@pytest.mark.parametrize(
    ("cells", "paths"),
    [
        ("a.jpg,", ["a.jpg"]),
        ('"a.jpg, a-side.jpg",', ["a.jpg", "a-side.jpg"]),
        ("a.jpg;b.png?v=2|a.jpg,", ["a.jpg", "b.png?v=2"]),
        ('"a, b.jpg",', ["a, b.jpg"]),
        ('"https://cdn.example/w_300,h_300/a.jpg",', ["https://cdn.example/w_300,h_300/a.jpg"]),
        ("a.jpg,b.jpg", ["a.jpg", "b.jpg"]),
        (",b.jpg", ["b.jpg"]),
        (",", []),
    ],
)
def test_all_photos_are_kept_in_order(engine: sa.Engine, tmp_path: Path, cells: str, paths: list[str]) -> None:
    text = f"sku,name,image,image_2\nI1,Mug,{cells}\nI2,Cup,c.jpg,d.jpg\nI3,Pot,e.jpg,f.jpg\n"
    load(engine, tmp_path, text, shop(columns={"image": "image"}))
    images = json.loads(held(engine, "images")[0][0])
    assert [image["path"] for image in images] == paths
    assert [image["role"] for image in images] == ["main", "further"][: len(paths)]


@pytest.mark.parametrize(("title", "kept"), [("'+Size Coat", "+Size Coat"), ("'=Sum", "=Sum"), ("'Tis", "'Tis")])
def test_the_apostrophe_of_a_spreadsheet_is_no_text(engine: sa.Engine, tmp_path: Path, title: str, kept: str) -> None:
    load(engine, tmp_path, f"sku,name,colour\nA1,{title},red\n", shop())
    assert held(engine, "title") == [(kept,)]


def test_an_id_that_a_spreadsheet_rounded_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    result = load(engine, tmp_path, "sku,name,colour\n7.6E+12,Pot,red\n7600000000001,Pan,red\n", shop())
    assert (result.imported, result.rejected) == (1, {"id_unreadable": 1})


def test_many_removals_are_asked_for(engine: sa.Engine, tmp_path: Path) -> None:
    rows = [f"A{n},Pan {n},black\n" for n in range(20)]
    head = "sku,name,colour\n"
    load(engine, tmp_path, head + "".join(rows), shop())
    assert load(engine, tmp_path, head + "".join(rows[:18]), shop()).removed == 2
    with pytest.raises(ValueError, match=r"3 of 19 products.*--allow-removals"):
        load(engine, tmp_path, head + "".join(rows[:15]) + "B1,New,red\n", shop())
    assert len(held(engine, "product_id")) == 19, "what the file has is imported, and nothing is gone"
    assert load(engine, tmp_path, head + "".join(rows[:15]), shop(), allow_removals=True).removed == 4
    assert load(engine, tmp_path, head + "".join(rows[:9]), shop(max_removed_share=0.5)).removed == 6


def test_each_unreadable_row_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('sku,name,colour\nA1,"two\nlines",x\nA2,Pan\nA3,Pot,red\n', encoding="utf-8")
    rows = list(open_source(path, shop()).read_rows())
    bad = [row for row in rows if isinstance(row, Unreadable)]
    assert [row.detail for row in bad] == ["line 4: 2 fields, the header has 3"] and len(rows) == 3


def test_another_shop_under_the_same_name_is_asked_for(engine: sa.Engine, tmp_path: Path) -> None:
    """Two exports that are both called products.csv: neither shop may become the other."""
    load(engine, tmp_path, SIX, shop(), home=tmp_path)
    other = shop(columns={"product_id": "id", "title": "label"})
    with pytest.raises(ValueError, match=r"another shop\?.*--name"):
        load(engine, tmp_path, "id,label,weight,origin\nB1,Tea,100 g,China\n", other, home=tmp_path)
    assert len(held(engine, "product_id")) == 5
    grown = load(engine, tmp_path, "sku,name,colour,size\nA1,Pan,red,S\n", shop(), home=tmp_path, allow_removals=True)
    assert grown.removed == 4, "a shop's file may get columns"
