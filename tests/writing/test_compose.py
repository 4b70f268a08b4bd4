"""Composed texts read well: both kinds, both languages, any schema."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mmgen.config.descriptions import ContentParams
from mmgen.content_checks.checks.repetition import doubled
from mmgen.content_checks.faithfulness import coverage, unsupported
from mmgen.content_checks.run import check_content
from mmgen.facts.fact import Fact
from mmgen.facts.record import facts_of
from mmgen.facts.words import a_or_an, number_of, plural, singular
from mmgen.writing.grammar.compose import compose, is_well_formed
from mmgen.writing.grammar.words import GRAMMAR_WORDS
from tests.facts.records import EMPTY, OTHERS, product
from tests.facts.records_en import ENGLISH
from tests.facts.records_zh import CHINESE

RECORDS = [pytest.param(r, id=r["product_id"]) for r in [*CHINESE, *ENGLISH, *OTHERS]]


@pytest.mark.parametrize("kind", ["description", "ad_copy"])
@pytest.mark.parametrize("example", RECORDS)
def test_every_record_gets_texts_that_pass_all_checks(example: dict[str, Any], kind: str) -> None:
    facts = facts_of(example)
    for seed in range(8):
        draft = compose(facts, example["locale"], kind, seed)
        failed = [
            c
            for c in check_content(kind, draft.text, facts, example["locale"], ContentParams(), GRAMMAR_WORDS)
            if not c.passed
        ]
        assert failed == [], draft.text
        assert is_well_formed(draft.tokens, example["locale"]), draft.tokens
        assert "99" not in draft.text.replace("1997", "")


@pytest.mark.parametrize(
    ("title", "category", "attributes", "wanted"),
    [
        pytest.param("Ana Ink Orange Jacket", ["Jackets"], {"colour": "Orange"}, r"\ban orange jacket", id="an"),
        pytest.param(
            "Ana Sol Black Jeans", ["Jeans"], {"colour": "Black"}, r"\bblack jeans|jeans come in black", id="pair"
        ),
        pytest.param(
            "Ana Jo White Milk", ["Milk"], {"colour": "White"}, r"(?<!a )white milk|milk comes in white", id="mass"
        ),
    ],
)
def test_articles_and_numbers_agree(title: str, category: list[str], attributes: dict[str, str], wanted: str) -> None:
    facts = facts_of(product("p", "en", title, category, "Ana", None, **attributes))
    texts = [compose(facts, "en", "description", seed).text for seed in range(30)]
    assert any(re.search(wanted, text) for text in texts)
    assert not [
        t for t in texts if re.search(r"\ba (orange|jeans|black jeans|milk|white milk)|jeans comes|these milk", t)
    ]


def test_a_brand_with_a_full_stop_ends_a_sentence_once() -> None:
    facts = facts_of(
        product(
            "p", "en", "U.S. Polo Assn. Men Red Shirt", ["Shirts"], "U.S. Polo Assn.", None, colour="Red", year="2011"
        )
    )
    texts = [compose(facts, "en", "description", seed).text for seed in range(30)]
    assert any("Assn. It " in text for text in texts)
    assert not [text for text in texts if ".." in text or "Assn. it" in text]


def test_variety_and_repeatability() -> None:
    facts = facts_of(ENGLISH[0])
    texts = [compose(facts, "en", "description", seed).text for seed in range(40)]
    assert len(set(texts)) >= 5
    assert texts == [compose(facts, "en", "description", seed).text for seed in range(40)]


def test_a_written_description_is_kept_in_its_own_words() -> None:
    facts = facts_of(CHINESE[15])
    text = compose(facts, "zh", "description", 1).text
    assert "选用有机牧场奶源，口感醇厚。每100毫升含3.6克优质乳蛋白。" in text
    assert "250ml×12盒" in text


def test_a_conflicting_claim_is_not_stated() -> None:
    facts = facts_of(next(r for r in CHINESE if r["product_id"] == "c15"))
    texts = "".join(compose(facts, "zh", kind, s).text for kind in ("description", "ad_copy") for s in range(20))
    assert "红" not in texts
    assert "蓝" not in texts


def test_nothing_known_nothing_said() -> None:
    assert compose(facts_of(EMPTY), "en", "description", 1).text == ""


def test_another_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="no kind of content is called"):
        compose([Fact("title", "title", "Mug", "title")], "en", "poem", 1)


@pytest.mark.parametrize(
    ("tokens", "ok"),
    [
        pytest.param("these <articles> come in <colour> .", True, id="plural"),
        pytest.param("this <articles> comes in <colour> .", False, id="this_shoes"),
        pytest.param("a <colour> <articles> .", False, id="a_shoes"),
        pytest.param("<articles> have a <fit> fit .", True, id="a_fit"),
        pytest.param("these <article> come .", False, id="these_shirt"),
        pytest.param("<colour> and <colour> <article> .", False, id="slot_twice"),
        pytest.param("<unk> <article> .", False, id="unknown"),
        pytest.param("this product .", False, id="no_slot"),
    ],
)
def test_sampled_tokens_must_keep_the_grammar(tokens: str, ok: bool) -> None:
    assert is_well_formed(tokens.split(), "en") is ok


@pytest.mark.parametrize(
    ("word", "article"),
    [("apple", "an"), ("blue", "a"), ("hour", "an"), ("unisex", "a"), ("umbrella", "an"), ("one", "a"), ("LED", "an"),
     ("USB", "a"), ("8-bit", "an"), ("11", "an"), ("ivory", "an"), ("European", "a"), ("X", "an"), ("unit", "a")],
)  # fmt: skip
def test_a_or_an(word: str, article: str) -> None:
    assert a_or_an(word) == article


@pytest.mark.parametrize(
    ("many", "one", "number"),
    [("shirts", "shirt", "one"), ("watches", "watch", "one"), ("accessories", "accessory", "one"),
     ("scarves", "scarf", "one"),
     ("dresses", "dress", "one"), ("shoes", "shoe", "many"), ("jeans", "jean", "many"), ("milk", "milk", "mass"),
     ("knitwear", "knitwear", "mass"), ("headphones", "headphone", "many"), ("capris", "capri", "many")],
)  # fmt: skip
def test_word_forms(many: str, one: str, number: str) -> None:
    assert singular(many) == one
    assert number_of(one if number == "one" else many) == number
    assert plural(one) == many


def test_no_draft_of_any_record_says_a_word_twice() -> None:
    for example in [*CHINESE, *ENGLISH]:
        facts = facts_of(example)
        for seed in range(5):
            text = compose(facts, example["locale"], "description", seed).text
            assert doubled(text, facts) == ""
            assert unsupported(text, facts, example["locale"], GRAMMAR_WORDS) == []
            assert coverage(text, facts) >= 0.5


def test_chinese_sentences_have_verbs_and_short_names_their_brand() -> None:
    facts = facts_of(product("p", "zh", "归途挂钟（紫色）", ["家居", "钟表"], "归途", None, 颜色="紫色", 图案="纯色",
                             材质="木质", 季节="春季", 尺寸="30厘米", 风格="北欧"))  # fmt: skip
    texts = [compose(facts, "zh", kind, seed).text for kind in ("description", "ad_copy") for seed in range(40)]
    assert not [text for text in texts if re.search("(?:产品|此款|本品)(?:纯色|紫色)|木质材质", text)]
    assert all("归途" in text for text in texts)
