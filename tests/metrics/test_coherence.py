"""Coherence, on tables that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen.metrics import coherence
from mmgen.metrics.coherence import UNKNOWN

NAN = float("nan")


def rows(*values: int) -> np.ndarray:
    return np.array(values)


@pytest.mark.parametrize(
    ("modalities", "lowest", "expected"),
    [
        ("ab", 1, [("a",), ("b",), ("a", "b")]),
        ("ab", 0, [(), ("a",), ("b",), ("a", "b")]),
        ("abc", 2, [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]),
    ],
)
def test_subsets(modalities, lowest, expected):
    assert coherence.subsets(modalities, lowest) == expected
    assert len(coherence.subsets("abcde")) == 31


HITS = {
    "all right": ({"a": rows(1, 2), "b": rows(1, 2)}, rows(1, 2), (), [1.0, 1.0]),
    "half right": ({"a": rows(1, 0), "b": rows(0, 2)}, rows(1, 2), (), [0.5, 0.5]),
    "the given one does not count": ({"a": rows(1, 2), "b": rows(0, 2)}, rows(1, 2), ("a",), [0.0, 1.0]),
    "nothing but the given": ({"a": rows(1, 2)}, rows(1, 2), ("a",), [NAN, NAN]),
    "nothing generated for a row": ({"a": rows(UNKNOWN, 2), "b": rows(1, 0)}, rows(1, 2), (), [1.0, 0.5]),
    "a row without a class": ({"a": rows(1, UNKNOWN)}, rows(1, UNKNOWN), (), [1.0, NAN]),
}


@pytest.mark.parametrize(("said", "labels", "given", "expected"), HITS.values(), ids=HITS)
def test_hits(said, labels, given, expected):
    np.testing.assert_array_equal(coherence.hits(said, labels, given), expected)


SAID = {
    ("a",): {"b": rows(0, 1), "c": rows(0, 1)},  # both rows right twice
    ("b",): {"a": rows(0, 0), "c": rows(0, 0)},  # the second row wrong twice
    ("c",): {"a": rows(1, 1), "b": rows(0, 0)},  # each row right once, but for the second's b
    ("a", "b"): {"c": rows(0, 0)},
    ("a", "b", "c"): {"a": rows(1, 1)},  # a reconstruction
}


def test_each_number_of_given_modalities_counts_once_however_many_subsets_it_has():
    found = coherence.cross_coherence(SAID, rows(0, 1))
    assert list(found) == [1, 2]
    np.testing.assert_allclose(found[1], [(1 + 1 + 0.5) / 3, (1 + 0 + 0.5) / 3])
    np.testing.assert_allclose(found[2], [1, 0])
    np.testing.assert_allclose(coherence.mean_coherence(SAID, rows(0, 1)), [(2.5 / 3 + 1) / 2, (1.5 / 3 + 0) / 2])


def test_a_row_whose_class_is_not_known_leaves_the_others_as_they_are():
    found = coherence.mean_coherence(SAID, rows(0, UNKNOWN))
    assert found[0] == coherence.mean_coherence(SAID, rows(0, 1))[0] and np.isnan(found[1])


JOINT = {
    "all alike": ({"a": rows(3), "b": rows(3), "c": rows(3)}, [1.0]),
    "one apart": ({"a": rows(3), "b": rows(3), "c": rows(0)}, [0.0]),
    "one missing": ({"a": rows(3), "b": rows(UNKNOWN), "c": rows(3)}, [1.0]),
    "one left": ({"a": rows(3), "b": rows(UNKNOWN), "c": rows(UNKNOWN)}, [NAN]),
}


@pytest.mark.parametrize(("said", "expected"), JOINT.values(), ids=JOINT)
def test_joint_coherence(said, expected):
    np.testing.assert_array_equal(coherence.joint_coherence(said), expected)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(rows(0, 1, 2, 3), 1.0), (rows(2, 2, 2), 0.25), (rows(0, 0, 1, 1, UNKNOWN), 0.5), (rows(UNKNOWN), NAN)],
    ids=["every class", "one class", "half of them", "none"],
)
def test_variety(said, expected):
    assert coherence.variety(said, 4) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("said", "labels", "expected"),
    [
        (rows(0, 1, 2, 3), rows(0, 1, 2, 3), 0.25),
        (rows(0, 0, 0, 0), rows(0, 0, 1, 2), 0.5),
        (rows(0, 0, UNKNOWN), rows(0, 1, 0), 0.5),
        (rows(UNKNOWN), rows(0), NAN),
    ],
    ids=["even classes", "one class", "what does not count", "nothing"],
)
def test_chance_is_what_shuffled_rows_have(said, labels, expected):
    assert coherence.chance(said, labels) == pytest.approx(expected, nan_ok=True)


def test_chance_is_the_mean_over_shuffles():
    draw = np.random.default_rng(0)
    said, labels = draw.integers(0, 3, 60), draw.choice(4, 60, p=[0.1, 0.2, 0.3, 0.4])
    shuffled = np.mean([(said == draw.permutation(labels)).mean() for _ in range(2000)])
    assert coherence.chance(said, labels) == pytest.approx(shuffled, abs=0.005)


@pytest.mark.parametrize(
    "call",
    [
        lambda: coherence.hits({"a": rows(1)}, rows(1, 2)),
        lambda: coherence.joint_coherence({"a": rows(1)}),
        lambda: coherence.joint_coherence({"a": rows(1), "b": rows(1, 2)}),
        lambda: coherence.mean_coherence({("a",): {"a": rows(1)}}, rows(1)),
        lambda: coherence.chance(rows(1), rows(1, 2)),
    ],
    ids=["lengths", "one modality", "lengths of a joint", "nothing absent", "lengths of a floor"],
)
def test_what_cannot_be_scored_is_an_error(call):
    with pytest.raises(ValueError, match=r"needed|needs|generated"):
        call()
