"""The noun of a title, whole, and what is left for a name: any shop's way of writing titles."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mmgen.facts.fact import by_slot
from mmgen.facts.record import facts_of
from mmgen.writing.grammar.compose import compose
from tests.facts.records import product

BLUE = {"colour": "Blue", "material": "steel", "pattern": "plain"}
CASES = {
    "a compound stays whole": ("Millrace blue steel water bottle", "Millrace", ["Bottles"], "", "water bottle"),
    "two common words belong to it": ("Ostra quiet wall clock in blue", "Ostra", ["Clocks"], "", "quiet wall clock"),
    "an unknown noun in a common compound": ("Norrby blue tea caddy", "Norrby", ["Tea"], "", "tea caddy"),
    "the maker stands behind it": ("Blue steel tea canister by Norrby", "Norrby", ["Tea"], "", "tea canister"),
    "a maker that no column names": ("Blue steel wall clock by Ostra", None, ["Clocks"], "", "wall clock"),
    "a colour behind the comma": ("Larkfield teddy bear, blue", "Larkfield", ["Soft toys"], "", "teddy bear"),
    "the title's noun before the category's": ("Larkfield T-shirt in blue", "Larkfield", ["Shirts"], "", "T-shirt"),
    "a pair by another name": ("Arden Slim Chinos", "Arden", ["Trousers"], "", "chinos"),
    "a category in the singular": ("Nordhem Oslo Coffee Table", "Nordhem", ["Coffee Tables"], "Oslo", "coffee table"),
    "a category of one word belongs to it": ("Zenfit Yoga Mat", "Zenfit", ["Yoga"], "", "yoga mat"),
    "a phrase behind the noun is no name": ("Guess Mini Watch with Stones", "Guess", ["Watches"], "", "watch"),
    "a quality behind the noun": ("Corvane mug large", "Corvane", ["Mugs"], "", "mug"),
    "a word of many capitals is a name": ("Nova X2 Wireless Earbuds", "Nova", ["Earbuds"], "X2", "earbuds"),
    "a pattern that is the noun of a name": ("W Pigment Print Kurta", "W", ["Kurtas"], "Pigment Print", "kurta"),
    "a colour of a part": ("Casio Women Mini Blue Dial Watches (SX004) SHN-50", "Casio", ["Watches"], "", "watch"),
    "letters that are a word": ("LED desk lamp", "Lumo", ["Lighting"], "", "LED desk lamp"),
    "a noun beside it": ("Polo Assn. Men Laptop Backpack", "Polo Assn.", ["Backpacks"], "", "laptop backpack"),
    "a noun said twice": ("Puma ducati heritage tee blue Tshirt", "Puma", ["Tshirts"], "", "ducati heritage T-shirt"),
    "another colour is no name": ("Indigo Black Striped Blue Tie", "Indigo", ["Ties"], "", "tie"),
    "many of what is a mass": ("Reebok Blue Perfumes", "Reebok", ["Fragrance"], "", "perfume"),
    "a plural in is": ("W Blue Kurtis", "W", ["Kurtis"], "", "kurti"),
    "a sentence is a name": ("The left hand of darkness", None, ["Fiction"], "The left hand of darkness", ""),
    "juice of a fruit that is a colour": ("Orange juice", "Sunny", ["Drinks"], "", "orange juice"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "brand", "category", "name", "noun"), CASES.values(), ids=CASES)
def test_noun_and_name(title: str, brand: str | None, category: list[str], name: str, noun: str) -> None:
    attributes = {} if noun in ("orange juice", "") else BLUE
    found = {
        s: f.value for s, f in by_slot(facts_of(product("p", "en", title, category, brand, None, **attributes))).items()
    }
    assert found.get("name", "") == name
    assert next((found[slot] for slot in ("article", "articles", "mass") if slot in found), "") == noun


@pytest.mark.parametrize(
    ("title", "noun"),
    [
        pytest.param("Grey T-shirt by Corvane", "grey T-shirt", id="before_the_noun"),
        pytest.param("Yellow Onion", "yellow onion", id="title_case"),
    ],
)
def test_a_colour_that_no_attribute_has_is_no_name(title: str, noun: str) -> None:
    found = by_slot(facts_of(product("p", "en", title, ["Goods"], "Corvane")))
    assert "name" not in found
    assert found["article"].value == noun


QUALITIES = {
    "in the middle": ("Wrangler Men Thin White T-shirt", "Tshirts", "", "thin", "T-shirt"),
    "of a pair": ("Wrangler Slim Chinos", "Trousers", "", "slim", "chinos"),
    "behind the noun": ("Wrangler mug large", "Mugs", "", "large", "mug"),
    "before a phrase": ("Wrangler Mini Watch with Stones", "Watches", "", "mini", "watch"),
    "two words, one known": ("Wrangler Super-Slim Wireless Earbuds", "Audio", "", "super-slim wireless", "earbuds"),
    "without a noun": ("Wrangler Thin", "Jeans", "", "thin", "jeans"),
    "nothing else": ("Thin", "Jeans", "", "thin", "jeans"),
    "part of a name": ("Wrangler Thin Line Jeans", "Jeans", "Thin Line", "", "jeans"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "category", "name", "quality", "noun"), QUALITIES.values(), ids=QUALITIES)
def test_a_quality_is_no_name(title: str, category: str, name: str, quality: str, noun: str) -> None:
    found = by_slot(facts_of(product("p", "en", title, [category], "Wrangler", None, colour="white", gender="men")))
    assert {s: found[s].value for s in ("name", "modifier") if s in found} == {
        s: value for s, value in (("name", name), ("modifier", quality)) if value
    }
    assert next(found[slot].value for slot in ("article", "articles") if slot in found) == noun


@pytest.mark.parametrize(
    ("title", "category"), [("Wrangler Men Thin White T-shirt", "Tshirts"), ("Wrangler Thin", "Jeans")]
)
def test_no_text_calls_a_product_by_a_quality(title: str, category: str) -> None:
    texts = _texts(product("p", "en", title, [category], "Wrangler", None, colour="white", gender="men"))
    assert any("thin" in text for text in texts)
    assert not [text for text in texts if re.search(r"\w:?,? Thin\b", text)], texts


@pytest.mark.parametrize(
    ("title", "name"),
    [
        pytest.param("南岸 加厚款", "加厚款保温杯", id="alone"),
        pytest.param("南岸女士超薄", "女士超薄保温杯", id="for_whom"),
        pytest.param("南岸 天蓝色", "天蓝色保温杯", id="a_colour"),
        pytest.param("南岸 大号焖烧壶", "大号焖烧壶", id="with_a_noun_of_its_own"),
        pytest.param("南岸 小新", "小新", id="a_name"),
    ],
)
def test_a_quality_is_no_chinese_name(title: str, name: str) -> None:
    found = by_slot(facts_of(product("p", "zh", title, ["户外", "保温杯"], "南岸", None)))
    assert found["name"].value == name


@pytest.mark.parametrize(
    ("title", "brand", "said"),
    [
        pytest.param("Corvane striped T-shirt, grey", "Corvane", r"T-shirt", id="spelling"),
        pytest.param("Case for Orbit 15", "Corvane", r"Case for Orbit 15", id="what_it_is_for_is_kept"),
    ],
)
def test_openings(title: str, brand: str, said: str) -> None:
    facts = facts_of(product("p", "en", title, ["Shirts"], brand, None, colour="grey"))
    texts = [compose(facts, "en", "description", seed).text for seed in range(12)]
    assert all(said in text for text in texts), texts
    assert not [text for text in texts if "the Corvane is" in text.lower() or "the Corvane," in text]


def _texts(example: dict[str, Any]) -> list[str]:
    return [
        compose(facts_of(example), "en", kind, seed).text for seed in range(10) for kind in ("description", "ad_copy")
    ]


def test_no_text_cuts_a_compound() -> None:
    texts = _texts(product("p", "en", "Millrace brown steel water bottle", ["Outdoor", "Bottles"], "Millrace", None,
                           colour="brown", material="steel", pattern="plain"))  # fmt: skip
    assert not [text for text in texts if "bottle" in text.lower() and "water bottle" not in text.lower()]


@pytest.mark.parametrize(
    ("title", "category", "brand", "wrong"),
    [
        pytest.param(None, "Sneakers", "Larkfield", r"(?:^|at )Larkfield dotted", id="a_brand_and_a_noun_take_the"),
        pytest.param("Solid Zorts", "Shirts", "Larkfield", r"Zorts[\w ]* (?:is|comes)\b", id="a_title_in_the_plural"),
        pytest.param("High-top trainer", "Sneakers", "Larkfield", r"trainer are|trainer come\b|sneaker", id="one_noun"),
    ],
)
def test_number_and_noun_agree(title: str | None, category: str, brand: str, wrong: str) -> None:
    texts = _texts(
        product("p", "en", title, [category], brand, None, colour="green", pattern="dotted", season="winter")
    )
    assert not [text for text in texts if re.search(wrong, text)], texts
