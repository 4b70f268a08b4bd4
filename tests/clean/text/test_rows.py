"""Hard texts, one line a case."""

from __future__ import annotations

import time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.clean.text.language import language_of, text_language
from mmgen.clean.text.rows import COLUMNS, clean_texts
from mmgen.clean.text.tokens import title_key, tokenize
from mmgen.config.clean import NearCopyParams, TextParams
from mmgen.rejects import RejectReason

PARAMS = TextParams()

Row = tuple[str | None, str | None, str | None, str | None]


def batch(*rows: Row) -> pa.RecordBatch:
    names = ("title", "description", "locale", "reject_reason")
    return pa.RecordBatch.from_pydict(
        {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)}
    )


def clean(title: str | None, description: str | None = None, locale: str | None = None) -> dict[str, Any]:
    columns = clean_texts(batch((title, description, locale, None)), PARAMS)
    assert set(columns) == set(COLUMNS)
    return {name: values[0] for name, values in columns.items()}


LANGUAGES = {
    "english": ("The shirt is soft and comes with two pockets", None, "en"),
    "english title": ("Nike Men Blue Running Shoes", "en", "en"),
    "english title, no locale": ("Women Black Leather Handbag", None, "en"),
    "chinese": ("这款运动鞋轻便透气，适合日常跑步", None, "zh"),
    "traditional chinese": ("這款運動鞋輕便透氣，適合日常跑步", None, "zh"),
    "chinese among english": ("这款鞋很轻便，适合跑步", "en", "zh"),
    "chinese with brand": ("耐克 Nike Air Max 270 男子运动鞋", None, "zh"),
    "mostly latin, chinese shop": ("Apple iPhone 15 Pro Max 手机", "zh-CN", "zh"),
    "mostly latin, english shop": ("Haidilao 海底捞 hot pot soup base for the family", "en", "en"),
    "english in a chinese shop": ("The shirt is soft and comes with two pockets", "zh", "en"),
    "japanese": ("軽くて走りやすいランニングシューズです", None, "ja"),
    "katakana": ("ナイキ シューズ", None, "ja"),
    "korean": ("가볍고 편안한 운동화입니다", None, "ko"),
    "german": ("Die Schuhe sind leicht und sehr bequem für den Alltag", None, "de"),
    "french": ("Des chaussures légères et confortables pour tous les jours", None, "fr"),
    "spanish": ("Zapatos ligeros y cómodos para todos los días", None, "es"),
    "italian": ("Scarpe leggere e comode per tutti i giorni, con suola morbida", None, "it"),
    "portuguese": ("Sapatos leves e confortáveis para todos os dias, com sola macia não", None, "pt"),
    "dutch": ("De schoenen zijn licht en heel comfortabel voor het dagelijks leven", None, "nl"),
    "german in an english shop": ("Die Schuhe sind leicht und sehr bequem für den Alltag", "en", "de"),
    "russian": ("Лёгкие и удобные кроссовки", None, "ru"),
    "ukrainian": ("Легкі та зручні кросівки її", None, "uk"),
    "arabic": ("حذاء رياضي خفيف ومريح", None, "ar"),
    "greek": ("Ελαφριά παπούτσια", None, "el"),
    "thai": ("รองเท้าวิ่งน้ำหนักเบา", None, "th"),
    "hindi": ("हल्के और आरामदायक जूते", None, "hi"),
    "english content word of another list": ("Red Fire Truck", None, "en"),
    "english, car": ("Car Seat Cover", None, "en"),
    "french with accents alone": ("Épais résultat, véritable défaut", None, "fr"),
    "hungarian": ("Könnyű és kényelmes cipő a mindennapokra", None, "hu"),
    "numbers only": ("501 36x32", None, "und"),
    "nonsense": ("xkcd zzrt", None, "und"),
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_tells_the_language(name: str) -> None:
    text, locale, expected = LANGUAGES[name]
    assert text_language(text, locale) == expected


@pytest.mark.parametrize(
    ("locale", "texts", "expected"),
    [
        ("zh-CN", ["Blue shirt"], "zh"),
        ("zh_TW", [], "zh"),
        ("cn", [], "zh"),
        ("GB", [], "en"),
        ("de", ["The shirt is blue"], "de"),
        (None, ["蓝色棉质衬衫", None], "zh"),
        ("und", ["Das Hemd ist blau", "und es ist aus Baumwolle"], "de"),
        ("", ["Kolibri X200"], "en"),
        (None, [None], "en"),
    ],
    ids=[
        "locale before text", "underscore", "a country", "capitals", "another language", "no locale", "no language",
        "nothing tells", "no text",
    ],
)  # fmt: skip
def test_the_language_that_a_product_is_described_in(
    locale: str | None, texts: list[str | None], expected: str
) -> None:
    assert language_of(locale, *texts) == expected


TOKENS = {
    "english": ("The Blue T-Shirts, with a zip!", "en", ["blue", "t", "shirts", "zip"]),
    "garment words stay": ("Full Side Top", "en", ["full", "side", "top"]),
    "only stop words": ("The Who", "en", ["the", "who"]),
    "possessive": ("Men's shoes", "en", ["men", "shoes"]),
    "full-width": ("ＮＩＫＥ　ＡＩＲ", "en", ["nike", "air"]),
    "german": ("Schuhe und Hemden", "de", ["schuhe", "hemden"]),
    "chinese": ("男士的运动鞋", "zh", ["男士", "运动鞋"]),
    "chinese with latin": ("耐克Nike跑步鞋", "zh", ["耐克", "nike", "跑步", "鞋"]),
    "korean": ("가벼운 운동화", "ko", ["가벼운", "운동화"]),
    "japanese pairs": ("軽量シューズ", "ja", ["軽量", "シュ", "ュー", "ーズ"]),
    "emoji and punctuation": ("★ sale!!! 😀 ★", "en", ["sale"]),
}


@pytest.mark.parametrize("name", TOKENS)
def test_tokenizes(name: str) -> None:
    text, language, expected = TOKENS[name]
    assert tokenize(text, language, 100) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Blue  T-Shirt", "blue t shirt!"),
        ("ＮＩＫＥ Air", "Nike AIR"),
        ("STRASSE", "Straße"),
        ("纯棉【T恤】", "纯棉 t恤"),
    ],
    ids=["punctuation", "width", "sharp s", "brackets"],
)
def test_title_keys_of_near_copies_are_equal(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


REJECTED = {
    "none": (None, RejectReason.TITLE_EMPTY),
    "empty": ("", RejectReason.TITLE_EMPTY),
    "spaces": (" \u3000\u200b\t", RejectReason.TITLE_EMPTY),
    "markup only": ("<p><br></p>", RejectReason.TITLE_EMPTY),
    "emoji": ("😀😀🎉", RejectReason.TEXT_NO_LETTERS),
    "punctuation": ("!!! --- ???", RejectReason.TEXT_NO_LETTERS),
    "only a phone number": ("+86 138 0013 8000", RejectReason.TEXT_NO_LETTERS),
    "replacement characters": ("\ufffd\ufffd\ufffd shoe \ufffd\ufffd", RejectReason.TEXT_UNREADABLE),
}


@pytest.mark.parametrize("name", REJECTED)
def test_rejects_by_name_and_keeps_the_description(name: str) -> None:
    title, reason = REJECTED[name]
    row = clean(title, "A soft <b>shirt</b>", "en")
    assert row["reject_reason"] == reason
    assert row["title"] is None and row["title_key"] is None
    assert row["description"] == "A soft shirt"
    assert row["tokens"] == ["soft", "shirt"] and row["language"] == "en"
    alone = clean(title)
    assert alone.pop("reject_reason") == reason
    assert set(alone.values()) == {None}


def test_a_description_without_letters_is_dropped_and_rejects_nothing() -> None:
    row = clean("Mug", "☕☕", "en")
    assert (row["title"], row["description"], row["reject_reason"]) == ("Mug", None, None)


def test_digits_are_a_title() -> None:
    assert clean("501", locale="en")["reject_reason"] is None


def test_masks_are_counted_and_are_no_tokens() -> None:
    row = clean("Mug", "Ask a.b@example.com or 13800138000", "en")
    assert row["description"] == "Ask [email] or [phone]"
    assert (row["num_masked"], row["tokens"]) == (2, ["mug", "ask"])


def test_a_title_is_one_line() -> None:
    assert clean("<p>Blue</p><p>Mug</p>")["title"] == "Blue Mug"


def test_keeps_order_and_passes_reasons_on() -> None:
    columns = clean_texts(
        batch(("a mug", None, "en", "duplicate_id"), (None, None, None, None), ("b mug", None, None, None)), PARAMS
    )
    assert columns["reject_reason"] == ["duplicate_id", "title_empty", None]
    assert columns["title"] == [None, None, "b mug"]
    assert {len(values) for values in columns.values()} == {3}
    assert {len(values) for values in clean_texts(batch(), PARAMS).values()} == {0}


def test_the_signature_is_of_what_is_shown() -> None:
    story = "a soft cotton shirt with a round neck and short sleeves"
    one, other = (clean(title, story)["signature"] for title in ("Mail a@b.com", "<b>Mail</b> c@d.com"))
    assert one == other and len(one) == 4 * NearCopyParams().num_hashes
    assert clean("Mug")["signature"] is None, "too short"
    few = clean_texts(batch(("Mail", story, None, None)), PARAMS, NearCopyParams(num_hashes=16, num_bands=3))
    assert len(few["signature"][0]) == 4 * 16


# What is repeated, to 100,000 characters: a pattern or a search that is not linear takes minutes on one of them
HEAVY = {
    "words": "soft blue shirt ",
    "one word": "a",
    "open tags": "<b ",
    "open tags with quotes": '<b a="',
    "open attributes": "<b a='>",
    "open scripts": "<script>",
    "open comments": "<!--",
    "open cdata": "<![CDATA[",
    "ampersands": "&",
    "entities": "&amp;",
    "entities left open": "&#1",
    "digits": "1",
    "spaced digits": "1 ",
    "pairs of digits": "12 ",
    "triples with zeros": "012 ",
    "dotted digits": "1.",
    "slashes": "123/",
    "plus signs": "+1",
    "brackets": "(0",
    "telephone numbers": "13800138000,",
    "labels": "call us at ",
    "labels of addresses": "Ship to: Ann ",
    "addresses": "Ship to: 12 High Street Leeds, ",
    "chinese addresses": "收货地址：一二三四五",
    "urls": "http://a.b/c?d=123456789 ",
    "tokens": "https://a?token=",
    "logins": "://a:",
    "account numbers": "DE89 3704 ",
    "at signs": "a@",
    "dotted": "a.",
    "mail addresses": "a@b.co ",
    "brackets at": "(at)",
    "chinese": "这款运动鞋轻便透气",
    "utf-8 as latin-1": "Ã©",
    "gbk as latin-1": "ÔË¶¯Ð¬",
    "utf-8 as gbk": "鑰愬厠",
    "marks": "e\u0301",
    "stacked marks": "\u0336",
    "joiners": "\u200d",
    "flags of tags": "\U0001f3f4\U000e0067",
    "escapes of a terminal": "\x1b[1;",
    "new lines": "\n \n",
}


@pytest.mark.parametrize("name", HEAVY)
def test_hostile_texts_are_bounded_in_time(name: str) -> None:
    clean("warm 热身 up")
    text = (HEAVY[name] * 100_000)[:100_000].encode("utf-8", "ignore").decode()
    started = time.process_time()
    row = clean("Mug", text, "en")
    assert time.process_time() - started < 5  # a sound text of this size takes a tenth of a second
    assert (row["title"], row["reject_reason"]) == ("Mug", None)
    assert row["num_tokens"] <= PARAMS.max_tokens


@pytest.mark.parametrize(
    ("title", "description", "shown"),
    [
        pytest.param("L" + "a" * 100_000, "A lamp.", (None, "A lamp.", "text_unreadable"), id="as a title"),
        pytest.param("Blue Jug", "A" + "b" * 100_000, ("Blue Jug", None, None), id="as a description"),
        pytest.param("Mug", f"A mug. {'Z9' * 5_000} Round.", ("Mug", "A mug. Round.", None), id="beside words"),
        pytest.param("杯" * 2_000, "温暖" * 2_000, ("杯" * 2_000, "温暖" * 2_000, None), id="Chinese has no spaces"),
        pytest.param("Mug", "w" * 1_000, ("Mug", "w" * 1_000, None), id="as long as may be"),
    ],
)
def test_a_word_without_end_is_left_out(title: str, description: str, shown: tuple[str | None, ...]) -> None:
    row = clean(title, description, "en" if title.isascii() else "zh")
    assert (row["title"], row["description"], row["reject_reason"]) == shown


def test_a_megabyte() -> None:
    """Cleaned to its end; tokens and language come from its beginning."""
    row = clean("Mug", "Warm wool &amp; cotton, 13800138000. 温暖的羊毛。\n" * 20_000, "en")
    assert row["description"] == "\n".join(["Warm wool & cotton, [phone]. 温暖的羊毛。"] * 20_000)
    assert row["num_masked"] == 20_000
    assert 3_000 < row["num_tokens"] <= PARAMS.max_tokens


def test_longer_fields_are_cut() -> None:
    row = clean("Mug", "a b " * 300_000)
    assert len(row["description"]) == PARAMS.max_chars - 1  # the space at the cut


def test_same_rows_twice() -> None:
    rows = batch(*[(text, None, locale, None) for text, locale, _ in LANGUAGES.values()])
    assert clean_texts(rows, PARAMS) == clean_texts(rows, PARAMS)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from([None, "en", "zh-CN", "xx", ""]))
def test_never_raises_and_is_stable(title: str, description: str, locale: str | None) -> None:
    row = clean(title, description, locale)
    assert row["reject_reason"] != RejectReason.TRANSFORM_FAILED
    assert (row["reject_reason"] is None) == (row["title"] is not None)
    if row["title"]:
        assert "\n" not in row["title"] and row["title"] == row["title"].strip()
