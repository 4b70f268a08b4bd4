"""A written description is led by the product's name only where it doesn't name the product itself."""

from __future__ import annotations

import pytest

from mmgen.clean.text.language import language_of
from mmgen.facts.fact import by_slot
from mmgen.facts.record import facts_of
from mmgen.writing.grammar.compose import compose
from mmgen.writing.grammar.written import lead_slots, written_slots
from tests.facts.records import product

RED = {"colour": "red", "material": "leather"}
GREY = {"colour": "grey", "material": "cotton", "pattern": "striped"}
BLACK = {"颜色": "黑色", "材质": "马口铁", "图案": "波点"}
CASES = {
    "joining words don't count": ("Red leather bag by Millrace", "Millrace", RED, "The bag is made by Millrace.", []),
    "nor does what can follow": ("Larkfield striped lamp in grey", "Larkfield", GREY, "Larkfield makes this lamp.", []),
    "a name in two words": ("Watermelon", None, {}, "Water melon is juicy and sweet.", []),
    "the maker isn't said": ("Arla Sour Milk", None, {}, "Classic sour milk from farms nearby.", ["<title>"]),
    "the thing isn't said": ("Norrby umbrella", "Norrby", {}, "A metal shaft stands up to wind.", ["<title>"]),
    "chinese, all is said": ("归途 波点储茶罐 黑色", "归途", BLACK, "来自归途的储茶罐选用马口铁。", []),
    "chinese, the thing isn't said": ("归途 连衣裙 黑色", "归途", BLACK, "细腰带勾勒腰线。", ["<brand>", "<name>"]),
    "chinese, the name's parts apart": ("乳胶枕", None, {}, "进口天然乳胶。枕套可拆洗。", ["<name>"]),
    "chinese, without a maker": ("黑色马克杯", None, {}, "送礼自用两相宜。", ["<name>"]),
}


@pytest.mark.parametrize(("title", "brand", "attributes", "text", "lead"), CASES.values(), ids=CASES)
def test_lead(title: str, brand: str | None, attributes: dict[str, str], text: str, lead: list[str]) -> None:
    locale = language_of(None, title)
    facts = by_slot(facts_of(product("p", locale, title, [], brand, text, **attributes)))
    assert lead_slots(facts, written_slots(facts, 300), locale) == lead


def test_what_the_title_alone_says_follows_where_there_is_no_lead() -> None:
    example = product("p", "en", "Larkfield striped lamp in grey", ["Lamps"], "Larkfield", "Larkfield makes this lamp.",
                      colour="grey", pattern="striped")  # fmt: skip
    text = compose(facts_of(example), "en", "description", 1).text
    assert text.startswith("Larkfield makes this lamp.")
    assert "grey" in text
    assert "striped" in text


@pytest.mark.parametrize(
    ("text", "pronoun"),
    [
        pytest.param("The sneaker grips wet pavement.", "It ", id="one"),
        pytest.param("These sneakers grip wet pavement.", "They ", id="a_pair"),
    ],
)
def test_number_follows_the_written_description(text: str, pronoun: str) -> None:
    example = product("p", "en", "Brightwell suede sneaker", ["Sneakers"], "Brightwell", text, season="winter")
    texts = [compose(facts_of(example), "en", "description", seed).text for seed in range(10)]
    assert all(pronoun in text for text in texts), texts
