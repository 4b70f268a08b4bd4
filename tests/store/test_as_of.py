"""As of a date: the newest row of each key, and the products that the shop has; by Arrow, by Spark and by hand."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen.engine.spark import in_shop as in_shop_by_spark
from mmgen.engine.spark import newest
from mmgen.store.as_of import by_row_group, date_of, newest_places, newest_rows, rows_at
from mmgen.store.datasets import Dataset
from mmgen.store.products import in_shop, product_ids

DATES = [f"2026-11-0{day}" for day in range(1, 6)]
KEYS = ["product_id", "modality"]

Spoken = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["image", "audio"]), st.sampled_from(DATES)), st.integers(0, 9)
)


@given(Spoken, st.randoms(use_true_random=False))
def test_the_newest_row_of_each_key_by_hand(spoken: dict[tuple[str, str, str], int], order: random.Random) -> None:
    rows = [{"product_id": p, "modality": m, "ds": ds, "value": v} for (p, m, ds), v in spoken.items()]
    order.shuffle(rows)
    expected = [row for row in rows if row["ds"] == max(r["ds"] for r in rows if all(r[k] == row[k] for k in KEYS))]
    schema = pa.schema(
        [("product_id", pa.string()), ("modality", pa.string()), ("ds", pa.string()), ("value", pa.int64())]
    )
    assert newest_rows(pa.Table.from_pylist(rows, schema=schema), KEYS).to_pylist() == expected


def write(dataset: Dataset, ds: str, rows: list[dict[str, Any]]) -> None:
    """One partition in two files of row groups of two rows."""
    attempt, schema = dataset.stage(ds), dataset.contract.file_schema
    for number in range(2):
        filled = [dict.fromkeys(schema.names) | row for row in rows[number::2]]
        file = attempt / f"part-{number}.parquet"
        pq.write_table(pa.Table.from_pylist(filled, schema=schema), file, row_group_size=2)
    dataset.commit(ds, attempt, {})


@pytest.fixture(params=[1, 2])
def media(request: pytest.FixtureRequest, home: Path) -> Dataset:
    """Random rows of ``raw_media``; ``path`` says which row it is."""
    draw, dataset = random.Random(request.param), Dataset("raw_media", home)
    for ds in DATES[: 2 * request.param]:
        keys = [(f"p{n}", modality) for n in range(9) for modality in ("image", "audio") if draw.random() < 0.5]
        write(dataset, ds, [{"product_id": p, "modality": m, "path": f"{p} {m} {ds}"} for p, m in keys])
    return dataset


@pytest.mark.parametrize("only", [None, ["p1", "p5", "none"], []], ids=["all", "two", "none"])
@pytest.mark.parametrize("bounds", [{"until": DATES[0]}, {"until": DATES[3]}, {"before": DATES[3]}], ids=str)
def test_spark_and_arrow_agree(spark: Any, media: Dataset, bounds: dict[str, str], only: list[str] | None) -> None:
    held = media.newest(["path"], only=only, **bounds).select([*KEYS, "ds", "path"]).to_pylist()
    frame = newest(spark, media, only=only, **bounds).select(*KEYS, "ds", "path")
    if only is not None:
        frame = frame.where(frame.product_id.isin([*only, ""]))
    rows = [row.asDict() for row in frame.collect()]
    assert sorted(map(str, held)) == sorted(map(str, rows))
    assert all(row["path"].endswith(row["ds"]) for row in held) and (held or only == [])


def test_places_lead_to_the_same_rows(media: Dataset) -> None:
    expected = media.newest(["path"], until=DATES[-1]).column("path").to_pylist()
    found = []
    for path, rows in newest_places(media.files(), KEYS).items():
        with pq.ParquetFile(path) as file:
            paths = rows_at(file, rows, ["path"], 1).column("path").to_pylist()
            groups = [file.read_row_group(n, columns=["path"]).column(0) for n in range(file.num_row_groups)]
            assert [groups[n][int(i)].as_py() for n, here in by_row_group(file, rows) for i in here] == paths
        found += paths
    assert found == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a/ds=2026-11-01/x/p.parquet", "2026-11-01"), ("/ds=1/ds=2/p", "2"), ("/a/p.parquet", "")],
    ids=["a partition", "a home below another's", "none"],
)
def test_the_date_of_a_file(path: str, expected: str) -> None:
    assert date_of(path) == expected


FLAGS = {"a": [False], "b": [True], "c": [None], "d": [False, True], "e": [True, False], "f": [True, None]}


def test_products_of_the_shop(spark: Any, home: Path) -> None:
    """A product whose newest row does not say that it left is there."""
    dataset = Dataset("raw_products", home)
    for number, ds in enumerate(DATES[:2]):
        rows = [{"product_id": p, "is_deleted": f[number]} for p, f in FLAGS.items() if len(f) > number]
        write(dataset, ds, rows)
    assert product_ids(dataset, DATES[0]).to_pylist() == ["a", "c", "d"]
    assert product_ids(dataset, DATES[1]).to_pylist() == ["a", "c", "e", "f"]
    by_spark = in_shop_by_spark(newest(spark, dataset, until=DATES[1])).select("product_id").collect()
    assert sorted(row.product_id for row in by_spark) == ["a", "c", "e", "f"]
    held = in_shop(dataset.newest(["is_deleted"], until=DATES[0]))
    assert sorted(held.column("product_id").to_pylist()) == ["a", "c", "d"]
