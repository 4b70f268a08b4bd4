"""Fitting the text model in Spark: Spark's own weights, the same bytes twice, what is held out, who is promoted."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmgen.config.features import TextModelParams
from mmgen.engine.spark import kept
from mmgen.features.text_model import TextModel
from mmgen.features.tfidf import tfidf
from mmgen.features.vectors import WordVectors
from mmgen.training.text_model.champion import figures_of, judge
from mmgen.training.text_model.fit import documents_of, fit_text_model, made_with

PARAMS = TextModelParams(num_buckets=1 << 12, vector_width=8, iterations=30, min_word_count=2)
ROWS = "product_id string, title_key string, tokens array<string>"
THINGS = {"shoe": ["lace", "sole", "heel"], "shirt": ["collar", "cuff", "button"], "衬衫": ["领子", "袖口", "纽扣"]}


def texts() -> list[tuple[str, str, list[str]]]:
    """Of each thing forty texts: its name, two of its parts and a number that is its own."""
    rng = random.Random(3)
    named = [(thing, parts) for thing, parts in THINGS.items() for _ in range(40)]
    return [
        (f"p{place:03d}", f"{thing} {place}", [thing, *rng.sample(parts, 2), f"no{place}"])
        for place, (thing, parts) in enumerate(named)
    ]


def documents(spark: Any, rows: list[Any], partitions: int = 2) -> Any:
    frame = spark.createDataFrame(rows, ROWS).repartition(partitions)
    return kept(documents_of(frame, PARAMS.bigrams, seed=7, held_out_share=0.1))


@pytest.fixture(scope="module")
def fitted(spark: Any) -> TextModel:
    return fit_text_model(documents(spark, texts()), PARAMS, seed=7)


def test_tfidf_of_a_row_is_what_spark_makes_of_it(spark: Any, fitted: TextModel) -> None:
    from pyspark.ml.feature import IDF, HashingTF, Normalizer

    rows = documents(spark, texts())
    counted = HashingTF(numFeatures=1 << 12, inputCol="terms", outputCol="counts").transform(rows)
    weighed = IDF(inputCol="counts", outputCol="weighed").fit(counted).transform(counted)
    for row in Normalizer(inputCol="weighed", outputCol="unit").transform(weighed).limit(20).collect():
        indices, values = tfidf(row.tokens, fitted.idf, fitted.bigrams)
        assert indices.tolist() == row.unit.indices.tolist(), "each term stands once in these texts"
        assert values == pytest.approx(row.unit.values, abs=1e-6)


def test_the_same_texts_and_seed_give_the_same_bytes(spark: Any, fitted: TextModel, tmp_path: Path) -> None:
    rows = texts()
    random.Random(5).shuffle(rows)
    fit_text_model(documents(spark, rows, partitions=5), PARAMS, seed=7).save(tmp_path / "again")
    fitted.save(tmp_path / "first")
    for path in (tmp_path / "first").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_words_that_go_together_are_near(fitted: TextModel) -> None:
    vectors = fitted.vectors
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    parts = [(part, thing) for thing, parts in THINGS.items() for part in parts]
    assert {part for part, _ in parts} <= set(vectors.words)
    nearest = {
        part: max(THINGS, key=lambda thing: float(unit[vectors.places[part]] @ unit[vectors.places[thing]]))
        for part, _ in parts
    }
    assert nearest == dict(parts)


def test_a_rare_word_weighs_more_and_one_in_every_text_nothing(spark: Any) -> None:
    words = ["seldom" if i == 4 else "often" if i % 2 else "other" for i in range(20)]
    rows = [(f"p{i}", f"t{i}", ["always", word, f"no{i}"]) for i, word in enumerate(words)]
    model = fit_text_model(documents(spark, rows), PARAMS, seed=1)
    assert model.weight("seldom") > model.weight("often") > model.weight("always")
    assert model.weight("never seen") == pytest.approx(np.log(21), abs=1e-6)


def test_equal_texts_are_one_document_and_a_title_is_held_out_whole(spark: Any) -> None:
    rows = [(f"p{i:03d}", f"title {i // 4}", [f"word{i // 2}"]) for i in range(400)]
    made = documents(spark, [*rows, ("q", "empty", []), ("r", "none", None)]).collect()
    assert sorted(row.product_id for row in made) == [f"p{i:03d}" for i in range(0, 400, 2)]
    sides: dict[int, set[bool]] = {}
    for row in made:
        sides.setdefault(int(row.product_id[1:]) // 4, set()).add(row.is_held_out)
    assert all(len(side) == 1 for side in sides.values())
    assert 4 <= sum(True in side for side in sides.values()) <= 20, "about a tenth of a hundred titles"


def test_vectors_come_from_the_file_where_one_is_named(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "glove.txt").write_text("shoe 1 0 0\n衬衫 0 1 0\nelsewhere 0 0 1\n", encoding="utf-8")
    params = PARAMS.model_copy(update={"vectors_file": str(tmp_path / "glove.txt")})
    model = fit_text_model(documents(spark, texts()), params, seed=7)
    assert model.vectors.words == ("elsewhere", "shoe", "衬衫")
    assert model.vectors.matrix.shape == (3, 3)
    before = made_with(params)
    (tmp_path / "glove.txt").write_text("shoe 2 0 0\n", encoding="utf-8")
    assert made_with(params) != before, "another file is another model"
    with pytest.raises(ValueError, match="no such file"):
        made_with(params.model_copy(update={"vectors_file": str(tmp_path / "gone.txt")}))


# --- who is promoted ------------------------------------------------------------------------------------------------

HELD_OUT = [[thing, parts[0], parts[1], parts[2]] for thing, parts in THINGS.items()] * 12


def blind(model: TextModel) -> TextModel:
    """A model whose words point anywhere."""
    words = model.vectors.words
    return replace(
        model, vectors=WordVectors(words, np.random.default_rng(0).normal(size=(len(words), 8)).astype("f4"))
    )


def test_halves_find_each_other_where_vectors_know_what_goes_together(fitted: TextModel) -> None:
    good, bad = figures_of(fitted, HELD_OUT), figures_of(blind(fitted), HELD_OUT)
    assert good["known_share"] == 1.0 and good["num_texts"] == 36
    assert good["halves_recall_low"] > bad["halves_recall_high"]


def test_equal_halves_do_not_pass_for_finds(fitted: TextModel) -> None:
    same = replace(
        fitted, vectors=WordVectors(fitted.vectors.words, np.ones((len(fitted.vectors.words), 8), np.float32))
    )
    assert figures_of(same, HELD_OUT)["halves_recall"] == 0.0, "36 equal texts: each one's rank is in the middle"
    assert figures_of(fitted, [])["halves_recall"] == 0.0


@pytest.mark.parametrize(
    ("new", "old", "is_promoted", "reason"),
    [
        ("good", None, True, "the first of its parameters"),
        ("bad", None, True, "the first of its parameters"),
        ("good", "good", True, "is within"),
        ("good", "bad", True, "is within"),
        ("bad", "good", False, "is worse than"),
        ("bad", "good of other parameters", True, "the first of its parameters"),
    ],
)
def test_who_is_promoted(
    fitted: TextModel, tmp_path: Path, new: str, old: str | None, is_promoted: bool, reason: str
) -> None:
    models = {"good": fitted, "bad": blind(fitted), "good of other parameters": replace(fitted, made_with="other")}
    models[new].save(tmp_path / "new")
    if old:
        models[old].save(tmp_path / "old")
    _, decision = judge(tmp_path / "new", tmp_path / "old" if old else None, HELD_OUT)
    assert decision.promote is is_promoted
    assert any(reason in told for told in decision.reasons), decision.reasons
