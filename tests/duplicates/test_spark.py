"""Near-copies in Spark: every pair within the bound is found, look-alikes are not, groups are whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mmgen.clean.image.decode import cv2, encode_jpeg
from mmgen.clean.image.frame import fit
from mmgen.clean.image.hash import perceptual_hash, thumbnail
from mmgen.clean.text.signature import signatures, text_signatures
from mmgen.config.clean import DuplicateParams
from mmgen.duplicates.groups import COLUMNS
from mmgen.duplicates.local import groups_of
from mmgen.duplicates.minhash import near_copies
from mmgen.duplicates.photos import HASH_BITS
from mmgen.duplicates.spark import (
    fetched,
    grouped,
    image_links,
    links_of_equal,
    links_of_pairs,
    near_pairs,
    near_text_pairs,
    text_links,
)

PARAMS = DuplicateParams()
TEXT_COLUMNS = ("product_id", "title_key", "signature")
TEXTS = "product_id string, title_key string, signature binary"
SCHEMA = "product_id string, perceptual_hash string, thumbnail binary"
GREY = bytes([128] * 192)


@pytest.mark.parametrize("max_bits", [0, 2, 4])
def test_finds_every_pair_within_the_bound(spark: Any, max_bits: int) -> None:
    """Against all pairs: hashes a few flipped bits apart, the highest bit among them."""
    rng = np.random.default_rng(5)
    hashes = [int(value) for value in rng.integers(0, 2**63, 30)]
    for number in range(120):
        flips = rng.choice(HASH_BITS, rng.integers(0, 7), replace=False)
        hashes.append(hashes[number % 30] ^ sum(1 << int(bit) for bit in flips))
    ids = [f"p{number:03}" for number in range(len(hashes))]
    frame = spark.createDataFrame([(i, f"{h:016x}", GREY) for i, h in zip(ids, hashes, strict=True)], SCHEMA)
    found = {
        (r.product_id, r.other_id)
        for r in near_pairs(frame, PARAMS.model_copy(update={"max_hash_bits": max_bits})).collect()
    }
    expected = {
        (ids[a], ids[b])
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
        if (hashes[a] ^ hashes[b]).bit_count() <= max_bits
    }
    assert found == expected and expected


def photo(seed: int, tint: int = 0) -> np.ndarray:
    """A patch of coloured blocks on white, (400, 400, 3)."""
    blocks = np.random.default_rng(seed).integers(0, 200, (9, 9, 3), np.uint8)
    picture = np.full((400, 400, 3), 252, np.uint8)
    picture[60:340, 60:340] = cv2.resize(blocks, (280, 280), interpolation=cv2.INTER_CUBIC)
    picture[60:340, 60:340, 2] = np.clip(picture[60:340, 60:340, 2].astype(int) + tint, 0, 255)
    return picture


def signed(product_id: str, picture: np.ndarray) -> tuple[str, str, bytes]:
    small = fit(cv2.imdecode(np.frombuffer(encode_jpeg(picture, 80), np.uint8), 1), 224)
    return product_id, perceptual_hash(small), thumbnail(small)


def test_copies_are_grouped_and_variants_are_not(spark: Any) -> None:
    base = photo(1)
    rows = [
        signed("a", base),
        signed("b", base),
        signed("c", cv2.resize(base, (250, 250), interpolation=cv2.INTER_AREA)),
        signed("red", photo(1, tint=40)),
        signed("other", photo(2)),
        ("none", None, None),
    ]
    frame = spark.createDataFrame(rows, SCHEMA)
    found = {r.product_id: r.group_id for r in grouped(frame, group_id=fetched(image_links(frame, PARAMS))).collect()}
    assert found == {"a": "a", "b": "a", "c": "a", "red": "red", "other": "other", "none": "none"}


def test_a_placeholder_links_nobody(spark: Any) -> None:
    frame = spark.createDataFrame([signed(f"p{i}", photo(3)) for i in range(6)], SCHEMA)
    assert image_links(frame, PARAMS.model_copy(update={"max_shared": 5})).count() == 0
    assert image_links(frame, PARAMS).count() == 6


def test_near_texts_are_grouped(spark: Any) -> None:
    story = "a soft cotton shirt with a round neck and short sleeves for warm summer days at the beach"
    rows = [
        ("a", "Puma Shirt One", story, "k1"),
        ("b", "Puma Shirt One", story + " today", "k2"),
        ("c", "Puma Shirt One", story, "k3"),
        ("d", "Steel pan", "twenty centimetres wide, for gas and induction, with a lid of glass", "k4"),
        ("e", "Mug", None, "k5"),
        ("f", "Mug", None, "k5"),
        ("g", None, None, None),
    ]
    made = text_signatures([row[1] for row in rows], [row[2] for row in rows], PARAMS.texts)
    signed_rows = [(row[0], row[3], signature) for row, signature in zip(rows, made, strict=True)]
    frame = spark.createDataFrame(signed_rows, TEXTS)
    links = fetched(text_links(frame, PARAMS.texts, PARAMS.max_shared))
    found = {r.product_id: r.group_id for r in grouped(frame.select("product_id"), group_id=links).collect()}
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "e", "g": "g"}


def test_text_pairs_are_those_of_one_process(spark: Any) -> None:
    """The search that the benchmarks measure and the join that the job runs find the same, in crowded buckets, too."""
    rng, words = np.random.default_rng(3), [f"word{i}" for i in range(400)]
    texts = [" ".join(rng.choice(words, 40)) for _ in range(20)]
    texts += [f"{texts[i % 20]} number{i}" for i in range(100)]
    params = PARAMS.texts.model_copy(update={"max_bucket": 3})
    ids = [f"p{number:03}" for number in range(len(texts))]
    frame = spark.createDataFrame(
        list(zip(ids, text_signatures(texts, texts, params), strict=True)), "product_id string, signature binary"
    )
    found = {(r.product_id, r.other_id) for r in near_text_pairs(frame, params).collect()}
    first, second, _ = near_copies(signatures([f"{t}\n{t}" for t in texts], params)[0], params)
    assert found == {(ids[a], ids[b]) for a, b in zip(first, second, strict=True)}
    assert len(found) > 100


def random_shop(seed: int) -> tuple[list[tuple[str, str | None, bytes | None]], list[tuple[str, str, bytes | None]]]:
    """Photos a few bits or shades apart, texts a few words apart, placeholders shared by many, and things missing."""
    rng = np.random.default_rng(seed)
    looks, words = [int(value) for value in rng.integers(0, 2**63, 8)], [f"word{number}" for number in range(60)]
    stories = [" ".join(rng.choice(words, 40)) for _ in range(8)]
    photos, texts = [], []
    for number in rng.permutation(150):
        product_id = f"p{number:03}"
        flips = rng.choice(HASH_BITS, rng.choice([0, 0, 1, 3, 5]), replace=False)
        look = looks[int(rng.integers(0, 8))] ^ sum(1 << int(bit) for bit in flips)
        shade = bytes([int(rng.choice([100, 104, 140]))] * 192)
        photos.append((product_id, f"{look:016x}", shade) if rng.random() < 0.9 else (product_id, None, None))
        story = stories[int(rng.integers(0, 8))] + str(rng.choice(["", "", " today", f" number{number}"]))
        short = rng.random() < 0.1
        signature = text_signatures(["Mug" if short else story], [None], PARAMS.texts)[0]
        texts.append((product_id, f"title {rng.integers(0, 60)}" if number % 7 else "mug", signature))
    return photos, texts


@pytest.mark.parametrize("seed", range(3))
def test_one_process_finds_the_groups_that_spark_finds(spark: Any, seed: int) -> None:
    """With bounds so low that placeholders and crowded buckets occur, and of a part of the products only."""
    crowded = PARAMS.texts.model_copy(update={"max_bucket": 2})
    params = PARAMS.model_copy(update={"max_shared": 5, "texts": crowded})
    photos, texts = random_shop(seed)
    ids = sorted(row[0] for row in photos)[10:]
    rows = spark.createDataFrame([(product_id,) for product_id in ids], "product_id string")
    frames = [
        spark.createDataFrame(listed, kind).join(rows, "product_id", "left_semi")
        for listed, kind in ((photos, SCHEMA), (texts, TEXTS))
    ]
    by_image = fetched(image_links(frames[0], params))
    by_text = fetched(text_links(frames[1], params.texts, params.max_shared))
    expected = grouped(rows, image_group_id=by_image, text_group_id=by_text, group_id=[*by_image, *by_text])
    tables = [
        pa.table(dict(zip(names, zip(*listed, strict=True), strict=True)))
        for names, listed in ((("product_id", "perceptual_hash", "thumbnail"), photos), (TEXT_COLUMNS, texts))
    ]
    found = groups_of(ids, *tables, params)
    assert found.to_pylist() == [row.asDict() for row in expected.orderBy("product_id").collect()]
    for name in COLUMNS:
        assert 1 < len(found[name].unique()) < len(ids)


def test_groups_in_spark(spark: Any) -> None:
    rows = [("a", "x"), ("b", "x"), ("c", None), ("d", None), ("e", "y"), ("f", None)]
    frame = spark.createDataFrame(rows, "product_id string, title_key string")
    pairs = spark.createDataFrame([("c", "b"), ("c", "f")], "product_id string, other_id string")
    by_title, by_pair = fetched(links_of_equal(frame, "title_key", 10)), fetched(links_of_pairs(pairs))
    found = grouped(frame, title_group=by_title, group=[*by_title, *by_pair]).collect()
    assert {r.product_id: r.group for r in found} == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "a"}
    assert {r.product_id: r.title_group for r in found} == {"a": "a", "b": "a", **{i: i for i in "cdef"}}
    assert {r.title_key for r in found} == {"x", "y", None}, "other columns stay"


def test_no_near_copies_at_all(spark: Any) -> None:
    frame = spark.createDataFrame([("a", "x")], "product_id string, title_key string")
    links = fetched(links_of_equal(frame, "title_key", 10))
    assert links == []
    assert [r.group_id for r in grouped(frame, group_id=links).collect()] == ["a"]


def test_what_many_share_links_nothing(spark: Any) -> None:
    frame = spark.createDataFrame(
        [(str(i), "t-shirt" if i < 4 else "x") for i in range(6)], "product_id string, t string"
    )
    assert sorted(r.product_id for r in links_of_equal(frame, "t", 3).collect()) == ["4", "5"]
