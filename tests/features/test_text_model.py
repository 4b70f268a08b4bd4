"""The fitted parts of text features: weights as Spark computes them, word vectors from a file, a model folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mmgen.config.features import TextFeatureParams
from mmgen.features.text import FittedText, text_features
from mmgen.features.text_model import TextModel
from mmgen.features.tfidf import bucket_of, terms_of, tfidf
from mmgen.features.vectors import WordVectors, centred, read_vectors

TEXT = TextFeatureParams()
WORDS = WordVectors(("blue", "red", "shirt"), np.array([[1, 0], [-1, 0], [0, 2]], np.float32))


def model(num_buckets: int = 64) -> TextModel:
    idf = np.linspace(0.5, 2, num_buckets).astype(np.float32)
    return TextModel(idf, WORDS, bigrams=True, num_documents=9, made_with="m1")


def batch(*tokens: list[str] | None) -> pa.RecordBatch:
    nothing = pa.nulls(len(tokens), pa.string())
    columns = {"tokens": pa.array(tokens, pa.list_(pa.string())), "title": nothing, "description": nothing}
    return pa.RecordBatch.from_pydict(columns)


@pytest.mark.parametrize(
    ("tokens", "bigrams", "expected"),
    [
        (["blue", "shirt"], False, ["blue", "shirt"]),
        (["blue", "shirt"], True, ["blue", "shirt", "blue shirt"]),
        (["蓝色", "衬衫"], False, ["蓝色", "衬衫", "蓝", "色", "衬", "衫"]),
        (["a", None, "", "b"], True, ["a", "b", "a b"]),
        ([], True, []),
    ],
    ids=["tokens", "pairs", "chinese compounds", "gaps", "nothing"],
)
def test_terms(tokens: list[str | None], bigrams: bool, expected: list[str]) -> None:
    assert terms_of(tokens, bigrams) == expected


def test_tfidf_is_sparse_sorted_and_of_unit_length() -> None:
    idf = np.ones(1 << 18, np.float32)
    idf[bucket_of("shirt", 1 << 18)] = 0.25
    indices, values = tfidf(["blue", "shirt", "blue"], idf, bigrams=False)
    assert indices.tolist() == sorted(bucket_of(word, 1 << 18) for word in ("blue", "shirt"))
    weights = {"blue": 1 + np.log(2), "shirt": 0.25}
    expected = [weights[word] for word in sorted(weights, key=lambda word: bucket_of(word, 1 << 18))]
    assert values == pytest.approx(np.array(expected) / np.linalg.norm(expected), abs=1e-6)


def test_a_word_of_every_text_has_no_weight_and_may_leave_nothing() -> None:
    indices, values = tfidf(["shirt"], np.zeros(16, np.float32), bigrams=True)
    assert (len(indices), len(values)) == (0, 0)


@pytest.mark.parametrize(
    ("tokens", "weights", "expected"),
    [
        (["blue"], [3.0], [1, 0]),
        (["blue", "shirt"], [2.0, 1.0], [2**-0.5, 2**-0.5]),
        (["blue", "unheard"], [1.0, 9.0], [1, 0]),
        (["blue", "red"], [1.0, 1.0], None),
        (["unheard", None], [1.0, 1.0], None),
        ([], [], None),
    ],
    ids=["one", "weighed", "unknown word", "words that cancel", "none known", "nothing"],
)
def test_mean_of_word_vectors(tokens: list[str | None], weights: list[float], expected: list[float] | None) -> None:
    mean = WORDS.mean(tokens, weights)
    assert (mean is None) == (expected is None)
    if mean is not None:
        assert mean == pytest.approx(np.array(expected), abs=1e-6)


def test_what_all_texts_share_is_taken_out() -> None:
    matrix = np.array([[5, 1], [5, -1], [5, 0]], np.float32)
    assert centred(matrix, np.array([1, 1, 2])).tolist() == [[0, 1], [0, -1], [0, 0]]
    assert centred(np.zeros((0, 2), np.float32), np.zeros(0, np.int64)).shape == (0, 2)


FILES = {
    "glove": ("the 0.1 0.2\nblue 1 2\nred 3 4\nrare 5 6\n", ["blue", "rare", "the"]),
    "word2vec, with a header": ("4 2\nthe 0.1 0.2\nblue 1 2\nred 3 4\nrare 5 6\n", ["blue", "rare", "the"]),
    "a word with spaces": ("the 0.1 0.2\nat home 7 8\nblue 1 2\n", ["at home", "blue", "the"]),
    "a word twice": ("blue 1 2\nblue 9 9\nrare 5 6\n", ["blue", "rare"]),
    "chinese": ("蓝色 1 2\nblue 1 2\n", ["blue", "蓝色"]),
}


@pytest.mark.parametrize(("text", "kept"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("suffix", ["txt", "txt.gz"])
def test_vectors_from_a_file(tmp_path: Path, text: str, kept: list[str], suffix: str) -> None:
    path = tmp_path / f"vectors.{suffix}"
    path.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())
    found = read_vectors(path, ["blue", "rare", "unheard"], max_words=3)
    assert list(found.words) == kept
    assert found.matrix[found.places["blue"]].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("blue 1 2\nred 3\n", "line 2: a word and 2 finite numbers"),
        ("blue 1 nan\n", "line 1: a word and 2 finite numbers"),
        ("blue 1 x\n", "line 1"),
        ("blue\n", "line 1"),
        ("", "no word vector in it"),
    ],
    ids=["short line", "not a number", "no number", "a word alone", "empty"],
)
def test_a_file_that_holds_something_else_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "v.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_vectors(tmp_path / "v.txt", ["blue"], 10)


def test_a_model_folder_reads_back_and_is_the_same_bytes(tmp_path: Path) -> None:
    model().save(tmp_path / "a")
    model().save(tmp_path / "b")
    read = TextModel.load(tmp_path / "a")
    assert np.array_equal(read.idf, model().idf) and np.array_equal(read.vectors.matrix, WORDS.matrix)
    assert (read.vectors.words, read.bigrams, read.num_documents, read.made_with) == (WORDS.words, True, 9, "m1")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert {path.suffix for path in (tmp_path / "a").iterdir()} == {".json", ".safetensors"}
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_parts_of_two_models_are_refused(tmp_path: Path) -> None:
    model().save(tmp_path)
    facts = (tmp_path / "text_model.json").read_text(encoding="utf-8")
    (tmp_path / "text_model.json").write_text(facts.replace('"blue",\n', ""), encoding="utf-8")
    with pytest.raises(ValueError, match="2 words and 3 vectors"):
        TextModel.load(tmp_path)


def test_text_features_with_a_model_name_it_in_every_row(tmp_path: Path) -> None:
    model().save(tmp_path)
    fitted = FittedText("mmgen-encoder-text-3", str(tmp_path))
    columns = text_features(batch(["blue", "shirt"], None, ["unheard"]), TEXT, fitted)
    assert columns["encoder_version"] == ["mmgen-encoder-text-3", None, "mmgen-encoder-text-3"]
    assert [vector is None for vector in columns["word_vector"]] == [False, True, True]
    assert columns["reject_reason"] == [None, "input_rejected", None]
    alone = text_features(batch(["blue", "shirt"]), TEXT, fitted)
    for name in ("embedding", "word_vector"):
        assert np.array_equal(alone[name][0], columns[name][0]), name


def test_without_a_model_there_is_the_hashed_bag_alone() -> None:
    columns = text_features(batch(["blue"]), TEXT)
    assert (columns["encoder_version"], columns["word_vector"]) == (["untrained"], [None])
    assert columns["embedding"][0] is not None
