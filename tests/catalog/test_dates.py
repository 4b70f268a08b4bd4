"""The extract job over several dates: what a date run again still knows, though the catalogue has the present alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mmgen.catalog.importer import import_file
from mmgen.catalog.source_map import SourceMap
from mmgen.catalog.tables import open_catalog
from mmgen.config.config import load_config
from mmgen.engine.context import JobContext
from mmgen.store.datasets import Dataset
from tests.jobs.nights import job_module

D1, D2, D3, D4 = "2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"
COLUMNS = {"product_id": "id", "title": "name", "updated_at": "changed"}
MAP = SourceMap.load({"name": "shop", "columns": COLUMNS, "max_removed_share": 1.0})  # of seven products three leave
DATES = (D1, D2, D3, D4)
GONE = "-"
Said = dict[str, dict[str, str]]


class Life(NamedTuple):
    """One product: its row (title, or title@time of the change; empty: not there) in the shop as of D1, D2, D3 and
    D4, and what each date's partition says of it after all of them were run again in order."""

    shop: tuple[str, str, str, str]
    says: tuple[str, str, str, str]


LIVES = {
    "always there": Life(("A", "A", "A", "A"), ("A", "", "", "")),
    "left later": Life(("A", "A", "A", ""), ("A", "", "", GONE)),
    "came on D2 and left on D4": Life(("", "B", "B", ""), ("", "B", "", GONE)),
    "came on D2 and left on D3": Life(("", "B", "", ""), ("", "B", GONE, "")),
    "changed on D2 and left on D4": Life(("A", "B", "B", ""), ("A", "B", "", GONE)),
    "changed on D3, as it says": Life(
        (f"A@{D1}", f"A@{D1}", f"B@{D3}", f"B@{D3}"), ("A", "", "B", "")),
    "left on D2 and came back on D4": Life((f"A@{D1}", "", "", f"A@{D4}"), ("A", GONE, "", "A")),
    "said to change in years": Life(("A@2030-01-01",) * 4, ("", "", "", "")),
}  # fmt: skip


def put(home: Path, day: int) -> None:
    """Make the catalogue's products those of one day."""
    rows = {name: life.shop[day].partition("@") for name, life in LIVES.items() if life.shop[day]}
    lines = ["id;name;changed", *(f"{name};{title};{changed}" for name, (title, _, changed) in rows.items())]
    file = home / "shop.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    import_file(open_catalog(load_config().catalogue_url), file, MAP, allow_removals=True)


def extract(ds: str, spark: Any) -> list[str]:
    ctx = JobContext("extract_products", load_config(), ds, f"run-{ds}")
    ctx.__dict__["spark"] = spark
    job_module("extract_products").run(ctx)
    assert Dataset("raw_products", ctx.home).history(1)[0].metadata["notes"] == "; ".join(ctx.notes)
    return ctx.notes


def partitions(home: Path) -> Said:
    """Product -> date -> what its partition says of it."""
    dataset = Dataset("raw_products", home)
    said: Said = {}
    for batch in dataset.batches(dataset.files(), ["product_id", "ds", "title", "is_deleted"]):
        for row in batch.to_pylist():
            said.setdefault(row["product_id"], {})[row["ds"]] = GONE if row["is_deleted"] else row["title"]
    return said


class Stages(NamedTuple):
    """The home, and what its partitions say at first and after all dates were run again."""

    home: Path
    said: tuple[Said, Said]


@pytest.fixture(scope="module")
def stages(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """What the partitions say after the dates ran one by one, and after all of them were run again."""
    home = tmp_path_factory.mktemp("dates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMGEN_HOME", str(home))
        patch.delenv("MMGEN_CATALOGUE_URL", raising=False)
        for day, ds in enumerate(DATES):
            put(home, day)
            extract(ds, spark)
        first = partitions(home)
        for ds in DATES:
            extract(ds, spark)
        return Stages(home, (first, partitions(home)))


@pytest.mark.parametrize("stage", [0, 1], ids=["night by night", "all dates run again"])
@pytest.mark.parametrize("name", LIVES)
def test_what_each_date_says(stages: Stages, name: str, stage: int) -> None:
    said = stages.said[stage].get(name, {})
    assert tuple(said.get(ds, "") for ds in DATES) == LIVES[name].says


def test_what_is_left_for_a_later_date_is_counted(stages: Stages, spark: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMGEN_HOME", str(stages.home))
        patch.delenv("MMGEN_CATALOGUE_URL", raising=False)
        assert extract(D4, spark) == [f"1 of the shop's products changed after {D4} and are left for a later date"]
