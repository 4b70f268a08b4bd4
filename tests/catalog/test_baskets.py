"""Baskets: which products are bought together, by id or loosely by name, on both back ends."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.baskets import MAX_LINKS, Matcher, baskets_digest, iter_links, links_of, words_of
from mmgen.catalog.importer import ImportResult, import_file
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import basket_links

PRODUCTS = "id,name,kind\na,Apple,Fruit\nb,Bread,Bakery\nc,Cheese,Dairy\nd,Dates,Fruit\n"
BASKETS = {"file": "sold.csv", "product": "item", "basket": ["member", "day"], "min_together": 2}
SOLD = """member,day,item
1,mon,a
1,mon,b
2,mon,a
2,mon,b
2,mon,b
2,tue,c
3,mon,a
3,mon,c
4,mon,a
4,mon,c
4,tue,b
,tue,b
5,mon,
6,mon,zzz
6,mon,a
"""


def map_of(name: str = "shop", **baskets: object) -> SourceMap:
    columns = {"product_id": "id", "title": "name", "category": "kind"}
    return SourceMap.load({"name": name, "columns": columns, "baskets": BASKETS | baskets})


def load(catalog: Engine, folder: Path, sold: str, source_map: SourceMap, products: str = PRODUCTS) -> ImportResult:
    (folder / "products.csv").write_text(products, encoding="utf-8")
    (folder / "sold.csv").write_text(sold, encoding="utf-8")
    return import_file(catalog, folder / "products.csv", source_map)


def links(catalog: Engine) -> list[tuple[str, int, str, int]]:
    table = basket_links.c
    query = sa.select(table.product_id, table.rank, table.other_id, table.num_baskets)
    with catalog.connect() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(table.product_id, table.rank))]


def test_products_that_share_baskets_are_linked_closest_first(catalog: Engine, tmp_path: Path) -> None:
    result = load(catalog, tmp_path, SOLD, map_of())
    # a is in 5 baskets, b and c in 3 each; a-b twice, a-c twice: equally close, so in the order of their ids
    assert links(catalog) == [("a", 1, "b", 2), ("a", 2, "c", 2), ("b", 1, "a", 2), ("c", 1, "a", 2)]
    assert result.warnings == (
        "sold.csv: 15 rows of baskets, 4 items, 3 of them products here; 3 products are linked",
        "sold.csv: 2 rows name no item or no basket",
    )


def test_a_nul_in_a_name_is_dropped_and_stops_nothing(catalog: Engine, tmp_path: Path) -> None:
    load(catalog, tmp_path, SOLD.replace("zzz", "z\0z") + "7,mon,b\0\n7,mon,c\n8,mon,b\n8,mon,c\n", map_of())
    assert ("b", 2, "c", 2) in links(catalog)


def test_the_same_file_again_changes_nothing_and_another_one_replaces_all(catalog: Engine, tmp_path: Path) -> None:
    assert baskets_digest(catalog) == ""
    load(catalog, tmp_path, SOLD, map_of())
    digest, before = baskets_digest(catalog), links(catalog)
    load(catalog, tmp_path, SOLD, map_of())
    assert (baskets_digest(catalog), links(catalog)) == (digest, before)
    load(catalog, tmp_path, "member,day,item\n1,mon,b\n1,mon,c\n2,mon,b\n2,mon,c\n", map_of())
    assert links(catalog) == [("b", 1, "c", 2), ("c", 1, "b", 2)]
    assert baskets_digest(catalog) != digest


@pytest.mark.parametrize(
    ("baskets", "pairs"),
    [
        ({"min_together": 3}, set()),
        ({"min_together": 1}, {("a", "b"), ("a", "c")}),
        ({"max_items": 2}, {("a", "b"), ("a", "c")}),
        ({"basket": "member"}, {("a", "b"), ("a", "c"), ("b", "c")}),
        ({"basket": "member", "min_together": 1, "max_items": 2}, {("a", "b"), ("a", "c")}),
    ],
    ids=["too seldom", "once is enough", "small baskets", "a member's baskets", "a large basket"],
)
def test_what_counts_as_together(
    catalog: Engine, tmp_path: Path, baskets: dict[str, object], pairs: set[tuple[str, str]]
) -> None:
    load(catalog, tmp_path, SOLD, map_of(**baskets))
    assert {(one, other) for one, _, other, _ in links(catalog) if one < other} == pairs


def test_links_are_read_in_batches_up_to_a_rank(catalog: Engine, tmp_path: Path) -> None:
    load(catalog, tmp_path, SOLD, map_of())
    every = [row for batch in iter_links(catalog, 16, batch_size=1) for row in batch]
    assert [(row["product_id"], row["other"]) for row in every] == [("a", "b"), ("a", "c"), ("b", "a"), ("c", "a")]
    first = [row for batch in iter_links(catalog, 1, batch_size=2) for row in batch]
    assert [(row["product_id"], row["other"]) for row in first] == [("a", "b"), ("b", "a"), ("c", "a")]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"file": "gone.csv"}, "there is no such file"), ({"product": "itm"}, "no column 'itm'. Did you mean 'item'?")],
    ids=["no file", "no column"],
)
def test_a_map_that_does_not_fit_is_told_before_anything_is_written(
    catalog: Engine, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        load(catalog, tmp_path, SOLD, map_of(**change))
    with catalog.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM products")).scalar_one() == 0


ITEMS = {"whole milk": 9, "butter milk": 3, "onions": 5, "tropical fruit": 4, "pip fruit": 2, "红富士 苹果": 1}


@pytest.mark.parametrize(
    ("title", "category", "expected"),
    [
        ("Whole Milk 3%", (), "whole milk"),
        ("Yellow Onion", ("Vegetables",), "onions"),
        ("Arla Standard", ("Packages", "Milk"), "whole milk"),
        ("Pip fruit, mixed", ("Fruit",), "pip fruit"),
        ("Mango", ("Fruit",), "tropical fruit"),
        ("苹果", (), "红富士 苹果"),
        ("苹果汁", (), None),
        ("红富士 苹果 5kg", (), "红富士 苹果"),
        ("", (), None),
    ],
    ids=[
        "title",
        "plural",
        "category, oftenest",
        "title first",
        "wide category",
        "chinese, a part",
        "chinese, another",
        "chinese",
        "nothing",
    ],
)
def test_an_item_is_found_by_its_words(title: str, category: tuple[str, ...], expected: str | None) -> None:
    assert Matcher(ITEMS).item_of(title, category) == expected


def test_words_forget_case_number_and_digits() -> None:
    assert words_of("Fresh BERRIES, 2 tomatoes & glass") == {"fresh", "berry", "tomato", "glass"}


def test_links_of_items_that_stand_for_many_products_are_bounded_and_spread() -> None:
    owners = {f"item{i}": [f"p{i}-{k}" for k in range(50)] for i in range(40)}
    together = {a: [(b, 5) for b in owners if b != a] for a in owners}
    made = list(links_of(together, dict.fromkeys(owners, 9), owners))
    of_one = [row for row in made if row["product_id"] == "p0-0"]
    assert [row["rank"] for row in of_one] == list(range(1, MAX_LINKS + 1))
    targets = [row["other_id"] for row in made if row["product_id"].startswith("p0-") and row["rank"] == 1]
    assert len(targets) == 50 and len(set(targets)) > 20
