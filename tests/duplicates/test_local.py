"""Near-copies in one process: who is grouped, who is not. That Spark finds the same: tests/duplicates/test_spark.py."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen.config.clean import DuplicateParams
from mmgen.duplicates.buckets import bucket_pairs, distinct_pairs
from mmgen.duplicates.local import groups_of, links_of_equal
from mmgen.duplicates.photos import near_hashes

PARAMS = DuplicateParams()
GREY, WHITE = bytes([128] * 192), bytes([255] * 192)


def photos(**rows: tuple[str | None, bytes | None]) -> pa.Table:
    hashes, thumbnails = zip(*rows.values(), strict=True) if rows else ((), ())
    columns = [pa.array(list(rows), pa.string()), pa.array(hashes, pa.string()), pa.array(thumbnails, pa.binary())]
    return pa.table(columns, ["product_id", "perceptual_hash", "thumbnail"])


def texts(**rows: str | None) -> pa.Table:
    columns = [
        pa.array(list(rows), pa.string()),
        pa.array(rows.values(), pa.string()),
        pa.nulls(len(rows), pa.binary()),
    ]
    return pa.table(columns, ["product_id", "title_key", "signature"])


NEAR = {"b": (f"{0:016x}", GREY), "a": (f"{15:016x}", GREY)}
CASES = {
    "near by hash and thumbnail": (NEAR, {}, "aac"),
    "near by hash alone": (NEAR | {"b": (f"{0:016x}", WHITE)}, {}, "abc"),
    "five bits apart": (NEAR | {"b": (f"{16:016x}", GREY)}, {}, "abc"),
    "the highest bit": ({"a": (f"{1 << 63:016x}", GREY), "c": (f"{0:016x}", GREY)}, {}, "aba"),
    "no photo": ({"a": (None, None), "b": (None, None)}, {}, "abc"),
    "equal titles": ({}, {"b": "mug", "c": "mug"}, "abb"),
    "by photo and by title": (NEAR, {"b": "mug", "c": "mug"}, "aaa"),
    "a product that left": (NEAR | {"gone": NEAR["a"]}, {"gone": "mug", "c": "mug"}, "aac"),
    "nothing": ({}, {}, "abc"),
}


@pytest.mark.parametrize("name", CASES)
def test_groups(name: str) -> None:
    images, titles, expected = CASES[name]
    found = groups_of(["a", "b", "c"], photos(**images), texts(**titles), PARAMS)
    assert "".join(found["group_id"].to_pylist()) == expected


def test_placeholders_link_nobody_and_are_not_compared() -> None:
    links, firsts = links_of_equal(["a", "b", "c", "d", "e"], ["x", "x", "x", "y", None], 2)
    assert (links, firsts) == ([], [3])
    assert links_of_equal(["a", "b"], ["x", "x"], 2) == ([("a", "x"), ("b", "x")], [0])


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=12), st.integers(0, 3))
def test_every_pair_of_near_hashes_is_found(parts: list[int], max_bits: int) -> None:
    bits = np.array([sum(1 << 9 * n for n in range(3) if part >> n & 1) << 45 for part in parts], np.uint64)
    near = [
        [one, other]
        for one in range(len(parts))
        for other in range(one + 1, len(parts))
        if (parts[one] ^ parts[other]).bit_count() <= max_bits
    ]
    found = [
        list(pair)
        for ones, others in near_hashes(bits, max_bits)
        for pair in zip(ones.tolist(), others.tolist(), strict=True)
    ]
    assert sorted(found) == near, "each pair, and once"


def test_a_bucket_is_looked_at_as_far_as_the_bound() -> None:
    keys = np.array([[1, 5], [1, 6], [1, 5], [2, 7]])
    assert distinct_pairs(bucket_pairs(keys), 4).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert distinct_pairs(bucket_pairs(keys, 1), 4).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert distinct_pairs(bucket_pairs(keys[:, :1], 1), 4).tolist() == [[0, 1], [1, 2]]
    assert distinct_pairs(bucket_pairs(keys[:0]), 0).shape == (0, 2)
