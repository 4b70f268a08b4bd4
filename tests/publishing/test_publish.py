"""Publishing, decisions and rollback against real databases: what a storefront shows after each step."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.tables import open_catalog, product_content, product_content_history, products, sources
from mmgen.publishing.decisions import approve, edit, list_waiting, reject, withdraw_edit
from mmgen.publishing.receipts import content_of, history_of
from mmgen.publishing.rollback import Release, release_run, rollback_run
from mmgen.publishing.types import Key, Publication, PublicationResult
from mmgen.publishing.upsert import publish_rows

KEY = ("p1", "description", "en")
NOTHING = {"restored": 0, "withdrawn": 0, "kept_changed_later": 0, "kept_human": 0}


def new(value: str, day: int, run: str = "", status: str = "published", product_id: str = "p1") -> Publication:
    ds = f"2024-01-{day:02d}"
    return Publication(product_id, "description", "en", value, f"h-{value}", status, ds, run or f"r{day}", "m1", "AI")


def publish(engine: Engine, *rows: Publication, batch_size: int = 1000) -> list[PublicationResult]:
    return list(publish_rows(engine, rows, batch_size))


def actions(results: Iterable[PublicationResult]) -> list[str]:
    return [str(result.action) for result in results]


def shown(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT product_id, value FROM storefront_content"))
        return {row.product_id: row.value for row in rows}


def table(engine: Engine, which: sa.Table = product_content) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(which).order_by(*which.primary_key)).mappings()]


@pytest.fixture
def shop(catalog: Engine) -> Engine:
    rows = [
        {"product_id": f"p{n}", "source": "s", "locale": "en", "category": "[]", "attributes": "{}"} for n in range(4)
    ]
    with catalog.begin() as connection:
        connection.execute(sa.insert(sources), {"name": "s", "locale": "en", "media_root": "."})
        connection.execute(sa.insert(products), rows)
    return catalog


def test_publish_again_later_and_older(shop: Engine) -> None:
    assert actions(publish(shop, new("a", 2))) == ["inserted"]
    first = table(shop), table(shop, product_content_history)
    assert actions(publish(shop, new("a", 2))) == ["unchanged"]
    assert (table(shop), table(shop, product_content_history)) == first
    [result] = publish(shop, new("a", 5))
    assert (result.action, result.run_id) == ("unchanged", "r2")
    assert [(row["run_id"], row["ds"]) for row in table(shop)] == [("r2", "2024-01-05")]
    assert len(history_of(shop, "p1")) == 1
    assert actions(publish(shop, new("b", 4))) == ["superseded"]
    assert actions(publish(shop, new("c", 5, "r5b"))) == ["updated"]
    assert shown(shop) == {"p1": "c"}
    assert [(row["action"], row["value"], row["cause_run_id"]) for row in history_of(shop, "p1")] == [
        ("inserted", "a", "r2"),
        ("updated", "c", "r5b"),
    ]


def test_batches_and_a_key_that_comes_twice(shop: Engine) -> None:
    rows = [new(f"v{n}", 1, product_id=f"p{n % 3}") for n in range(7)]
    results = publish(shop, *rows, batch_size=2)
    assert [result.product_id for result in results] == [row.product_id for row in rows]
    assert Counter(actions(results)) == {"inserted": 3, "updated": 4}
    assert shown(shop) == {"p0": "v6", "p1": "v4", "p2": "v5"}


def test_hostile_values_are_stored_as_they_are(shop: Engine) -> None:
    text = "'); DROP TABLE product_content; -- %s :x {{7*7}} <script> \x01 👕 衬衫"
    publish(shop, new(text, 1), replace(new("x", 1, product_id="p2"), value="a\x00b"))
    assert shown(shop) == {"p1": text, "p2": "ab"}


def picture(alt_text: str | None, day: int, status: str = "published") -> Publication:
    value = "creatives/ab/abc.jpg"
    return replace(new(value, day, status=status), kind="creative", alt_text=alt_text, content_hash=f"c{day}")


def alt_texts(engine: Engine) -> list[str | None]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT alt_text FROM storefront_content ORDER BY kind")).scalars())


def test_a_storefront_reads_what_a_screen_reader_says(shop: Engine) -> None:
    publish(shop, picture("Ceramic Jug, Blue. Ad.", 1), new("a", 1))
    assert alt_texts(shop) == ["Ceramic Jug, Blue. Ad.", None]
    publish(shop, picture("陶壶，蓝色\x00。", 2))
    assert alt_texts(shop) == ["陶壶，蓝色。", None]
    publish(shop, replace(picture("Another", 3, "pending_approval"), value_hash="h-other"))
    assert alt_texts(shop) == ["陶壶，蓝色。", None]
    approve(shop, "p1", "creative", "en", by="mei")
    assert alt_texts(shop) == ["Another", None]
    rollback_run(shop, "r3", by="mei")
    assert [row["alt_text"] for row in history_of(shop, "p1") if row["kind"] == "creative"][:3] == [
        "Ceramic Jug, Blue. Ad.", "陶壶，蓝色。", "Another",
    ]  # fmt: skip


def test_a_catalogue_of_an_earlier_release_gets_the_column(shop: Engine, catalog_url: str) -> None:
    publish(shop, new("a", 1))
    with shop.begin() as connection:
        connection.execute(sa.text("DROP VIEW storefront_content"))
        for name in ("product_content", "product_content_history"):
            connection.execute(sa.text(f"ALTER TABLE {name} DROP COLUMN alt_text"))
        connection.execute(sa.text(
            "CREATE VIEW storefront_content AS SELECT product_id, kind, locale, author, value, value_hash, ds, run_id,"
            " model_version, disclosure FROM product_content"
        ))  # fmt: skip
    engine = open_catalog(catalog_url)
    publish(engine, picture("A jug. Ad.", 2))
    assert alt_texts(engine) == ["A jug. Ad.", None]
    engine.dispose()


def test_an_unknown_status_is_an_error(shop: Engine) -> None:
    with pytest.raises(ValueError, match="status 'live'"):
        publish(shop, new("a", 1, status="live"))


def test_what_waits_never_hides_what_is_live(shop: Engine) -> None:
    publish(shop, new("a", 1))
    assert actions(publish(shop, new("b", 2, status="pending_approval"))) == ["held"]
    assert shown(shop) == {"p1": "a"}
    assert [row["value"] for row in list_waiting(shop)] == ["b"]
    assert list_waiting(shop, after=Key(*KEY)) == []
    assert approve(shop, *KEY, by="mei")["value"] == "b"
    assert shown(shop) == {"p1": "b"}
    assert list_waiting(shop) == []
    [row] = content_of(shop, "p1")
    assert (row["author"], row["decided_by"], row["run_id"], row["is_on_storefront"]) == ("mmgen", "mei", "r2", True)
    assert actions(publish(shop, new("b", 3, status="pending_approval"))) == ["unchanged"]
    assert shown(shop) == {"p1": "b"}


def test_a_rejection_is_remembered(shop: Engine) -> None:
    publish(shop, new("a", 1), new("b", 2, status="pending_approval"))
    reject(shop, *KEY, by="mei")
    assert shown(shop) == {"p1": "a"}
    assert actions(publish(shop, new("b", 3))) == ["rejected"]
    assert actions(publish(shop, new("c", 4))) == ["held"]
    assert actions(publish(shop, new("b", 5))) == ["rejected"]
    assert shown(shop) == {"p1": "a"}
    approve(shop, *KEY, by="mei")
    assert shown(shop) == {"p1": "c"}
    assert actions(publish(shop, new("b", 6))) == ["rejected"]
    assert actions(publish(shop, new("d", 7))) == ["updated"]


def test_rejecting_a_live_text_takes_it_off(shop: Engine) -> None:
    publish(shop, new("a", 1))
    reject(shop, *KEY, by="mei")
    assert shown(shop) == {}
    assert actions(publish(shop, new("a", 2), new("b", 3))) == ["rejected", "held"]
    assert shown(shop) == {}
    approve(shop, *KEY, by="mei")
    assert shown(shop) == {"p1": "b"}


def test_a_persons_text_is_never_touched(shop: Engine) -> None:
    publish(shop, new("a", 1))
    edit(shop, *KEY, value="mine", by="mei")
    human = [row for row in table(shop) if row["author"] == "human"]
    results = publish(shop, new("b", 2), new("c", 99), new("c", 99))
    assert [(result.action, result.reason) for result in results] == [("held", "human_text")] * 3
    assert rollback_run(shop, "r2", "mei") == NOTHING | {"kept_changed_later": 1}
    assert [row for row in table(shop) if row["author"] == "human"] == human
    assert shown(shop) == {"p1": "mine"}
    withdraw_edit(shop, *KEY, by="mei")
    assert shown(shop) == {"p1": "c"}
    edit(shop, *KEY, value="again", by="mei")
    assert shown(shop) == {"p1": "again"}
    assert [row["action"] for row in history_of(shop, "p1") if row["author"] == "human"] == [
        "edited",
        "edit_withdrawn",
        "edited",
    ]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        pytest.param(lambda e: approve(e, *KEY, by="mei"), "no text waits", id="nothing waits"),
        pytest.param(lambda e: reject(e, "p2", "description", "en", "mei"), "none to reject", id="nothing to reject"),
        pytest.param(lambda e: approve(e, "p1", "descripton", "en", "mei"), "Did you mean 'description'?", id="kind"),
        pytest.param(lambda e: edit(e, "p9", "description", "en", "x", "mei"), "not in the catalogue", id="product"),
        pytest.param(lambda e: edit(e, *KEY, " ", "mei"), "empty", id="empty text"),
        pytest.param(lambda e: edit(e, *KEY, "x", " "), "who decides", id="nobody"),
        pytest.param(lambda e: edit(e, "p1", "creative", "en", "x", "mei"), "Known: ad_copy, desc", id="a picture"),
        pytest.param(lambda e: edit(e, "p2", "ad_cpy", "en", "x", "mei"), "Did you mean 'ad_copy'?", id="kind of edit"),
        pytest.param(lambda e: withdraw_edit(e, *KEY, "mei"), "no person's text", id="no edit"),
    ],
)
def test_decisions_that_make_no_sense_say_so(shop: Engine, act: Any, words: str) -> None:
    publish(shop, new("a", 1))
    before = table(shop), table(shop, product_content_history)
    with pytest.raises(ValueError, match=r"^.+$") as error:
        act(shop)
    assert words in str(error.value)
    assert (table(shop), table(shop, product_content_history)) == before


def test_approving_behind_a_persons_text_is_refused(shop: Engine) -> None:
    publish(shop, new("a", 1, status="pending_approval"))
    edit(shop, *KEY, value="mine", by="mei")
    with pytest.raises(ValueError, match="withdraw it first"):
        approve(shop, *KEY, by="mei")


def test_rollback_restores_withdraws_and_keeps(shop: Engine) -> None:
    publish(shop, *(new(f"old{n}", 1, product_id=f"p{n}") for n in (0, 1, 2)))
    publish(shop, *(new(f"bad{n}", 2, product_id=f"p{n}") for n in (0, 1, 2, 3)))
    publish(shop, new("later", 3, product_id="p1"), new("bad0", 3, product_id="p0"))
    reject(shop, "p2", "description", "en", "mei")
    counts = rollback_run(shop, "r2", by="lin")
    assert counts == {"restored": 1, "withdrawn": 1, "kept_changed_later": 1, "kept_human": 1}
    assert shown(shop) == {"p0": "old0", "p1": "later"}
    restored = next(row for row in table(shop) if row["product_id"] == "p0")
    assert (restored["run_id"], restored["ds"]) == ("r1", "2024-01-03")
    assert [row["action"] for row in history_of(shop, "p0")] == ["inserted", "updated", "rolled_back", "restored"]
    before = table(shop), table(shop, product_content_history)
    assert rollback_run(shop, "r2", by="lin") == NOTHING
    assert (table(shop), table(shop, product_content_history)) == before
    assert actions(publish(shop, new("older", 2, product_id="p0"))) == ["superseded"]


def test_what_was_taken_back_stays_away_until_released(shop: Engine) -> None:
    publish(shop, new("a", 1), new("b", 2))
    rollback_run(shop, "r2", "lin")
    [result] = publish(shop, new("b", 3))
    assert (result.action, result.reason) == ("rejected", "rolled_back")
    assert shown(shop) == {"p1": "a"}
    assert release_run(shop, "r2", "lin") == Release(1, ["2024-01-02"])
    assert release_run(shop, "r2", "lin") == Release(0, [])
    assert actions(publish(shop, new("b", 3))) == ["updated"]
    assert rollback_run(shop, "r3", "lin")["restored"] == 1
    assert actions(publish(shop, new("c", 4))) == ["updated"]


@pytest.mark.parametrize("order", [("r3", "r2"), ("r2", "r3")], ids=["newest first", "oldest first"])
def test_two_runs_taken_back_in_either_order(shop: Engine, order: tuple[str, str]) -> None:
    publish(shop, new("a", 1), new("b", 2), new("c", 3))
    for run_id in order:
        rollback_run(shop, run_id, "lin")
    assert shown(shop) == {"p1": "a"}


def test_a_rerun_after_a_rollback_can_be_taken_back_too(shop: Engine) -> None:
    publish(shop, new("a", 1), new("b", 2))
    rollback_run(shop, "r2", "lin")
    publish(shop, new("better", 2))
    publish(shop, new("c", 3))
    rollback_run(shop, "r3", "lin")
    assert shown(shop) == {"p1": "better"}
    rollback_run(shop, "r2", "lin")
    assert shown(shop) == {"p1": "a"}


def test_rollback_of_what_waits_and_of_what_it_dropped(shop: Engine) -> None:
    publish(shop, new("a", 1), new("w", 2, status="pending_approval"), new("b", 3))
    assert rollback_run(shop, "r3", "lin")["restored"] == 2
    assert shown(shop) == {"p1": "a"}
    assert [row["value"] for row in list_waiting(shop)] == ["w"]
    assert rollback_run(shop, "r2", "lin")["withdrawn"] == 1
    assert list_waiting(shop) == []


def test_rollback_of_only_other_inputs_bars_nothing(shop: Engine) -> None:
    publish(shop, new("a", 1), replace(new("a", 2), content_hash="x"))
    assert rollback_run(shop, "r2", "lin")["restored"] == 1
    publish(shop, new("b", 3))
    assert actions(publish(shop, new("a", 4))) == ["updated"]


def test_a_run_that_wrote_nothing(shop: Engine) -> None:
    assert rollback_run(shop, "nothing", "lin") == NOTHING


def test_two_publishers_at_once_end_with_the_newer(catalog_url: str, shop: Engine) -> None:
    ids = [f"q{n:03d}" for n in range(300)]
    errors: list[BaseException] = []

    def run(day: int) -> None:
        engine = open_catalog(catalog_url)
        try:
            publish(engine, *(new(f"{one}-{day}", day, product_id=one) for one in ids), batch_size=20)
        except BaseException as error:
            errors.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run, args=(day,)) for day in (2, 1, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert shown(shop) == {one: f"{one}-3" for one in ids}


def test_opening_at_once_from_many_threads(catalog_url: str) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            open_catalog(catalog_url).dispose()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    "url",
    [
        "mysql://mmgen:s3cret@db/cat",
        "not a url, s3cret",
        "postgresql+asyncpg://mmgen:s3cret@db/cat",
        "postgresql//mmgen:s3cret@db/cat",
        "postgresql://mmgen:s3cret@db:54x2/cat",
    ],
    ids=["another back end", "no URL", "another driver", "colon missing", "port that is no number"],
)
def test_a_url_that_cannot_be_used_is_not_told(url: str) -> None:
    with pytest.raises(ValueError, match="catalogue URL") as error:
        open_catalog(url)
    assert "s3cret" not in str(error.value)
