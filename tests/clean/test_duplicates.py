"""Near-duplicate photos: every pair within the bound is found, and thumbnails tell copies from look-alikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mmgen.clean.duplicates import HASH_BITS, are_copies, bands, image_links, near_pairs
from mmgen.clean.groups import fetched, grouped
from mmgen.clean.image_decode import cv2, encode_jpeg
from mmgen.clean.image_frame import fit
from mmgen.clean.image_hash import perceptual_hash, thumbnail
from mmgen.clean.params import DuplicateParams
from mmgen.clean.text_links import text_links

PARAMS = DuplicateParams()
SCHEMA = "product_id string, perceptual_hash string, thumbnail binary"
GREY = bytes([128] * 192)


@pytest.mark.parametrize("max_bits", range(9))
def test_bands_cover_every_bit_once(max_bits: int) -> None:
    found = bands(max_bits)
    assert len(found) == max_bits + 1
    assert [bit for first, width in found for bit in range(first, first + width)] == list(range(HASH_BITS))


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


def cells(luma: int = 128, red: int = 128) -> bytes:
    grid = np.full((8, 8, 3), 128, np.uint8)
    grid[2, 5, 0], grid[4, 1, 1] = luma, red
    return grid.tobytes()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (cells(), True),
        (cells(luma=128 + PARAMS.max_luma), True),
        (cells(luma=128 + PARAMS.max_luma + 1), False),
        (cells(luma=128 - PARAMS.max_luma - 1), False),
        (cells(red=128 + PARAMS.max_chroma), True),
        (cells(red=128 + PARAMS.max_chroma + 1), False),
        (None, False),
        (b"short", False),
    ],
    ids=["equal", "luma at", "luma over", "luma under", "colour at", "colour over", "missing", "short"],
)
def test_one_cell_decides(other: bytes | None, expected: bool) -> None:
    assert are_copies([cells(), cells()], [other, cells()], PARAMS).tolist() == [expected, True]
    assert are_copies([], [], PARAMS).tolist() == []


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
    frame = spark.createDataFrame(rows, "product_id string, title string, description string, title_key string")
    links = fetched(text_links(frame, PARAMS.texts, PARAMS.max_shared))
    found = {r.product_id: r.group_id for r in grouped(frame.select("product_id"), group_id=links).collect()}
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "e", "g": "g"}
