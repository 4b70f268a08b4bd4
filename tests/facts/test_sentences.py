"""The shop's own sentences: each line a part of its own, hype dropped, and what warns never lost."""

from __future__ import annotations

import pytest

from mmgen.facts.language import languages, words_of
from mmgen.facts.record import facts_of
from mmgen.facts.sentences import sentences_of, split_sentences, warns
from tests.facts.records import product


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("80% wool\n20% polyamide\nDo not tumble dry", "en",
                     ["80% wool.", "20% polyamide.", "Do not tumble dry."], id="lines_of_a_list"),
        pytest.param("• 2 Taschen\n• mit Kapuze", "de", ["2 Taschen.", "Mit Kapuze."], id="bullets"),
        pytest.param("Warm jacket for cold days.\nSize\nChest\nS\n92 cm\nM\n98 cm", "en",
                     ["Warm jacket for cold days."], id="cells_of_a_table"),
        pytest.param("Warm.\nSize | Chest\nS | 92 cm\nM | 98 cm | 1\nMade of steel.", "en", ["Made of steel."],
                     id="rows_of_a_table"),
        pytest.param("软毛衣。\n尺码 胸围 衣长\nM 98 65\nL 102 67\n手洗即可。", "zh", ["软毛衣。", "手洗即可。"],
                     id="a_chart_as_it_is_seen"),
        pytest.param("Soft.\nGröße Brust\nXS 88 cm\nXXL 112 cm\nNicht bleichen", "de", ["Nicht bleichen."],
                     id="a_chart_of_two_columns"),
        pytest.param("Nice box\nHeight 55 cm\nWidth 30 cm", "en", ["Nice box.", "Height 55 cm.", "Width 30 cm."],
                     id="measures_are_no_chart"),
        pytest.param("Dishwasher safe | No\nCare | Do not bleach | 30 °C", "en",
                     ["Dishwasher safe: No.", "Do not bleach."], id="rows_that_warn"),
        pytest.param("适用 | 室内\n警告 | 远离儿童", "zh", ["警告：远离儿童。"], id="a_chinese_row_that_warns"),
        pytest.param("Fits most taps.\nFeatures:\nBrass thread", "en", ["Fits most taps.", "Brass thread."],
                     id="a_heading"),
        pytest.param("It has two pockets. It is light.", "en", ["It has two pockets.", "It is light."],
                     id="of_the_product"),
        pytest.param("The best mat ever! It is light. Rolls up.", "en", ["Rolls up."], id="of_what_was_dropped"),
        pytest.param("Holds approx. 250 ml. Made by J. Smith.", "en", ["Holds approx. 250 ml.", "Made by J. Smith."],
                     id="abbreviations"),
        pytest.param("Für ca. 3 Personen. Am 3. Mai neu.", "de", ["Für ca. 3 Personen.", "Am 3. Mai neu."],
                     id="german"),
        pytest.param("Тёплая куртка. Два кармана.", "ru", ["Тёплая куртка.", "Два кармана."], id="russian"),
        pytest.param("选用有机奶源。适合早餐饮用。", "zh", ["选用有机奶源。", "适合早餐饮用。"], id="chinese"),
        pytest.param("Ready for 1,7 l. See www.shop.example.", "en", ["Ready for 1,7 l."], id="link"),
        pytest.param("[vc_row full=\"1\"] A bench for two. Comes with [2 pieces].", "en", ["Comes with [2 pieces]."],
                     id="codes_and_brackets"),
        pytest.param("Red suede sneaker &. Soft & light.", "en", ["Red suede sneaker.", "Soft & light."],
                     id="a_lone_ampersand"),
        pytest.param("拾光水杯（红色） &。瓶身纤细，可放入背包侧袋。", "zh",
                     ["拾光水杯（红色）。", "瓶身纤细，可放入背包侧袋。"], id="a_lone_ampersand_in_chinese"),
        pytest.param("Warm! Soft! Really cosy!", "en", ["Really cosy."], id="shouting"),
        pytest.param("Is it warm? That it is.", "en", [], id="a_question"),
        pytest.param("(Made of oak. Rolls up). Inside is a “pocket”.", "en",
                     ["Made of oak.", "Rolls up.", "Inside is a “pocket”."], id="halves_of_brackets"),
        pytest.param("“少女就是少女。写给所有的人。适合“所有”女孩。", "zh",
                     ["少女就是少女。", "写给所有的人。", "适合“所有”女孩。"], id="half_a_quotation"),
        pytest.param("Wine of the village of\nPauillac. A dry one.", "en",
                     ["Wine of the village of Pauillac.", "A dry one."],
                     id="a_line_that_leads_on"),
        pytest.param("La plus ancienne appellation du\nBordelais.\nVitamine A\nNotes de fruits", "fr",
                     ["La plus ancienne appellation du Bordelais.", "Vitamine A.", "Notes de fruits."],
                     id="a_french_line_that_leads_on"),
        pytest.param("Lorem ipsum dolor sit amet, consectetur adipiscing elit. Made of oak.", "en", ["Made of oak."],
                     id="filling"),
        pytest.param("PRODUCT DESCRIPTION\nKey Features\nTwo pockets", "en", ["Two pockets."], id="headings"),
        pytest.param("产品介绍\n两个口袋设计", "zh", ["两个口袋设计。"], id="a_chinese_heading"),
        pytest.param("I love it, my skin is soft. For dry skin.", "en", ["For dry skin."], id="a_buyer"),
        pytest.param("我觉得很好用。适合干性皮肤。", "zh", ["适合干性皮肤。"], id="a_chinese_buyer"),
        pytest.param("Type I glass. Mi Band fits.", "en", ["Type I glass.", "Mi Band fits."], id="no_buyer"),
        pytest.param("Only Rs. 999 today. A bag of silk.", "en", ["A bag of silk."], id="a_price"),
        pytest.param("Jetzt nur 12,50 €. Aus Eiche gebaut.", "de", ["Aus Eiche gebaut."], id="a_german_price"),
        pytest.param("仅售99元。纯棉面料。", "zh", ["纯棉面料。"], id="a_chinese_price"),
        pytest.param("SKU: BAC-HT2032\nColor: White\nArticle number: 4711", "en", ["Color: White."],
                     id="a_stock_number"),
        pytest.param("货号：A-123\n颜色：白色", "zh", ["颜色：白色。"], id="a_chinese_stock_number"),
        pytest.param("Shop online at flipmart.com today. Two pockets.", "en", ["Two pockets."], id="a_shops_address"),
        pytest.param("", "en", [], id="nothing"),
    ],
)  # fmt: skip
def test_sentences(text: str, language: str, expected: list[str]) -> None:
    assert [sentence for sentence, _ in sentences_of(text, language)] == expected


WARNINGS = [
    ("en", "Not suitable for children under 3 years"),
    ("en", "Not for drinking water"),
    ("en", "Do not microwave"),
    ("en", "Keep away from children"),
    ("en", "Does not contain lead"),
    ("en", "WARNING: CHOKING HAZARD – small parts!"),
    ("en", "Contains cyanoacrylate"),
    ("en", "Use only with the supplied charger"),
    ("zh", "远离儿童"),
    ("zh", "请勿用微波炉加热"),
    ("zh", "仅供外用"),
    ("zh", "Keep away from children"),
    ("en", "远离儿童"),
    ("zh", "三岁以下儿童不宜使用"),
    ("de", "Achtung: Nicht für Kinder unter 36 Monaten geeignet"),
    ("de", "Außerhalb der Reichweite von Kindern fernhalten"),
    ("fr", "Ne convient pas aux enfants de moins de 3 ans"),
    ("es", "Mantener fuera del alcance de los niños"),
    ("it", "Non adatto a bambini di età inferiore a 3 anni"),
    ("ru", "Беречь от детей"),
    ("nl", "Niet geschikt voor kinderen onder 3 jaar"),
    ("pt", "Mantenha fora do alcance das crianças"),
    ("pl", "Nie nadaje się dla dzieci poniżej 3 lat"),
    ("ja", "お子様の手の届かない所に保管してください"),
    ("sv", "Warning: not for children"),
]


@pytest.mark.parametrize(("language", "text"), WARNINGS)
def test_what_warns_is_a_fact_of_its_own_kind(language: str, text: str) -> None:
    assert warns(text, language)
    first = "适合室内。" if language in ("zh", "ja") else "Alpha beta gamma. "
    facts = facts_of(product("p", language, "X1", [], None, f"{first}{text}"))
    found = [fact for fact in facts if fact.role == "warning"]
    assert len(found) == 1 and found[0].value.startswith(text) and found[0].slot == "sentence_2"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "A kettle with a notable handle"),
        ("en", "Not only light, but strong"),
        ("en", "Why cats can't resist it"),
        ("en", "You won't regret it, and never worry again"),
        ("zh", "让人忍不住多看一眼"),
        ("zh", "采用不锈钢材质"),
        ("zh", "不仅轻便，而且结实"),
        ("de", "Nicht nur leicht, sondern stabil"),
    ],
)
def test_what_does_not_warn(language: str, text: str) -> None:
    assert not warns(text, language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("en", "He is not here. She can't go. It isn't far. They don't talk. No one came. Do not heat.",
                     ["Do not heat."], id="english"),
        pytest.param("zh", "他不知道。她不想走。这不是梦。我们不说。他不来。请勿饮用。", ["请勿饮用。"], id="chinese"),
    ],
)  # fmt: skip
def test_of_a_story_only_what_plainly_warns_is_a_warning(language: str, text: str, expected: list[str]) -> None:
    assert [sentence for sentence, is_warning in sentences_of(text, language) if is_warning] == expected


def test_no_warning_is_lost_among_many_sentences() -> None:
    text = (
        " ".join(f"Part {i} is made of steel." for i in range(40)) + " " + "Keep away from children. " + "Steel " * 90
    )
    text += "not for babies."
    values = [fact.value for fact in facts_of(product("p", "en", "X1", [], None, text)) if fact.role == "warning"]
    assert values[0] == "Keep away from children." and values[1].endswith("not for babies.")


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("Oslo Coffee Table", "Oslo coffee table.", id="the_title_again"),
        pytest.param("Oslo Coffee Table, oak", "Coffee Table", id="a_part_of_it"),
        pytest.param("青瓷茶杯 大号", "青瓷茶杯，大号。", id="chinese"),
    ],
)
def test_what_only_repeats_the_title_is_no_sentence(title: str, text: str) -> None:
    facts = facts_of(product("p", "", title, [], None, text))
    assert not any(fact.slot.startswith("sentence_") for fact in facts)


def test_a_sentence_is_said_once() -> None:
    facts = facts_of(product("p", "en", "X1", [], None, "Made of oak. Made of oak!\nMADE OF OAK"))
    assert [fact.value for fact in facts if fact.role == "sentence"] == ["Made of oak."]


def test_an_ordinal_or_an_initial_ends_no_sentence() -> None:
    assert split_sentences("A. Brown, 3. edition. New.", "en") == ["A. Brown, 3. edition.", "New."]


@pytest.mark.parametrize("language", languages())
def test_each_language_has_what_all_have(language: str) -> None:
    words = words_of(language)
    assert {"kind", "brand", "price", "yes"} <= words.labels.keys()
    assert words.warnings and words.people.keys() == words_of("en").people.keys()


def test_a_language_without_a_file_has_its_labels_and_all_warnings() -> None:
    assert "sv" not in languages() and words_of("sv").labels["kind"] == "Kategori" and not words_of("is").labels
    assert set(words_of("de").warnings) | set(words_of("en").warnings) <= set(words_of("sv").warnings)
