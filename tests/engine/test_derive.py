"""Derive: what is computed, what is reused, and that no row vanishes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mmgen.config.config import load_config
from mmgen.engine.context import JobContext
from mmgen.engine.derive import ROWS_OF_A_TASK, derive
from mmgen.engine.step import Budget, Outcome, Step
from mmgen.store.contracts import contract

D1, D2, D3 = "2026-11-01", "2026-11-02", "2026-11-03"
Rows = list[tuple[str, str, list[str] | None, str | None]]


def embed(batch: pa.RecordBatch) -> dict[str, Any]:
    """A transform: the number of tokens as a vector of one; the token ``bug`` makes it raise."""
    tokens = batch.column("tokens").to_pylist()
    if any("bug" in t for t in tokens):
        raise RuntimeError("a defect of the transform")
    nothing = {name: [None] * batch.num_rows for name in [*contract("text_features").own_columns, "reject_reason"]}
    return {**nothing, "embedding": [[float(len(t))] for t in tokens]}


STEP = Step("text_features", "c1", embed, needs="tokens")


def run(home: Path, spark: Any, ds: str, rows: Rows, step: Step = STEP, is_full: bool = False) -> Outcome:
    ctx = JobContext("text_features", load_config(), ds, f"run-{ds}", is_full=is_full)
    ctx.__dict__["spark"] = spark
    frame = spark.createDataFrame(
        rows, "product_id string, input_hash string, tokens array<string>, reject_reason string"
    )
    return derive(
        ctx, lambda _: frame, Step(step.output, step.config_hash, step.transform, step.needs, is_external=True)
    )


def state(home: Path, ds: str) -> dict[str, Any]:
    from mmgen.store.datasets import Dataset

    dataset = Dataset("text_features", home)
    rows = [r for b in dataset.batches(dataset.files(ds=[ds]), ["product_id", "embedding"]) for r in b.to_pylist()]
    return {r["product_id"]: (r["embedding"] or [None])[0] for r in rows}


ONE: Rows = [("p1", "h1", ["a"], None), ("p2", "h2", ["a", "b"], None)]
TWO: Rows = [("p1", "h1", ["a"], None), ("p2", "h2x", ["a", "b", "c"], None), ("p3", "h3", ["a"], None)]


def test_cost_follows_what_changed(home: Path, spark: Any) -> None:
    step = partial(run, home, spark)
    outcomes = [step(D1, ONE), step(D1, ONE), step(D2, TWO), step(D3, TWO), step(D2, TWO), step(D3, TWO, is_full=True)]
    assert [(o.computed, o.reused, o.is_unchanged) for o in outcomes] == [
        (2, 0, False),  # the first night computes all
        (0, 2, True),  # the same date again reuses all and writes nothing
        (2, 0, False),  # the next date holds what changed alone
        (0, 0, False),  # a date without changes is an empty partition
        (0, 2, True),  # a backfill of the older date
        (0, 3, False),  # a full refresh copies what was seen before
    ]
    assert state(home, D1) == {"p1": 1.0, "p2": 2.0}
    assert state(home, D2) == {"p2": 3.0, "p3": 1.0}
    assert state(home, D3) == {"p1": 1.0, "p2": 3.0, "p3": 1.0}


def test_another_configuration_computes_again(home: Path, spark: Any) -> None:
    run(home, spark, D1, ONE)
    other = Step("text_features", "c2", embed, needs="tokens")
    outcome = run(home, spark, D2, ONE, other)
    assert (outcome.computed, outcome.reused) == (2, 0)


def test_a_new_model_writes_within_the_budget_worst_first(home: Path, spark: Any) -> None:
    def scored(batch: pa.RecordBatch) -> dict[str, Any]:
        tokens = batch.column("tokens").to_pylist()
        return embed(batch) | {"plain_hash": [t[0] or None for t in tokens]}  # stands for a score

    def night(ds: str, rows: Rows, config_hash: str, limit: int = 0) -> tuple[set[str], list[str]]:
        budget = Budget(limit, frozenset({"c1"}), worst="plain_hash") if limit else None
        ctx = JobContext("text_features", load_config(), ds, f"run-{ds}")
        ctx.__dict__["spark"] = spark
        schema = "product_id string, input_hash string, tokens array<string>, reject_reason string"
        frame = spark.createDataFrame(rows, schema)
        derive(ctx, lambda _: frame, Step("text_features", config_hash, scored, needs="tokens", budget=budget))
        return set(state(home, ds)), ctx.notes

    shop: Rows = [(f"p{i}", "h", [score], None) for i, score in enumerate("53142")] + [("p5", "h", [""], None)]
    changed: Rows = [*shop[1:], ("p0", "other", ["9"], None)]
    assert night(D1, shop, "c1") == ({"p0", "p1", "p2", "p3", "p4", "p5"}, [])
    wait = "{} rows by an earlier model wait for a later night"
    assert night(D2, changed, "c2", 2) == ({"p0", "p5", "p2"}, [wait.format(3)]), "changed, without a score, the worst"
    assert night(D3, changed, "c2", 2) == ({"p4", "p1"}, [wait.format(1)])
    assert night("2026-11-04", changed, "c2", 2) == ({"p3"}, [])
    assert night("2026-11-05", changed, "c2", 2) == (set(), [])


def test_a_batch_of_bad_rows_stops_at_the_gate_and_the_old_partition_stands(home: Path, spark: Any) -> None:
    from mmgen.store.checks import CheckFailedError

    good: Rows = [(f"p{i}", "h", ["a"], None) for i in range(60)]
    bad: Rows = [(f"p{i}", "hx", ["bug"], None) for i in range(60)]
    run(home, spark, D1, good)
    with pytest.raises(CheckFailedError, match="error_budget: 60 of 60 rows"):
        run(home, spark, D1, bad)
    assert len(state(home, D1)) == 60
    assert set(state(home, D1).values()) == {1.0}


def test_unchanged_inputs_do_not_even_start_spark(home: Path, spark: Any) -> None:
    """The recipe of the last commit is asked first: the inputs are not built at all."""
    ctx = JobContext("text_features", load_config(), D1, "r1")
    ctx.__dict__["spark"] = spark
    frame = spark.createDataFrame(
        ONE, "product_id string, input_hash string, tokens array<string>, reject_reason string"
    )
    first = derive(ctx, lambda _: frame, STEP)
    again = derive(JobContext("text_features", load_config(), D1, "r2"), lambda _: pytest.fail("built"), STEP)
    assert (first.computed, again.computed, again.reused, again.is_unchanged) == (2, 0, 2, True)


@pytest.mark.parametrize(
    ("is_by_product", "asked"),
    [(True, [None, ["p1", "p2"], None, ["p2", "p3"]]), (False, [None, None])],
    ids=["a row of a product", "rows rest on each other"],
)
def test_inputs_are_asked_again_for_the_changed_products_alone(
    home: Path, spark: Any, is_by_product: bool, asked: list[Any]
) -> None:
    """So that wide columns of the others are not read."""
    seen: list[Any] = []
    step = Step("text_features", "c1", embed, needs="tokens", is_external=True, is_by_product=is_by_product)
    for ds, rows in ((D1, ONE), (D2, TWO)):
        ctx = JobContext("text_features", load_config(), ds, f"run-{ds}")
        ctx.__dict__["spark"] = spark

        def inputs(only: Any, rows: Rows = rows) -> Any:
            seen.append(only)
            wanted = [row for row in rows if only is None or row[0] in only]
            columns = "product_id string, input_hash string, tokens array<string>, reject_reason string"
            return spark.createDataFrame(wanted, columns)

        derive(ctx, inputs, step)
    assert seen == asked
    assert (state(home, D1), state(home, D2)) == ({"p1": 1.0, "p2": 2.0}, {"p2": 3.0, "p3": 1.0})


@pytest.mark.parametrize(("num_rows", "num_tasks"), [(10, 1), (ROWS_OF_A_TASK + 1, 2)])
def test_few_rows_are_few_tasks(home: Path, spark: Any, num_rows: int, num_tasks: int) -> None:
    """Each Python worker imports what the transform needs; a task writes a file."""
    from mmgen.store.datasets import Dataset

    ctx = JobContext("text_features", load_config(), D1, "run")
    ctx.__dict__["spark"] = spark
    rows = [(f"p{number}", "h", ["a"], None) for number in range(num_rows)]
    columns = "product_id string, input_hash string, tokens array<string>, reject_reason string"
    step = Step("text_features", "c1", embed, is_external=True, is_by_product=True)
    outcome = derive(ctx, lambda _: spark.createDataFrame(rows, columns).repartition(4), step)
    assert (outcome.computed, len(Dataset("text_features", home).files())) == (num_rows, num_tasks)


def test_as_many_products_as_are_ever_looked_up_by_id_can_be_read(home: Path, spark: Any) -> None:
    """Each id that is pushed down to Parquet's reader costs it a frame of the stack."""
    from mmgen.engine.spark import FEW_PRODUCTS, newest
    from mmgen.store.datasets import Dataset

    ids = [f"p{i}" for i in range(FEW_PRODUCTS)]
    run(home, spark, D1, [(i, "h", ["a"], None) for i in ids])
    frame = newest(spark, Dataset("text_features", home), until=D1, only=ids)
    assert frame.select("product_id", "embedding").count() == FEW_PRODUCTS
    assert len(frame.select("product_id", "embedding").toArrow()) == FEW_PRODUCTS


def test_what_the_transform_needs_is_added_to_the_rows_to_compute_alone(home: Path, spark: Any) -> None:
    asked: list[list[str]] = []

    def enrich(rows: Any) -> Any:
        asked.append(sorted(row.product_id for row in rows.select("product_id").collect()))
        return rows.withColumn("tokens", F.array_repeat(F.lit("x"), 7))

    from pyspark.sql import functions as F

    step = Step("text_features", "c1", embed, needs="tokens", is_external=True, enrich=enrich)
    columns = "product_id string, input_hash string, tokens array<string>, reject_reason string"
    for ds, rows in ((D1, ONE), (D2, TWO), (D3, TWO)):
        ctx = JobContext("text_features", load_config(), ds, f"run-{ds}")
        ctx.__dict__["spark"] = spark
        frame = spark.createDataFrame(rows, columns)
        derive(ctx, partial(lambda frame, _: frame, frame), step)
    assert asked == [["p1", "p2"], ["p2", "p3"]]
    assert (state(home, D1), state(home, D2)) == ({"p1": 7.0, "p2": 7.0}, {"p2": 7.0, "p3": 7.0})


def test_inputs_are_asked_for_again_where_what_is_no_dataset_has_another_fingerprint(home: Path, spark: Any) -> None:
    columns = "product_id string, input_hash string, tokens array<string>, reject_reason string"
    built: list[str] = []

    def once(external: str) -> Outcome:
        ctx = JobContext("text_features", load_config(), D1, "r1")
        ctx.__dict__["spark"] = spark

        def inputs(only: Any) -> Any:
            built.append(external)
            return spark.createDataFrame(ONE, columns)

        return derive(ctx, inputs, Step("text_features", "c1", embed, needs="tokens", external=external))

    outcomes = [once(external) for external in ("a", "a", "b", "b")]
    assert built == ["a", "b"]
    assert [(o.computed, o.reused) for o in outcomes] == [(2, 0), (0, 2), (0, 2), (0, 2)]
