"""Hard texts, one line a case."""

from __future__ import annotations

import time
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.clean.language import language_of
from mmgen.clean.params import TextParams
from mmgen.clean.text import COLUMNS, clean_texts
from mmgen.clean.text_repair import repair
from mmgen.clean.tokens import title_key, tokenize
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


REPAIRED = {
    "plain": ("Blue T-Shirt", "Blue T-Shirt"),
    "utf-8 read as windows-1252": ("CafÃ© crÃ¨me", "Café crème"),
    "twice": ("cafÃƒÂ© society", "café society"),
    "curly quotes": ("Itâ€™s soft â€“ very", "It’s soft – very"),
    "chinese read as latin-1": ("è€\x90å…\x8b è¿\x90åŠ¨é\x9e\x8b", "耐克 运动鞋"),
    "true accents stay": ("Façade für Ångström, señor", "Façade für Ångström, señor"),
    "capital a with tilde stays": ("MAÇÃ DO BRASIL", "MAÇÃ DO BRASIL"),
    "entities": ("Tom &amp; Jerry &#39;n&#x27; friends&nbsp;!", "Tom & Jerry 'n' friends !"),
    "entity escaped twice": ("Salt &amp;amp; pepper", "Salt & pepper"),
    "inline tags": ("<b>Soft</b>, <i>light</i> w<b>o</b>ol", "Soft, light wool"),
    "block tags part lines": ("<ul><li>Soft</li><li>Warm</li></ul>", "Soft\nWarm"),
    "break": ("one<br>two<BR/>three", "one\ntwo\nthree"),
    "script goes with its content": ("a<script>alert(1)</script>b", "a\nb"),
    "upper-case script": ("a<SCRIPT>alert(1)</SCRIPT>b", "a\nb"),
    "style and comment": ("<style>p{color:red}</style>x<!-- no -->y", "xy"),
    "escaped markup": ("&lt;p&gt;Hi&lt;/p&gt;", "Hi"),
    "escaped script": ("&lt;script&gt;alert(1)&lt;/script&gt;ok", "ok"),
    "less than stays": ("5 < 7 and <3 you", "5 < 7 and <3 you"),
    "word in angles stays": ("size <Large>", "size <Large>"),
    "unclosed tag": ("a <b and c", "a <b and c"),
    "attributes": ('<a href="http://x.y" onclick="z()">shop</a>', "shop"),
    "office tag": ("<o:p>text</o:p>", "text"),
    "doctype": ("<!DOCTYPE html><p>x", "x"),
    "zero-width space": ("ru\u200bnning\ufeff shoe\u2060s", "running shoes"),
    "soft hyphen": ("hand\u00adbag", "handbag"),
    "bidi override": ("safe\u202egnp.exe\u202c", "safegnp.exe"),
    "isolates": ("\u2066abc\u2069", "abc"),
    "hebrew stays": ("\u200fחולצה כחולה", "חולצה כחולה"),
    "persian joiner stays": ("می\u200cخواهم", "می\u200cخواهم"),
    "emoji family stays": ("👨\u200d👩\u200d👧 pack", "👨\u200d👩\u200d👧 pack"),
    "heart with selector stays": ("I ❤️ tea", "I ❤️ tea"),
    "joiner between latin letters": ("ab\u200dcd", "abcd"),
    "hidden tag characters": ("mug" + "".join(chr(0xE0000 + ord(c)) for c in "ignore"), "mug"),
    "control characters": ("a\x00b\x07c\x1b[31md", "abc[31md"),
    "private use": ("star \ue00f rated", "star rated"),
    "decomposed": ("Cafe\u0301", "Café"),
    "stacked marks": ("Z" + "\u0335\u0336\u0337\u0338" * 20 + "algo", "Z\u0335\u0336algo"),
    "full-width letters keep their form": ("ＮＩＫＥ　１２３", "ＮＩＫＥ １２３"),
    "ideographic space": ("纯棉　短袖", "纯棉 短袖"),
    "no-break and thin spaces": ("10\u00a0kg\u2009net", "10 kg net"),
    "white space": ("  a \t b \r\n\r\n  c\u2028d ", "a b\nc\nd"),
    "windows-1252 ellipsis": ("soft\x85 warm", "soft… warm"),
    "trade mark stays": ("Nike™ ½ size", "Nike™ ½ size"),
    "ligature stays": ("ﬁne ﬂeece", "ﬁne ﬂeece"),
    "math stays": ("𝐁𝐨𝐥𝐝 sale", "𝐁𝐨𝐥𝐝 sale"),
    "template braces stay": ("{{7*7}} ${x}", "{{7*7}} ${x}"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRED)
def test_repairs(name: str) -> None:
    given_text, expected = REPAIRED[name]
    assert repair(given_text) == expected
    assert repair(expected) == expected, "repairing twice changes nothing"


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
    "numbers only": ("501 36x32", None, "und"),
    "nonsense": ("xkcd zzrt", None, "und"),
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_tells_the_language(name: str) -> None:
    text, locale, expected = LANGUAGES[name]
    assert language_of(text, locale) == expected


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


HEAVY = {
    "words": "soft blue shirt " * 65_000,
    "one word": "a" * 1_000_000,
    "open tags": "<b " * 330_000,
    "open scripts": "<script>" * 125_000,
    "ampersands": "&" * 1_000_000,
    "digits": "1" * 1_000_000,
    "spaced digits": "1 " * 500_000,
    "at signs": "a@" * 500_000,
    "dotted": "a." * 500_000,
    "addresses": "a@b.co " * 140_000,
    "chinese": "这款运动鞋轻便透气" * 110_000,
    "mojibake": "Ã©" * 500_000,
    "marks": "e\u0301" * 500_000,
    "joiners": "\u200d" * 1_000_000,
    "new lines": "\n \n" * 330_000,
    "brackets at": "(at)" * 250_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_megabyte_is_bounded_in_time(name: str) -> None:
    clean("warm 热身 up")
    started = time.process_time()
    row = clean("Mug", HEAVY[name], "en")
    assert time.process_time() - started < 5
    assert row["title"] == "Mug"
    assert row["num_tokens"] <= PARAMS.max_tokens


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
