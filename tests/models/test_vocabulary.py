from __future__ import annotations

import pytest

from mmgen.models.text.vocabulary import BEGINS, SPECIALS, Vocabulary, begin_token, is_slot


@pytest.mark.parametrize(
    ("kind", "locale", "token"),
    [
        pytest.param("description", "en", "<bos:description:en>", id="english"),
        pytest.param("ad_copy", "zh-Hans-CN", "<bos:ad_copy:zh>", id="chinese with a region"),
        pytest.param("description", "EN_gb", "<bos:description:en>", id="underscore and capitals"),
        pytest.param("ad_copy", "de", "<bos:ad_copy:other>", id="another language"),
        pytest.param("description", "", "<bos:description:other>", id="unknown language"),
    ],
)
def test_begin_token(kind, locale, token):
    assert begin_token(kind, locale) == token
    assert token in BEGINS


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="poem"):
        begin_token("poem", "en")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("<colour>", True),
        ("<sentence_1>", True),
        ("<eos>", False),
        ("<bos:ad_copy:zh>", False),
        ("<", False),
        ("好", False),
    ],
)
def test_is_slot(token, expected):
    assert is_slot(token) is expected


def test_build_keeps_every_slot_and_the_commonest_words(tmp_path):
    texts = [["<bos:description:en>", "a", "<once>", "shirt"], ["a", "shirt", "a", "rare"], ["红", "色", "红"]]
    vocabulary = Vocabulary.build(texts, min_count=2, max_tokens=2)
    assert vocabulary.tokens == (*SPECIALS, "<once>", "a", "shirt")
    assert vocabulary.encode(["a", "rare"]) == [
        vocabulary.index["a"],
        vocabulary.index["<unk>"],
        vocabulary.index["<eos>"],
    ]
    vocabulary.save(tmp_path / "v.json")
    assert Vocabulary.load(tmp_path / "v.json") == vocabulary
    assert Vocabulary.build(reversed(texts), min_count=2, max_tokens=2) == vocabulary
