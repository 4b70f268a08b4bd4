"""Texts that were broken off are refused; whole ones that look a little like them are not."""

from __future__ import annotations

import pytest

from mmgen.config.descriptions import ContentParams
from mmgen.content_checks.faithfulness import FreeWords
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import Fact

FREE = FreeWords(
    frozenset(["comes", "come", "take", "look", "range", "season", "shoes"]),
    frozenset({"这款", "为", "颜色", "产地", "适合", "采用", "材质", "净含量"}),
)
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
    results = check_content("ad_copy", text, FACTS, locale, ContentParams(), FREE)
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
    by_name = {result.name: result for result in check_content("ad_copy", text, FACTS, locale, ContentParams(), FREE)}
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

    assert sentences_of(text, language) == expected
