"""The publish job over several dates: what a storefront shows after content went back, was refused, was made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from mmgen.catalog.tables import open_catalog, product_content
from mmgen.config.config import load_config
from mmgen.config.publishing import PublishParams
from mmgen.engine.context import JobContext
from mmgen.hashes import digest_of
from mmgen.publishing.decisions import approve
from mmgen.publishing.publish import publish_date
from mmgen.publishing.types import Author, Status
from mmgen.store.checks import CheckFailedError
from mmgen.store.datasets import Dataset
from mmgen.store.products import TRANSLATED
from tests.jobs.nights import job_module
from tests.report.homes import commit

D1, D2, D3 = "2026-11-01", "2026-11-02", "2026-11-03"
NIGHTS = (D1, D2, D3, D2)
LIVE, WAIT = str(Author.MMGEN), str(Author.MMGEN_PENDING)


class Story(NamedTuple):
    """One product: what its description became in each of ``NIGHTS`` (empty: nothing new), ``value`` or
    ``value/status``, what stands in the end, and the last receipt of D2."""

    nights: tuple[str, str, str, str]
    shown: dict[str, str]
    action: str | None


STORIES = {
    "nothing new": Story(("X", "", "", ""), {LIVE: "X"}, None),
    "went back": Story(("X", "Y", "", ""), {LIVE: "X"}, "updated"),
    "went back, its receipts lost": Story(("X", "Y", "", ""), {LIVE: "X"}, "updated"),
    "what waited went back": Story(("X", "Y/borderline", "", ""), {LIVE: "X"}, "unchanged"),
    "went back under a later text": Story(("X", "Y", "Z", ""), {LIVE: "Z"}, None),
    "changed under a later text": Story(("X", "Y", "Z", "W"), {LIVE: "Z"}, "superseded"),
    "changed under a later refusal": Story(("X", "", "Z/rejected", "Y"), {LIVE: "X"}, "superseded"),
    "new under a later refusal": Story(("", "", "Z/rejected", "Y"), {}, "superseded"),
    "its own text under a later refusal": Story(("X", "Y", "Z/rejected", "W"), {LIVE: "W"}, "updated"),
    "changed, nothing said later": Story(("X", "", "", "Y"), {LIVE: "Y"}, "updated"),
    "changed under a later wait": Story(("X", "", "Z/borderline", "Y"), {LIVE: "X", WAIT: "Z"}, "superseded"),
}
LOST = "went back, its receipts lost"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write(home: Path, ds: str, made: dict[str, str], checked: str | None = None) -> None:
    """What the jobs before ``publish`` leave of a date. ``checked``: the value that was checked, if another."""
    texts, checks = [], []
    for product_id, entry in made.items():
        value, _, status = entry.partition("/")
        seen = checked or value
        key = {"product_id": product_id, "locale": product_id.partition(TRANSLATED)[2] or "en"}
        texts.append({**key, "description": value, "content_hash": digest_of(value)})
        hashes = {
            "input_hash": sha(digest_of(seen))[:32],
            "value_hash": sha(seen),
            "content_hash": digest_of("c", seen),
        }
        checks.append({**key, "kind": "description", "status": status or "approved", **hashes})
    commit(home, "descriptions", ds, texts)
    commit(home, "creatives", ds, [])
    commit(home, "content_checks", ds, checks)


def publish(home: Path, spark: Any, ds: str) -> None:
    """In batches of three and row groups of four, so that a few products are many of both."""
    config = load_config().model_copy(update={"publish": PublishParams(batch_size=3)})
    ctx = JobContext("publish", config, ds, f"run-{ds}")
    ctx.__dict__["spark"] = spark
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mmgen.publishing.publish.GROUP_ROWS", 4)
        job_module("publish").run(ctx)


def shown() -> dict[str, dict[str, str]]:
    """Product -> slot -> text, of what is live and of what waits."""
    stands = product_content.c.status.in_([str(Status.PUBLISHED), str(Status.PENDING_APPROVAL)])
    found: dict[str, dict[str, str]] = {}
    with open_catalog(load_config().catalogue_url).connect() as connection:
        for row in connection.execute(sa.select(product_content).where(stands)).mappings():
            found.setdefault(row["product_id"], {})[row["author"]] = row["value"]
    return found


def receipts(home: Path, ds: str) -> dict[str, dict[str, Any]]:
    dataset = Dataset("publications", home)
    rows = dataset.batches(dataset.files(ds=[ds]), dataset.contract.file_schema.names)
    return {row["product_id"]: row for batch in rows for row in batch.to_pylist()}


def new_shop(home: Path, products: Any) -> None:
    commit(home, "raw_products", D1, [{"product_id": p, "locale": "en", "is_deleted": False} for p in products])


@pytest.fixture(scope="module")
def shop(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All stories in one shop, night by night."""
    home = tmp_path_factory.mktemp("publishing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMGEN_HOME", str(home))
        patch.delenv("MMGEN_CATALOGUE_URL", raising=False)
        new_shop(home, STORIES)
        for number, ds in enumerate(NIGHTS):
            write(home, ds, {name: story.nights[number] for name, story in STORIES.items() if story.nights[number]})
            publish(home, spark, ds)
            if number == 2:  # as by a crash between the catalogue and the commit of the receipts
                kept = [row for name, row in receipts(home, D2).items() if name != LOST]
                commit(home, "publications", D2, kept)
        yield home


@pytest.mark.parametrize("name", STORIES)
def test_what_stands_after_a_date_was_run_again(shop: Path, name: str) -> None:
    receipt = receipts(shop, D2).get(name)
    assert shown().get(name, {}) == STORIES[name].shown
    assert (receipt and receipt["action"]) == STORIES[name].action


@pytest.mark.parametrize("ds", [D2, D3])
def test_once_more_changes_nothing(shop: Path, spark: Any, ds: str) -> None:
    before = shown()
    publish(shop, spark, ds)
    first = Dataset("publications", shop).fingerprint()
    publish(shop, spark, ds)
    assert shown() == before
    assert Dataset("publications", shop).fingerprint() == first


def test_receipts_of_another_catalogue_keep_nothing_out(
    home: Path, spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_shop(home, ["p1"])
    write(home, D3, {"p1": "Z/rejected"})
    publish(home, spark, D3)
    monkeypatch.setenv("MMGEN_CATALOGUE_URL", f"sqlite:///{home / 'other.db'}")
    write(home, D1, {"p1": "Y"})
    publish(home, spark, D1)
    assert shown() == {"p1": {LIVE: "Y"}}


def test_each_locale_is_published_and_approved_by_itself(home: Path, spark: Any) -> None:
    new_shop(home, ["p1", "p1~de", "p1~zh-Hans"])
    write(home, D1, {"p1": "Bag", "p1~de": "Tasche/borderline", "p1~zh-Hans": "包"})
    publish(home, spark, D1)
    assert by_locale() == {("en", LIVE): "Bag", ("de", WAIT): "Tasche", ("zh-Hans", LIVE): "包"}
    approve(open_catalog(load_config().catalogue_url), "p1", "description", "de", "anna")
    write(home, D2, {"p1~de": "Beutel"})
    publish(home, spark, D2)
    write(home, D3, {"p1~de": "Sack/rejected", "p1": "X/rejected"})
    publish(home, spark, D3)
    write(home, D2, {"p1~de": "Stoffbeutel", "p1": "Sack"})
    publish(home, spark, D2)  # of German, what is live is of this date; of English a later date has refused
    assert by_locale() == {("en", LIVE): "Bag", ("de", LIVE): "Stoffbeutel", ("zh-Hans", LIVE): "包"}


def by_locale() -> dict[tuple[str, str], str]:
    """(locale, slot) -> what stands of the only product."""
    stands = product_content.c.status.in_([str(Status.PUBLISHED), str(Status.PENDING_APPROVAL)])
    with open_catalog(load_config().catalogue_url).connect() as connection:
        rows = connection.execute(sa.select(product_content).where(stands)).mappings().all()
    assert {row["product_id"] for row in rows} == {"p1"}
    return {(row["locale"], row["author"]): row["value"] for row in rows}


def test_a_text_is_not_published_by_the_approval_of_another(home: Path, spark: Any) -> None:
    new_shop(home, ["p1"])
    write(home, D1, {"p1": "never checked"}, checked="approved")
    with pytest.raises(ValueError, match="run content_checks first: mmgen run --ds 2026-11-01"):
        publish(home, spark, D1)
    assert shown() == {}


def test_receipts_that_fail_their_checks_leave_nothing_behind(home: Path) -> None:
    """No piece has content: the error budget is spent."""
    ctx = JobContext("publish", load_config(), D1, "run")
    names = {"kind": "description", "input_hash": "i", "is_checked": True, "status": None, "value_hash": None}
    names |= {"later": None, "prior": None}
    rows = [SimpleNamespace(product_id=f"p{n}", **names) for n in range(60)]
    with pytest.raises(CheckFailedError, match="error_budget: 60 of 60 rows"):
        publish_date(ctx, open_catalog(ctx.config.catalogue_url), iter(rows), "c", ctx.scratch())
    assert list((home / "tables" / "publications").rglob("attempt-*")) == []
