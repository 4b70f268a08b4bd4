"""Texts that were broken off are refused; whole ones that look a little like them are not."""

from __future__ import annotations

import pytest

from mmgen.config.descriptions import ContentParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import Fact

FACTS = [
    Fact("article", "article", "tote bag", "category"),
    Fact("material", "material", "竹", "attributes"),
    Fact("season", "season", "冬季", "attributes"),
    Fact("brand", "brand", "Corvane", "brand"),
    Fact("colour", "colour", "red", "attributes"),
    Fact("title", "title", "Come As You Are To", "title"),
    Fact("origin", "origin", "Paris", "attributes"),
]


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("冬季,", "zh"),
        ("竹制.。", "zh"),
        (", tote bag", "en"),
        ("Tote bag in made，.", "en"),
        ("Red tote bag is", "en"),
        ("Red tote bag from", "en"),
        ("Red tote bag to", "en"),
        ("Red Corvane tote bag &.", "en"),
        ("Corvane:, a red tote bag", "en"),
    ],
)
def test_a_fragment_is_refused(text: str, locale: str) -> None:
    results = check_content("ad_copy", text, FACTS, locale, ContentParams())
    assert status_of(results) == "rejected"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Corvane: a red tote bag", "en"),
        ("A red tote bag from Corvane", "en"),
        ("冬季，Corvane 竹", "zh"),
        ("Come As You Are To", "en"),
    ],
)
def test_a_whole_text_keeps_its_form(text: str, locale: str) -> None:
    by_name = {result.name: result for result in check_content("ad_copy", text, FACTS, locale, ContentParams())}
    assert by_name["sentence_form"].passed, by_name["sentence_form"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("拾光水杯（红色） &。瓶身纤细，可放入背包侧袋。", "zh", ["拾光水杯（红色）。", "瓶身纤细，可放入背包侧袋。"]),
        ("Red suede sneaker &. Soft & light.", "en", ["Red suede sneaker.", "Soft & light."]),
    ],
    ids=["Chinese", "English"],
)
def test_a_lone_ampersand_does_not_cost_the_sentence(text: str, language: str, expected: list[str]) -> None:
    from mmgen.facts.sentences import sentences_of

    assert [sentence for sentence, _ in sentences_of(text, language)] == expected


@pytest.mark.parametrize(
    "title", ["iPhone 6 / 6s , Black", "Wow !! Shelf.. (new)", "& Other Stories, belt", "茶杯 ， 大号"]
)
def test_a_title_has_the_marks_that_the_shop_gave_it(title: str) -> None:
    facts = [Fact("title", "title", title, "title", "title"), Fact("kind", "Category", "Shelves", "category", "kind")]
    results = check_content("description", f"{title}. Category: Shelves.", facts, "en", ContentParams())
    assert "sentence_form" not in {result.name for result in results if not result.passed}


@pytest.mark.parametrize(
    ("title", "passed"), [("Null Modem Cable", True), ("TODO List Pad", True), ("Mug {blue}", False)]
)
def test_a_programs_word_in_a_name(title: str, passed: bool) -> None:
    facts = [Fact("title", "title", title, "title", "title")]
    found = {r.name: r.passed for r in check_content("ad_copy", title, facts, "en", ContentParams())}
    assert found["markup"] is passed
    told = check_content(
        "ad_copy", "Mug null", [Fact("title", "title", "Mug", "title", "title")], "en", ContentParams()
    )
    assert "markup" in {r.name for r in told if not r.passed}
