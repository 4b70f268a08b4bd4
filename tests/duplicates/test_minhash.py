"""Near-copies of texts: what is alike, what is not, and that signatures never change."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mmgen.clean.text.signature import signature_matrix, signatures, text_signatures
from mmgen.config.clean import NearCopyParams
from mmgen.duplicates.minhash import band_keys, near_copies, similarity, text_bands

PARAMS = NearCopyParams()

ENGLISH = (
    "A warm winter coat made of thick wool with a hood and two deep pockets that keeps you dry on rainy days and goes "
    "with everything you own because its cut is simple and its colour is calm"
)
CHINESE = (
    "这款羊毛大衣采用加厚面料，配有连帽和两个深口袋，下雨天也能保持干爽，"
    "剪裁简洁，颜色沉稳，适合搭配各种日常服装，冬季出行更加温暖舒适"
)

ALIKE = {
    "the same": (ENGLISH, ENGLISH, 1.0, 1.0),
    "case and punctuation": (ENGLISH, ENGLISH.upper().replace(" and", ", AND") + "!!!", 1.0, 1.0),
    "full-width": ("ＮＩＫＥ Air Max shoe", "nike air max shoe", 1.0, 1.0),
    "white space": (ENGLISH, ENGLISH.replace(" ", " \n"), 1.0, 1.0),
    "one word": (ENGLISH, ENGLISH.replace("thick", "thin"), 0.75, 0.99),
    "a word more": (ENGLISH, ENGLISH + " today", 0.8, 0.999),
    "halves in another order": (ENGLISH, ENGLISH[120:] + " " + ENGLISH[:120], 0.75, 0.999),
    "chinese, one word": (CHINESE, CHINESE.replace("冬季", "秋季"), 0.75, 0.99),
    "chinese, other punctuation": (CHINESE, CHINESE.replace("，", " "), 1.0, 1.0),
    "chinese, no punctuation": (CHINESE, CHINESE.replace("，", ""), 1.0, 1.0),
    "chinese, halves in another order": (CHINESE, CHINESE[30:] + "，" + CHINESE[:30], 0.75, 0.999),
    "mixed": ("耐克 Nike Air Max 270 男子运动鞋 黑色", "耐克Nike Air Max 270男子运动鞋（黑色）", 1.0, 1.0),
    "another text": (ENGLISH, "Fresh organic apple juice from small farms, pressed the day it is picked", 0.0, 0.1),
    "another chinese text": (CHINESE, "新鲜苹果汁，来自小农场，当天采摘当天榨取，不添加糖和防腐剂", 0.0, 0.1),
    "the same words shuffled": (ENGLISH, " ".join(sorted(ENGLISH.split())), 0.0, 0.3),
}


@pytest.mark.parametrize("name", ALIKE)
def test_similarity(name: str) -> None:
    one, other, low, high = ALIKE[name]
    signature, has = signatures([one, other], PARAMS)
    assert has.all()
    assert low <= (signature[0] == signature[1]).mean() <= high
    found = near_copies(signature, PARAMS)
    assert [list(part) for part in found[:2]] == ([[0], [1]] if low >= 0.7 else [[], []])


@pytest.mark.parametrize("text", [None, "", "...", "one two three", "短袖", "\ud800\u200b"])
def test_too_short_texts_have_none(text: str | None) -> None:
    signature, has = signatures([ENGLISH, text], PARAMS)
    assert has.tolist() == [True, False]
    assert not signature[1].any()


def test_no_texts() -> None:
    signature, has = signatures([], PARAMS)
    assert (signature.shape, has.shape, band_keys(signature, PARAMS).shape) == ((0, 128), (0,), (0, 25))
    assert [len(part) for part in near_copies(signature, PARAMS)] == [0, 0, 0]


def test_the_estimate_is_the_jaccard_index() -> None:
    """Word pairs in common over word pairs in all; 0.5 / sqrt(1024) = 0.016, so 0.06 is almost four of it."""
    words = [f"word{i}" for i in range(90)]
    params = PARAMS.model_copy(update={"num_hashes": 1024})
    for shared in (10, 30, 50, 70, 85):
        other = words[:shared] + [f"other{i}" for i in range(90 - shared)]
        signature, _ = signatures([" ".join(words), " ".join(other)], params)
        exact = (shared - 1) / (2 * 89 - (shared - 1))
        assert (signature[0] == signature[1]).mean() == pytest.approx(exact, abs=0.06)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_a_signature_does_not_depend_on_the_batch(texts: list[str]) -> None:
    together, has = signatures(texts, PARAMS)
    for i, text in enumerate(texts):
        alone, has_alone = signatures([text], PARAMS)
        assert has_alone[0] == has[i] and (alone[0] == together[i]).all()


def test_long_batches_are_cut_without_a_trace() -> None:
    texts = [f"{ENGLISH} {i} {CHINESE}" for i in range(700)]  # more characters than are taken at once
    together, _ = signatures(texts, PARAMS)
    assert all((signatures([texts[i]], PARAMS)[0][0] == together[i]).all() for i in range(0, 700, 37))


def test_signatures_are_the_same_for_ever() -> None:
    """Stored signatures are compared with new ones: a change here needs a new VERSION."""
    signature, _ = signatures([ENGLISH, CHINESE, "नीली सूती कमीज और जूते", "a long b " * 30], PARAMS)
    told = hashlib.sha256(signature.astype("<u4").tobytes() + band_keys(signature, PARAMS).astype("<i8").tobytes())
    assert told.hexdigest()[:16] == "88c8897368b91ab0"


def test_many_copies_are_as_many_pairs() -> None:
    texts = [ENGLISH] * 3000 + [CHINESE]
    signature, _ = signatures(texts, PARAMS)
    first, second, estimate = near_copies(signature, PARAMS)
    assert (set(first), second.tolist(), set(estimate)) == ({0}, list(range(1, 3000)), {1.0})


def test_a_crowded_bucket_keeps_its_group_whole() -> None:
    texts = [f"{ENGLISH} number{i}" for i in range(300)]
    params = PARAMS.model_copy(update={"max_bucket": 3})
    signature, _ = signatures(texts, params)
    first, second, _ = near_copies(signature, params)
    assert (first < second).all()
    assert len(first) <= 300 * 3 * params.num_bands
    reached, size = {0}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {b for a, b in zip(first, second, strict=True) if a in reached}
        reached |= {a for a, b in zip(first, second, strict=True) if b in reached}
    assert len(reached) == 300


def test_another_seed_gives_other_signatures() -> None:
    one, other = (signatures([ENGLISH], PARAMS.model_copy(update={"seed": seed}))[0] for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_bands_have_to_fit() -> None:
    with pytest.raises(ValidationError, match="30 bands of 5 need 150 hashes"):
        NearCopyParams(num_bands=30)


def test_stored_signatures_find_the_same_pairs() -> None:
    titles = ["Warm coat", "Warm coat!", None, "Coat", None]
    made = text_signatures(titles, [ENGLISH, ENGLISH + " today", CHINESE, None, None], PARAMS)
    assert [signature is None for signature in made] == [False, False, False, True, True]
    one, near, far = (signature for signature in made if signature)
    expected, _ = signatures([f"Warm coat\n{ENGLISH}"], PARAMS)
    assert np.array_equal(signature_matrix([one], PARAMS), expected)
    bands = [set(row) for row in text_bands([one, near, far], PARAMS)]
    assert bands[0] & bands[1] and not bands[0] & bands[2]
    assert len(bands[0]) == PARAMS.num_bands
    alike = similarity([one, one], [near, far])
    assert alike[0] > 0.85 and alike[1] < 0.1
    assert similarity([], []).shape == (0,)
    assert text_bands([], PARAMS) == []
