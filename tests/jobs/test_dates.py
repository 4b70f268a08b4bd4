"""What a date means: the same again, the next one, an older one afterwards."""

from __future__ import annotations

import pytest

from mmgen.engine.step import Outcome
from mmgen.pipeline import BY_NAME, JOBS
from mmgen.publishing.receipts import content_of
from mmgen.registry.tracker import Tracker
from mmgen.store.contracts import dataset_names
from tests.jobs.conftest import NEW_TITLE, OWN_TEXT, Changes, Stage
from tests.jobs.nights import D1, D2, Night, Row, Shop

DERIVING = [job.name for job in JOBS if job.output in dataset_names()]
KINDS = {"description", "ad_copy", "creative"}


def of_product(night: Night, product_id: str) -> dict[tuple[str, str], Row]:
    return {(row["kind"], row["author"]): row for row in night.content if row["product_id"] == product_id}


@pytest.mark.parametrize("name", DERIVING)
def test_the_same_date_again_reuses_all(first: Stage, again: Stage, name: str) -> None:
    before, after = first.night.outcome(name), again.night.outcome(name)
    assert (after.computed, after.reused, after.is_unchanged) == (0, before.num_rows, True)
    assert after.rejects == before.rejects
    dataset = BY_NAME[name].output
    assert again.night.fingerprints[dataset] == first.night.fingerprints[dataset]


def test_the_same_date_again_changes_no_content(first: Stage, again: Stage) -> None:
    assert again.night.content == first.night.content
    assert "nothing to train" in str(again.night.results["train"])


def test_clean_and_feature_jobs_do_not_even_ask_spark_when_nothing_changed(first: Stage, again: Stage) -> None:
    names = {n for n in DERIVING if n.startswith("clean_") or n.endswith("_features")}
    assert names <= first.night.on_spark
    assert not names & again.night.on_spark


def test_a_partition_holds_what_changed(second: Stage, changes: Changes) -> None:
    texts, photo, gone = {changes.retitled, changes.edited}, {changes.rephotographed}, {changes.removed}
    both = texts | photo
    expected = {
        "raw_products": texts | gone, "raw_media": photo, "clean_images": photo, "clean_texts": texts,
        "clean_audio": set(), "image_features": photo, "text_features": texts, "audio_features": set(),
        "examples": both, "descriptions": both, "creatives": both, "content_checks": both, "publications": both,
    }  # fmt: skip
    found = {name: {row["product_id"] for row in second.shop.rows(name, D2)} for name in dataset_names()}
    assert found.pop("duplicates") <= texts, "two that got the same title may be one group now; no other changed"
    among_neighbours = found.pop("graph_features")
    assert not gone & found.pop("related")
    assert both <= among_neighbours and not gone & among_neighbours, "the changed, and who has them near"
    assert found == expected
    [deleted] = [r["product_id"] for r in second.shop.rows("raw_products", D2, "is_deleted") if r["is_deleted"]]
    assert deleted == changes.removed
    assert [r["modality"] for r in second.shop.rows("raw_media", D2, "modality")] == ["image"]


def test_the_first_date_is_left_alone(first: Stage, second: Stage) -> None:
    for name in dataset_names():
        assert second.shop.files(name, D1) == first.shop.files(name, D1), name


def test_newer_content_is_published(again: Stage, second: Stage, changes: Changes) -> None:
    before, after = of_product(again.night, changes.retitled), of_product(second.night, changes.retitled)
    assert {(kind, row["run_id"], row["ds"]) for (kind, _), row in after.items()} == {
        (kind, "second", D2) for kind in KINDS
    }
    assert all(after[slot]["value_hash"] != before[slot]["value_hash"] for slot in before)
    words = after["ad_copy", "mmgen"]["value"] + after["description", "mmgen"]["value"]
    assert any(title.casefold() in words.casefold() for title in NEW_TITLE.values()), words
    old, new = (of_product(s.night, changes.rephotographed)["creative", "mmgen"] for s in (again, second))
    assert (old["value_hash"] != new["value_hash"], new["run_id"]) == (True, "second")


def test_nothing_else_in_the_catalogue_is_touched(again: Stage, second: Stage, changes: Changes) -> None:
    others = [[r for r in s.night.content if r["product_id"] not in changes.changed] for s in (again, second)]
    assert others[0] == others[1]


def test_the_first_date_once_more_lets_newer_content_stand(second: Stage, backfill: Stage) -> None:
    assert backfill.night.content == second.night.content
    for name in dataset_names():
        assert backfill.shop.files(name, D2) == second.shop.files(name, D2), name


def test_a_backfill_keeps_what_the_date_knew_of_products_changed_or_gone_later(first: Stage, backfill: Stage) -> None:
    """The catalogue has only their new text, or nothing of them; the date's own rows still have the old one."""
    old, now = (
        {r["product_id"]: r["title"] for r in stage.shop.rows("raw_products", D1, "title")}
        for stage in (first, backfill)
    )
    assert now == old


def test_a_persons_text_stands_through_all_of_it(second: Stage, backfill: Stage, changes: Changes) -> None:
    for stage in (second, backfill):
        rows = of_product(stage.night, changes.edited)
        assert rows["description", "human"]["value"] == OWN_TEXT
        shown = [r for r in content_of(stage.shop.engine, changes.edited) if r["kind"] == "description"]
        assert OWN_TEXT in {row["value"] for row in shown}
    [receipt] = [
        r
        for r in second.shop.rows("publications", D2, "action")
        if (r["product_id"], r["kind"]) == (changes.edited, "description")
    ]
    assert receipt["action"] == "held"


def nightly_runs(shop: Shop) -> list[tuple[str, str]]:
    tracker = Tracker(shop.config.tracking_store)
    experiment = tracker.client.get_experiment_by_name(shop.config.tracking.experiment)
    runs = tracker.client.search_runs([experiment.experiment_id], "tags.kind = 'nightly'")
    return sorted((run.data.tags["ds"], run.data.tags["run_id"]) for run in runs)


def test_mlflow_has_one_run_a_date(again: Stage, backfill: Stage) -> None:
    assert nightly_runs(again.shop) == [(D1, "again")]
    assert nightly_runs(backfill.shop) == [(D1, "backfill"), (D2, "second")]


def test_every_outcome_says_what_it_did(second: Stage) -> None:
    for result in second.night.results.values():
        if isinstance(result, Outcome):
            assert f"computed {result.computed}, reused {result.reused}" in result.line()
