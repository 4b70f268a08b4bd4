"""Reading datasets with Spark: the newest rows, and that no file is opened for rows that nobody asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mmgen.engine.spark import MAX_PUSHED_IDS, kept, newest
from mmgen.store.datasets import Dataset
from tests.store.test_datasets import stage

D1, D2, D3 = "2026-11-01", "2026-11-02", "2026-11-03"


@pytest.fixture
def dataset(home: Path) -> Dataset:
    made = Dataset("text_features", home)
    for ds, ids in ((D1, ["p1", "p2", "p3"]), (D2, ["p1"]), (D3, ["p2"])):
        made.commit(ds, stage(made, ds, ids, mark=ds), {})
    return made


@pytest.mark.parametrize(
    ("until", "only", "rows", "read"),
    [
        (D2, None, {"p1": D2, "p2": D1, "p3": D1}, {D1, D2}),
        (D3, None, {"p1": D2, "p2": D3, "p3": D1}, {D1, D2, D3}),
        (D3, ["p1"], {"p1": D2}, {D2}),
        (D2, ["p2"], {"p2": D1}, {D1}),
        (D3, ["p1", "p2"], {"p1": D2, "p2": D3}, {D2, D3}),
        (D3, ["p3", "gone"], {"p3": D1}, {D1}),
        (D3, ["gone"], {}, set()),
        (D3, ["p1", *(f"gone-{n}" for n in range(MAX_PUSHED_IDS))], {"p1": D2}, {D2}),
    ],
    ids=["all", "all, later", "one", "one, earlier", "of two dates", "one not there", "none there", "many"],
)
def test_newest(
    spark: Any, dataset: Dataset, until: str, only: list[str] | None, rows: dict[str, str], read: set[str]
) -> None:
    frame = newest(spark, dataset, until=until, only=only)
    assert {row.product_id: row.input_hash for row in frame.select("product_id", "input_hash").collect()} == rows
    assert {Path(file).parent.parent.name.removeprefix("ds=") for file in frame.inputFiles()} == read


def test_a_kept_frame_is_computed_once_and_brings_no_plan(spark: Any) -> None:
    runs = spark.sparkContext.accumulator(0)

    def count(batches: Any) -> Any:
        for batch in batches:
            runs.add(batch.num_rows)
            yield batch

    frame = kept(spark.range(0, 10, 1, 1).mapInArrow(count, "id long"))
    assert (frame.count(), frame.where("id > 3").count(), runs.value) == (10, 6, 10)
    assert "mapInArrow" not in frame._jdf.queryExecution().optimizedPlan().toString()
