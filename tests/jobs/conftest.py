"""One shop's nights, run once for all tests: a first date, the same again, a second date, the first one again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mmgen.publishing.decisions import edit
from mmgen.sample.shop import SampleSummary, write_sample
from tests.catalog.conftest import postgres_url
from tests.jobs.nights import D1, D2, Night, Shop, read_export, write_export

__all__ = ["postgres_url"]
NUM_PRODUCTS = 60
NEW_TITLE = {"en": "Garden lantern of brass", "zh": "黄铜花园灯笼"}
OWN_TEXT = "Written by a person."


@dataclass(frozen=True)
class Stage:
    """A night, and a copy of the home as it was right after it."""

    night: Night
    shop: Shop


@dataclass(frozen=True)
class Changes:
    """The products that differ on the second date."""

    retitled: str
    rephotographed: str
    removed: str
    edited: str
    """Its description is a person's own since before the second date; its title changes, too."""

    @property
    def changed(self) -> set[str]:
        """Those of which something new is to be published."""
        return {self.retitled, self.rephotographed, self.edited}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """A shop's export with every kind of fault in it."""
    return write_sample(tmp_path_factory.mktemp("shop") / "sample", NUM_PRODUCTS)


@pytest.fixture(scope="session")
def export(sample: SampleSummary) -> list[dict[str, str]]:
    """The rows of the shop's file on the first date."""
    return read_export(sample.products_csv)


@pytest.fixture(scope="session")
def shop(sample: SampleSummary, spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The home that all nights share."""
    made = Shop(tmp_path_factory.mktemp("nights") / "home", spark)
    made.import_products(sample.products_csv)
    return made


def _stage(shop: Shop, ds: str, run_id: str) -> Stage:
    night = shop.night(ds, run_id)
    return Stage(night, shop.copy(shop.home.with_name(run_id)))


@pytest.fixture(scope="session")
def first(shop: Shop) -> Stage:
    """The first date."""
    return _stage(shop, D1, "first")


@pytest.fixture(scope="session")
def again(shop: Shop, first: Stage) -> Stage:
    """The same date again."""
    return _stage(shop, D1, "again")


@pytest.fixture(scope="session")
def changes(first: Stage, export: list[dict[str, str]]) -> Changes:
    """Four products without faults and without near-copies, so that a change of one concerns no other."""
    groups = [row["group_id"] for row in first.shop.rows("examples", D1, "group_id")]
    sound = [
        r["id"] for r in export if not r["fault"] and r["name"] and r["image"].endswith("jpg") and r["id"] in groups
    ]
    return Changes(*[product_id for product_id in sound if groups.count(product_id) == 1][:4])


@pytest.fixture(scope="session")
def second(shop: Shop, again: Stage, changes: Changes, sample: SampleSummary, export: list[dict[str, str]]) -> Stage:
    """The next date: two titles are new, a photo is another one under its old name, a product has left the shop."""
    folder = sample.products_csv.parent
    rows = [dict(row) for row in export if row["id"] != changes.removed]
    for row in rows:
        if row["id"] in (changes.retitled, changes.edited):
            row |= {"name": NEW_TITLE[row["locale"]], "updated": f"{D2}T09:00:00Z"}
        if row["id"] == changes.rephotographed:
            shutil.copy2(folder / row["image"], folder / f"{row['image']}.first")  # for who asks for the first date
            (folder / row["image"]).write_bytes(checked_photo())
        if row["id"] == changes.edited:
            edit(shop.engine, changes.edited, "description", row["locale"], OWN_TEXT, "anna")
    shop.import_products(write_export(folder / "products_2.csv", rows))
    return _stage(shop, D2, "second")


@pytest.fixture
def first_photos(sample: SampleSummary) -> Iterator[None]:
    """The shop's photos as they were on the first date, where the second one has replaced some."""
    kept = list(sample.products_csv.parent.rglob("*.first"))
    for first in kept:
        swap(first, first.with_suffix(""))
    yield
    for first in kept:
        swap(first, first.with_suffix(""))


def swap(one: Path, other: Path) -> None:
    """Two files under each other's names, with their times."""
    aside = one.with_suffix(".aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


@pytest.fixture(scope="session")
def backfill(shop: Shop, second: Stage) -> Stage:
    """The first date once more, after the second."""
    return _stage(shop, D1, "backfill")


def checked_photo() -> bytes:
    """A photo like no other of the sample: JPEG, 400 x 400 px."""
    square = np.indices((400, 400)).sum(axis=0) // 50 % 2
    picture = np.where(square[..., None] == 0, (30, 90, 200), (240, 230, 210)).astype(np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()
