"""Products that a rule over words would get wrong: what the fall-back says of them, checks included."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen.clean.text.repair import repair
from mmgen.config.descriptions import DescriptionParams
from mmgen.writing.descriptions import write_descriptions
from tests.facts.records import product
from tests.writing.test_descriptions import batch_of


def written(title: str, path: list[str], brand: str | None, text: str | None, **fields: str) -> tuple[str, str]:
    """(description, ad line) of an English product, or of one whose locale is among the fields."""
    example = product("p1", fields.pop("locale", "en"), title, path, brand, repair(text) if text else None, **fields)
    made = write_descriptions(batch_of([example]), DescriptionParams(), None, lambda batch: batch, "m")
    assert made["reject_reason"] == [None]
    return made["description"][0], made["ad_copy"][0]


ACCESSORIES: list[tuple[str, str, dict[str, str]]] = [
    ("Laptop Stand", "Laptops", {"colour": "Silver"}),
    ("Replacement Battery for Laptop", "Laptops", {"colour": "Black"}),
    ("Chair Cover", "Chairs", {"colour": "Grey"}),
    ("Shoe Polish Black", "Shoes", {"colour": "Black"}),
    ("Phone Holder for Car", "Phones", {"colour": "Black"}),
    ("Bicycle Gloves", "Bicycles", {"colour": "Black"}),
    ("Laptop Sleeve", "Laptop Accessories", {"colour": "Grey"}),
    ("Toner Cartridge for Printer with Chip", "Printers", {"colour": "Cyan"}),
    ("Lens Cap", "Cameras", {"material": "plastic"}),
    ("Kettle Descaler", "Kettles", {}),
]


@pytest.mark.parametrize(("title", "shelf", "fields"), ACCESSORIES, ids=[title for title, _, _ in ACCESSORIES])
def test_an_accessory_keeps_its_name(title: str, shelf: str, fields: dict[str, str]) -> None:
    description, line = written(title, ["Electronics", shelf], None, None, **fields)
    told = "".join(f" {name.capitalize()}: {value}." for name, value in fields.items())
    assert description == f"{title}. Category: {shelf}.{told}"
    assert title in line


LOOKS: list[tuple[str, str, str]] = [
    ("Leather Look Leggings", "Leggings", "95% polyester, 5% elastane"),
    ("Suede Effect Ankle Boots", "Boots", "Polyurethane"),
    ("Stainless Steel Look Toaster", "Toasters", "Plastic"),
    ("Faux Leather Belt", "Belts", "Polyurethane"),
    ("Leather Belt", "Belts", "Leather"),
    ("Marble Print Candle", "Candles", "Wax"),
    ("Gold Tone Earrings", "Earrings", "Brass"),
    ("Lead-free Crystal Bowl with Bamboo Lid", "Bowls", "Glass"),
]


@pytest.mark.parametrize(("title", "shelf", "material"), LOOKS, ids=[title for title, _, _ in LOOKS])
def test_a_look_is_no_material(title: str, shelf: str, material: str) -> None:
    description, line = written(title, ["Clothing", shelf], None, None, material=material)
    assert description.startswith(f"{title}. ") and description.endswith(f"Material: {material}.")
    assert description.count("Material") == 1 and title in line


@pytest.mark.parametrize(
    ("title", "path", "fields"),
    [
        pytest.param("Quiet Women", ["Books", "Novels"], {"author": "M. Larsen"}, id="women"),
        pytest.param("Of Fields and Men", ["Books", "Novels"], {"author": "T. Brandt"}, id="men"),
        pytest.param("The Tall Man and the Lake", ["Books", "Novels"], {"author": "T. Brandt"}, id="and"),
        pytest.param("Nine Silent Men", ["Films", "DVDs"], {}, id="film"),
        pytest.param("Fifty Shades of Grey Games (Red Box)", ["Games", "Board Games"], {}, id="colours_of_a_game"),
        pytest.param("The Best of the Bee Gees", ["Music", "Vinyl"], {}, id="a_superlative_in_a_name"),
        pytest.param("小妇人（红色封面）", ["图书", "小说"], {"作者": "奥尔科特", "locale": "zh"}, id="chinese"),
    ],
)
def test_the_title_of_a_work_is_a_name(title: str, path: list[str], fields: dict[str, str]) -> None:
    description, line = written(title, path, None, None, **fields)
    rest = description.replace(title, "")
    assert title in description and title in line
    assert not any(word in rest.lower() for word in ("women", " men", "for ", "red", "grey", "女", "红"))
    assert path[-1] in rest


WARNED: list[tuple[str, str, list[str]]] = [
    ("Garden Hose", "Fits half inch taps. Does not contain lead. Not for drinking water.", ["Not for drinking water."]),
    ("Enamel Mug", "Holds 250 ml of coffee. Do not microwave.", ["Do not microwave."]),
    ("Toy Train", "A wooden train with three wagons. Not suitable for children under 3 years.",
     ["Not suitable for children under 3 years."]),
    ("Model Glue", "Dries in one minute. Contains cyanoacrylate. Keep away from children.",
     ["Contains cyanoacrylate.", "Keep away from children."]),
    ("Tea Light", "<ul><li>Burns four hours</li><li>Never leave a burning candle unattended</li></ul>",
     ["Never leave a burning candle unattended."]),
    ("Wall Paint", "It covers well. " * 60 + "Only for indoor use.", ["Only for indoor use."]),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "kept"), WARNED, ids=[title for title, _, _ in WARNED])
def test_what_warns_stands_in_the_description(title: str, text: str, kept: list[str]) -> None:
    description, _ = written(title, ["Shop"], None, text)
    assert description.startswith(f"{title}. ") and all(sentence in description for sentence in kept)
    assert text.startswith("<") or len(text) > 200 or text in description


def test_what_warns_in_chinese() -> None:
    description, _ = written("香薰蜡烛", ["家居"], None, "可燃四小时。使用时请勿离人。远离儿童", locale="zh")
    assert description == "香薰蜡烛。类别：家居。可燃四小时。使用时请勿离人。远离儿童。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "<p>Warm jacket for cold days.</p><table><tr><th>Size</th><th>Chest</th></tr><tr><td>S</td><td>92 cm</td>"
            "</tr><tr><td>M</td><td>98 cm</td></tr></table>", "Warm jacket for cold days.", id="table"),
        pytest.param("<ul><li>80% wool</li><li>20% polyamide</li><li>Do not tumble dry</li></ul>",
                     "80% wool. 20% polyamide. Do not tumble dry.", id="list"),
        pytest.param("Two pockets<br>Zip of brass<br/>38 cm", "Two pockets. Zip of brass.", id="lines"),
        pytest.param("A calm light for narrow halls.\nThe shade is made of paper.",
                     "A calm light for narrow halls. The shade is made of paper.", id="blocks"),
        pytest.param("A set for two [2 pieces]. The seat lifts up.", "A set for two [2 pieces]. The seat lifts up.",
                     id="a_bracket_that_is_no_code"),
    ],
)  # fmt: skip
def test_each_line_is_a_part_of_its_own(text: str, expected: str) -> None:
    assert written("Hooded X", ["Jackets"], None, text)[0] == f"Hooded X. Category: Jackets. {expected}"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"capacity": "1,7 l", "weight": "1,25 kg", "cable_length": "0,75 m"},
                     "Capacity: 1,7 l; Weight: 1,25 kg; Cable length: 0,75 m.", id="decimal_commas"),
        pytest.param({"weight": "2,100 g", "battery_life": "1,000 hours"},
                     "Weight: 2,100 g; Battery life: 1,000 hours.", id="thousands"),
        pytest.param({"dimensions": "30x40x10,5 cm", "thickness": '3/4"'},
                     'Dimensions: 30x40x10,5 cm; Thickness: 3/4".', id="sizes_and_fractions"),
        pytest.param({"material": "60% cotton, 40% linen", "colour": "black/white"},
                     "Material: 60% cotton, 40% linen; Colour: black/white.", id="lists"),
    ],
)  # fmt: skip
def test_a_value_is_said_as_the_shop_wrote_it(fields: dict[str, str], expected: str) -> None:
    assert written("Kettle X", ["Home"], None, None, **fields)[0] == f"Kettle X. Category: Home. {expected}"


def test_title_and_field_may_differ_and_two_fields_may_not() -> None:
    mug: dict[str, Any] = {"colour": "Charcoal"}
    assert (
        written("Norrby Grey Mug", ["Mugs"], None, None, **mug)[0]
        == "Norrby Grey Mug. Category: Mugs. Colour: Charcoal."
    )
    mug |= {"main_colour": "Grey"}
    assert written("Norrby Mug", ["Cups"], None, None, **mug)[0] == "Norrby Mug. Category: Cups."
